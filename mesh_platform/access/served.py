"""What a governed read works on and gives: a product as it is served, the rows of an answer, their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mesh_platform.access.decision import Decision
from mesh_platform.access.worker import Rows
from mesh_platform.lake import FileId, Place, Version
from mesh_platform.product import Product
from mesh_platform.product.sql_engine import Columns


@dataclass(frozen=True, slots=True)
class Served:
    """One product as it is served: what its commit says of it, where it lies, and its table's columns."""

    product: Product
    place: Place
    version: Version
    types: Mapping[str, str]
    file: FileId | None = None
    """The catalog's file that tells all that: a decision on it opens no other."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one governed read, and what decided them."""

    rows: Rows
    decisions: tuple[Decision, ...]
    served: tuple[Served, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of a statement would look like, and how many values it leaves open."""

    columns: Columns
    parameters: int
