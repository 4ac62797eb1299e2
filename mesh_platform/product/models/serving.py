"""What consumers get of a product and may rely on: contracts, ports, service levels, floors of quality."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from mesh_platform.product.model import Model
from mesh_platform.product.models.fields import Percent, SpanField, Text, misplaced


class Sla(Model):
    """What consumers may rely on."""

    availability: Percent | None = Field(default=None, description="Share of the time in which it answers, in percent.")
    latency: SpanField | None = Field(default=None, description='Time to the answer, such as "< 100ms".')
    freshness: SpanField | None = Field(default=None, description='Greatest age of the data, such as "< 1 hour".')
    freshness_column: str | None = Field(default=None, description="Column whose age the freshness promise is about.")


class QualityMetrics(Model):
    """Floors of the measured quality, in percent."""

    completeness: Percent | None = Field(default=None, description="Share of required values that are present.")
    accuracy: Percent | None = Field(default=None, description="Share of rows that keep every declared value and reference rule.")
    timeliness: Percent | None = Field(default=None, description="Share of rows within the freshness promise.")


class Interface(Model):
    """One port through which consumers read."""

    type: str = Field(description="API, SQL, …")
    endpoint: str | None = Field(default=None, description="Address.")
    authentication: str | None = Field(default=None, description="How callers prove who they are.")
    access_level: str | None = Field(default=None, description="What callers may do.")
    scopes: tuple[str, ...] = Field(default=(), description="What a caller needs.")
    rate_limit: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Requests per minute and caller.")
    require_approval: bool = Field(
        default=True, description="false: requests for public and internal columns need no approver; others always do."
    )


PERIODS = ("day", "week", "month", "quarter", "year")
"""What dates are cut to where groups are formed by them, from the finest on."""
LEAST_PEOPLE = 5
"""No group of people is smaller, whatever the organisation says."""
MOST_GROUPING = 8


class Grouping(Model):
    """How the groups are formed that an aggregate-only contract gives in place of rows."""

    by: tuple[str, ...] = Field(default=(), description="Fields whose values make a group, the one to be given up first last.")
    period: Literal["day", "week", "month", "quarter", "year"] = Field(
        default="month", description="What dates and times among them are cut to."
    )
    min_group: Annotated[int, Field(ge=LEAST_PEOPLE)] | None = Field(
        default=None, description="Fewest people in a group, where that is more than the organisation's least."
    )

    @field_validator("by")
    @classmethod
    def _few_and_once(cls, by: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(by)) < len(by) or len(by) > MOST_GROUPING:
            raise ValueError(f"name each field once, and {MOST_GROUPING} at most")
        return by


class DataContract(Model):
    """What one consumer gets, for one purpose."""

    consumer: Text = Field(description="A domain (by its folder) or domain/product; somebody outside of the mesh by name.")
    purpose: str = Field(description="Registered purpose, by key or alias.")
    fields: tuple[str, ...] = Field(description="What the consumer gets.")
    excluded_fields: tuple[str, ...] = Field(default=(), description="What the consumer never gets, should the product have it.")
    raw: tuple[str, ...] = Field(
        default=(), description="Those of its fields that people see unmasked, whatever their sensitivity."
    )
    quality: QualityMetrics | None = Field(default=None, description="Floors below which this consumer is not served.")
    expires: date | None = Field(default=None, description="Last day on which it holds.")
    aggregate: Grouping | None = Field(
        default=None, description="The consumer gets groups of people in place of rows: numbers by the fields named here."
    )

    @model_validator(mode="after")
    def _groups_by_its_fields(self) -> DataContract:
        if self.aggregate and (lacking := [name for name in self.aggregate.by if name not in self.fields]):
            raise misplaced(("aggregate", "by"), f"{lacking[0]!r} is not among its fields")
        if self.aggregate and self.raw:
            raise misplaced(("raw",), "an aggregate-only contract shows no value unmasked")
        return self
