"""Where a product's rows come from: files and tables outside, or other products."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from mesh_platform.outbound import refuse_open
from mesh_platform.product.model import Model
from mesh_platform.product.models.fields import KeyField


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


class LegalBasis(StrEnum):
    """Article 6(1) GDPR (a) to (f), in its order."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


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
