"""What a breach touches, put together: the products that are named or that a reader read, with their laws, reads and people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from mesh_platform.audit import AuditLog
from mesh_platform.errors import NotFound
from mesh_platform.lake import Lake
from mesh_platform.product import Mesh
from mesh_platform.subjects.breaches.counting import Reads, people_in, reads_on_record
from mesh_platform.subjects.breaches.duties import RULES
from mesh_platform.subjects.breaches.laws import laws_of, laws_of_all
from mesh_platform.subjects.breaches.texts import named_well
from mesh_platform.subjects.breaches.values import Affected, Found

_NONE: Mapping[str, Collection[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Meant:
    """What is asked about: products, each with columns (none: all), a reader, and a span."""

    products: Mapping[str, tuple[str, ...]]
    since: datetime | None = None
    until: datetime | None = None
    reader: str | None = None


def found_for(
    meant: Meant,
    mesh: Mesh,
    lake: Lake,
    audit: AuditLog,
    aware: datetime,
    now: datetime,
    known: Mapping[str, Collection[str]] = _NONE,
) -> Found:
    """What is touched; with a reader, what they read in the span, and else what is named. Without either every law of the mesh counts.

    `known` are products and columns that were named before, and may be gone since.

    Raises:
        NotFound: BREACH-04, where a product or column is named that there is not. UsageProblem: BREACH-02, where a column that nobody can look up is no name.
    """
    _refuse_unknown(meant, mesh, lake, known)
    reads, records, unsure = _reads(meant, audit, aware, now)
    names = sorted({*meant.products, *(reads if meant.reader is not None else ())})
    people = people_in(lake, names)
    if not names:
        laws = laws_of_all(mesh, aware.date())
        return Found(
            (Affected("", laws=laws),), None, (*unsure, "No product is named: whose laws count is not known, so all do."), records
        )
    affected = tuple(
        _affected(name, meant, reads.get(name, Reads()), people.each.get(name), laws_of(mesh, name, aware.date()))
        for name in names
    )
    return Found(affected, people.total, (*unsure, *people.unsure), records)


def joined(found: Found, more: Found) -> Found:
    """`more`, which knows every product that was named before, with the laws that bound them then: no law goes because a product changed or went since."""
    laws = {one.product: one.laws for one in found.affected}
    affected = tuple(replace(one, laws=_together(laws.get(one.product, ()), one.laws)) for one in more.affected)
    return replace(more, affected=affected, records=more.records or found.records)


def _together(before: Sequence[str], since: Sequence[str]) -> tuple[str, ...]:
    return tuple(rule for rule in RULES if rule in {*before, *since})


def _affected(name: str, meant: Meant, read: Reads, people: int | None, laws: Sequence[str]) -> Affected:
    columns = meant.products.get(name)
    told = tuple(sorted(read.columns)) if columns is None else columns
    return Affected(name, told, tuple(laws), people, read.reads, read.rows, len(read.readers))


def _reads(
    meant: Meant, audit: AuditLog, aware: datetime, now: datetime
) -> tuple[Mapping[str, Reads], tuple[str, ...], tuple[str, ...]]:
    """Reads in the span; where nobody knows when it began, none can be counted."""
    if meant.since is None or not (meant.products or meant.reader):
        why = "It is not known when it began: reads on record are not counted."
        return {}, (), ((why,) if meant.products else ())
    found = reads_on_record(audit, meant.since, meant.until or now, meant.reader, meant.products)
    return found.products, found.records, found.unsure


def _refuse_unknown(meant: Meant, mesh: Mesh, lake: Lake, known: Mapping[str, Collection[str]]) -> None:
    there = {str(key): product for key, product in mesh.products.items()}
    kept = {*known, *(place.key for place in lake.places())}
    for name, columns in meant.products.items():
        product = there.get(name)
        if product is None and name not in kept:
            raise _unknown(f"There is no product {name}, and no rows of one are held.")
        fresh = {*columns} - {*known.get(name, ())}
        if product is not None and (missing := sorted(fresh - {*product.descriptor.columns})):
            raise _unknown(f"{name} declares no column {missing[0]}.")
        if product is None:
            named_well(fresh)


def _unknown(why: str) -> NotFound:
    return NotFound.because("BREACH-04", "--product", why, "Name one that there is; leave it out where nobody knows yet.")
