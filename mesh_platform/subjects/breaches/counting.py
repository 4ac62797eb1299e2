"""What a breach touches: who read what in its span, as the audit log has it, and about how many people the rows of its products are.

The log knows which columns of a product went to whom, and not which rows: whoever read a product may have seen everybody in it. Counts are of what is published
now, by the marks that the platform wrote beside each row: rows that were deleted since are not among them. Whatever else makes one too low is told. No value and no token leaves here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.audit.spans import Span, span
from mesh_platform.lake import Lake, Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.subjects.asked import product_of, texts_of
from mesh_platform.subjects.disclosures import logs_of
from mesh_platform.subjects.people.held import Held, held_products

KEPT = 20
"""Reads whose records are kept by their ids."""


@dataclass(slots=True)
class Reads:
    """Reads of one product on record."""

    columns: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    reads: int = 0
    rows: int | None = 0


@dataclass(frozen=True, slots=True)
class OnRecord:
    """By product, what was read; the newest records; and why something may be missing."""

    products: Mapping[str, Reads]
    records: tuple[str, ...]
    unsure: tuple[str, ...]


def reads_on_record(
    audit: AuditLog, since: datetime, until: datetime, reader: str | None, products: Collection[str] = ()
) -> OnRecord:
    """What was read from one moment up to another.

    Args:
        audit: the mesh's log, with those of its regions.
        since: from then on.
        until: up to then, without it.
        reader: a principal, or who stands behind it; or the id of a grant or contract. None: anybody.
        products: those that are meant; none: all.
    """
    found, records, unsure = defaultdict[str, Reads](Reads), list[str](), list[str]()
    logs, unread = logs_of(audit)
    unsure += [f"The log of {region} is not at hand: its reads are missing." for region in unread]
    for log in logs.values():
        log.settle()
        with span(log.database, since, until) as written:
            records += _counted(written, reader, products, found)
            if written.dropped:
                unsure.append(f"{written.dropped} records of the log were dropped for their age: what they said is not known.")
            if written.amiss:
                unsure.append(f"In {written.amiss} places the log and its tree differ: reads may be missing.")
    return OnRecord(dict(found), tuple(records[-KEPT:]), tuple(unsure))


def _counted(written: Span, reader: str | None, products: Collection[str], found: dict[str, Reads]) -> list[str]:
    begun, ended = dict[str, str](), dict[str, int | None]()
    for told, _ in written.records(Act.READ):
        if told.phase == Phase.DONE and "parent" in told.record:
            ended[str(told.record["parent"])] = told.n
            continue
        product, columns = product_of(told), texts_of(told, "fields")
        wanted = reader is None or reader in (told.who, told.behind, *texts_of(told, "under"))
        if told.phase == Phase.INTENT and product and columns and wanted and (not products or product in products):
            begun[told.eid] = product
            found[product].columns.update(columns)
            found[product].readers.add(told.who)
            found[product].reads += 1
    for eid, product in begun.items():
        one, rows = found[product], ended.get(eid)
        one.rows = None if rows is None or one.rows is None else one.rows + rows
    return list(begun)


@dataclass(frozen=True, slots=True)
class People:
    """About how many people: by product, and in all; None where it cannot be told."""

    each: Mapping[str, int | None]
    total: int | None
    unsure: tuple[str, ...]


def people_in(lake: Lake, products: Collection[str]) -> People:
    """About how many people the published rows of these products are.

    Within a product the namespace of identifiers that names most counts. Products that share a namespace are about the same people as far as the
    identifiers are the same; those that share none are added up.
    """
    with lake.reader() as reader:
        held = [one for one in held_products(lake, reader) if one.place.key in products]
        unsure = [why for one in held if (why := _uncountable(one))]
        there = {one.place.key for one in held}
        unsure += [f"{key} holds no published rows now." for key in sorted({*products} - there)]
        countable = [one for one in held if not _uncountable(one)]
        each = {one.place.key: _people([one], reader) for one in countable}
        total = sum(_people(group, reader) for group in _groups(countable))
    lacking = len(countable) < len(held) or bool({*products} - there)
    return People({**dict.fromkeys(products), **each}, None if lacking or not products else total, tuple(unsure))


def _uncountable(one: Held) -> str:
    if one.problem or one.descriptor is None:
        return f"{one.place.key} does not open ({one.problem or 'its descriptor cannot be read'})."
    if not one.subjects:
        return f"The rows of {one.place.key} name nobody by a subject key."
    if one.marked != frozenset(one.subjects):
        return f"Not every row of {one.place.key} says whose it is."
    return ""


def _groups(held: Iterable[Held]) -> Iterator[list[Held]]:
    """Products that are linked by namespaces, each in one group."""
    groups = list[tuple[set[str], list[Held]]]()
    for one in held:
        spaces, members = {*one.subjects.values()}, [one]
        for other in [group for group in groups if group[0] & spaces]:
            groups.remove(other)
            spaces, members = spaces | other[0], [*other[1], *members]
        groups.append((spaces, members))
    return (members for _, members in groups)


def _people(held: list[Held], reader: Reader) -> int:
    """The namespace that names most."""
    marks = defaultdict[str, list[tuple[str, str]]](list)
    for i, one in enumerate(held):
        for column, namespace in one.subjects.items():
            marks[namespace].append((f"t{i}", quote_name(SUBJECTS + column)))
    places = {f"t{i}": one.place for i, one in enumerate(held)}

    def count(columns: list[tuple[str, str]]) -> int:
        def ask(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> int:
            parts = " UNION ".join(f"SELECT {column} AS who FROM {over[t]} WHERE {column} IS NOT NULL" for t, column in columns)
            [[people]] = con.execute(f"SELECT count(DISTINCT who) FROM ({parts})").fetchall()
            return int(people)

        return reader.follow({t: places[t] for t, _ in columns}, ask)

    return max(map(count, marks.values()))
