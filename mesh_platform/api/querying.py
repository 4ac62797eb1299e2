"""`/v1/query`: SQL over published products, as `mesh query` reads them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from mesh_platform.access.statement import MOST_TEXT
from mesh_platform.api.answers import ENVELOPE, MOST_ROWS
from mesh_platform.api.answers import query as answered
from mesh_platform.api.asking import Asked, TheCaller, TheService, problems
from mesh_platform.api.forms import ARROW, CSV, JSON, PARQUET

MOST_PARAMETERS = 1_000
router = APIRouter(tags=["read"])
Value = str | int | float | bool | None


class Query(Asked):
    """One statement, and what it is for."""

    sql: str = Field(min_length=1, max_length=MOST_TEXT, description="One SELECT. Products are named `domain.product`.")
    purpose: str | None = Field(
        default=None, max_length=200, description="What the rows are for, by key or alias; a read without one is denied."
    )
    parameters: list[Value] = Field(
        default=[], max_length=MOST_PARAMETERS, description="Values for the `?` of the statement, in order."
    )
    limit: int = Field(
        default=MOST_ROWS, ge=1, le=MOST_ROWS, description="At most so many rows; the answer says whether it was cut."
    )


ROWS: dict[str, Any] = {
    "type": "object",
    "required": ["mesh", "columns", "rows", "count", "cut"],
    "properties": {
        "mesh": {
            "type": "object",
            "description": "The envelope: purpose, limit, region, and of each product decision, masks, freshness, quality.",
        },
        "columns": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}},
        },
        "rows": {"type": "array", "items": {"type": "array"}},
        "count": {"type": "integer"},
        "cut": {"type": "boolean", "description": "Whether there were more rows than the limit."},
    },
}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows, as they come, with what decided them.",
        "content": {
            JSON: {"schema": ROWS},
            CSV: {"schema": {"type": "string"}},
            PARQUET: {"schema": {"type": "string", "format": "binary"}},
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
        "headers": {
            ENVELOPE: {
                "description": "With CSV and Parquet: the envelope as base64url of JSON, shortened.",
                "schema": {"type": "string"},
            }
        },
    },
    **problems(400, 401, 403, 404, 406, 408, 409, 413, 421, 422, 429, 431, 500, 503, 504),
}
EXAMPLES: Any = {
    "grouped": {
        "summary": "Customers by segment",
        "value": {"sql": "select segment, count(*) as n from customer.customer_360 group by all", "purpose": "enrichment"},
    },
    "bound": {
        "summary": "With a bound value",
        "value": {
            "sql": "select * from customer.customer_360 where segment = ?",
            "purpose": "enrichment",
            "parameters": ["gold"],
            "limit": 100,
        },
    },
}


@router.post("/v1/query", response_class=Response, responses=ANSWER, summary="Read products with SQL", operation_id="query")
async def query(
    request: Request, caller: TheCaller, service: TheService, asked: Annotated[Query, Body(openapi_examples=EXAMPLES)]
) -> Response:
    """The rows of one SELECT, raw or masked as contracts and grants say. A statement that names a column that the caller does not get is refused whole."""
    return await answered(service, request, caller, asked.purpose, asked.sql, asked.parameters, asked.limit)
