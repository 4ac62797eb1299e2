"""How persons are reached: e-mail addresses, also in disguise, phone numbers, profiles."""

from __future__ import annotations

import re
from functools import lru_cache

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns.pattern import digits, pattern


def email(text: str) -> bool:
    local, _, host = text.rpartition("@")
    last = host.rpartition(".")[2]
    return (
        bool(local)
        and ".." not in text
        and not local.endswith("/")
        and last.lower() not in {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "internal", "local"}
    )


def two_words(text: str) -> bool:
    """Whether two words or more, mostly letters, stand before the address."""
    parts = re.findall(r"[^\W\d_]{2,}", text.partition("<")[0])
    return len(parts) >= 2 and any(not part.isascii() or part[0].isupper() for part in parts)


REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "PL", "NL", "BR", "RU", "GR", "IN", "JP", "SE", "CZ", "TR", "AT", "CH", "PT", "BE", "DK", "NO", "FI", "HU", "RO", "MX", "AU", "ZA", "CN", "KR", "UA", "IE")  # fmt: skip


@lru_cache(maxsize=65536)
def phone_valid(text: str, region: str | None = None) -> bool:
    """What phonenumbers says: in `region`, or with a country code."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=65536)
def phone_possible(text: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False


def phone_somewhere(text: str) -> bool:
    """Valid in one of the regions that are asked."""
    return any(phone_valid(text, region) for region in REGIONS)


_NOT_PHONE = re.compile(
    r"[+-]\d{2,6}\.\d{2,}[+-]\d{3,7}\.\d{2,}.*|\d{4}-\d\d-\d\d(?:[ T].*)?|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)|(?:\d{1,3}\.){3}\d{1,3}|97[89][- ]?\d[- \d]+|\d{3}-\d\d-\d{4}|-?\d+\.\d+|(?:\d{4}[ -]){3}\d{4}"
    r"|\d{4}([./])\d\d\2\d\d|\d{3}\.\d{3}\.\d{3}-\d\d|\d{1,3}(?:[., ]\d{3})+(?:[.,]\d\d)?|\d{6}[-+]\d{4}|\d{5}-\d{3}|\d{4}-\d{4}|(?:\d{1,3}\.){1,3}\d{1,3}/\d{1,2}|\d{2,7}-\d\d-\d|\d{2}-\d{3}|\d{4}[ -]\d{4}[ -]\d{4}"
)


def phone(text: str) -> bool:
    """A number as people write it: with a country code, or with groups; dates, addresses, ISBNs and amounts are none."""
    body = text.strip()
    main = re.split(r"(?i)\s*(?:x|ext|extn?\.|ext\.|#|доб|int\.)", body)[0]
    number = digits(main)
    if not 7 <= len(number) <= 15 or len(set(number)) < 3 or _NOT_PHONE.fullmatch(body):
        return False
    if body.startswith("+"):
        return phone_possible(re.sub(r"\(0\)", "", main)) or len(number) >= 9
    return len(number) >= 9 or bool(re.search(r"[ ()/-]", main))


def phone_international(text: str) -> bool:
    return phone(text) and phone_possible(re.sub(r"\(0\)", "", re.split(r"(?i)\s*(?:x|ext)", text)[0]))


_SITES = (
    r"linkedin\.com/(?:in|pub)|facebook\.com|fb\.com|instagram\.com|twitter\.com|x\.com|tiktok\.com|github\.com|gitlab\.com|t\.me|vk\.com"
    r"|xing\.com/profile|youtube\.com/(?:user|c|@)|reddit\.com/(?:u|user)|medium\.com|pinterest\.[a-z.]{2,6}|snapchat\.com/add|threads\.net|mastodon\.[a-z]{2,10}"
    r"|bsky\.app/profile|ok\.ru|weibo\.com|behance\.net|dribbble\.com|strava\.com/athletes|soundcloud\.com|twitch\.tv|flickr\.com/people|orcid\.org"
    r"|stackoverflow\.com/users|about\.me|keybase\.io|researchgate\.net/profile|quora\.com/profile|goodreads\.com/user/show|tumblr\.com|deviantart\.com|last\.fm/user|steamcommunity\.com/id"
)
EMAIL = pattern(
    Entity.EMAIL,
    "e-mail address",
    r"(?<![\w.+%-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}(?<!\.)@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}(?![\w@])",
    email,
)
MAILBOX = pattern(
    Entity.PERSON,
    "name before an e-mail address",
    r"(?:\"[^\"<>@]{3,60}\"|(?<![\w<>@.-])[^\W\d_][^\"<>@\n,;:=]{2,60}) ?<[\w.+-]{1,64}@",
    two_words,
)
PROFILE = pattern(
    Entity.PROFILE_URL,
    "profile of a person",
    rf"(?:https?://)?(?<![\w-])(?:[a-z]{{2,3}}\.|www\.|m\.)?(?:{_SITES})/@?[\w.%-]{{2,60}}",
    proof=True,
    flags=re.IGNORECASE,
)
PHONE_INTERNATIONAL = pattern(
    Entity.PHONE,
    "phone number with country code",
    r"(?<![\w.+@/=-])\+\d(?:[ ().\-/ ]{0,3}\d){7,14}(?:\s?(?:x|ext\.?|extn\.?|#)\s?\d{1,6})?(?![\w@]|[.-]\d)",
    phone,
    flags=re.IGNORECASE,
)
PHONE = pattern(
    Entity.PHONE,
    "phone number",
    r"(?<![\w.+@/=:-])(?:\+|\(|00)?\d(?:[ ().\-/ ]{0,3}\d){6,14}(?:\s?(?:x|ext\.?|extn\.?|#)\s?\d{1,6})?(?![\w@:]|[.-]\d)",
    phone,
    proof=False,
    flags=re.IGNORECASE,
)
_AT = r"(?:\s?[\[({<]\s?(?:at|@|ät|chez|arroba|chiocciola|klammeraffe|ma[lł]pa)\s?[\])}>]\s?|\s?_at_\s?|\s(?:arroba|chiocciola|ma[lł]pa)\s)"
_DOT = r"(?:\s(?:dot|punkt|point|punto|ponto|kropka)\s|\s?[\[({<]\s?(?:dot|punkt|point|punto|ponto|kropka|\.)\s?[\])}>]\s?|\s?_dot_\s?)"
_LOCAL = rf"(?<![\w.])[\w.+-]{{1,64}}(?:(?:{_DOT}|\s\.\s)[\w+-]{{1,64}}){{0,3}}"
OBFUSCATED = pattern(
    Entity.EMAIL,
    "e-mail address in disguise",
    rf"{_LOCAL}(?:{_AT}[\w-]{{2,63}}(?:(?:{_DOT}|\.)[\w-]{{2,24}}){{1,4}}|\s(?:at|@)\s[\w-]{{2,63}}(?:{_DOT}[\w-]{{2,24}}){{1,4}}|\s@\s[\w-]{{2,63}}(?:\s?\.\s?[\w-]{{2,24}}){{1,4}}|\s?@\s?[\w-]{{2,63}}(?:{_DOT}[\w-]{{2,24}}){{1,4}})(?!\w)",
    flags=re.IGNORECASE,
)
