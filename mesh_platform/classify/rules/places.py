"""Where a person is: coordinates and grid cells that a name explains."""

from __future__ import annotations

import re

from mesh_platform.classify import forms, names
from mesh_platform.classify.case import Case
from mesh_platform.classify.entities import Entity


def places(case: Case) -> None:
    found = case.found
    named = case.named(Entity.GEO_PRECISE)
    if names.of_a_place(case.name) or named < 0.45 or (found.rows >= 40 and found.distinct < 0.25 * found.rows):
        return
    precise = found.share(re.compile(r"-?\d{1,3}[.,]\d{4,}"))
    if precise >= 0.5 and found.numbers and all(abs(n) <= 180 for n in found.numbers):
        case.tell(Entity.GEO_PRECISE, 1, "named as coordinate, with four decimals or more")
    elif (
        found.numbers
        and found.share(re.compile(r"-?\d{6,10}")) >= 0.7
        and all(abs(n) <= 1.8e9 for n in found.numbers)
        and "id" not in names.tokens(case.name)
    ):
        case.tell(Entity.GEO_PRECISE, 1, "named as coordinate, as a scaled integer")
    elif (
        found.share(forms.GEOHASH) >= 0.9
        and len({len(v) for v in found.sample}) <= 3
        and any(re.search(r"\d", v) for v in found.sample)
    ):
        case.tell(Entity.GEO_PRECISE, 1, "named as place, with the alphabet of geohashes")
    elif found.share(forms.H3) >= 0.8 or found.share(re.compile(r"[0-3]{12,24}")) >= 0.9:
        case.tell(Entity.GEO_PRECISE, 1, "named as place, with the form of a grid cell")
