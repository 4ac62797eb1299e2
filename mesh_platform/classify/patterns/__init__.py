"""What a value looks like: one pattern per kind, with its check digits, for a whole cell and for spans inside text alike.

Each expression is bounded (no nested repeats), carries its own edges as look-arounds, and is cheap; the validator behind it decides. A
`proof` stands by itself wherever it is found; a `shape` needs a share of the column, a name or words beside it.
"""

from __future__ import annotations

from mesh_platform.classify.patterns.contact import (
    EMAIL,
    MAILBOX,
    OBFUSCATED,
    PHONE,
    PHONE_INTERNATIONAL,
    PROFILE,
    REGIONS,
    phone_possible,
    phone_somewhere,
    phone_valid,
)
from mesh_platform.classify.patterns.device import COOKIE, ICCID, IMEI, IP4, IP6, MAC, UUID, VIN, public_ip, vin_checked
from mesh_platform.classify.patterns.finance import CARD, IBAN, luhn
from mesh_platform.classify.patterns.government import MRZ, MRZ_BIRTH, MRZ_NAME, NATIONAL
from mesh_platform.classify.patterns.pattern import LONGEST_CELL, Pattern, digits, standard
from mesh_platform.classify.patterns.places import DMS, GEO_URI, GRID, ISO6709, LATLON, MAPS_URL, NMEA, PLUS_CODE, WKB, WKT
from mesh_platform.classify.patterns.secrets import CREDENTIALS_URL, HASHED, JWT, PASSWORD, PRIVATE_KEY, TOKENS

PROOFS: tuple[Pattern, ...] = (
    EMAIL, JWT, TOKENS, HASHED, PRIVATE_KEY, CREDENTIALS_URL, PASSWORD, IBAN, IP4, IP6, MAC, PROFILE, GEO_URI, WKT, WKB, NMEA, GRID, LATLON, DMS, MAPS_URL,
    PLUS_CODE, PHONE_INTERNATIONAL, COOKIE, OBFUSCATED, ISO6709, *(p for p in NATIONAL if p.proof),
)  # fmt: skip
SHAPES: tuple[Pattern, ...] = (
    CARD,
    IMEI,
    ICCID,
    MRZ,
    MRZ_NAME,
    MRZ_BIRTH,
    MAILBOX,
    *(p for p in NATIONAL if not p.proof),
    VIN,
    UUID,
    PHONE,
)
PATTERNS: tuple[Pattern, ...] = (*PROOFS, *SHAPES)

__all__ = ["CARD", "COOKIE", "CREDENTIALS_URL", "DMS", "EMAIL", "GEO_URI", "GRID", "HASHED", "IBAN", "ICCID", "IMEI", "IP4", "IP6", "ISO6709", "JWT", "LATLON", "LONGEST_CELL", "MAC", "MAILBOX", "MAPS_URL", "MRZ", "MRZ_BIRTH", "MRZ_NAME", "NATIONAL", "NMEA", "OBFUSCATED", "PASSWORD", "PATTERNS", "PHONE", "PHONE_INTERNATIONAL", "PLUS_CODE", "PRIVATE_KEY", "PROFILE", "PROOFS", "REGIONS", "SHAPES", "TOKENS", "UUID", "VIN", "WKB", "WKT", "Pattern", "digits", "luhn", "phone_possible", "phone_somewhere", "phone_valid", "public_ip", "standard", "vin_checked"]  # fmt: skip
