"""Bounds and value sets as descriptors write them, read as values of the column's own type.

YAML gives `0.1` as a float and `2024-01-01` as a date or a text; compared as such with a decimal or a timestamp, the engine would round or
cast, and a rule would hold that should not. A bound that is no value of its column's type is refused here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from uuid import UUID

from mesh_platform.product import ColumnType

Value = str | bool | int | float | Decimal | datetime | date | time | UUID


def read_bound(value: object, kind: ColumnType) -> Value:
    """`value` as a value of `kind`.

    Raises:
        ValueError: where it is none.
    """
    reader = _READERS.get(kind.text.partition("(")[0])
    if reader is None:
        raise ValueError(f"a column of type {kind.text} takes no bounds or values")
    try:
        return reader(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ValueError(f"{value!r} is no value of type {kind.text}") from error


def _integer(value: object) -> int:
    if isinstance(value, bool):
        raise ValueError
    number = Decimal(str(value))
    if number != int(number):
        raise ValueError
    return int(number)


def _decimal(value: object) -> Decimal:
    number = Decimal(str(value))
    if isinstance(value, bool) or not number.is_finite():
        raise ValueError
    return number


def _double(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError
    return float(value)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _date(value: object) -> date:
    moment = _moment(value)
    if moment.time() != time() or moment.tzinfo is not None:
        raise ValueError
    return moment.date()


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.fromisoformat(_string(value))


def _naive(value: object) -> datetime:
    moment = _moment(value)
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _aware(value: object) -> datetime:
    moment = _moment(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_READERS: dict[str, Callable[[object], Value]] = {
    "string": _string,
    "boolean": _boolean,
    "int8": _integer,
    "int16": _integer,
    "int32": _integer,
    "integer": _integer,
    "float": _double,
    "double": _double,
    "decimal": _decimal,
    "date": _date,
    "time": lambda value: time.fromisoformat(_string(value)),
    "timestamp": _naive,
    "timestamptz": _aware,
    "uuid": lambda value: UUID(_string(value)),
}
