"""Which form an answer has: the `Accept` header (RFC 9110, 12.5.1), read strictly and never echoed."""

from __future__ import annotations

import re

from mesh_platform.api.forms import FORMS, JSON
from mesh_platform.api.problems import Refused
from mesh_platform.errors import Finding

MOST = 20
_RANGE = re.compile(r"([a-z0-9!#$&^_.+-]+|\*)/([a-z0-9!#$&^_.+-]+|\*)", re.IGNORECASE | re.ASCII)
_Q = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE | re.ASCII)


def form_of(accept: str | None) -> str:
    """The form that the caller likes best; JSON where they do not mind.

    Raises:
        Refused: HTTP-06 (406), where they want none that there is.
    """
    if accept is None or not accept.strip():
        return JSON
    wanted = [found for part in accept.split(",")[:MOST] if (found := _range(part.strip())) is not None]
    best = max(((_quality(form, wanted), -i, form) for i, form in enumerate(FORMS)), default=(0.0, 0, ""))
    if best[0] > 0:
        return best[2]
    why = f"An answer has one of these forms: {', '.join(FORMS)}."
    raise Refused(406, Finding("HTTP-06", "the header Accept", why, "Ask for one of them, or leave the header out."))


def _range(part: str) -> tuple[str, float] | None:
    name, *parameters = (each.strip() for each in part.split(";"))
    if _RANGE.fullmatch(name) is None:
        return None
    quality = 1.0
    for each in parameters:
        if each.lower().startswith("q="):
            found = _Q.fullmatch(each)
            if found is None:
                return None
            quality = float(found.group(1))
    return name.lower(), quality


def _quality(form: str, wanted: list[tuple[str, float]]) -> float:
    """What the most exact range that names the form says of it."""
    for name in (form, f"{form.partition('/')[0]}/*", "*/*"):
        if found := [quality for given, quality in wanted if given == name]:
            return max(found)
    return 0.0
