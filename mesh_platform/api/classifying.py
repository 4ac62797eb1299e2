"""`/v1/classify`: what personal data is in a few columns or texts that are sent along. Nothing of them is kept, logged or given back."""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Body
from pydantic import Field

from mesh_platform.api.asking import Asked, TheCaller, TheService, problems
from mesh_platform.errors import UsageProblem

router = APIRouter(tags=["classify"])
MOST_COLUMNS, MOST_VALUES, MOST_TEXTS, LONGEST = 200, 10_000, 500, 20_000
Value = Annotated[str, Field(max_length=LONGEST)] | int | float | bool | None


class Sent(Asked):
    """Columns of one table, or texts."""

    columns: dict[Annotated[str, Field(max_length=200)], Annotated[list[Value], Field(max_length=MOST_VALUES)]] | None = Field(
        default=None, min_length=1, max_length=MOST_COLUMNS, description="Name → values, all of one length."
    )
    texts: list[Annotated[str, Field(max_length=LONGEST)]] | None = Field(default=None, min_length=1, max_length=MOST_TEXTS)


EXAMPLES: Any = {
    "columns": {"value": {"columns": {"mail": ["ana@example.com", "ben@example.com"], "size": [3, 4]}}},
    "texts": {"value": {"texts": ["Call me under +49 30 901820."]}},
}


@router.post(
    "/v1/classify",
    summary="What personal data is in columns or texts",
    operation_id="classify",
    responses=problems(400, 401, 413, 422, 431, 500, 503),
)
async def classify(
    caller: TheCaller, service: TheService, sent: Annotated[Sent, Body(openapi_examples=EXAMPLES)]
) -> dict[str, Any]:
    """Kinds, shares and rules per column, or spans per text (code points, end exclusive); never a value."""
    if (sent.columns is None) is (sent.texts is None):
        raise _refused("Send `columns`, or `texts`; not both.")
    if sent.columns is not None and len({len(values) for values in sent.columns.values()}) != 1:
        raise _refused("The columns are not of one length.")
    return await service.heavy(lambda: _columns(sent.columns) if sent.columns is not None else _texts(sent.texts or []))


def _columns(columns: dict[str, list[Value]]) -> dict[str, Any]:
    from mesh_platform.classify.reading import reader
    from mesh_platform.classify.scan import scan

    arrays = [
        pa.array([None if value is None else str(value) for value in values], pa.large_string()) for values in columns.values()
    ]
    found: dict[str, Any] = scan([("sent", pa.table(arrays, names=list(columns)))], reader()).as_json()
    return {
        "columns": {name.removeprefix("sent."): each for name, each in found["columns"].items()},
        "table": found["tables"].get("sent"),
    }


def _texts(texts: list[str]) -> dict[str, Any]:
    from mesh_platform.classify.texts import read

    found = [read(text) for text in texts]
    return {
        "texts": [
            {"spans": [[span.start, span.end, str(span.entity), span.rule] for span in each.spans], "whole": each.unread == 0}
            for each in found
        ]
    }


def _refused(why: str) -> UsageProblem:
    return UsageProblem.because("HTTP-12", "the request", why, "/openapi.json describes it.")
