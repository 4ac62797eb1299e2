"""What is proposed for a product, as values; and what the person said on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.product import ProductKey


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person said; empty where they left it to the proposal."""

    key: ProductKey
    owner: str
    description: str
    purposes: Mapping[str, str] = field(default_factory=dict)
    """Purpose and legal basis."""
    notice: str = ""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Purpose and why its basis is a guess; not those whose basis the person named, or of which the registry leaves no choice."""


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """One column: its keys as the descriptor writes them, how it is selected, and why it was labelled so."""

    name: str
    keys: Mapping[str, Any]
    expression: str
    why: str = ""
    decide: str = ""
    """What a person has to settle about it."""
    plain: bool = True
    """Whether the source's own column serves as it is, under the same name and type."""
    carried: bool = False
    """Whether its labels are those of the column that it derives from: nothing to confirm."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A product to be: the parts of its descriptor that follow from the data, and what a person has to decide."""

    columns: tuple[ProposedColumn, ...]
    description: str
    relation: str
    rows: int | None = None
    source: Mapping[str, Any] | None = None
    inputs: tuple[Mapping[str, Any], ...] = ()
    purposes: Mapping[str, str] = field(default_factory=dict)
    purposes_why: str = ""
    """Why they are a guess; empty where the person said them."""
    basis_why: str = ""
    """The same of the basis of the collection."""
    baseless: tuple[str, ...] = ()
    """Purposes of which nothing tells the legal basis."""
    retention: Mapping[str, Any] | None = None
    retention_why: str = ""
    primary_key: tuple[str, ...] = ()
    key_why: str = ""
    erasure: Mapping[str, Any] | None = None
    stores_open: str = ""
    """Why no store is proposed for a source that holds people."""
    privacy: Mapping[str, Any] = field(default_factory=dict)
    privacy_why: str = ""
    privacy_open: Mapping[str, str] = field(default_factory=dict)
    """Keys of `privacy:` that a person has to settle, and the question of each."""
    sql: str = ""
    decide: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    """Contracts that other domains have to add, as text."""

    @property
    def needs_transform(self) -> bool:
        """A plain ingest needs none; it is read strictly as declared."""
        return self.source is None or not all(column.plain for column in self.columns)

    @property
    def has_value_rule(self) -> bool:
        """Whether accuracy can be measured."""
        rules = {"values", "pattern", "min", "max", "minLength", "maxLength", "references"}
        return any(rules & set(column.keys) for column in self.columns)
