"""What a value looks like: one pattern per kind, with its check digits, for a whole cell and for spans inside text alike.

Each expression is bounded (no nested repeats), carries its own edges as look-arounds, and is cheap; the validator behind it decides. A
`proof` stands by itself wherever it is found; a `shape` needs a share of the column, a name or words beside it.
"""

from __future__ import annotations

from mesh_platform.classify.patterns.contact import (
    EMAIL,
    OBFUSCATED,
    PHONE,
    PHONE_INTERNATIONAL,
    PROFILE,
    phone_possible,
    phone_somewhere,
    phone_valid,
)
from mesh_platform.classify.patterns.device import COOKIE, IMEI, IP4, IP6, MAC, UUID, VIN, vin_checked
from mesh_platform.classify.patterns.finance import CARD, IBAN, luhn
from mesh_platform.classify.patterns.government import NATIONAL
from mesh_platform.classify.patterns.pattern import LONGEST_CELL, Pattern, digits, standard
from mesh_platform.classify.patterns.places import DMS, GEO_URI, LATLON, MAPS_URL, PLUS_CODE, WKT
from mesh_platform.classify.patterns.secrets import CREDENTIALS_URL, HASHED, JWT, PASSWORD, PRIVATE_KEY, TOKENS

PROOFS: tuple[Pattern, ...] = (
    EMAIL, JWT, TOKENS, HASHED, PRIVATE_KEY, CREDENTIALS_URL, PASSWORD, IBAN, IP4, IP6, MAC, PROFILE, GEO_URI, WKT, LATLON, DMS, MAPS_URL,
    PLUS_CODE, PHONE_INTERNATIONAL, COOKIE, OBFUSCATED, *(p for p in NATIONAL if p.proof),
)  # fmt: skip
SHAPES: tuple[Pattern, ...] = (CARD, IMEI, *(p for p in NATIONAL if not p.proof), VIN, UUID, PHONE)
PATTERNS: tuple[Pattern, ...] = (*PROOFS, *SHAPES)

__all__ = ["CARD", "COOKIE", "CREDENTIALS_URL", "DMS", "EMAIL", "GEO_URI", "HASHED", "IBAN", "IMEI", "IP4", "IP6", "JWT", "LATLON", "LONGEST_CELL", "MAC", "MAPS_URL", "NATIONAL", "OBFUSCATED", "PASSWORD", "PATTERNS", "PHONE", "PHONE_INTERNATIONAL", "PLUS_CODE", "PRIVATE_KEY", "PROFILE", "PROOFS", "SHAPES", "TOKENS", "UUID", "VIN", "WKT", "Pattern", "digits", "luhn", "phone_possible", "phone_somewhere", "phone_valid", "standard", "vin_checked"]  # fmt: skip
