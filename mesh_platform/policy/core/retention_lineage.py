"""CORE-17: what derives from people's data goes no later than the data itself, unless a purpose of its own needs it longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.people import concerns_people
from mesh_platform.policy.rule import Group, Objection, failing, passing, rule
from mesh_platform.product import Product, Retention
from mesh_platform.product.key import ColumnRef

_CLOCKED = {
    "inputs": [{"product": "customer/profiles", "purpose": "enrichment", "fields": ["customer_id", "segment", "updated_at"]}],
    "columns": {"changed_at": {"type": "timestamp", "sensitivity": "internal", "derivedFrom": ["customer/profiles.updated_at"]}},
}


def _kept(period: str, clock: object = "changed_at", **more: object) -> dict[str, object]:
    return {**_CLOCKED, "retention": {"period": period, "from": clock, "basis": None, **more}}


def _span(retention: Retention) -> timedelta:
    """How long rows may stay at most."""
    return retention.period.approximate + (retention.grace.approximate if retention.grace else timedelta())


@rule(
    "CORE-17",
    "A product derived from people's data keeps it no longer than its shortest input, by the same clock",
    passing("as long, by the input's clock", about="sales/segments", reader=_kept("3 years")),
    passing("shorter", about="sales/segments", reader=_kept("1 year")),
    passing("longer, for a purpose of its own", about="sales/segments", reader=_kept("9 years", basis="enrichment")),
    passing(
        "longer, and nothing in it concerns people",
        about="sales/segments",
        reader={**_kept("9 years"), "columns": {"customer_id": None, **_CLOCKED["columns"]}},  # type: ignore[dict-item]
    ),
    failing("longer", about="sales/segments", reader=_kept("4 years")),
    failing("longer by its grace", about="sales/segments", reader=_kept("3 years", grace="1 month")),
    failing("the clock starts anew with each publication", about="sales/segments", reader=_kept("3 years", "ingested")),
    failing("an event instead of the clock", about="sales/segments", reader=_kept("3 years", {"event": "contract_end"})),
    failing(
        "a clock that derives from something else",
        about="sales/segments",
        reader={
            **_kept("3 years"),
            "columns": {
                "changed_at": {"type": "timestamp", "sensitivity": "internal", "derivedFrom": ["customer/profiles.segment"]}
            },
        },
    ),
    failing(
        "a clock whose origin nothing tells",
        about="sales/segments",
        reader={**_kept("3 years"), "columns": {"changed_at": {"type": "timestamp", "sensitivity": "internal"}}},
    ),
    failing("a basis that is no purpose of it", about="sales/segments", reader=_kept("4 years", basis="it may be of use")),
    source="House rule, after GDPR Art. 5(1)(e); house rule: the shortest period holds along lineage",
    group=Group.RETENTION,
    applies=lambda facts: bool(facts.descriptor.inputs) and concerns_people(facts.product),
)
def keeps_no_longer_than_its_inputs(facts: Facts) -> Iterator[Objection]:
    own = facts.descriptor.retention
    bounds = [(source, kept) for _, _, source in facts.inputs() if (kept := _bound(source))]
    if own is None or not bounds or _has_a_basis(facts, own):
        return
    shortest = min(_span(kept) for _, kept in bounds)
    ends_first = [(source, kept) for source, kept in bounds if _span(kept) == shortest]
    source, kept = ends_first[0]
    if _span(own) > shortest:
        why = f"It keeps people's data for {_told(own)}, and its input {source.key} for {_told(kept)}."
        fix = f"Keep it for {kept.period}, or name the purpose that needs it longer (`retention.basis: <purpose>`)."
        yield Objection(why, fix, ("retention", "period"))
    if not any(_same_clock(facts, own, source, kept) for source, kept in ends_first):
        why = f"Its input {source.key} counts its period from {_clock(kept)}, and that clock is lost on the way."
        fix = "Hand the clock's column on and count from it (`derivedFrom:` where no SQL tells), or name `retention.basis`."
        yield Objection(why, fix, ("retention", "from"))


def _bound(source: Product) -> Retention | None:
    """The retention of an input that concerns people; one that has none is blocked by itself (CORE-03)."""
    return source.descriptor.retention if concerns_people(source) else None


def _has_a_basis(facts: Facts, own: Retention) -> bool:
    """Whether a purpose that the product serves, with its legal basis, is named as what needs the data so long."""
    return own.basis is not None and any(
        facts.governance.purpose_covers(served, own.basis) for served in facts.descriptor.purposes
    )


def _same_clock(facts: Facts, own: Retention, source: Product, kept: Retention) -> bool:
    """Whether what starts the input's period starts the product's own too."""
    if not isinstance(kept.from_, str):
        return not isinstance(own.from_, str) and own.from_.event == kept.from_.event
    if kept.from_ == "ingested":
        return isinstance(own.from_, str)  # a column of the row is older than its arrival here
    if not isinstance(own.from_, str) or own.from_ not in facts.columns or not _known(facts, own.from_):
        return False
    return ColumnRef(source.key, kept.from_) in facts.sources(own.from_)


def _known(facts: Facts, column: str) -> bool:
    """Whether its origin is known, and not taken for everything."""
    return facts.columns[column].origins is not None or (facts.lineage is not None and facts.lineage.exact)


def _told(kept: Retention) -> str:
    return f"{kept.period}" + (f" and {kept.grace} of grace" if kept.grace else "")


def _clock(kept: Retention) -> str:
    return repr(kept.from_) if isinstance(kept.from_, str) else f"the event {kept.from_.event!r}"


RETENTION_LINEAGE = (keeps_no_longer_than_its_inputs,)
