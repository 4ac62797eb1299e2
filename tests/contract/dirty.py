"""Dirty values of every type, with missing ones, twins and edges, and pandera's built-in checks with bounds that lie on those edges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa

from tests.contract.oracles import MakeCheck

NAN, INF = float("nan"), float("inf")
FIRST, NEXT = datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 0, 0, 1)

VALUES: dict[str, tuple[pa.DataType, list[Any]]] = {
    "integer": (pa.int64(), [None, -5, 0, 1, 1, 10, 11, 2**62]),
    "small": (pa.int16(), [None, -5, 0, 1, 1, 10, 11, 2**15 - 1]),
    "double": (pa.float64(), [None, NAN, NAN, -0.0, 0.0, 1.5, 10.0, 10.000001, INF, -INF]),
    "single": (pa.float32(), [None, NAN, 0.1, 0.1, 0.25, 16777217.0, INF]),
    "string": (
        pa.string(),
        [
            *(None, "", "a", "A", "a", "ab", "abc", "ä", "😀", "e\u0301", "é", "a\nb", "abc\n", " a", "it's", 'q"q', "back\\s"),
            *("%", "_", "ABC-123", "b|a", "NULL", "\u200b", "x" * 300),
        ],
    ),
    "decimal": (
        pa.decimal128(12, 4),
        [None, *map(Decimal, ("0.0001", "1.1", "10", "-3.5", "9999999.9999", "1.1", "0.0002"))],
    ),
    "boolean": (pa.bool_(), [None, True, False, True]),
    "date": (pa.date32(), [None, date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(9999, 12, 31), date(2024, 2, 29)]),
    "timestamp": (
        pa.timestamp("us"),
        [None, datetime(1969, 12, 31, 23, 59, 59, 999999), FIRST, NEXT, datetime(2262, 1, 1), FIRST],
    ),
    "timestamptz": (
        pa.timestamp("us", "UTC"),
        [None, *(moment.replace(tzinfo=UTC) for moment in (datetime(1970, 1, 1), FIRST, NEXT, NEXT))],
    ),
    "time": (pa.time64("us"), [None, time(0), time(12), time(23, 59, 59, 999999), time(12)]),
}

EDGES: dict[str, tuple[Any, Any]] = {
    "integer": (0, 10),
    "small": (0, 10),
    "double": (0.0, 10.0),
    "single": (0.1, 16777217.0),
    "string": ("a", "b"),
    "decimal": (Decimal("0.0001"), Decimal("1.1")),
    "boolean": (True, True),
    "date": (date(1969, 12, 31), date(2024, 2, 29)),
    "timestamp": (FIRST, NEXT),
    "timestamptz": (FIRST.replace(tzinfo=UTC), NEXT.replace(tzinfo=UTC)),
    "time": (time(12), time(23)),
}

PATTERNS = ["a", "a|b", "^a|b", "(?i)a", r"(?:[A-Z]{3}-\d+)$", ".", "a.b", "it's", r"b\|a", "[^ ]*", "a$", "[a-z]+$", r"\w+$"]
STRICT_TEXTS = ["str_matches a", "str_contains a", "str_startswith a", "str_endswith a", "str_length, both"]
TEXTS = ["a", "", "%", "_", "it's", "é", "\\"]


def checks_of(kind: str) -> Mapping[str, MakeCheck]:
    """Pandera's built-in checks for a column of this kind, as they are and (`…!`) with `ignore_na=False`."""
    low, high = EDGES[kind]
    present = {value for value in VALUES[kind][1] if value is not None and value == value}
    checks: dict[str, MakeCheck] = {
        "equal_to": lambda check, **options: check.equal_to(low, **options),
        "not_equal_to": lambda check, **options: check.not_equal_to(low, **options),
        "isin": lambda check, **options: check.isin([low, high], **options),
        "isin with null": lambda check, **options: check.isin([low, None], **options),
        "notin": lambda check, **options: check.notin([low, high], **options),
        "unique_values_eq": lambda check, **options: check.unique_values_eq(present, **options),
        "unique_values_eq, one short": lambda check, **options: check.unique_values_eq(present - {low}, **options),
    }
    if kind != "boolean":
        checks |= {
            "greater_than": lambda check, **options: check.greater_than(low, **options),
            "greater_than_or_equal_to": lambda check, **options: check.greater_than_or_equal_to(low, **options),
            "less_than": lambda check, **options: check.less_than(high, **options),
            "less_than_or_equal_to": lambda check, **options: check.less_than_or_equal_to(high, **options),
            "in_range": lambda check, **options: check.in_range(low, high, **options),
            "in_range, open": lambda check, **options: check.in_range(low, high, include_min=False, include_max=False, **options),
        }
    strict = {f"{name}!": partial(make, ignore_na=False) for name, make in checks.items()}
    if kind == "string":
        texts = _text_checks()
        checks |= texts
        strict |= {f"{name}!": partial(texts[name], ignore_na=False) for name in STRICT_TEXTS}
    return {**checks, **strict}


def _text_checks() -> dict[str, MakeCheck]:
    checks: dict[str, MakeCheck] = {}
    for pattern in PATTERNS:
        checks[f"str_matches {pattern}"] = partial(_called, "str_matches", pattern)
        checks[f"str_contains {pattern}"] = partial(_called, "str_contains", pattern)
    for text in TEXTS:
        checks[f"str_startswith {text}"] = partial(_called, "str_startswith", text)
        checks[f"str_endswith {text}"] = partial(_called, "str_endswith", text)
    checks["str_length, both"] = lambda check, **options: check.str_length(1, 2, **options)
    checks["str_length, most"] = lambda check, **options: check.str_length(max_value=1, **options)
    checks["str_length, least"] = lambda check, **options: check.str_length(min_value=2, **options)
    checks["str_length, exact"] = lambda check, **options: check.str_length(exact_value=1, **options)
    return checks


def _called(method: str, argument: str, check: Any, /, **options: Any) -> Any:
    return getattr(check, method)(argument, **options)


def column(kind: str, values: list[Any] | None = None) -> pa.Table:
    """A table with one column `x` of that kind: the dirty values, or those given."""
    arrow, dirty = VALUES[kind]
    return pa.table({"x": pa.array(dirty if values is None else values, type=arrow)})
