"""What a door is: the project's own, or an address. Both give rows as they come, and the envelope that tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa

from mesh_platform.product import ProductKey

Envelope = Mapping[str, Any]
Value = str | int | float | bool | None
MOST_ROWS = 1_000_000
"""Rows of one answer, unless the caller wants fewer."""


Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wished:
    """What somebody asks for; what is None is decided where it is asked."""

    product: ProductKey
    purpose: str
    reason: str
    columns: tuple[str, ...] | None = None
    raw: tuple[str, ...] = ()
    until: datetime | None = None
    region: str | None = None


class Coming(Protocol):
    """Rows as they come. `count` and `cut` hold once all were taken."""

    schema: pa.Schema
    count: int
    cut: bool

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...
    def close(self) -> None: ...


class People(Protocol):
    """People's requests through a door, as the HTTP API shapes them."""

    def open(self, asked: Told) -> Told: ...
    def listed(self) -> list[Told]: ...
    def one(self, id: str) -> Told: ...
    def send_code(self, id: str) -> Told: ...
    def show_code(self, id: str, code: str) -> Told: ...
    def package(self, id: str) -> bytes: ...


class Door(Protocol):
    """One way to the products of a mesh; for any number of threads."""

    where: str

    def query(self, sql: str, purpose: str | None, parameters: Sequence[Value], limit: int) -> tuple[Coming, Envelope]: ...
    def products(self, sought: Mapping[str, Any]) -> list[Told]: ...
    def product(self, key: ProductKey, purpose: str | None) -> Told: ...
    def request_access(self, wish: Wished) -> Told: ...
    @property
    def people(self) -> People: ...
    def close(self) -> None: ...
