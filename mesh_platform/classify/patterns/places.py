"""Where persons are, to a hundred metres or closer."""

from __future__ import annotations

import re

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
    r"\d{1,3}\s?[°d:]\s?\d{1,2}\s?['′m:]\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″s]|'')?\s?[NSEWO][,; ]{0,3}(?:\d{1,3}\s?[°d:]\s?\d{1,2}\s?['′m:]\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″s]|'')?\s?[NSEWO])?",
)
MAPS_URL = pattern(
    Entity.GEO_PRECISE,
    "precise coordinates",
    r"(?:[@=/]|%40|q=|ll=)-?\d{1,2}\.\d{4,}(?:,|%2C|/)-?\d{1,3}\.\d{4,}",
    pair,
    flags=re.IGNORECASE,
)
PLUS_CODE = pattern(Entity.GEO_PRECISE, "plus code", r"(?<![\w+])[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])")
