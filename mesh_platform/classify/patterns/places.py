"""Where persons are, to a hundred metres or closer."""

from __future__ import annotations

import re
import struct

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns.pattern import pattern


def pair(text: str) -> bool:
    """Two coordinates with three decimals or more: about a hundred metres."""
    numbers = [float(n) for n in re.findall(r"-?\d{1,3}\.\d{3,}", text)]
    return (
        len(numbers) >= 2
        and abs(numbers[0]) <= 180
        and abs(numbers[1]) <= 180
        and (abs(numbers[0]) <= 90 or abs(numbers[1]) <= 90)
    )


def binary_point(text: str) -> bool:
    """OGC 06-103r4: a point of two doubles that is on earth and not on a full degree."""
    data = bytes.fromhex(re.sub(r"^(?:\\x|0x)", "", text, flags=re.IGNORECASE))
    order = "<" if data[0] else ">"
    start = 9 if data[1:5] in (b"\x01\x00\x00\x20", b"\x20\x00\x00\x01") else 5
    if len(data) < start + 16:
        return False
    x, y = struct.unpack(order + "dd", data[start : start + 16])
    return bool(abs(x) <= 180 and abs(y) <= 90 and (x % 1 != 0 or y % 1 != 0))


GEO_URI = pattern(Entity.GEO_PRECISE, "precise coordinates", r"\bgeo:-?\d{1,2}\.\d{3,},-?\d{1,3}\.\d{3,}[\w;=.,]{0,40}", pair)
WKT = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates",
    r"(?:SRID=\d{4,6};)?POINT ?[ZM]{0,2} ?\(-?\d{1,3}\.\d{3,} -?\d{1,3}\.\d{3,}(?: -?[\d.]{1,12}){0,2}\)",
    pair,
    flags=re.IGNORECASE,
)
LATLON = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates",
    r"(?<![\w.])[\[(]?-?\d{1,3}\.\d{4,}°?\s?[NSns]?\s?[,;/ |]\s?-?\d{1,3}\.\d{4,}°?\s?[EWOewo]?[\])]?(?![\w]|\.\d)",
    pair,
)
DMS = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates",
    r"(?<![\w:])\d{1,3}\s?[°d:]\s?\d{1,2}\s?['′m:]\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″s]|'')?\s?[NSEWO][,; ]{0,3}(?:\d{1,3}\s?[°d:]\s?\d{1,2}\s?['′m:]\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″s]|'')?\s?[NSEWO])?(?![\w:])",
)
ISO6709 = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates",
    r"(?<![\d.+-])[+-]\d{2,6}\.\d{3,}[+-]\d{3,7}\.\d{3,}(?:[+-]\d{1,5}(?:\.\d+)?)?/?(?!\d)",
)
NMEA = pattern(
    Entity.GEO_PRECISE,
    "position sentence of a receiver",
    r"\$G[A-Z](?:GGA|RMC|GLL|GNS),[\dAV.,]{0,16}\d{3,4}\.\d{2,6},[NS],\d{4,5}\.\d{2,6},[EW]",
)
WKB = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates in well-known binary",
    r"(?<![0-9A-Fa-f])(?:\\x|0x)?0[01](?:01000000|00000001|01000020[0-9A-Fa-f]{8}|20000001[0-9A-Fa-f]{8}|e9030000|000003e9)(?:[0-9A-Fa-f]{2}){16,24}(?![0-9A-Fa-f])",
    binary_point,
    flags=re.IGNORECASE,
)
GRID = pattern(
    Entity.GEO_PRECISE,
    "grid reference",
    r"(?<![\w-])(?:\d{1,2}[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?\d{4,5} ?\d{4,5}|\d{1,2}[C-HJ-NP-X] \d{6}(?:\.\d+)? \d{7}(?:\.\d+)?)(?![\w-])",
)
MAPS_URL = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates",
    r"(?:[@=/]|%40|q=|ll=)-?\d{1,2}\.\d{4,}(?:,|%2C|/)-?\d{1,3}\.\d{4,}",
    pair,
    flags=re.IGNORECASE,
)
PLUS_CODE = pattern(Entity.GEO_PRECISE, "plus code", r"(?<![\w+])[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])")
