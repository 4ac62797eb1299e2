"""What a value looks like: one pattern per kind, with its check digits, for a whole cell and for spans inside text alike.

Each expression is bounded (no nested repeats), carries its own edges as look-arounds, and is cheap; the validator behind it decides. A
`proof` stands by itself wherever it is found; a `shape` needs a share of the column, a name or words beside it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

from mesh_platform.classify.entities import Entity

LONGEST_CELL = 200_000
"""Characters of one text that are searched; what lies behind is reported as not scanned."""


class Pattern(NamedTuple):
    """One kind of value: `regex` finds candidates, `valid` decides on the text found. `proof`: one hit is enough."""

    entity: Entity
    name: str
    regex: re.Pattern[str]
    valid: Callable[[str], bool]
    proof: bool

    def whole(self, text: str) -> bool:
        """Whether `text` is nothing but such a value."""
        return self.regex.fullmatch(text) is not None and self.valid(text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where such values stand in `text`."""
        for match in self.regex.finditer(text, 0, LONGEST_CELL):
            if self.valid(match.group()):
                yield match.span()


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for i, char in enumerate(reversed(number)):
        value = int(char) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_IIN = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|6\d{13,18}|35\d{14}|(?:50|5[6-9])\d{10,17}|62\d{14,17}|2131\d{11}|1800\d{11}"
)


def card(text: str) -> bool:
    """Luhn and a range that an issuer has; numbers of one repeated digit are none."""
    number = digits(text)
    return 12 <= len(number) <= 19 and len(set(number)) > 1 and _IIN.fullmatch(number) is not None and luhn(number)


@lru_cache(maxsize=65536)
def standard(module: str, text: str) -> bool:
    """What python-stdnum says of `text`."""
    try:
        return bool(import_module(f"stdnum.{module}").is_valid(text))
    except Exception:  # noqa: BLE001 - a validator that stumbles over a text does not know it
        return False


def _std(module: str) -> Callable[[str], bool]:
    return lambda text: standard(module, text)


_IBAN_LENGTHS = {
    code[:2]: int(code[2:])
    for code in [
        "AD24",
        "AE23",
        "AL28",
        "AT20",
        "AZ28",
        "BA20",
        "BE16",
        "BG22",
        "BH22",
        "BR29",
        "BY28",
        "CH21",
        "CR22",
        "CY28",
        "CZ24",
        "DE22",
        "DK18",
        "DO28",
        "EE20",
        "EG29",
        "ES24",
        "FI18",
        "FO18",
        "FR27",
        "GB22",
        "GE22",
        "GI23",
        "GL18",
        "GR27",
        "GT28",
        "HR21",
        "HU28",
        "IE22",
        "IL23",
        "IQ23",
        "IS26",
        "IT27",
        "JO30",
        "KW30",
        "KZ20",
        "LB28",
        "LC32",
        "LI21",
        "LT20",
        "LU20",
        "LV21",
        "LY25",
        "MC27",
        "MD24",
        "ME22",
        "MK19",
        "MN20",
        "MR27",
        "MT31",
        "MU30",
        "NI28",
        "NL18",
        "NO15",
        "OM23",
        "PK24",
        "PL28",
        "PS29",
        "PT25",
        "QA29",
        "RO24",
        "RS22",
        "RU33",
        "SA24",
        "SC31",
        "SD18",
        "SE24",
        "SI19",
        "SK24",
        "SM27",
        "SO23",
        "ST25",
        "SV28",
        "TL23",
        "TN24",
        "TR26",
        "UA29",
        "VA22",
        "VG24",
        "XK20",
    ]
}


def iban(text: str) -> bool:
    """ISO 13616: the country, its length, and mod 97."""
    plain = re.sub(r"[\s.-]", "", text).upper()
    if _IBAN_LENGTHS.get(plain[:2]) != len(plain) or not plain.isalnum() or not plain.isascii():
        return False
    moved = plain[4:] + plain[:4]
    return 2 <= int(plain[2:4]) <= 98 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def public_ip(text: str) -> bool:
    """A routable address: private, documentation-like and unspecified ones point at no person."""
    try:
        address = ipaddress.ip_address(text.strip("[]").split("/")[0].split("%")[0])
    except ValueError:
        return False
    documentation = any(address in net for net in _DOCUMENTATION if net.version == address.version)
    return (address.is_global or documentation) and not address.is_multicast


