"""Where a product's data may lie, how long it stays, and how a person is removed from it."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from mesh_platform.product.model import Model
from mesh_platform.product.models.fields import SpanField


class Residency(Model):
    """Where the data may lie."""

    region: str | None = Field(default=None, description="Region of governance/regions.yaml that the data stays in.")
    storage_locations: tuple[str, ...] = Field(default=(), description="Places, leaves of the region tree, where its files lie.")
    replicas: tuple[str, ...] = Field(default=(), description="Further places to which its storage is copied by whoever runs it.")
    backups: tuple[str, ...] = Field(default=(), description="Places where its backups lie, where that is not with its files.")
    redundancy: str | None = Field(
        default=None, description="How its storage is kept more than once, such as Standard_LRS, Standard_ZRS, Standard_GRS."
    )


class Event(Model):
    """A clock that starts with an event, such as the end of a contract."""

    event: str = Field(description="Name of the event.")
    column: str | None = Field(default=None, description="Column that holds when it was; a row in which it is empty stays.")


class Retention(Model):
    """How long, counted from what, and what happens then."""

    period: SpanField = Field(description='How long rows stay, such as "3 years".')
    from_: str | Event = Field(default="ingested", alias="from", description="A column, `ingested`, or {event: …}.")
    action: Literal["delete", "anonymise"] = Field(default="delete", description="What happens at the end.")
    minimum: SpanField | None = Field(default=None, description="How long rows must stay by law.")
    minimum_keeps: tuple[str, ...] | None = Field(
        default=None,
        description="Columns that the law needs so long; of an erased person's rows every other one is emptied. Without it: those that serve `basis`.",
    )
    time_zone: str | None = Field(default=None, description="Where its days begin, such as Europe/Lisbon; UTC where left out.")
    grace: SpanField | None = Field(default=None, description="How much later than the period they may go.")
    basis: str | None = Field(
        default=None, description="The purpose of the product that needs it so long, where its inputs are kept shorter."
    )

    @property
    def clock_column(self) -> str | None:
        """The column that tells from when a row counts; None where it counts from when it was taken in, or no column says."""
        if isinstance(self.from_, Event):
            return self.from_.column
        return None if self.from_ == "ingested" else self.from_

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                raise ValueError("not a time zone; write it like Europe/Lisbon") from None
        return name


class Erasure(Model):
    """How a person is removed from this product."""

    strategy: Literal[
        "delete_by_key", "delete_by_token", "rebuild", "text_redact", "aggregate_exempt", "external", "not_applicable"
    ] = Field(description="How one person is removed.")
    reason: str | None = Field(default=None, description="Why so, where the strategy does not speak for itself.")
