"""Cards and bank accounts, by their check digits."""

from __future__ import annotations

import re

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns.pattern import digits, pattern


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


_COUNTRIES = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18
FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22
RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
_IBAN_LENGTHS = {code[:2]: int(code[2:]) for code in _COUNTRIES.split()}


def iban(text: str) -> bool:
    """ISO 13616: the country, its length, mod 97, and letters and digits where the country has them: chance seldom gets that far."""
    plain = re.sub(r"[\s.-]", "", text).upper()
    if _IBAN_LENGTHS.get(plain[:2]) != len(plain) or not plain.isalnum() or not plain.isascii():
        return False
    moved = plain[4:] + plain[:4]
    if not 2 <= int(plain[2:4]) <= 98 or int("".join(str(int(c, 36)) for c in moved)) % 97 != 1:
        return False
    from stdnum import iban as registered

    return bool(registered.is_valid(plain, check_country=False))


IBAN = pattern(
    Entity.IBAN,
    "IBAN",
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
    iban,
    flags=re.IGNORECASE,
)
CARD = pattern(
    Entity.CREDIT_CARD,
    "card number",
    r"(?<![\w.+-])(?:\d{12,19}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]?\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w-]|\.\d)",
    card,
    proof=False,
)
