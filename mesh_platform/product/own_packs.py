"""`governance/packs/<name>.yaml`: rules that an organisation adds, and rules of the platform that it makes stricter, as data.

Only form is judged here. Whether a change loosens a rule is the policy room's question, and its answer is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from mesh_platform.product.model import Model
from mesh_platform.product.models import SpanField
from mesh_platform.product.sensitivity import Sensitivity

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
PackName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,30}$")]
OwnId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,30}-[A-Z0-9.-]{1,20}$")]


class When(Model):
    """Which products a rule is about; what is left out does not narrow it."""

    domains: tuple[str, ...] = Field(default=(), description="Domains, by their folders.")
    categories: tuple[str, ...] = Field(default=(), description="A column of one of these data categories, or of one below.")
    sensitivity: Sensitivity | None = Field(default=None, description="At least as sensitive as this.")
    purposes: tuple[str, ...] = Field(default=(), description="One of these purposes, or one below.")
    tags: Mapping[str, str] = Field(default={}, description="All of these tags.")


class Demand(Model):
    """What such a product must have."""

    retention_at_most: SpanField | None = Field(default=None, description="Kept no longer than this.")
    locations: tuple[str, ...] = Field(default=(), description="Stored in one of these places or regions.")
    masks: tuple[str, ...] = Field(default=(), description="Columns of `categories` are masked by one of these.")
    erasure: tuple[str, ...] = Field(default=(), description="One of these strategies of erasure.")
    bases: tuple[str, ...] = Field(default=(), description="Every purpose rests on one of these bases.")
    min_group: Annotated[int, Field(ge=2)] | None = Field(default=None, description="Aggregates of groups at least so large.")
    tags: tuple[str, ...] = Field(default=(), description="All of these tags are set.")
    records: tuple[str, ...] = Field(default=(), description="A record of each of these kinds is about it and holds.")
    no_categories: tuple[str, ...] = Field(
        default=(), description="No column of these categories, declared or found by the scan."
    )


class Example(Model):
    """A worked example: what of a fit product is changed, and whether the rule lets it pass."""

    says: Said
    passes: bool
    product: Mapping[str, Any] = {}
    governance: Mapping[str, Any] = {}


class OwnRule(Model):
    """One rule of the organisation."""

    id: OwnId
    title: Said
    source: Said
    remedy: Said
    version: Annotated[int, Field(ge=1)] = 1
    effective_from: date = date.min
    verdict: Literal["block", "require", "mask", "task", "warn"] = "block"
    days: Annotated[int, Field(ge=1, le=730)] = 30
    waivable: bool = False
    when: When = When()
    demand: Demand
    vectors: Annotated[tuple[Example, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _masks_columns(self) -> OwnRule:
        asked = self.demand.model_fields_set - {"masks", "no_categories"}
        if self.verdict == "mask" and (asked or not self.demand.model_fields_set):
            raise ValueError("the verdict mask hides columns, so it goes with `masks` or `noCategories` alone")
        return self


class Tightening(Model):
    """One rule of the platform, made stricter; what would loosen it is an error that names the rule."""

    rule: Said
    verdict: Literal["block", "warn"] | None = None
    waivable: bool | None = None
    effective_from: date | None = None
    reason: Said


class OwnPack(Model):
    """One file of `governance/packs/`."""

    pack: PackName
    rules: tuple[OwnRule, ...] = ()
    tighten: tuple[Tightening, ...] = ()
    where: str = Field(default="governance/packs/", exclude=True)
