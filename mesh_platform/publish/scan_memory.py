"""What a publication remembers of its scan, published or not; what people said before, which it asks again; and flags for a steward.

A person's `missed` is found from then on whatever the values come to, until a reviewed verdict of the descriptor says otherwise. Flags ask for
an audit by hand and never block: a column of random tokens that nobody has explained, and one whose values are not what they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mesh_platform.actor import Role
from mesh_platform.classify.doubt import profile
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.shape import LONGEST, drift, moved_kinds, opaque, shape
from mesh_platform.lake import Writer, quote_name
from mesh_platform.policy import Found, Scan
from mesh_platform.product import Product, ProductKey, Sensitivity
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.runtime import Runtime
from mesh_platform.publish.scan_record import scanner
from mesh_platform.registry.label_values import ColumnScan, FoundKind, Label, Verdict
from mesh_platform.registry.labels import Labels
from mesh_platform.tasks import NewTask, TaskKind

SAMPLE = 500
"""Rows that the shape of the columns is taken from, drawn anew but alike each time."""
TO_AUDIT = timedelta(days=14)
_OPEN = (Sensitivity.PUBLIC, Sensitivity.INTERNAL)

Scans = Mapping[str, Scan]


@dataclass(frozen=True, slots=True)
class Memory:
    """The scans of one publication as they are remembered, and those of the one before."""

    now: tuple[ColumnScan, ...] = ()
    before: Mapping[str, ColumnScan] = field(default_factory=dict)


def seen(product: ProductKey, scans: Scans | None, writer: Writer, runtime: Runtime, at: datetime) -> Memory:
    """The scans with the shape of what is staged; nothing where nothing was scanned."""
    if scans is None:
        return Memory()
    shapes = _shapes(writer)
    found = tuple(
        ColumnScan(product, name, _kinds(scan), bool(scan.not_scanned), shapes.get(name, {}), scanner(), at)
        for name, scan in scans.items()
    )
    return Memory(found, {scan.column: scan for scan in Labels(runtime.database).scans(product)})


def with_missed(product: ProductKey, scans: Scans | None, runtime: Runtime) -> Scans | None:
    """The scans, and the kinds that a person found where the scan had missed them."""
    if scans is None:
        return None
    said = {(one.column, one.kind): one for one in Labels(runtime.database).of(product) if one.verdict is Verdict.MISSED}
    if not said:
        return scans
    more: dict[str, list[Found]] = {}
    for label in said.values():
        if label.column in scans and label.kind not in {one.kind for one in scans[label.column].found}:
            more.setdefault(label.column, []).append(_told(label))
    return {name: Scan((*scan.found, *more.get(name, ())), scan.not_scanned) for name, scan in scans.items()}


def remember(product: Product, memory: Memory, runtime: Runtime, at: datetime) -> None:
    """Keep the scans, and open the tasks that they ask for; each once for a profile."""
    if not memory.now:
        return
    Labels(runtime.database).remember(product.key, memory.now)
    for task in flags(product, memory, at):
        tasks_of(runtime).open_task(task)


def flags(product: Product, memory: Memory, at: datetime) -> Iterator[NewTask]:
    """The columns that a steward should look into by hand."""
    for scan in memory.now:
        column = product.descriptor.columns.get(scan.column)
        if column is None:
            continue
        explained = column.category or column.subject or column.verdicts or column.declassify
        if column.sensitivity in _OPEN and not explained and opaque(scan.shape):
            why = f"Column {scan.column!r} holds random tokens under the label {column.sensitivity}, and no category says of what"
            yield _flag(product, scan, "CLASS-04", f"{why}: see whether they stand for persons.", at)
        before = memory.before.get(scan.column)
        highest = column.sensitivity is Sensitivity.RESTRICTED
        if before is not None and before.scanner == scan.scanner and not highest:
            told = (*drift(before.shape, scan.shape), *moved_kinds(before.shares, scan.shares))
            if told:
                why = f"Column {scan.column!r} is not what it was at the publication before ({'; '.join(told[:3])})"
                yield _flag(product, scan, "CLASS-05", f"{why}: see whether its label still holds.", at)


def _flag(product: Product, scan: ColumnScan, rule: str, reason: str, at: datetime) -> NewTask:
    key = str(product.key)
    return NewTask(
        key=f"{TaskKind.AUDIT_FLAG}:{rule}:{key}:{scan.column}:{profile(scan.shape, scan.shares)}",
        kind=TaskKind.AUDIT_FLAG,
        product=key,
        reason=reason,
        role=Role.STEWARD,
        due=at + TO_AUDIT,
        rule=rule,
        command=f"mesh classify review {key}",
    )


def _shapes(writer: Writer) -> dict[str, dict[str, float]]:
    cells = [f"left(CAST({quote_name(name)} AS VARCHAR), {LONGEST}) AS {quote_name(name)}" for name, _ in writer.columns()]
    if not cells:
        return {}
    query = f"SELECT {', '.join(cells)} FROM (SELECT * FROM {writer.table} USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE (7))"
    found = writer.con.execute(query).to_arrow_table()
    return {name: shape(found.column(name).to_pylist()) for name in found.column_names}


def _kinds(scan: Scan) -> tuple[FoundKind, ...]:
    return tuple(FoundKind(one.kind, one.rows, round(one.share, 4), one.why) for one in scan.found)


def _told(label: Label) -> Found:
    entity = Entity(label.kind)
    why = f"a person found it there on {label.given_at.date()}, where the scan had missed it"
    return Found(label.kind, entity.sensitivity, entity.category, entity.identifiability, entity.personal, why=why)