_DOCUMENTATION = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


def public_ip6(text: str) -> bool:
    """As `public_ip`, with three groups or more: two letters beside colons are no address."""
    return public_ip(text) and sum(bool(part) for part in text.split(":")) >= 3


def public_ip4(text: str) -> bool:
    """As `public_ip`; four small numbers are a version rather than an address."""
    return public_ip(text) and any(int(part) > 31 for part in text.split("."))


def email(text: str) -> bool:
    local, _, host = text.rpartition("@")
    last = host.rpartition(".")[2]
    return (
        bool(local)
        and ".." not in text
        and last.lower() not in {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "internal", "local"}
    )


_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "PL", "NL", "BR", "RU", "GR", "IN", "JP", "SE", "CZ", "TR", "AT", "CH", "PT", "BE", "DK", "NO", "FI", "HU", "RO", "MX", "AU", "ZA", "CN", "KR", "UA", "IE")  # fmt: skip


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
    return any(phone_valid(text, region) for region in _REGIONS)


_NOT_PHONE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T].*)?|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)|(?:\d{1,3}\.){3}\d{1,3}|97[89][- ]?\d[- \d]+|\d{3}-\d\d-\d{4}|-?\d+\.\d+|(?:\d{4}[ -]){3}\d{4}"
    r"|\d{4}([./])\d\d\2\d\d|\d{3}\.\d{3}\.\d{3}-\d\d|\d{1,3}(?:[., ]\d{3})+(?:[.,]\d\d)?|\d{6}[-+]\d{4}|\d{5}-\d{3}|\d{4}-\d{4}|\d{2}-\d{3}|\d{4}[ -]\d{4}[ -]\d{4}"
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


_VIN_VALUE = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)], strict=True)
)
_VIN_WEIGHT = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(text: str) -> bool:
    """ISO 3779: letters and digits both; the check digit is kept in North America only, so it is not asked for."""
    plain = text.upper()
    return len(plain) == 17 and sum(c.isdigit() for c in plain) >= 5 and sum(c.isalpha() for c in plain) >= 3


def vin_checked(text: str) -> bool:
    """The check digit of 49 CFR 565."""
    plain = text.upper()
    total = sum(_VIN_VALUE.get(c, 0) * w for c, w in zip(plain, _VIN_WEIGHT, strict=False)) % 11
    return len(plain) == 17 and plain[8] == ("X" if total == 10 else str(total))


def pair(text: str) -> bool:
    """Two coordinates with three decimals or more: about a hundred metres."""
    numbers = [float(n) for n in re.findall(r"-?\d{1,3}\.\d{3,}", text)]
    return (
        len(numbers) >= 2
        and abs(numbers[0]) <= 180
        and abs(numbers[1]) <= 180
        and (abs(numbers[0]) <= 90 or abs(numbers[1]) <= 90)
    )


def mac(text: str) -> bool:
    plain = re.sub(r"[^0-9A-Fa-f]", "", text)
    return len(plain) == 12 and plain.lower() not in {"0" * 12, "f" * 12}


def imei(text: str) -> bool:
    number = digits(text)
    return (
        len(number) == 15
        and luhn(number)
        and number[:2] in {"01", "35", "86", "99", "98", "45", "44", "49", "50", "51", "52", "53", "54"}
    )


def _always(_text: str) -> bool:
    return True


def password_like(text: str) -> bool:
    """The value behind a key such as `password=`: not a variable, not a word such as `true`."""
    value = re.split(r"[:=\s]+", text.strip("'\"&? "), maxsplit=1)[-1].strip("'\" ")
    kinds = sum(bool(re.search(kind, value)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w]"))
    return len(value) >= 6 and kinds >= 2 and not value.startswith(("$", "{", "<", "%"))


def _random(text: str) -> bool:
    """A token with digits and letters in both, not words."""
    return bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))


def _p(
    entity: Entity, name: str, expression: str, valid: Callable[[str], bool] = _always, proof: bool = True, flags: int = 0
) -> Pattern:
    return Pattern(entity, name, re.compile(expression, flags), valid, proof)


