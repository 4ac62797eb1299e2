"""`/v1/products/{domain}/{product}/aggregates`: counts, sums and means by groups, made into one statement and read like any other.

A consumer whose grant is for aggregates alone gets numbers of groups of people here as with SQL; who may read rows gets those of the rows.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mesh_platform.api.answers import MOST_ROWS
from mesh_platform.api.answers import query as answered
from mesh_platform.api.asking import Searched, TheCaller, TheService
from mesh_platform.api.names import TheProduct
from mesh_platform.api.querying import ANSWER
from mesh_platform.api.rows import MOST_FILTERS, Selected, column_name, filtered, refused, relation
from mesh_platform.product import Product
from mesh_platform.product.sql_engine import quoted

router = APIRouter(tags=["read"])
MOST_MEASURES = 50
MEASURES = ("sum", "avg", "min", "max")
_TEXT = Annotated[str, Field(max_length=2_000)]


class Wanted(Searched):
    """Which groups and numbers are wanted."""

    purpose: str | None = Field(default=None, max_length=200, description="What they are for; a read without one is denied.")
    by: str | None = Field(default=None, max_length=4_000, description="Columns that groups are formed by, separated by commas.")
    measure: list[_TEXT] = Field(
        default=[],
        max_length=MOST_MEASURES,
        description=f"`operator:column`, with one of {', '.join(MEASURES)}; the number of rows comes in any case, as `rows`.",
        examples=[["avg:amount", "sum:amount"]],
    )
    where: list[_TEXT] = Field(default=[], max_length=MOST_FILTERS, description="As of `/data`.")
    limit: int = Field(
        default=10_000, ge=1, le=MOST_ROWS, description="At most so many groups; the answer says whether it was cut."
    )


@router.get(
    "/v1/products/{domain}/{product}/aggregates",
    response_class=Response,
    responses=ANSWER,
    summary="Numbers of one product by groups",
    operation_id="aggregates",
)
async def aggregates(
    request: Request, caller: TheCaller, service: TheService, key: TheProduct, wanted: Annotated[Wanted, Query()]
) -> Response:
    """One row per group, in the order of the groups."""
    statement = grouped(service.mesh().product(key), wanted)
    return await answered(service, request, caller, wanted.purpose, statement.sql, statement.parameters, wanted.limit)


def grouped(product: Product, wanted: Wanted) -> Selected:
    """The statement that is meant; every value is bound, and every name is quoted.

    Raises:
        UsageProblem: HTTP-17, where a measure, a filter or a name is none.
    """
    by = [quoted(column_name(each)) for each in wanted.by.split(",")] if wanted.by is not None else []
    measures = [_measure(each) for each in wanted.measure]
    where, values = filtered(product, wanted.where)
    ends = f" GROUP BY {', '.join(by)} ORDER BY {', '.join(by)}" if by else ""
    return Selected(f"SELECT {', '.join((*by, 'count(*) AS rows', *measures))} FROM {relation(product.key)}{where}{ends}", values)


def _measure(text: str) -> str:
    operator, colon, name = text.partition(":")
    if not colon or operator not in MEASURES:
        raise refused(f"A measure is operator:column, with one of {', '.join(MEASURES)}.")
    column = column_name(name)
    return f"{operator}({quoted(column)}) AS {quoted(f'{operator}_{column}')}"
