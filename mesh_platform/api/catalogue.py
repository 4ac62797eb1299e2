"""`/v1/products`: what there is, for whom and in which state; and what this caller would see of it. No row is read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from mesh_platform.access.catalogue import Sought, described, listed
from mesh_platform.access.decision import Caller
from mesh_platform.access.reading import Reading
from mesh_platform.api.asking import Searched, TheCaller, TheService, problems
from mesh_platform.api.names import TheProduct

router = APIRouter(tags=["catalogue"])
MOST = 200
_WORD = 200


class Wanted(Searched):
    """Which products are wanted; all of it must hold."""

    text: str | None = Field(
        default=None, max_length=_WORD, description="Words in names, descriptions and columns; the best hit first."
    )
    category: str | None = Field(
        default=None, max_length=_WORD, description="A data category that a column holds, or one above it."
    )
    purpose: str | None = Field(default=None, max_length=_WORD, description="A purpose that the product serves.")
    region: str | None = Field(default=None, max_length=_WORD, description="A region in which it is stored.")
    owner: str | None = Field(default=None, max_length=_WORD, description="Its owner.")
    domain: str | None = Field(default=None, max_length=_WORD, description="Its domain.")
    limit: int = Field(default=50, ge=1, le=MOST, description="At most so many.")
    offset: int = Field(default=0, ge=0, le=100_000, description="How many to pass over.")


@router.get("/v1/products", summary="Find products", operation_id="products", responses=problems(401, 413, 422, 431, 500, 503))
async def products(caller: TheCaller, service: TheService, wanted: Annotated[Wanted, Query()]) -> dict[str, Any]:
    """Products that fit, in the order of their keys, or the best hit first where words are searched for."""
    sought = Sought(**wanted.model_dump())
    return await service.aside(lambda: listed(service.mesh(), service.registry, service.search, sought))


class Purposed(Searched):
    """For what the caller would read."""

    purpose: str | None = Field(
        default=None,
        max_length=_WORD,
        description="Decide for this purpose; for each that the product serves where none is named.",
    )


@router.get(
    "/v1/products/{domain}/{product}",
    summary="One product, and what this caller would see of it",
    operation_id="product",
    responses=problems(401, 404, 409, 413, 422, 431, 500, 503),
)
async def product(caller: TheCaller, service: TheService, key: TheProduct, asked: Annotated[Purposed, Query()]) -> dict[str, Any]:
    """Schema, sensitivity, promises and measures, quality, lineage; and for each purpose the decision per column, and how to ask for more."""
    who = Caller.person(caller.actor)

    def look(reading: Reading) -> dict[str, Any]:
        return described(service.mesh(), service.registry, service.measures, reading, who, key, asked.purpose, service.clock())

    return await service.reading(look)
