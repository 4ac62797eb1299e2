"""A contract: a pandera schema, and beside it what pandera has no word for.

Two doors lead here, a descriptor and a pandera schema of one's own; behind them stands one compiler. Pandera and ibis are imported where they
are used: a code location names contracts when it loads, and checks them later, in a run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_platform.contract.rules import Kind, Rule
from mesh_platform.errors import Finding, Severity
from mesh_platform.product import DataProduct, Product, ProductKey, Span

if TYPE_CHECKING:
    import pandera.ibis as pa

    from mesh_platform.contract.extra import ExtraCompiler


LONGEST = 200  # characters of a check's name and of its own words


@dataclass(frozen=True, slots=True)
class ExtraCheck:
    """One pandera check of `contract.py`, compiled to SQL over the declared columns."""

    column: str | None
    name: str
    says: str
    severity: Severity
    sql: str
    """Per row: an expression that is true where the row breaks the check. Else: a query whose one value is true where the table does."""
    per_row: bool
    around: bool
    """Whether it compares a row with others."""
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What of a descriptor could not become a rule: the thing, why, and its key in the descriptor."""

    what: str
    why: str
    key: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """Every value of `column` stands in column `target` of product `product`."""

    column: str
    product: ProductKey
    target: str

    def __str__(self) -> str:
        return f"{self.product}.{self.target}"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The promise that `column` is no older than `promise`."""

    column: str
    promise: Span


@dataclass(frozen=True)
class Contract:
    """What one product promises of its rows; `problems` is what of the descriptor could not become a rule."""

    schema: pa.DataFrameSchema
    references: tuple[Reference, ...] = ()
    freshness: Freshness | None = None
    primary_key: tuple[str, ...] = ()
    product: str = ""
    problems: tuple[Problem, ...] = ()
    extra: tuple[ExtraCheck, ...] = ()
    at: Callable[..., str] | None = field(default=None, repr=False, compare=False)

    def finding(self, kind: Kind, what: str, why: str, fix: str, *key: str | int, severity: Severity = Severity.BLOCK) -> Finding:
        """A finding of this contract, with the file and line where the descriptor says it."""
        where = f"{self.at(*key)}, {what}" if self.at else what
        return Finding(kind.code, where, why, fix, self.product, severity)

    def not_compiled(self, what: str, why: str, *key: str | int) -> Finding:
        """A blocking finding about a rule that has no expression."""
        fix = "Write the rule so that it can be pushed down: an ibis expression over the columns, or a row check in product.yaml."
        return self.finding(Kind.NOT_COMPILED, what, f"It cannot be checked in the engine: {why}.", fix, *key)

    def about(self, rule: Rule, kind: Kind, why: str, fix: str) -> Finding:
        return self.finding(kind, rule.what, why, fix, *rule.key, severity=rule.severity)


def contract_of(product: Product | DataProduct, compiler: ExtraCompiler | None = None) -> Contract:
    """The contract that a product states in its descriptor and its `contract.py`.

    Args:
        product: the product, or a descriptor alone.
        compiler: compiles `contract.py`; one that keeps nothing where None.

    Returns:
        The contract. What cannot be checked stands in its `problems` and comes out of every audit as a blocking finding.

    Raises:
        Unavailable: where there is a `contract.py` and domain code cannot be confined.
    """
    from mesh_platform.contract.extra import ExtraCompiler
    from mesh_platform.contract.schema import build_schema

    extra: tuple[ExtraCheck, ...] = ()
    problems: tuple[Problem, ...] = ()
    if isinstance(product, DataProduct):
        descriptor, name, at = product, "", None
    else:
        descriptor, name, at = product.descriptor, str(product.key), product.at
        extra, problems = (compiler or ExtraCompiler()).compile(product)
    schema, more = build_schema(descriptor)
    key = descriptor.primary_key
    return Contract(schema, _references(descriptor), _freshness(descriptor), key, name, (*problems, *more), extra, at)


def _references(descriptor: DataProduct) -> tuple[Reference, ...]:
    named = ((name, column.reference) for name, column in descriptor.columns.items())
    return tuple(Reference(name, *target) for name, target in named if target)


def _freshness(descriptor: DataProduct) -> Freshness | None:
    sla = descriptor.sla
    if sla is None or sla.freshness is None or sla.freshness_column is None:
        return None
    return Freshness(sla.freshness_column, sla.freshness)
