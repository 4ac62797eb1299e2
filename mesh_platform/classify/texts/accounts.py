"""Names of accounts and secrets: what keys, commands and phrases of programs name (`user=…`, `login as …`, `@night_owl7`, `pw: …`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts.keyed import Cues
from mesh_platform.classify.texts.lists import shipped
from mesh_platform.classify.texts.span import Span

_LETTER = re.compile(r"[^\W\d_]")

# names of accounts ------------------------------------------------------------------------------------------------------
_LINK = re.compile(
    r"(?P<key>['\"]?\s{0,2}[:=]{1,2}>?\s{0,2}['\"]?|['\"]>|>)|(?P<is>\s(?:is|on|je|to je|adalah|là|это|це|هو|was|ist|lautet|est|es|è|é|jest|is:|är|er|:|=|to|is now|name|called|named|as|—|-)\s['\"@]?)|(?P<of>\s(?:of|for|von|de|di|van|des|du|för|av)\s['\"@]?)|(?P<quoted>\s['\"«“])|(?P<blank>\s@?)"
)
_ACCOUNT = re.compile(r"@?[^\W_](?:[^\W]|[.\-](?=\w)|/(?=\d)){1,38}")
_NO_ACCOUNT = frozenset(
    [
        "null",
        "none",
        "true",
        "false",
        "undefined",
        "unknown",
        "anonymous",
        "guest",
        "root",
        "admin",
        "system",
        "service",
        "name",
        "names",
        "names",
        "id",
        "ids",
        "account",
        "accounts",
        "password",
        "login",
        "logged",
        "failed",
        "success",
        "error",
        "not",
        "the",
        "and",
        "for",
        "was",
        "from",
        "with",
        "has",
        "have",
        "this",
        "that",
        "info",
        "status",
        "agent",
        "bot",
        "user",
        "users",
        "data",
        "type",
        "role",
        "group",
        "email",
        "mail",
        "phone",
        "interface",
        "experience",
        "story",
        "guide",
        "manual",
        "test",
        "nobody",
        "daemon",
        "www-data",
        "ubuntu",
        "ec2-user",
        "postgres",
        "nginx",
        "mysql",
        "oracle",
        "session",
        "token",
        "nil",
        "n/a",
        "is",
        "of",
        "in",
        "on",
        "at",
        "to",
        "by",
        "a",
        "my",
        "your",
    ]
)


def accounts(text: str, cues: Cues) -> Iterator[Span]:
    """Every name or number of an account."""
    yield from _keyed(text, cues)
    yield from _spoken(text)


def _keyed(text: str, cues: Cues) -> Iterator[Span]:
    for start, end, meaning in cues.found:
        if meaning != Entity.USERNAME:
            continue
        link = _LINK.match(text, end)
        match = _ACCOUNT.match(text, link.end()) if link else None
        if link is None or match is None:
            continue
        value = match.group().lstrip("@")
        begin = match.end() - len(value)
        if len(value) < 3 or value.casefold() in _NO_ACCOUNT or text[match.end() : match.end() + 1] in ("@", "(", "="):
            continue
        marked = bool(re.search(r"\d|[_.\-]", value))
        explicit = len(text[start:end]) > 5 or bool(link["key"])
        name_like = value[:1].isupper() and bool(re.match(r"\s[^\W\d_]{2,}", text[match.end() : match.end() + 4])) and not marked
        if link["key"] and link.group().endswith(" ") and len(value) > 6 and not _LETTER.search(value):
            continue  # `user: 020 7946 0018`: what somebody says, not who it is
        if value.isdigit() or re.fullmatch(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\d[\dA-Za-z-]*", value):
            said = bool(link["key"]) and link.group().endswith(" ") and bool(_LETTER.match(text[match.end() :].lstrip(" ")[:1]))
            if not said and (link["key"] or len(value) >= 5):
                yield Span(begin, match.end(), Entity.USER_ID, 0.85, "value of a user key")
        elif (
            (link["key"] and not name_like and (marked or (value.islower() and _closed(text, link.group(), match.end()))))
            or (marked and not name_like)
            or (
                link["blank"]
                and not value[:1].isupper()
                and value.isascii()
                and not shipped().of(value)
                and (
                    _ENDED.match(text, match.end())
                    or (_LAST.match(text, match.end()) and _HEADS.search(text, max(0, start - 4), start))
                )
            )
            or (link["is"] and explicit and value.islower())
            or (link["quoted"] and not name_like and text[match.end() : match.end() + 1] in "'\"»”")
        ):
            yield Span(begin, match.end(), Entity.USERNAME, 0.85, "value beside a word for user name")


def _spoken(text: str) -> Iterator[Span]:
    """Accounts that a path, a phrase of a program, or a sign names."""
    for match in _PATH.finditer(text):
        entity = (
            Entity.USER_ID
            if re.fullmatch(r"[A-Z]{0,4}-?\d+|[0-9a-fA-F-]{32,36}|[0-9A-Z]{26}", match.group(1))
            else Entity.USERNAME
        )
        yield Span(match.start(1), match.end(1), entity, 0.8, "person in the path of a URL")
    for match in (*_NESTED.finditer(text), *_PREFIXED.finditer(text)):
        yield Span(match.start(1), match.end(1), Entity.USER_ID, 0.85, "id of somebody in a record")
    for match in (*_SPEAKER.finditer(text), *_DIRECTORY.finditer(text)):
        if match.group(1).casefold() not in _NO_ACCOUNT:
            yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.8, "account that speaks, or in a directory")
    for match in _SIGNED_IN_AS.finditer(text):
        name = match.group(1)
        if name.casefold() not in _NO_ACCOUNT and (_MARKED.search(name) or not shipped().of(name)):
            yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.8, "account that somebody signed in with")
    for match in _SHORT_KEY.finditer(text):
        if match.group(1).casefold() not in _NO_ACCOUNT:
            entity = Entity.USER_ID if re.fullmatch(r"[0-9a-fA-F-]{32,36}|[0-9A-Z]{26}", match.group(1)) else Entity.USERNAME
            yield Span(match.start(1), match.end(1), entity, 0.8, "value of a user key")
    for match in (*_FROM_ADDRESS.finditer(text), *(_BEFORE_ADDRESS.finditer(text) if _SIGN_IN.search(text) else ())):
        name = match.group(1)
        if name not in _NO_ACCOUNT and (_MARKED.search(name) or "common" not in shipped().of(name)):
            yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.8, "account that came from an address")
    for match in _SUBJECT.finditer(text):
        yield Span(match.start(), match.end(), Entity.USER_ID, 0.9, "subject of an identity provider")
    for match in (*_DOER.finditer(text), *_CONCERNED.finditer(text), *_COMMITTER.finditer(text), *_REMOTE_USER.finditer(text)):
        name = match.group(1)
        if name.casefold() not in _NO_ACCOUNT and (_MARKED.search(name) or not shipped().of(name)):
            yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.75, "account that did something")
    for match in _PLAIN_HANDLE.finditer(text):
        if not shipped().of(match.group(1)) and match.group(1) not in _NO_ACCOUNT:
            yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.6, "handle")
    for match in _HANDLE.finditer(text):
        yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.7, "handle")


_LAST = re.compile(r"[.!?]?\s*$")
_HEADS = re.compile(r"(?:^|[,:;(\n–-])\s*$")
"""The end of a text, and what stands before a word that begins a phrase: `hello, user mpopa`."""
_ENDED = re.compile(r"['\"]?\s?[,;)]\s|['\"]?\s(?:from|von|aus|von|z|från|fra|desde|da|dal|van|od|с|з|из|от|via|auf|on)\s")


def _closed(text: str, link: str, end: int) -> bool:
    """Whether an unmarked word is a value and no speech: `user=sky&`, `"user":"sky"`, but not `user: sure, here it is`."""
    return text[end : end + 1] in ("", "&", ";", "'", '"', "<", "]", "}", "\n", "|") or (
        not link.endswith(" ") and link.strip() != ":"
    )


_SHORT_KEY = re.compile(
    r"(?:(?<=[{,\s&?;|\[(])|(?<=^))(?:['\"](?:u|un|uname|usr|lgn|acct_?name|nickname|handle|owner|actor|by)['\"]\s?:\s?['\"]|(?:u|un|uname|lgn)=['\"]?)(?=[\w.-]*[a-z])([\w][\w.-]{2,38})(?=['\"\s&,;|)\]]|$)",
    re.IGNORECASE,
)
_NESTED = re.compile(
    r"[\"'](?i:user|customer|account|member|patient|actor|owner|client|employee|subscriber|driver|passenger|guest|student|recipient|sender|kunde|usuario|utilisateur)[\"']\s?:\s?\{\s?[\"'](?i:_?id|uid|no|number|key|ref)[\"']\s?:\s?[\"']?([\w-]{3,64})(?=[\"',}\s])"
)
"""`"user": {"id": "KD-4711"`."""
_PREFIXED = re.compile(
    r"(?<![\w/.-])((?:cus|cust|usr|user|mbr|member|emp|pat|ctc)_(?=[A-Za-z0-9]*(?:\d|[a-z][A-Z][A-Za-z0-9]*[a-z][A-Z]))[A-Za-z0-9]{8,40})(?!\w)"
)
"""Ids that say by their beginning whose they are."""
_SPEAKER = re.compile(
    r"(?m)^[ \t>]*[\[(]?\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm])?[\])]?\s{0,2}[-–]?\s?[<@]?(?=[\w-]*[\d_.-][\w.-]*[>]?\s?:?\s|[\w.-]+>)([A-Za-z][\w.-]{2,30})(?:>|\s?:\s)"
)
"""Who speaks in a chat, where it is an account: `[10:02] storm_rider: …`, `10:02 <kappa> …`."""
_DIRECTORY = re.compile(
    r"(?i)(?<![\w.])(?:uid|samaccountname|mailnickname)[=:]\s?(?=[\w.-]*[a-z]{2})([a-z][\w.-]{2,40})(?=,|;|\)|\s|$)"
)
_SIGNED_IN_AS = re.compile(
    r"(?i:(?<![^\W\d_])(?:log|sign|authentic|connect|conect|inici|sesión|sessão|session|anmeld|angemeld|einge|einlog|ingelog|inlog|zalog|logow|přihl|prihl|prijav|bejelent|kirjaut|identifi|acced|acces|entr|вход|вош|увій|ввій|вхід|авториз|συνδ|giriş)[^\W\d_]*(?:\s[^\W\d_]{1,10}){0,2}"
    r"\s(?:as|als|como|comme|en tant que|jako|som|come|ca|kao|как|як|ως|mint|nimellä|tunnuksella))\s['\"«]?@?([a-z][\w.-]{2,30}\w)(?![\w@])"
)
_PATH = re.compile(
    r"/(?:u|users?|profiles?|members?|customers?|accounts?|people|persons?|patients?|employees?|kunden|clients?|clientes|usuarios|utenti|contacts?|subscribers?|drivers?|guests?)/(?=[\w.-]*\d)([\w.-]{3,60})(?=[/?\s\"'&]|$)",
    re.IGNORECASE,
)
_FROM_ADDRESS = re.compile(
    r"(?<!\w)(?:for|user|by|login)\s(?:invalid\suser\s|user\s)?([a-z][\w.-]{2,30})\sfrom\s(?=\d{1,3}\.\d{1,3}\.|[0-9a-f]{1,4}:[0-9a-f:])"
)
_SIGN_IN = re.compile(
    r"(?i)log.?[io]n|log.?g|sign.?in|auth|ssh|session|sesi|password|anmeld|connexion|acces|iniciar|ingres|giriş|oturum|вход|вхід|logow|přihl|prihl|bejelent|prijav|kirjaut|دخول|כניס|ログイン|登录|로그인|vpn|denied|failed|blocked"
)
_BEFORE_ADDRESS = re.compile(
    r"(?<![\w@.=/-])([a-z][\w.-]{2,30}\w)['\"»]?[,;:]?\s(?:[^\W\d_]{1,6}\s){0,2}(?:IP\s?[:=]?\s?|\()?(?=(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|[0-9a-f]{1,4}:[0-9a-f]{0,4}:)"
)
"""A word before an address, as the lines of sign-ins have it in any language."""
_SUBJECT = re.compile(
    r"(?<![\w|])(?:auth0|google-oauth2|okta|github|facebook|apple|windowslive|saml|waad|oidc)\|[\w.@|-]{6,80}(?!\w)"
)
_HANDLE = re.compile(
    r"(?<![\w@./])@(?=\w*[\d_]|\w+\.(?!(?:com|net|org|info|io|de|fr|es|it|nl|uk|co|eu|ch|at|be|pl|ru|jp|cn|edu|gov|media|keyframes)\b))([A-Za-z]\w{2,29}(?:\.\w{1,20})?)(?![\w@])"
)
_PLAIN_HANDLE = re.compile(r"(?<![^\s(,;:\"'])@([a-z]{4,24})(?=[\s,;:!?)]|\.(?:\s|$)|$)")
_MARKED = re.compile(r"\d|\w[._-]\w")
_DOER = re.compile(
    r"(?<!\w)(?:committed|pushed|merged|created|approved|uploaded|deleted|opened|closed|edited|authored|triggered|started|executed|locked|changed|granted|revoked|requested|assigned|reported|signed|owned|posted)\s(?:by|to)\s@?(?=[a-z][\w.-]*[\d_.]\w|[a-z]\w*\d)([a-z][\w.-]{2,30}\w)(?![\w@])"
)
_CONCERNED = re.compile(
    r"(?i:(?<!\w)(?:password|passwd|credentials?|mfa|2fa|otp|session|log-?in|log-?on|account|mailbox|home directory|quota|ssh key|api key)\s(?:for|of)\s(?:user\s|account\s)?)[\"'`]?([a-z][\w.-]{2,30}\w)[\"'`]?(?=\s(?:was|is|has|had|on|at|from|reset|expired|locked|changed|disabled|enabled|created|revoked|failed|succeeded)\b)"
)
_COMMITTER = re.compile(
    r"(?<!\w)(?:committed|pushed|merged|authored|force-pushed|rebased)\sby\s([a-z][a-z]{3,20})(?=\s(?:in|at|on|to|into|from)\s|[,;.]|$)"
)
_REMOTE_USER = re.compile(r"(?m)(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}) - ([A-Za-z][\w.-]{2,30}) \[")

# secrets ---------------------------------------------------------------------------------------------------------------
_SECRET_VALUE = re.compile(
    r"(?:\s?[:=]\s?|\s(?:is|was|ist|lautet|est|es|è|é|jest|är|er|to|is now|:)\s|\s|['\"]\s?:\s?)['\"«“`]?([^\s'\"«»“”`,;<>]{5,300})"
)


_DUMPED = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}[:;|](?=\S{0,40}\d)(?=\S{0,40}[A-Za-z])([^\s:;|,@]{6,40})(?=[\s,;|]|$)"
)
_LEAKED = re.compile(r"(?i)rotat|leak|token|secret|credential|expos|revok|committed|api.?key|pasted")
_LONG_TOKEN = re.compile(r"(?<![\w/+=.-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=(?:[\w-]*?\d){3})[A-Za-z0-9][\w-]{31,300}(?![\w/+=])")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9./-]{4,14}")
_WORDS_FOR_CODES = frozenset({"κωδικός", "clave", "code secret", "pin", "pin code"})


def secrets(text: str, cues: Cues) -> Iterator[Span]:
    """Every password, key or token that a word, or the address before it, names."""
    for match in _DUMPED.finditer(text):
        yield Span(match.start(1), match.end(1), Entity.SECRET, 0.8, "what stands behind an address in a list of credentials")
    if _LEAKED.search(text):
        for match in _LONG_TOKEN.finditer(text):
            yield Span(match.start(), match.end(), Entity.SECRET, 0.7, "long random value in a text on credentials")
    for begin, end, meaning in cues.found:
        if meaning != Entity.SECRET:
            continue
        named = _SECRET_VALUE.match(text, end)
        if not named:
            continue
        value = re.split(r"&(?=[\w.-]{1,40}=)", named.group(1), maxsplit=1)[0].rstrip(".?)]}:")
        kinds = sum(bool(re.search(kind, value)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w\s.:/-]"))
        sure = (len(value) >= 6 and kinds >= 3) or (len(value) >= 8 and kinds >= 2 and bool(re.search(r"\d", value)))
        if _CODE.fullmatch(value) and text[begin:end].casefold() in _WORDS_FOR_CODES:
            continue
        if sure and not value.startswith(("$", "{", "<", "http", "/")):
            yield Span(named.start(1), named.start(1) + len(value), Entity.SECRET, 0.85, "value beside a word for a secret")
