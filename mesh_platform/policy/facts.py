"""What a rule may know of one product: values only, handed in. What is not known is None, and never counts as fine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from mesh_platform.policy.binding import Control
from mesh_platform.product import DataContract, Governance, Input, Mesh, Product, ProductKey, Sensitivity
from mesh_platform.product.contracts import contracts_for
from mesh_platform.product.lineage import ColumnRef, Lineage, input_fields
from mesh_platform.product.models import Column, DataProduct


@dataclass(frozen=True, slots=True)
class Measures:
    """Measured quality in percent; None where nothing measures it."""

    completeness: float | None = None
    accuracy: float | None = None
    timeliness: float | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What the classifier found in one column, and whether a person has confirmed it."""

    level: Sensitivity
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One read, as far as rules judge it."""

    purpose: str | None
    region: str | None
    grant_expires: date | None = None
    granted: bool = False


@dataclass(frozen=True)
class Facts:
    """One product of one mesh on one day, and what is known of its rows, its readers and the platform under it."""

    mesh: Mesh
    product: Product
    today: date
    lineage: Lineage | None = None
    staged: Mapping[str, str] | None = None
    """Staged column → DuckDB type."""
    classification: Mapping[str, Scan] | None = None
    measures: Measures | None = None
    upstream_measures: Mapping[ProductKey, Measures] | None = None
    """Measures of the published versions that this product reads."""
    request: Request | None = None
    probes: Mapping[str, bool | None] = field(default_factory=dict)
    """Control → whether a probe of the real state saw it."""

    @property
    def descriptor(self) -> DataProduct:
        return self.product.descriptor

    @property
    def columns(self) -> Mapping[str, Column]:
        return self.product.descriptor.columns

    @property
    def governance(self) -> Governance:
        return self.mesh.governance

    def missing(self, needs: Iterable[str]) -> Iterator[str]:
        """Why a rule with these needs cannot be judged, one reason for each."""
        for need in sorted(needs):
            kind, _, name = need.partition(":")
            absent = self.probes.get(name) is None if kind == "probe" else getattr(self, need) is None
            if absent:
                yield f"No probe has shown whether {Control(name).words} holds." if kind == "probe" else _WHY[need]

    def inputs(self) -> Iterator[tuple[int, Input, Product]]:
        """Position, entry and product of each input that can be read."""
        for i, entry in enumerate(self.descriptor.inputs):
            if entry.product in self.mesh.products:
                yield i, entry, self.mesh.products[entry.product]

    def asked(self, entry: Input) -> tuple[str, ...]:
        """The fields that this product takes from one input."""
        return input_fields(self.mesh, self.product).get(entry.name, ())

    def contracts_on(self, upstream: Product) -> tuple[DataContract, ...]:
        """The contracts under which this product may read `upstream`, expired ones left out."""
        found = contracts_for(self.mesh, upstream, self.product.key)
        return tuple(c for c in found if c.expires is None or c.expires >= self.today)

    def sources(self, column: str) -> frozenset[ColumnRef]:
        """The columns of other products that one column derives from; where nothing tells, every field of every input."""
        said = self.columns[column].derived_from if column in self.columns else None
        if self.lineage is not None:
            return self.lineage.columns.get(column, self._everything)
        return self._everything if said is None else frozenset(map(_ref, said))

    @cached_property
    def _everything(self) -> frozenset[ColumnRef]:
        fields = input_fields(self.mesh, self.product)
        return frozenset((entry.product, name) for entry in self.descriptor.inputs for name in fields.get(entry.name, ()))


def _ref(text: str) -> ColumnRef:
    product, _, column = text.partition(".")
    domain, _, name = product.partition("/")
    return ProductKey(domain, name), column


_WHY = {
    "lineage": "The columns' lineage is not known.",
    "staged": "No rows are staged.",
    "classification": "No scan of the values has run.",
    "measures": "Nothing has been measured yet.",
    "upstream_measures": "The measures of the inputs are not at hand.",
    "request": "It is judged at each read.",
}
