"""`/v1/products/{domain}/{product}/data`: columns, simple filters and an order, made into one statement and read like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.requests import Request
from starlette.responses import Response

from mesh_platform.access.served import Served
from mesh_platform.api.answers import MOST_ROWS
from mesh_platform.api.answers import query as answered
from mesh_platform.api.asking import Searched, TheCaller, TheService
from mesh_platform.api.names import TheProduct
from mesh_platform.api.problems import Refused
from mesh_platform.api.querying import ANSWER
from mesh_platform.errors import Finding, UsageProblem
from mesh_platform.product import Product, ProductKey
from mesh_platform.product.sql_engine import quoted

router = APIRouter(tags=["read"])
MOST_FILTERS, MOST_VALUES = 20, 1_000
_COMPARED: Mapping[str, str] = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
OPERATORS = (*_COMPARED, "in", "prefix", "null")
_TEXT = Annotated[str, Field(max_length=2_000)]


class Wanted(Searched):
    """Which rows are wanted."""

    purpose: str | None = Field(default=None, max_length=200, description="What the rows are for; a read without one is denied.")
    columns: str | None = Field(
        default=None, max_length=20_000, description="Names separated by commas; all that is granted where none is named."
    )
    where: list[_TEXT] = Field(
        default=[],
        max_length=MOST_FILTERS,
        description=f"`column:operator:value`, all of which must hold. Operators: {', '.join(OPERATORS)}; `in` takes a JSON list, `null` true or false.",
        examples=[["segment:eq:gold", 'region:in:["north", "south"]']],
    )
    order: str | None = Field(
        default=None, max_length=2_000, description="Names separated by commas; `-` before one for descending."
    )
    limit: int = Field(default=1_000, ge=1, le=MOST_ROWS, description="At most so many rows; the answer says whether it was cut.")
    as_of: AwareDatetime | None = Field(
        default=None,
        description="The moment whose version is wanted. Versions before the one that is served are not handed out (403).",
    )


@router.get(
    "/v1/products/{domain}/{product}/data",
    response_class=Response,
    responses=ANSWER,
    summary="Rows of one product",
    operation_id="data",
)
async def data(
    request: Request, caller: TheCaller, service: TheService, key: TheProduct, wanted: Annotated[Wanted, Query()]
) -> Response:
    """Rows, raw or masked as contracts and grants say. Filters and orders see what the caller would see."""
    statement = selected(service.mesh().product(key), wanted)
    admit = _present(wanted.as_of) if wanted.as_of is not None else None
    return await answered(service, request, caller, wanted.purpose, statement.sql, statement.parameters, wanted.limit, admit)


@dataclass(frozen=True, slots=True)
class Selected:
    """A statement and its bound values."""

    sql: str
    parameters: tuple[object, ...] = ()


def selected(product: Product, wanted: Wanted) -> Selected:
    """The statement that is meant; every value is bound, and every name is quoted.

    Raises:
        UsageProblem: HTTP-17, where a filter or a name is none.
    """
    names = [quoted(column_name(each)) for each in wanted.columns.split(",")] if wanted.columns is not None else ["*"]
    where, values = filtered(product, wanted.where)
    order = f" ORDER BY {', '.join(map(_ordered, wanted.order.split(',')))}" if wanted.order is not None else ""
    return Selected(f"SELECT {', '.join(names)} FROM {relation(product.key)}{where}{order}", values)


def filtered(product: Product, filters: Sequence[str]) -> tuple[str, tuple[object, ...]]:
    """The WHERE of some filters, and its values."""
    found = [condition(product, each) for each in filters]
    text = f" WHERE {' AND '.join(each for each, _ in found)}" if found else ""
    return text, tuple(value for _, values in found for value in values)


def relation(key: ProductKey) -> str:
    return f"{quoted(key.domain)}.{quoted(key.name)}"


def condition(product: Product, text: str) -> tuple[str, list[object]]:
    name, _, rest = text.partition(":")
    operator, colon, value = rest.partition(":")
    column = quoted(column_name(name))
    if not colon or operator not in OPERATORS:
        raise refused(f"A filter is column:operator:value, with one of the operators {', '.join(OPERATORS)}.")
    if operator == "null":
        if value not in ("true", "false"):
            raise refused("`null` takes true or false.")
        return f"({column} IS {'' if value == 'true' else 'NOT '}NULL)", []
    if operator == "prefix":
        return f"starts_with({column}, ?)", [value]
    bound = _bound(product, name)
    if operator == "in":
        values = _list(value)
        return f"({column} IN ({', '.join([bound] * len(values))}))", values
    return f"({column} {_COMPARED[operator]} {bound})", [value]


def _bound(product: Product, name: str) -> str:
    """A bound text as the column's type; as it comes where the product declares no such column: then the decision refuses it."""
    column = product.descriptor.columns.get(name)
    return "?" if column is None or column.type.text == "string" else f"CAST(? AS {column.type.duckdb})"


def _list(value: str) -> list[object]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if (
        not isinstance(found, list)
        or not 0 < len(found) <= MOST_VALUES
        or not all(isinstance(v, str | int | float) for v in found)
    ):
        raise refused(f"`in` takes a JSON list of 1 to {MOST_VALUES} texts and numbers.")
    return [str(each) for each in found]


def _ordered(text: str) -> str:
    name = text.strip()
    return f"{quoted(column_name(name.removeprefix('-')))}{' DESC' if name.startswith('-') else ''}"


def column_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise refused("A column has no such name.")
    return name


def refused(why: str) -> UsageProblem:
    return UsageProblem.because("HTTP-17", "the request's parameters", why, "/openapi.json describes them.")


def _present(moment: datetime) -> Callable[[Served], None]:
    """Only the version that is served is handed out, whatever moment is asked for."""

    def admit(served: Served) -> None:
        if moment.astimezone(UTC) < served.version.committed_at:
            key = str(served.product.key)
            why = "What was served before is held for verification and is not read: people may have gone since."
            raise Refused(403, Finding("HTTP-18", key, why, "Leave `as_of` out.", key))

    return admit
