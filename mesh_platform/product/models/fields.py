"""Words of a descriptor that stand in YAML as text: spans, types, keys, and where an error inside of one stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from mesh_platform.product.durations import Span
from mesh_platform.product.key import ProductKey
from mesh_platform.product.types import ColumnType


def _span(value: object) -> object:
    return Span.parse(value) if isinstance(value, str) else value


def _type(value: object) -> object:
    return ColumnType.parse(value) if isinstance(value, str) else value


def _key(value: object) -> object:
    return ProductKey.as_written(value) if isinstance(value, str) else value


SpanField = Annotated[Span, BeforeValidator(_span, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
TypeField = Annotated[
    ColumnType, BeforeValidator(_type, json_schema_input_type=str), PlainSerializer(lambda kind: kind.text, return_type=str)
]
KeyField = Annotated[ProductKey, BeforeValidator(_key, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Scalar = str | bool | int | float | datetime | date


def misplaced(place: tuple[str | int, ...], why: str) -> PydanticCustomError:
    """An error at `place` below the one that found it."""
    return PydanticCustomError("misplaced", "{why}", {"why": why, "at": place})