_E = Entity
_W = r"(?<![\w.@+-])"
_N = r"(?![\w@]|[.-]\w)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_SITES = (
    r"linkedin\.com/(?:in|pub)|facebook\.com|fb\.com|instagram\.com|twitter\.com|x\.com|tiktok\.com|github\.com|gitlab\.com|t\.me|vk\.com"
    r"|xing\.com/profile|youtube\.com/(?:user|c|@)|reddit\.com/(?:u|user)|medium\.com|pinterest\.[a-z.]{2,6}|snapchat\.com/add|threads\.net|mastodon\.[a-z]{2,10}"
    r"|bsky\.app/profile|wa\.me|ok\.ru|weibo\.com|behance\.net|dribbble\.com|strava\.com/athletes|soundcloud\.com|twitch\.tv|flickr\.com/people|orcid\.org"
    r"|stackoverflow\.com/users|about\.me|keybase\.io|researchgate\.net/profile|quora\.com/profile|goodreads\.com/user/show|tumblr\.com|deviantart\.com|last\.fm/user|steamcommunity\.com/id"
)

EMAIL = _p(
    _E.EMAIL,
    "e-mail address",
    r"(?<![\w.+%-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}(?<!\.)@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}(?![\w@])",
    email,
)
IBAN = _p(
    _E.IBAN,
    "IBAN",
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
    iban,
    flags=re.IGNORECASE,
)
CARD = _p(
    _E.CREDIT_CARD,
    "card number",
    r"(?<![\w.+-])(?:\d{12,19}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]?\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w-]|\.\d)",
    card,
    proof=False,
)
IP4 = _p(_E.IP_ADDRESS, "public IP address", rf"(?<![\w.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w-]|\.\d)", public_ip4)
IP6 = _p(
    _E.IP_ADDRESS,
    "public IPv6 address",
    r"(?<![\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{6,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])",
    public_ip6,
)
MAC = _p(
    _E.MAC_ADDRESS,
    "MAC address",
    r"(?<![\w:.-])(?:(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![\w:]|-\w)",
    mac,
)
JWT = _p(_E.SECRET, "JSON web token", r"(?<![\w-])eyJ[\w-]{8,4000}={0,2}\.[\w-]{8,8000}={0,2}\.[\w-]{0,2000}={0,2}")
PROFILE = _p(
    _E.PROFILE_URL,
    "profile of a person",
    rf"(?:https?://)?(?<![\w-])(?:[a-z]{{2,3}}\.|www\.|m\.)?(?:{_SITES})/@?[\w.%-]{{2,60}}",
    proof=True,
    flags=re.IGNORECASE,
)
TOKENS = _p(
    _E.SECRET, "token of a known issuer",
    r"(?<![\w-])(?:(?:sk|pk|rk|whsec)_(?:live|test)_[A-Za-z0-9]{10,120}|gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{20,120}|glpat-[\w-]{16,40}|xox[abeprs]-[\w-]{10,200}"
    r"|xapp-[\w-]{10,200}|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}|AIza[\w-]{30,45}|ya29\.[\w-]{20,300}|GOCSPX-[\w-]{20,40}|SG\.[\w-]{16,30}\.[\w-]{20,60}|key-[0-9a-f]{32}"
    r"|npm_[A-Za-z0-9]{20,60}|pypi-[\w-]{20,300}|dop_v1_[0-9a-f]{32,80}|sq0[a-z]{3}-[\w-]{20,60}|EAAA[\w-]{30,300}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,64}|sk-(?:ant-|proj-)?[\w-]{20,200}"
    r"|hf_[A-Za-z0-9]{20,60}|hv[sbr]\.[\w-]{20,200}|dapi[0-9a-f]{30,40}|lin_api_\w{20,60}|NRAK-[A-Z0-9]{20,40}|AC[0-9a-f]{32}|SK[0-9a-f]{32}|\d{8,10}:AA[\w-]{32,36}"
    r"|rubygems_[0-9a-f]{32,64}|tfp_\w{20,80}|figd_[\w-]{20,80}|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|glsa_\w{20,60}|doo_v1_\w{20,80}|PMAK-[\w-]{20,80}|AGE-SECRET-KEY-1[A-Z0-9]{50,60})(?![A-Za-z0-9])",
)  # fmt: skip
HASHED = _p(
    _E.SECRET, "hashed password",
    r"(?<![\w$])(?:\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$[\w=,$+/.-]{20,200}|\$(?:1|5|6|7|y|gy)\$[\w./=$,-]{20,150}|pbkdf2[_:]\w{4,12}[:$]\d+[:$][^\s]{16,200}|\$pbkdf2[\w-]*\$[^\s]{16,200}|scrypt:\d+:\d+:\d+\$[^\s]{16,200}|\$scrypt\$[^\s]{16,200}|\{S?SHA(?:256|512)?\}[\w+/=]{20,150})",
)  # fmt: skip
PRIVATE_KEY = _p(_E.SECRET, "private key", r"-----BEGIN (?:[A-Z]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
PASSWORD = _p(
    _E.SECRET, "password in the text",
    r"(?<![A-Za-z])(?:(?:pass(?:word|wd|phrase)?|pwd|passwort|contrase(?:ñ|n)a|senha|mot de passe|wachtwoord|has(?:ł|l)o|пароль|secret|(?:api|access|auth|secret|client)[ _-]?(?:key|token|secret)|\w{0,20}_(?:token|secret|key|password|passwd|pwd)|token)['\"]?\s{0,2}[:=]\s{0,2}|(?:authorization:\s?)?(?:bearer|basic)\s)['\"]?[^\s'\",;&]{6,300}",
    password_like, flags=re.IGNORECASE,
)  # fmt: skip
CREDENTIALS_URL = _p(
    _E.SECRET, "credentials in a URL", r"[a-z][a-z0-9+]{2,15}://[^\s:/@]{1,64}:[^\s:/@]{3,128}@[\w.-]{1,120}", flags=re.IGNORECASE
)
GEO_URI = _p(_E.GEO_PRECISE, "precise coordinates", r"\bgeo:-?\d{1,2}\.\d{3,},-?\d{1,3}\.\d{3,}[\w;=.,]{0,40}", pair)
WKT = _p(
    _E.GEO_PRECISE,
    "precise coordinates",
    r"(?:SRID=\d{4,6};)?POINT ?[ZM]{0,2} ?\(-?\d{1,3}\.\d{3,} -?\d{1,3}\.\d{3,}(?: -?[\d.]{1,12}){0,2}\)",
    pair,
    flags=re.IGNORECASE,
)
LATLON = _p(
    _E.GEO_PRECISE,
    "precise coordinates",
    r"(?<![\w.])[\[(]?-?\d{1,3}\.\d{4,}°?\s?[NSns]?\s?[,;/ |]\s?-?\d{1,3}\.\d{4,}°?\s?[EWOewo]?[\])]?(?![\w]|\.\d)",
    pair,
)
DMS = _p(
    _E.GEO_PRECISE,
    "precise coordinates",
    r"\d{1,3}\s?[°d:]\s?\d{1,2}\s?['′m:]\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″s]|'')?\s?[NSEWO][,; ]{0,3}(?:\d{1,3}\s?[°d:]\s?\d{1,2}\s?['′m:]\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″s]|'')?\s?[NSEWO])?",
)
MAPS_URL = _p(
    _E.GEO_PRECISE,
    "precise coordinates",
    r"(?:[@=/]|%40|q=|ll=)-?\d{1,2}\.\d{4,}(?:,|%2C|/)-?\d{1,3}\.\d{4,}",
    pair,
    flags=re.IGNORECASE,
)
PLUS_CODE = _p(_E.GEO_PRECISE, "plus code", r"(?<![\w+])[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])")
PHONE_INTERNATIONAL = _p(
    _E.PHONE,
    "phone number with country code",
    r"(?<![\w.+@/=-])\+\d(?:[ ().\-/ ]{0,3}\d){7,14}(?:\s?(?:x|ext\.?|extn\.?|#)\s?\d{1,6})?(?![\w@]|[.-]\d)",
    phone,
    flags=re.IGNORECASE,
)
PHONE = _p(
    _E.PHONE,
    "phone number",
    r"(?<![\w.+@/=:-])(?:\+|\(|00)?\d(?:[ ().\-/ ]{0,3}\d){6,14}(?:\s?(?:x|ext\.?|extn\.?|#)\s?\d{1,6})?(?![\w@:]|[.-]\d)",
    phone,
    proof=False,
    flags=re.IGNORECASE,
)
VIN = _p(_E.VEHICLE_ID, "vehicle identification number", rf"{_W}[A-HJ-NPR-Za-hj-npr-z0-9]{{17}}{_N}", vin, proof=False)
IMEI = _p(_E.DEVICE_ID, "IMEI", rf"{_W}\d{{2}}[ -]?\d{{6}}[ -]?\d{{6}}[ -]?\d{_N}", imei, proof=False)
COOKIE = _p(
    _E.ONLINE_ID,
    "browser cookie",
    r"(?<![\w.])(?:GA1\.\d\.\d{5,12}\.\d{9,10}|GS[12]\.\d\.\w{6,120}|fb\.[012]\.\d{10,13}\.\w{6,60}|_ga=[\w.]{10,60}|amp-[\w-]{16,60}|(?:IDE|DSID)=[\w-]{20,100}|v[12]_[0-9a-f]{32,64})(?![\w])",
)
UUID = _p(
    _E.DEVICE_ID,
    "UUID",
    r"(?<![\w-])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![\w-])",
    proof=False,
)
_AT = r"(?:\s?[\[({<]\s?(?:at|@|ät|chez|arroba|chiocciola|klammeraffe|ma[lł]pa)\s?[\])}>]\s?|\s?_at_\s?|\s(?:arroba|chiocciola|ma[lł]pa)\s)"
_DOT = r"(?:\s(?:dot|punkt|point|punto|ponto|kropka)\s|\s?[\[({<]\s?(?:dot|punkt|point|punto|ponto|kropka|\.)\s?[\])}>]\s?|\s?_dot_\s?)"
_LOCAL = rf"(?<![\w.])[\w.+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,3}}"
OBFUSCATED = _p(
    _E.EMAIL,
    "e-mail address in disguise",
    rf"{_LOCAL}(?:{_AT}[\w-]{{2,63}}(?:(?:{_DOT}|\.)[\w-]{{2,24}}){{1,4}}|\s(?:at|@)\s[\w-]{{2,63}}(?:{_DOT}[\w-]{{2,24}}){{1,4}}|\s?@\s?[\w-]{{2,63}}(?:{_DOT}[\w-]{{2,24}}){{1,4}})(?!\w)",
    flags=re.IGNORECASE,
)

_CHECKED = tuple(
    _p(_E.NATIONAL_ID, name, rf"{_W}(?:{expression}){_N}", _std(module), proof, re.IGNORECASE if proof else 0)
    for name, module, expression, proof in (
        ("US social security number", "us.ssn", r"\d{3}-\d\d-\d{4}", False),
        ("US taxpayer number", "us.itin", r"9\d\d-\d\d-\d{4}", False),
        ("Brazilian CPF", "br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d\d", True),
        ("Spanish DNI or NIE", "es.nif", r"[XYZ]?-?\d{7,8}-?[A-HJ-NP-TV-Z]", True),
        ("Italian codice fiscale", "it.codicefiscale", r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]", True),
        ("French NIR", "fr.nir", r"[1-478] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", True),
        ("Polish PESEL", "pl.pesel", r"\d{11}", False),
        ("Belgian national number", "be.nn", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d|\d{11}", False),
        ("Swedish personal number", "se.personnummer", r"(?:\d\d)?\d{6}[-+]\d{4}", True),
        ("Finnish personal code", "fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", True),
        ("Danish CPR number", "dk.cpr", r"\d{6}-\d{4}", False),
        ("Norwegian birth number", "no.fodselsnummer", r"\d{6} ?\d{5}", False),
        ("Czech or Slovak birth number", "cz.rc", r"\d{6}/\d{3,4}", True),
        ("Bulgarian EGN", "bg.egn", r"\d{10}", False),
        ("Romanian CNP", "ro.cnp", r"[1-8]\d{12}", False),
        ("Baltic personal code", "ee.ik", r"[1-8]\d{10}", False),
        ("Latvian personal code", "lv.pvn", r"\d{6}-\d{5}", True),
        ("Croatian OIB", "hr.oib", r"\d{11}", False),
        ("EMŠO or JMBG", "si.emso", r"\d{13}", False),
        ("Swiss AHV number", "ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d\d", True),
        ("German tax number", "de.idnr", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", False),
        ("Austrian insurance number", "at.vnr", r"[1-9]\d{3} ?\d{6}", False),
        ("Dutch BSN", "nl.bsn", r"\d{9}", False),
        ("Irish PPS number", "ie.pps", r"\d{7}[A-W][A-IW]?", True),
        ("Icelandic kennitala", "is_.kennitala", r"\d{6}-\d{4}", True),
        ("Turkish TCKN", "tr.tckimlik", r"[1-9]\d{10}", False),
        ("Greek AMKA", "gr.amka", r"\d{11}", False),
        ("Portuguese citizen card", "pt.cc", r"\d{8} ?\d ?[A-Z0-9]{2}\d", True),
        ("Portuguese NIF", "pt.nif", r"[123]\d{8}", False),
        ("Indian Aadhaar", "in_.aadhaar", r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}|[2-9]\d{11}", False),
        ("Indian PAN", "in_.pan", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", True),
        ("Chinese resident number", "cn.ric", r"\d{17}[\dX]", True),
        ("Korean resident number", "kr.rrn", r"\d{6}-\d{7}", True),
        ("Chilean RUT", "cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dK]|\d{7,8}-[\dK]", True),
        ("Argentine CUIT or CUIL", "ar.cuit", r"2[0347]-\d{8}-\d|2[0347]\d{9}", True),
        ("Mexican CURP", "mx.curp", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d", True),
        ("Mexican RFC", "mx.rfc", r"[A-ZÑ&]{4}\d{6}[0-9A-Z]{3}", True),
        ("Canadian SIN", "ca.sin", r"\d{3}[ -]\d{3}[ -]\d{3}", True),
        ("South African ID", "za.idnr", r"\d{6} ?\d{4} ?[01]\d\d|\d{13}", False),
        ("Israeli ID", "il.idnr", r"\d{9}", False),
        ("Taiwanese or Malaysian ID", "my.nric", r"\d{6}-\d\d-\d{4}", True),
        ("Thai PIN", "th.pin", r"\d-?\d{4}-?\d{5}-?\d\d-?\d", False),
        ("Pakistani CNIC", "pk.cnic", r"\d{5}-\d{7}-\d", True),
        ("NHS number", "gb.nhs", r"\d{3}[ -]\d{3}[ -]\d{4}", True),
        ("Ecuadorian cédula", "ec.ci", r"[0-2]\d{9}", False),
        ("Dominican cédula", "do.cedula", r"\d{3}-\d{7}-\d", True),
        ("Russian INN", "ru.inn", r"\d{12}", False),
        ("Indonesian NIK", "id.nik", r"\d{16}", False),
        ("Japanese My Number", "jp.in_", r"\d{12}|\d{4} \d{4} \d{4}", False),
        ("Ukrainian RNTRC", "ua.rntrc", r"\d{10}", False),
        ("Lithuanian personal code", "lt.asmens", r"[3-6]\d{10}", False),
        ("Peruvian DNI with check", "pe.cui", r"\d{8}-?[0-9A-K]", False),
    )
)  # fmt: skip
NATIONAL: tuple[Pattern, ...] = (
    *_CHECKED,
    _p(_E.NATIONAL_ID, "UK national insurance number", rf"{_W}(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]{_N}"),
    _p(_E.NATIONAL_ID, "Russian SNILS", rf"{_W}\d{{3}}-\d{{3}}-\d{{3}} \d\d{_N}"),
    _p(_E.NATIONAL_ID, "Taiwanese ID", rf"{_W}[A-Z][12]\d{{8}}{_N}", proof=False),
    _p(_E.NATIONAL_ID, "Hong Kong ID", rf"{_W}[A-Z]{{1,2}}\d{{6}}\([0-9A]\){_N}"),
    _p(_E.NATIONAL_ID, "Singaporean NRIC", rf"{_W}[STFGM]\d{{7}}[A-Z]{_N}", proof=False),
)  # fmt: skip

PROOFS: tuple[Pattern, ...] = (
    EMAIL, JWT, TOKENS, HASHED, PRIVATE_KEY, CREDENTIALS_URL, PASSWORD, IBAN, IP4, IP6, MAC, PROFILE, GEO_URI, WKT, LATLON, DMS, MAPS_URL,
    PLUS_CODE, PHONE_INTERNATIONAL, COOKIE, OBFUSCATED, *(p for p in NATIONAL if p.proof),
)  # fmt: skip
SHAPES: tuple[Pattern, ...] = (CARD, IMEI, *(p for p in NATIONAL if not p.proof), VIN, UUID, PHONE)
PATTERNS: tuple[Pattern, ...] = (*PROOFS, *SHAPES)
