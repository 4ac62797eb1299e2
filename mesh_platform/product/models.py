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
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mesh_platform.outbound import refuse_open
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.durations import Span
from mesh_platform.product.key import ColumnRef, ProductKey
from mesh_platform.product.model import Model
from mesh_platform.product.privacy import Privacy
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.product.types import ColumnType


def _span(value: object) -> object:
    return Span.parse(value) if isinstance(value, str) else value


def _type(value: object) -> object:
    return ColumnType.parse(value) if isinstance(value, str) else value


def _key(value: object) -> object:
    return ProductKey.as_written(value) if isinstance(value, str) else value


SpanField = Annotated[Span, BeforeValidator(_span, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
TypeField = Annotated[
    ColumnType, BeforeValidator(_type, json_schema_input_type=str), PlainSerializer(lambda kind: kind.text, return_type=str)
]
KeyField = Annotated[ProductKey, BeforeValidator(_key, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
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

    @property
    def reference(self) -> ColumnRef | None:
        """Product and column that `references` names."""
        return None if self.references is None else ColumnRef.parse(self.references)

    @property
    def origins(self) -> frozenset[ColumnRef] | None:
        """The columns that `derivedFrom` names; None where it is left out."""
        return None if self.derived_from is None else frozenset(map(ColumnRef.parse, self.derived_from))


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
            raise _at(("aggregate", "by"), f"{lacking[0]!r} is not among its fields")
        if self.aggregate and self.raw:
            raise _at(("raw",), "an aggregate-only contract shows no value unmasked")
        return self


class Store(Model):
    """A place outside of the platform that holds people's rows and that an erasure reaches."""

    kind: Literal["landing", "table", "http"] = Field(
        description="`landing`: the files of `source.path`, written anew without the person's rows. `table`: the rows of `source.table`."
        " `http`: a system that is asked to find, erase and verify."
    )
    keys: Annotated[Mapping[str, str], Field(min_length=1)] = Field(
        description="Column of the files or of the table, or name in what an http store is asked → namespace of the identifier that it holds; `any` where it says"
        " `namespace:identifier`."
    )
    path: str | None = Field(
        default=None, description="For `landing`: files beside those of the source, such as one that the ledger is filled from."
    )
    find: str | None = Field(
        default=None,
        max_length=2000,
        description="For `http`: who is asked how many records are the person's; HTTPS, or on this machine.",
    )
    erase: str | None = Field(default=None, max_length=2000, description="For `http`: who removes them.")
    verify: str | None = Field(
        default=None,
        max_length=2000,
        description="For `http`: who looks again, in other ways; without it an erasure stays blocked.",
    )
    secret: str | None = Field(
        default=None,
        pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$",
        description="For `http`: `env:NAME` of the variable with the secret that signs what is asked and answered, 16 characters at least.",
    )

    @model_validator(mode="after")
    def _of_its_kind(self) -> Store:
        asked = (self.find, self.erase, self.secret)
        if self.kind == "http" and not all(asked):
            raise ValueError("a store of the kind http needs find, erase and secret")
        if self.kind != "http" and any((*asked, self.verify)):
            raise ValueError("find, erase, verify and secret are of a store of the kind http")
        if self.path is not None and self.kind != "landing":
            raise ValueError("a store with a path is of the kind landing")
        for address in filter(None, (self.find, self.erase, self.verify)):
            refuse_open(address)
        return self

    @property
    def stands_at(self) -> str:
        """Where a store of the kind http is asked, without what may be a secret."""
        parts = urlsplit(self.find or "")
        return parts.netloc.rpartition("@")[2] + parts.path


class Source(Model):
    """Where an ingest product's rows come from, and under which promise they were collected."""

    path: str | None = Field(default=None, description="File or glob in the project: csv, json, ndjson or parquet, plain or .gz.")
    connection: str | None = Field(default=None, description="`env:NAME` of a PostgreSQL URL, or a SQLite file in the project.")
    table: str | None = Field(default=None, description="Table of the connection.")
    format: Literal["csv", "json", "ndjson", "parquet"] | None = Field(
        default=None, description="Format, where the name of the file does not tell."
    )
    purpose: str | None = Field(default=None, description="Purpose of the collection.")
    basis: LegalBasis | None = Field(default=None, description="Legal basis of the collection.")
    notice: str | None = Field(default=None, description="Version of the notice shown at collection.")
    collected_at: str | None = Field(default=None, description="Column with the time of the event.")
    stores: tuple[Store, ...] = Field(
        default=(), description="What an erasure removes a person from outside of the platform; nothing where left out."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.path is None) == (self.connection is None):
            raise ValueError("name either path, or connection and table")
        if self.connection is not None and not self.table:
            raise ValueError("a connection needs its table")
        if wrong := {store.kind for store in self.own_stores} - {"landing" if self.path is not None else "table"}:
            raise ValueError(f"a store of the kind {min(wrong)} is not what this source is read from")
        asked = [store.stands_at for store in self.stores if store.kind == "http"]
        if len(asked) > len(set(asked)):
            raise ValueError("each store of the kind http has a find of its own")
        return self

    @property
    def own_stores(self) -> tuple[Store, ...]:
        """What it says of the files or of the table that it is read from."""
        return tuple(store for store in self.stores if store.path is None and store.kind != "http")

    @field_validator("notice", mode="before", json_schema_input_type=str | int | float | date | None)
    @classmethod
    def _as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float | date) else value


class Input(Model):
    """Another product that this one reads: the edge that a contract covers."""

    product: KeyField = Field(description="domain/product; domain/product@1 stays with that major version.")
    fields: tuple[str, ...] = Field(default=(), description="What it takes; everything the input declares where left out.")
    purpose: str | None = Field(default=None, description="What it is read for; a contract must cover it.")
    alias: str | None = Field(default=None, alias="as", description="Name under which the transform finds it.")

    @property
    def name(self) -> str:
        """The name under which the transform finds it."""
        return self.alias or self.product.present.name


class Erasure(Model):
    """How a person is removed from this product."""

    strategy: Literal[
        "delete_by_key", "delete_by_token", "rebuild", "text_redact", "aggregate_exempt", "external", "not_applicable"
    ] = Field(description="How one person is removed.")
    reason: str | None = Field(default=None, description="Why so, where the strategy does not speak for itself.")


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
                raise _at((name,), problem)
            twin = seen.setdefault(name.casefold(), name)
            if twin != name:
                raise _at((name,), f"it differs from {twin!r} only in case, which SQL does not tell apart")
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
                raise _at(place, f"{missing[0]!r} is not a declared column")
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


def _at(place: tuple[str | int, ...], why: str) -> PydanticCustomError:
    """An error at `place` below the one that found it."""
    return PydanticCustomError("misplaced", "{why}", {"why": why, "at": place})


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

    name: str | None = Field(default=None, description="Display name; the folder is the key.")
    owner: Text = Field(default="", description="Team that answers for the domain.")
    description: Text = Field(default="", description="What the domain is about.")
    region: str | None = Field(default=None, description="Where its data lies unless a product says otherwise.")
    allowed_regions: tuple[str, ...] = Field(
        default=(), description="Where its data may lie, within what the organisation allows."
    )
    approvers: tuple[str, ...] = Field(default=(), description="Who approves access to its confidential data.")
    consent_within: SpanField | None = Field(
        default=None, description="How long a withdrawal may take to be carried into its rows; reads leave people out at once."
    )
    tags: Mapping[str, str] = Field(default={}, description="Free labels.")


def served_descriptor(extra: Mapping[str, object]) -> DataProduct | None:
    """The descriptor that a version's commit tells, None where this release cannot read it."""
    try:
        return DataProduct.model_validate(extra.get("descriptor"), by_alias=True, by_name=False)
    except ValidationError:
        return None


def as_document(model: Model) -> dict[str, Any]:
    """The model as plain JSON values under its YAML keys, defaults left out."""
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
