"""What each mask may show of a value, written down a second time: the probe of masks shares no expression with the masks themselves.

Over text, since every type of the engine can be written as text and not every date or number can be had in Python. Where these and a mask differ,
the probe says that the mask leaks; a new mask comes with an entry here, which a test asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from mesh_platform.access.masks import REDACT, TOKEN

Fits = Callable[[str, str], bool]
"""Whether what stands in place of a value, the first, shows no more of it, the second, than the mask says."""

_DOTS = "…"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_DECADE = re.compile(r"-?\d*0s")
_DAY = re.compile(r"(\d+)-(\d\d)-(\d\d)")


def _last4(shown: str, value: str) -> bool:
    return shown == _DOTS or (len(value) > 7 and shown == _DOTS + value[-4:])


def _bin_last4(shown: str, value: str) -> bool:
    return shown == _DOTS or (len(value) > 12 and shown == value[:6] + _DOTS + value[-4:])


def _email_domain(shown: str, value: str) -> bool:
    return shown == _DOTS or ("@" in value and shown == f"{_DOTS}@{value.rpartition('@')[2]}")


def _zip3(shown: str, value: str) -> bool:
    return shown == _DOTS or (len(value) > 4 and shown == value[:3] + _DOTS)


_NO_PLACE = 1e9
"""Beyond it a number is no degree, and the engine's rounding keeps its own noise."""


def _geo(shown: str, value: str) -> bool:
    try:
        told, whole = float(shown), float(value)
    except ValueError:
        return False
    if not abs(whole) < _NO_PLACE:  # not a number, too
        return True
    return abs(told * 10 - round(told * 10)) < 1e-6 and abs(told - whole) <= 0.0501


def _first_of(month: bool) -> Fits:
    def fits(shown: str, value: str) -> bool:
        told, whole = _DAY.match(shown), _DAY.match(value)
        if told is None or whole is None:  # the engine's own words for what is no day, such as infinity
            return not re.search(r"\d", shown)
        rest = (whole[2] if month else "01", "01")
        return (told[2], told[3]) == rest and told[1] == whole[1] and ":" not in shown

    return fits


MAY_SHOW: Mapping[str, Fits] = {
    REDACT: lambda shown, value: False,
    TOKEN: lambda shown, value: shown != value and _TOKEN.fullmatch(shown) is not None,
    "last4": _last4,
    "bin_last4": _bin_last4,
    "email_domain": _email_domain,
    "year": _first_of(month=False),
    "month": _first_of(month=True),
    "age_band": lambda shown, value: _DECADE.fullmatch(shown) is not None,
    "zip3": _zip3,
    "geo": _geo,
}
"""By mask. A null tells nothing of a value, and is no matter of theirs."""


def leaking(mask: str, shown: list[str | None], values: list[str | None]) -> int:
    """How many rows show more of their value than the mask may; all that show any, of a mask that nobody has written down."""
    fits = MAY_SHOW.get(mask, MAY_SHOW[REDACT])
    return sum(one is not None and (value is None or not fits(one, value)) for one, value in zip(shown, values, strict=True))
