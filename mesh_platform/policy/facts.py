"""What a rule may know of one product: values only, handed in. What is not known is None, and never counts as fine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache, cached_property

from mesh_platform.policy.binding import Control
from mesh_platform.policy.jurisdictions import packs_of
from mesh_platform.policy.people import concerns_people
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.policy.shapes import Shapes
from mesh_platform.product import Change, ChangeKind, DataContract, Governance, Input, Mesh, Product, ProductKey
from mesh_platform.product.contracts import contracts_for
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.lineage import Lineage, input_fields
from mesh_platform.product.models import Column, DataProduct


class Need(StrEnum):
    """A part of the facts that is not always at hand; what a rule about a control needs is the control itself, seen by a probe."""

    LINEAGE = "lineage"
    STAGED = "staged"
    CLASSIFICATION = "classification"
    MEASURES = "measures"
    UPSTREAM_MEASURES = "upstream_measures"
    COMBINATIONS = "combinations"
    TOMBSTONES = "tombstones"
    DIVERSITY = "diversity"
    SERVED = "served"
    GRANTS = "grants"
    CONSENT_EVIDENCE = "consent_evidence"
    REVIEW = "review"
    SHAPES = "shapes"
    LOG_YEARS = "log_years"
    KEY_DAYS = "key_days"


GATHERED: frozenset[Need | Control] = frozenset(
    {
        Control.ACCESS_LOG,
        Control.DURABLE_AUDIT,
        Control.ENCRYPTION,
        Control.LEGAL_BASIS,
        Control.MASKING,
        Control.REGION,
        Control.REPLICAS,
        Control.RETENTION,
        Need.LINEAGE,
        Need.STAGED,
        Need.CLASSIFICATION,
        Need.MEASURES,
        Need.UPSTREAM_MEASURES,
        Need.COMBINATIONS,
        Need.TOMBSTONES,
        Need.DIVERSITY,
        Need.SERVED,
        Need.REVIEW,
        Need.SHAPES,
        Need.LOG_YEARS,
        Need.KEY_DAYS,
    }
)
"""What this release hands to the rules; a test holds it. No governed read does so yet."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Measured quality in percent; None where nothing measures it."""

    completeness: float | None = None
    accuracy: float | None = None
    timeliness: float | None = None

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls))

    @classmethod
    def of(cls, values: Mapping[str, float | None]) -> Measures:
        """Those of `values` that are measures of quality."""
        return cls(**{name: values.get(name) for name in cls.names()})


@dataclass(frozen=True, slots=True)
class Combination:
    """How far some columns together tell people apart: counts only.

    `smallest` is the number of people in the smallest class of rows that share their values, None where there are no rows; `unique` is how
    many classes hold one person.
    """

    smallest: int | None
    classes: int = 0
    unique: int = 0


