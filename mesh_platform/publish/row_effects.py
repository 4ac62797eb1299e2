"""What a change does to rows where the decision on a product's columns stays as it is: whose rows are left out, how groups are formed, how coarse values
are, how long rows stay; and rules that need rows, which files alone cannot tell. Values alone: nothing here looks at a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mesh_platform.access.aggregates.groups import Groups
from mesh_platform.access.decision import Decision, left_out
from mesh_platform.ledger.purposes import Asked, Purposes
from mesh_platform.policy import NotEvaluated, Rule, Upheld, Verdict
from mesh_platform.policy.facts import Need
from mesh_platform.product import LegalBasis, Product
from mesh_platform.product.models import Retention

AT_READS, AT_PUBLICATION, AT_RETENTION = "at reads", "at the next publication", "at runs of retention"
_BITES = frozenset({Verdict.BLOCK, Verdict.DENY, Verdict.MASK, Verdict.REQUIRE})


@dataclass(frozen=True, slots=True)
class Shown:
    """What decides which rows of a product a reader is shown, and what they look like."""

    asked: Asked | None
    """The purpose on its basis, as the ledger is asked about each person; None where no row names one."""
    basis: LegalBasis | None
    subjects: frozenset[str]
    groups: Groups | None
    retention: Retention | None
    coarse: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowEffect:
    """What becomes of the rows that a reader gets, and when; which of them it touches is not foreseen. `rules` are those by which it comes to be."""

    product: str
    consumer: str
    purpose: str
    acts: str
    rules: tuple[str, ...]
    why: str

    def as_json(self) -> dict[str, object]:
        return {
            "product": self.product,
            "consumer": self.consumer,
            "purpose": self.purpose,
            "acts": self.acts,
            "rules": list(self.rules),
            "why": self.why,
        }


def shown(served: Product, found: Decision, purposes: Purposes) -> Shown:
    """What a decision that allows says of rows, of a product as it is served."""
    said = served.descriptor
    return Shown(
        purposes.asked(found.purpose, [found.basis] if found.basis else []) if found.about_people else None,
        found.basis,
        frozenset(said.subject_columns),
        found.groups,
        said.retention,
        {name: str(column.coarsen) for name, column in said.columns.items() if column.coarsen},
    )


def told_of(was: Shown, now: Shown, purpose: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """When, by which rules and why, of each thing that is otherwise with the rows of a reader who is allowed both before and after."""
    if (was.asked, was.subjects) != (now.asked, now.subjects):
        yield AT_READS, ("LEDGER-11",), _people(was, now, purpose)
    if was.groups != now.groups:
        yield AT_READS, ("ACCESS-30",), f"It gets {now.groups or 'rows'}, in place of {was.groups or 'rows'}."
    if was.coarse != now.coarse:
        names = sorted(name for name in {*was.coarse, *now.coarse} if was.coarse.get(name) != now.coarse.get(name))
        yield AT_PUBLICATION, (), f"Values of {', '.join(map(repr, names))} become coarser, or finer, than they are."
    if was.retention != now.retention:
        yield AT_RETENTION, (), f"Rows are kept for {_kept(now.retention)}, in place of {_kept(was.retention)}."


def _people(was: Shown, now: Shown, purpose: str) -> str:
    if now.asked is None:
        return "Its rows name nobody any more, so that nobody is left out of them."
    found = [one["why"] for one in left_out(purpose, now.basis)]
    if was.asked is None:
        return " ".join(("Its rows name people from then on.", *found))
    if was.basis != now.basis:
        return " ".join((f"{purpose} rests on {now.basis}, in place of {was.basis}.", *found))
    return f"What people said of {purpose}, and of what stands above it, counts for other rows than now."


def _kept(retention: Retention | None) -> str:
    return f"{retention.period} ({retention.action})" if retention else "ever"


def biting(rules: Iterable[Rule]) -> frozenset[str]:
    """Names of the rules that need rows, and by which a product may be kept back or a consumer closed."""
    return frozenset(
        one.name
        for one in rules
        if one.upheld is Upheld.GATE
        and one.verdict in _BITES
        and any(isinstance(need, Need) for need in one.needs - {Need.LINEAGE})
    )


def waiting(new: Iterable[NotEvaluated], rules: frozenset[str]) -> tuple[str, ...]:
    """Those of the rules that come which need rows, by name."""
    return tuple(sorted({one.rule for one in new if one.rule in rules}))
