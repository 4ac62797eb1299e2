"""The descriptor `product.yaml` as values: what a domain team may say of a product, and nothing more.

Keys are the seed's own camelCase words. An unknown key is refused, since a misspelt `retenton` must not pass for a promise. The models
judge form only; whether a product is fit is the gate's question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator, model_validator
from pydantic.alias_generators import to_camel

from mesh_platform.product.durations import Span
from mesh_platform.product.key import ProductKey
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.product.types import ColumnType


class Model(BaseModel):
    """Frozen, camelCase outside and snake_case inside, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )


def _span(value: object) -> object:
    return Span.parse(value) if isinstance(value, str) else value


def _type(value: object) -> object:
    return ColumnType.parse(value) if isinstance(value, str) else value


def _key(value: object) -> object:
    return _product_key(value) if isinstance(value, str) else value


def _product_key(text: str) -> ProductKey:
    domain, slash, name = text.partition("/")
    if not slash or not domain or not name or "/" in name:
        raise ValueError("a product is named domain/product")
    return ProductKey(domain, name)


SpanField = Annotated[Span, BeforeValidator(_span, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
TypeField = Annotated[
    ColumnType, BeforeValidator(_type, json_schema_input_type=str), PlainSerializer(lambda kind: kind.text, return_type=str)
]
KeyField = Annotated[ProductKey, BeforeValidator(_key, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
Percent = Annotated[float, Field(ge=0, le=100)]
MOST_COLUMNS = 2000
Scalar = str | bool | int | float | datetime | date


class Lifecycle(StrEnum):
    """Where a product stands in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class LegalBasis(StrEnum):
    """Article 6(1) GDPR (a) to (f), in its order."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Column(Model):
    """One column: its type, its rules, and what it says about whom."""

    type: TypeField
    description: str = ""
    nullable: bool = False
    unique: bool = False
    min: Scalar | None = None
    max: Scalar | None = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=0)] | None = None
    pattern: str | None = None
    values: tuple[Scalar, ...] | None = None
    references: str | None = Field(default=None, description="domain/product.column that holds every value of this one.")
    sensitivity: Sensitivity | None = None
    category: str | None = Field(default=None, description="Data category, a fideslang key.")
    identifiability: Literal["direct", "pseudonymous", "quasi", "none"] | None = None
    subject: str | None = Field(default=None, description="Namespace of the subject identifier that it holds.")
    purposes: tuple[str, ...] | None = Field(default=None, description="Narrows the product's purposes for this column.")
    mask: str | None = None
    derived_from: tuple[str, ...] | None = Field(default=None, description="domain/product.column, where SQL does not tell.")
    declassify: str | None = Field(default=None, description="Registered declassifier that lowers this column's sensitivity.")

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
        if text is not None and not re.fullmatch(r"[^/.]+/[^/.]+\..+", text):
            raise ValueError("write it as domain/product.column")
        return text

    @model_validator(mode="after")
    def _ordered(self) -> Column:
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise ValueError("minLength is above maxLength")
        return self

    @property
    def reference(self) -> tuple[ProductKey, str] | None:
        """Product and column that `references` names."""
        if self.references is None:
            return None
        product, _, column = self.references.partition(".")
        return _product_key(product), column


class Residency(Model):
    """Where the data may lie."""

    region: str | None = None
    storage_locations: tuple[str, ...] = ()


class Event(Model):
    """A clock that starts with an event, such as the end of a contract."""

    event: str


class Retention(Model):
    """How long, counted from what, and what happens then."""

    period: SpanField
    from_: str | Event = Field(default="ingested", alias="from", description="A column, `ingested`, or {event: …}.")
    action: Literal["delete", "anonymise"] = "delete"
    minimum: SpanField | None = None
    grace: SpanField | None = None
    basis: str | None = None


class Sla(Model):
    """What consumers may rely on."""

    availability: Percent | None = None
    latency: SpanField | None = None
    freshness: SpanField | None = None
    freshness_column: str | None = Field(default=None, description="Column whose age the freshness promise is about.")


class QualityMetrics(Model):
    """Floors of the measured quality, in percent."""

    completeness: Percent | None = None
    accuracy: Percent | None = None
    timeliness: Percent | None = None


class Interface(Model):
    """One port through which consumers read."""

    type: str
    endpoint: str | None = None
    authentication: str | None = None
    access_level: str | None = None
    scopes: tuple[str, ...] = ()
    rate_limit: Annotated[int, Field(ge=1)] | None = None


class DataContract(Model):
    """What one consumer gets, for one purpose."""

    consumer: str
    purpose: str
    fields: tuple[str, ...]
    excluded_fields: tuple[str, ...] = ()
    quality: QualityMetrics | None = None
    expires: date | None = None


class Source(Model):
    """Where an ingest product's rows come from, and under which promise they were collected."""

    path: str | None = Field(default=None, description="File or glob in the project: csv, json, ndjson or parquet, plain or .gz.")
    connection: str | None = Field(default=None, description="`env:NAME` of a PostgreSQL URL, or a SQLite file in the project.")
    table: str | None = None
    format: Literal["csv", "json", "ndjson", "parquet"] | None = None
    purpose: str | None = None
    basis: LegalBasis | None = None
    notice: str | None = Field(default=None, description="Version of the notice shown at collection.")
    collected_at: str | None = Field(default=None, description="Column with the time of the event.")

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.path is None) == (self.connection is None):
            raise ValueError("name either path, or connection and table")
        if self.connection is not None and not self.table:
            raise ValueError("a connection needs its table")
        return self

    @field_validator("notice", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float | date) else value


class Input(Model):
    """Another product that this one reads: the edge that a contract covers."""

    product: KeyField
    fields: tuple[str, ...] = ()
    purpose: str | None = None
    alias: str | None = Field(default=None, alias="as")

    @property
    def name(self) -> str:
        """The name under which the transform finds it."""
        return self.alias or self.product.name


class Erasure(Model):
    """How a person is removed from this product."""

    strategy: Literal[
        "delete_by_key", "delete_by_token", "rebuild", "text_redact", "aggregate_exempt", "external", "not_applicable"
    ]
    reason: str | None = None


class Aggregate(Model):
    """The smallest group that this product shows, and the column that counts it."""

    min_group: Annotated[int, Field(ge=2)]
    count: str


class RowCount(Model):
    """How many rows a publication may have."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None


class RowCheck(Model):
    """A rule over one row: a boolean DuckDB expression."""

    name: str
    sql: str


class DataProduct(Model):
    """The descriptor: one file says everything about one product."""

    name: str
    domain: str
    owner: str = ""
    version: str = "0.1.0"
    status: Lifecycle = Lifecycle.ACTIVE
    sunset: date | None = None
    successor: KeyField | None = None
    description: str = ""
    data_residency: Residency = Residency()
    pii_handling: str | None = None
    purposes: Mapping[str, LegalBasis] = {}
    retention: Retention | None = None
    columns: Mapping[str, Column] = {}
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    rows: RowCount = RowCount()
    checks: tuple[RowCheck, ...] = ()
    aggregate: Aggregate | None = None
    source: Source | None = None
    inputs: tuple[Input, ...] = ()
    transform: str | None = Field(default=None, description="`dbt.<model>`; otherwise transform.sql or transform.py beside it.")
    load: Literal["replace", "append"] = "replace"
    erasure: Erasure | None = None
    sla: Sla | None = None
    quality_metrics: QualityMetrics | None = None
    rate_limit: Annotated[int, Field(ge=1)] | None = None
    interfaces: tuple[Interface, ...] = ()
    data_contracts: tuple[DataContract, ...] = ()
    engine: Literal["duckdb"] = "duckdb"
    tags: Mapping[str, str] = {}

    @field_validator("version", mode="before")
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
                raise ValueError(f"column {name!r}: {problem}")
            twin = seen.setdefault(name.casefold(), name)
            if twin != name:
                raise ValueError(f"columns {twin!r} and {name!r} differ only in case, which SQL does not tell apart")
        return columns

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> DataProduct:
        if not self.columns:
            return self
        named: dict[str, tuple[str, ...]] = {"primaryKey": self.primary_key}
        named |= {f"unique[{i}]": group for i, group in enumerate(self.unique)}
        if self.sla and self.sla.freshness_column:
            named["sla.freshnessColumn"] = (self.sla.freshness_column,)
        if self.aggregate:
            named["aggregate.count"] = (self.aggregate.count,)
        if self.source and self.source.collected_at:
            named["source.collectedAt"] = (self.source.collected_at,)
        if self.retention and isinstance(self.retention.from_, str) and self.retention.from_ != "ingested":
            named["retention.from"] = (self.retention.from_,)
        for place, names in named.items():
            if missing := [name for name in names if name not in self.columns]:
                raise ValueError(f"{place} names {missing[0]!r}, which is not a declared column")
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


class DomainFile(Model):
    """`domain.yaml`: who owns the domain and where its data may lie."""

    name: str | None = None
    owner: str = ""
    description: str = ""
    region: str | None = None
    allowed_regions: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}


def as_document(model: Model) -> dict[str, Any]:
    """The model as plain JSON values under its YAML keys, defaults left out."""
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