@dataclass(frozen=True, slots=True)
class Diversity:
    """How many values of a special column stand in the classes of people who share their quasi-identifiers: counts only.

    `least` is the number in the class with the fewest, None where no class has any; `bare` is how many classes hold one value alone.
    `distance` is how far the class that is farthest lies from all rows (0 to 1), None where it was not measured; `far` is how many lie
    farther than the organisation allows.
    """

    least: int | None
    classes: int = 0
    bare: int = 0
    distance: float | None = None
    far: int = 0


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of columns that was tried on the staged rows, and after which they say of nobody what a claim forbids.

    `coarsen` tells each column's named transform, `drop` columns that go, and `small` how many rows of small classes are left out.
    """

    coarsen: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    small: int = 0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Rows that one column marks as deleted, and how many of them keep a value, column by column."""

    rows: int
    kept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """What is served under a product's name now: the descriptor of that version, and the older majors that stand beside it.

    `version` is empty before the first publication; `descriptor` is None there, and where this release cannot read it.
    """

    version: str = ""
    descriptor: DataProduct | None = None
    beside: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Review:
    """What changed since the version that is served, and what reviewers said of the files of that hash.

    `approved_by` has each real person once; `unread` tells of records that cannot be read. Before the first publication nothing changed.
    """

    changes: tuple[Change, ...] = ()
    approved_by: tuple[str, ...] = ()
    rejected_by: tuple[str, ...] = ()
    spec_hash: str = ""
    needed: int = 1
    unread: tuple[str, ...] = ()

    @property
    def relevant(self) -> tuple[Change, ...]:
        """The changes that need a review."""
        return tuple(change for change in self.changes if change.kind is ChangeKind.PRIVACY)

    @property
    def standing(self) -> str:
        """`not needed`, `waiting`, `approved` or `rejected`."""
        if not self.relevant:
            return "not needed"
        if self.rejected_by:
            return "rejected"
        return "approved" if len(self.approved_by) >= self.needed and not self.unread else "waiting"


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
    """Staged column → what the scan of its values found."""
    measures: Measures | None = None
    upstream_measures: Mapping[ProductKey, Measures] | None = None
    """Measures of the published versions that this product reads."""
    combinations: Mapping[frozenset[str], Combination] | None = None
    """Columns → how far they tell people apart together, in the staged rows."""
    tombstones: Mapping[str, Tombstone] | None = None
    """Column that marks rows as deleted → what such staged rows keep."""
    diversity: Mapping[str, Diversity] | None = None
    """Column of a special category → how diverse it is among staged people who share their quasi-identifiers."""
    remedies: tuple[Remedy, ...] = ()
    """What would mend a claim that the staged rows do not bear out, as tried on them; the one that loses least first."""
    served: Served | None = None
    review: Review | None = None
    shapes: Shapes | None = None
    """What the staged rows hold by their form: card data, codes, days, ages; and how many people they are about."""
    log_years: int | None = None
    """For how many years the bodies of audit records are kept."""
    key_days: int | None = None
    """How many days ago the key was made that seals the product's keys."""
    grants: Mapping[str, frozenset[str]] | None = None
    """Consumer → the fields that all of its approved grants give it together."""
    consent_evidence: int | None = None
    """Staged rows whose consent nothing proves."""
    probes: Mapping[str, bool | None] = field(default_factory=dict)
    """Control → whether a probe of the real state saw it."""
    probed: Mapping[str, str] = field(default_factory=dict)
    """Control → what its probe says, of those that say it in words."""

    @property
    def descriptor(self) -> DataProduct:
        return self.product.descriptor

    @property
    def columns(self) -> Mapping[str, Column]:
        return self.product.descriptor.columns

    @property
    def governance(self) -> Governance:
        return self.mesh.governance

    @cached_property
    def standing(self) -> Mapping[str, tuple[Found, ...]]:
        """What the scan found in each column and no verdict covers, the weightiest first; columns without any are left out."""
        found: dict[str, tuple[Found, ...]] = {}
        for name, scan in (self.classification or {}).items():
            if not scan.found or name not in self.columns:
                continue
            said = self.columns[name].verdicts
            left = (one for one in scan.found if scan.changed or one.kind not in said or one.share * 100 > said[one.kind].up_to)
            found[name] = tuple(sorted(left, key=lambda one: one.weight, reverse=True))
        return found

    @cached_property
    def categories(self) -> Mapping[str, frozenset[str]]:
        """The data categories of each column, declared or found by the scan, with those above them; columns without any are left out."""
        found: dict[str, frozenset[str]] = {}
        for name, column in self.columns.items():
            keys = [column.category or "", *(one.category for one in self.standing.get(name, ()))]
            above = frozenset(above for key in keys if key for above in _with_those_above(key))
            if above:
                found[name] = above
        return found

    @cached_property
    def held(self) -> frozenset[str]:
        """Every category that a column has, with those above them."""
        return frozenset().union(*self.categories.values())

    @cached_property
    def personal(self) -> bool:
        """Whether the product is about people: identifying columns, or confidential ones; one that declares nothing counts."""
        return concerns_people(self.product)

    @cached_property
    def packs(self) -> frozenset[str]:
        """The packs that bind this product today, by its files and by what the scan found in its rows."""
        return packs_of(self.mesh, self.product, self.today, self.held)

    def missing(self, needs: Iterable[Need | Control]) -> Iterator[str]:
        """Why a rule with these needs cannot be judged, one reason for each."""
        for need in sorted(needs):
            if isinstance(need, Control):
                if self.probes.get(need) is None:
                    yield self.probed.get(need, f"No probe has looked for {need.words}.")
            elif getattr(self, need) is None:
                yield _WHY[need]

    def inputs(self) -> Iterator[tuple[int, Input, Product]]:
        """Position, entry and product of each input that can be read."""
        for i, entry in enumerate(self.descriptor.inputs):
            if entry.product in self.mesh.products:
                yield i, entry, self.mesh.products[entry.product]

    def fields_taken(self, entry: Input) -> tuple[str, ...]:
        """The fields that this product takes from one input."""
        return input_fields(self.mesh, self.product).get(entry.name, ())

    def contracts_on(self, upstream: Product) -> tuple[DataContract, ...]:
        """The contracts under which this product may read the rows of `upstream`, expired and aggregate-only ones left out."""
        found = contracts_for(self.mesh, upstream, self.product.key)
        return tuple(c for c in found if c.aggregate is None and (c.expires is None or c.expires >= self.today))

    def sources(self, column: str) -> frozenset[ColumnRef]:
        """The columns of other products that one column derives from; where nothing tells, every field of every input."""
        said = self.columns[column].origins if column in self.columns else None
        if self.lineage is not None:
            return self.lineage.columns.get(column, self._everything)
        return self._everything if said is None else said

    @cached_property
    def _everything(self) -> frozenset[ColumnRef]:
        fields = input_fields(self.mesh, self.product)
        return frozenset(
            ColumnRef(entry.product, name) for entry in self.descriptor.inputs for name in fields.get(entry.name, ())
        )


@cache
def _with_those_above(key: str) -> frozenset[str]:
    parts = key.split(".")
    return frozenset(".".join(parts[: i + 1]) for i in range(len(parts)))


_WHY = {
    Need.LINEAGE: "The columns' lineage is not known.",
    Need.STAGED: "No rows are staged.",
    Need.CLASSIFICATION: "No scan of the values has run.",
    Need.MEASURES: "Nothing has been measured yet.",
    Need.UPSTREAM_MEASURES: "The measures of the inputs are not at hand.",
    Need.COMBINATIONS: "No rows are staged in which combinations of columns could be counted.",
    Need.DIVERSITY: "No rows are staged in which values of special categories could be counted.",
    Need.TOMBSTONES: "No rows are staged in which deleted ones could be looked for.",
    Need.SERVED: "What is served now is not at hand.",
    Need.GRANTS: "The grants are not at hand.",
    Need.SHAPES: "No rows are staged whose form could be looked at.",
    Need.KEY_DAYS: "How old the key of its domain is, is not at hand.",
    Need.LOG_YEARS: "How long the audit log is kept is not at hand.",
    Need.REVIEW: "What is served now is not known here, so what changed is not either.",
    Need.CONSENT_EVIDENCE: "The ledger of consent is not at hand.",
}
