"""One column of a descriptor: its type, its rules, and what it says about whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from mesh_platform.product.categories import Identifiability
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.model import Model
from mesh_platform.product.models.fields import Percent, Scalar, Text, TypeField
from mesh_platform.product.sensitivity import Sensitivity

Coarsening = Literal["month", "year", "tens", "zip3"]
_DAYS, _WHOLE = ("date", "timestamp", "timestamptz"), ("integer", "int8", "int16", "int32")
COARSENED: Mapping[Coarsening, tuple[str, ...]] = {"month": _DAYS, "year": _DAYS, "tens": _WHOLE, "zip3": ("string",)}
"""Named transforms that make values coarser, from fine to coarse by kind → the types that they take."""


class ScanVerdict(Model):
    """A person's word that one kind of finding does not make the column what the scan takes it for."""

    up_to: Percent = Field(description="Share of the rows, in percent, up to which it holds; where more is found, it asks again.")
    reason: Annotated[Text, StringConstraints(min_length=1)] = Field(description="Why so.")


class Column(Model):
    """One column: its type, its rules, and what it says about whom."""

    type: TypeField = Field(
        description="string, integer, double, decimal(p,s), boolean, date, timestamp, timestamptz, uuid, json, list<type>, …"
    )
    description: Text = Field(default="", description="What one value means.")
    nullable: bool = Field(default=False, description="Whether values may be missing.")
    unique: bool = Field(default=False, description="Whether no value may stand twice.")
    min: Scalar | None = Field(default=None, description="Smallest value.")
    max: Scalar | None = Field(default=None, description="Greatest value.")
    min_length: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Fewest characters.")
    max_length: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Most characters.")
    pattern: str | None = Field(default=None, description="Regular expression of the values.")
    values: tuple[Scalar, ...] | None = Field(default=None, description="The only values that may stand here.")
    references: str | None = Field(default=None, description="domain/product.column that holds every value of this one.")
    sensitivity: Sensitivity | None = Field(
        default=None, description="How much harm it could do; unlabelled counts as restricted and does not pass."
    )
    category: str | None = Field(default=None, description="Data category, a fideslang key.")
    identifiability: Identifiability | None = Field(
        default=None, description="How well a value points at one person; follows from the category where left out."
    )
    subject: str | None = Field(default=None, description="Namespace of the subject identifier that it holds.")
    purposes: tuple[str, ...] | None = Field(default=None, description="Narrows the product's purposes for this column.")
    mask: str | None = Field(
        default=None,
        description="How it is masked by default, such as token, redact, last4, email_domain, age_band, month, year, geo.",
    )
    coarsen: Coarsening | None = Field(
        default=None,
        description="How its values are made coarser before they are stored: the first day of their month or year, whole tens, or the "
        "first three digits of a ZIP code (000 where few people live).",
    )
    derived_from: tuple[str, ...] | None = Field(default=None, description="domain/product.column, where SQL does not tell.")
    declassify: str | None = Field(default=None, description="Registered declassifier that lowers this column's sensitivity.")
    verdicts: Mapping[str, ScanVerdict] = Field(
        default={}, description="Kind of finding, as the scan names it → why it does not count here; needs a privacy review."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error.msg}") from error
        return pattern

    @field_validator("references")
    @classmethod
    def _names_a_column(cls, text: str | None) -> str | None:
        return text if text is None else str(ColumnRef.parse(text))

    @field_validator("derived_from")
    @classmethod
    def _name_columns(cls, texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if texts is None else tuple(str(ColumnRef.parse(text)) for text in texts)

    @model_validator(mode="after")
    def _ordered(self) -> Column:
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise ValueError("minLength is above maxLength")
        return self

    @model_validator(mode="after")
    def _can_be_coarsened(self) -> Column:
        if self.coarsen is not None and self.type.text.partition("(")[0] not in COARSENED[self.coarsen]:
            raise ValueError(f"coarsen: {self.coarsen} takes {' or '.join(COARSENED[self.coarsen])}")
        if self.coarsen is not None and not self.takes(self.coarsen):
            raise ValueError(
                "a column that is unique, a subject key or a reference is not coarsened: what it finds is found no more"
            )
        return self

    def takes(self, how: Coarsening) -> bool:
        """Whether the named transform can make its values coarser: they are of its type, and nothing is found by them."""
        return self.type.text.partition("(")[0] in COARSENED[how] and not (self.unique or self.subject or self.references)

    @property
    def reference(self) -> ColumnRef | None:
        """Product and column that `references` names."""
        return None if self.references is None else ColumnRef.parse(self.references)

    @property
    def origins(self) -> frozenset[ColumnRef] | None:
        """The columns that `derivedFrom` names; None where it is left out."""
        return None if self.derived_from is None else frozenset(map(ColumnRef.parse, self.derived_from))
