"""The descriptor `product.yaml` whole: a product's parts, and that they name one another rightly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from mesh_platform.product.model import Model
from mesh_platform.product.models.column import Column
from mesh_platform.product.models.fields import KeyField, Text, misplaced
from mesh_platform.product.models.keeping import Erasure, Residency, Retention
from mesh_platform.product.models.serving import DataContract, Interface, QualityMetrics, Sla
from mesh_platform.product.models.source import Input, LegalBasis, Source
from mesh_platform.product.privacy import Privacy
from mesh_platform.product.sensitivity import Sensitivity

MOST_COLUMNS = 2000


class Lifecycle(StrEnum):
    """Where a product stands in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class Aggregate(Model):
    """The smallest group that this product shows, and the column that counts it."""

    min_group: Annotated[int, Field(ge=2)] = Field(description="Fewest people in a group.")
    count: str = Field(description="Column with the number of people in the group.")


class RowCount(Model):
    """How many rows a publication may have."""

    min: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Fewest rows.")
    max: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Most rows.")


class RowCheck(Model):
    """A rule over one row: a boolean DuckDB expression."""

    name: str = Field(description="What it is called in findings.")
    sql: str = Field(description="Boolean DuckDB expression over the columns of one row.")


class DataProduct(Model):
    """The descriptor: one file says everything about one product."""

    name: str = Field(description="Display name; the folder is the key.")
    domain: str = Field(description="Display name of the domain; the folder is the key.")
    owner: Text = Field(default="", description="Team that answers for it; the domain's owner where left out.")
    version: str = Field(default="0.1.0", description="Version of the descriptor.")
    status: Lifecycle = Field(default=Lifecycle.ACTIVE, description="Where it stands in its life.")
    sunset: date | None = Field(default=None, description="Last day of a deprecated product.")
    successor: KeyField | None = Field(default=None, description="Product that takes its place.")
    description: Text = Field(default="", description="What one row is, and what it is for.")
    data_residency: Residency = Field(default=Residency(), description="Where its data lies.")
    pii_handling: str | None = Field(default=None, description="A claim; no rule counts it, since only a probe shows a control.")
    purposes: Mapping[str, LegalBasis] = Field(default={}, description="Purpose → legal basis.")
    privacy: Privacy = Field(default=Privacy(), description="What laws ask of it beyond its columns.")
    retention: Retention | None = Field(default=None, description="How long rows stay.")
    columns: Mapping[str, Column] = Field(default={}, description="Column → what it is. What is not declared here is refused.")
    primary_key: tuple[str, ...] = Field(default=(), description="Columns that tell rows apart.")
    unique: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Further groups of columns whose values together are unique."
    )
    rows: RowCount = Field(default=RowCount(), description="Fewest and most rows of a publication.")
    checks: tuple[RowCheck, ...] = Field(default=(), description="Rules over one row.")
    aggregate: Aggregate | None = Field(default=None, description="The smallest group that it shows.")
    source: Source | None = Field(default=None, description="Where an ingest product's rows come from.")
    inputs: tuple[Input, ...] = Field(default=(), description="Products that it reads.")
    transform: str | None = Field(default=None, description="`dbt.<model>`; otherwise transform.sql or transform.py beside it.")
    load: Literal["replace", "append"] = Field(
        default="replace", description="Whether a publication replaces the rows or adds to them."
    )
    erasure: Erasure | None = Field(default=None, description="How a person is removed.")
    sla: Sla | None = Field(default=None, description="What consumers may rely on.")
    quality_metrics: QualityMetrics | None = Field(default=None, description="Floors of the measured quality, in percent.")
    rate_limit: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Requests per minute and caller, over all ports."
    )
    interfaces: tuple[Interface, ...] = Field(default=(), description="Ports through which it is read.")
    data_contracts: tuple[DataContract, ...] = Field(default=(), description="Who gets what, for which purpose.")
    engine: Literal["duckdb"] = Field(default="duckdb", description="Where transform and contract run.")
    tags: Mapping[str, str] = Field(default={}, description="Free labels.")

    @field_validator("version", mode="before", json_schema_input_type=str | int | float)
    @classmethod
    def _version_is_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float) else value

    @field_validator("purposes", mode="before")
    @classmethod
    def _purposes_may_be_a_list(cls, value: object) -> object:
        if isinstance(value, list):
            raise ValueError("give each purpose its legal basis: {purpose: legal_basis}")
        return value

    @field_validator("columns")
    @classmethod
    def _usable_names(cls, columns: Mapping[str, Column]) -> Mapping[str, Column]:
        if len(columns) > MOST_COLUMNS:
            raise ValueError(f"{len(columns)} columns; a product has {MOST_COLUMNS} at most: split it")
        seen: dict[str, str] = {}
        for name in columns:
            if problem := _name_problem(name):
                raise misplaced((name,), problem)
            twin = seen.setdefault(name.casefold(), name)
            if twin != name:
                raise misplaced((name,), f"it differs from {twin!r} only in case, which SQL does not tell apart")
        return columns

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> DataProduct:
        if not self.columns:
            return self
        named: dict[tuple[str | int, ...], tuple[str, ...]] = {("primaryKey",): self.primary_key}
        named |= {("unique", i): group for i, group in enumerate(self.unique)}
        if self.sla and self.sla.freshness_column:
            named["sla", "freshnessColumn"] = (self.sla.freshness_column,)
        if self.aggregate:
            named["aggregate", "count"] = (self.aggregate.count,)
        if self.source and self.source.collected_at:
            named["source", "collectedAt"] = (self.source.collected_at,)
        if self.retention and (clock := self.retention.clock_column):
            named["retention", "from"] = (clock,)
        if self.retention and self.retention.minimum_keeps:
            named["retention", "minimumKeeps"] = self.retention.minimum_keeps
        for place, names in named.items():
            if missing := [name for name in names if name not in self.columns]:
                raise misplaced(place, f"{missing[0]!r} is not a declared column")
        return self

    @property
    def sensitivity(self) -> Sensitivity:
        """The maximum over the columns; an unlabelled column, or none declared, counts as restricted."""
        if not self.columns:
            return Sensitivity.RESTRICTED
        return Sensitivity.highest(column.sensitivity or Sensitivity.RESTRICTED for column in self.columns.values())

    @property
    def subject_columns(self) -> dict[str, str]:
        """Column → namespace of the subject identifier that it holds."""
        return {name: column.subject for name, column in self.columns.items() if column.subject}

    @property
    def unique_groups(self) -> tuple[tuple[str, ...], ...]:
        """Every set of columns whose values must be unique, the primary key first."""
        single = tuple((name,) for name, column in self.columns.items() if column.unique)
        key = (self.primary_key,) if self.primary_key else ()
        return tuple(dict.fromkeys((*key, *self.unique, *single)))


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _name_problem(name: str) -> str | None:
    if not name or len(name) > 128:
        return "a name has 1 to 128 characters"
    if _CONTROL.search(name):
        return "a name holds no control characters"
    if name.startswith("_"):
        return "names that begin with _ belong to the platform"
    return None


def served_descriptor(extra: Mapping[str, object]) -> DataProduct | None:
    """The descriptor that a version's commit tells, None where this release cannot read it."""
    try:
        return DataProduct.model_validate(extra.get("descriptor"), by_alias=True, by_name=False)
    except ValidationError:
        return None


def as_document(model: Model) -> dict[str, Any]:
    """The model as plain JSON values under its YAML keys, defaults left out."""
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
