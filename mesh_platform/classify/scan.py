"""A mesh of tables: each column by itself, then together with the others of its domain, then the risk of each table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mesh_platform.classify import mesh, names
from mesh_platform.classify.columns import Column, Reader, judge
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.judge import Sign, percent
from mesh_platform.classify.quasi import Risk, risk

_KEYS = (Entity.USER_ID, Entity.EMAIL, Entity.PHONE, Entity.NATIONAL_ID, Entity.IBAN, Entity.CREDIT_CARD, Entity.DEVICE_ID, Entity.ONLINE_ID, Entity.USERNAME, Entity.MEDICAL_ID, Entity.PASSPORT, Entity.DRIVER_LICENSE, Entity.BANK_ACCOUNT, Entity.VEHICLE_ID, Entity.MAC_ADDRESS)  # fmt: skip
_GENERIC_NAMES = 12


@dataclass(slots=True)
class Report:
    """What a scan found: columns in the order of their tables, the risk per table, and what could not be read."""

    columns: list[Column] = field(default_factory=list)
    risks: dict[str, Risk] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": {column.key: column_json(column) for column in self.columns},
            "tables": {
                table: {
                    "k_risk": found.high,
                    "k_lt5_fraction": round(found.share, 4),
                    "k": found.smallest,
                    "quasi_columns": list(found.columns),
                }
                for table, found in self.risks.items()
            },
            "not_scanned": dict(self.unread),
        }


def column_json(column: Column) -> dict[str, Any]:
    return {
        "entities": [entity.value for entity in column.entities],
        "category": column.kind,
        "sensitivity": column.sensitivity.value,
        "is_quasi": column.quasi,
        "identifiability": column.identifiability.value,
        "categories": column.categories,
        "evidence": [
            {"entity": s.entity.value, "share": round(s.share, 4), "why": s.why, **({"where": s.where} if s.where else {})}
            for s in column.signs
        ],
        **({"not_scanned": column.skipped} if column.skipped else {}),
    }


def scan(tables: Iterable[tuple[str, Any]], reader: Reader | None = None) -> Report:
    """Scan `tables` (name and Arrow table) as one mesh.

    Args:
        tables: Names and Arrow tables; what stands before `__` in a name is its domain.
        reader: Reads free texts for spans; without one only patterns are found in them.
    """
    report = Report()
    held: dict[str, Any] = {}
    for name, table in tables:
        held[name] = table
        for i, column in enumerate(table.column_names):
            report.columns.append(judge(name, column, table.column(i), reader))
    by_table: dict[str, list[Column]] = {}
    for found in report.columns:
        by_table.setdefault(found.table, []).append(found)
    for tables_of in mesh.domains(held).values():
        _together([column for table in tables_of for column in by_table.get(table, [])])
    for name, table in held.items():
        quasi = [column.name for column in by_table.get(name, []) if column.quasi]
        report.risks[name] = risk(_unique(table), quasi)
    return report


def _unique(table: Any) -> Any:
    """`table` with each name once."""
    if len(set(table.column_names)) == table.num_columns:
        return table
    return pa.table({name: table.column(table.column_names.index(name)) for name in dict.fromkeys(table.column_names)})


def _together(columns: list[Column]) -> None:
    """Add what the columns of one domain say about each other."""
    known = _known(columns)
    for _ in range(2):
        fresh = False
        for column in columns:
            if column.personal or (column.quasi and not names.meaningless(column.name)):
                continue
            told = list(_from_mesh(column, known))
            if told:
                column.signs = [s for s in column.signs if s.entity.personal] + told
                fresh = True
        if not fresh:
            break
        known = _known(columns)


def _known(columns: list[Column]) -> mesh.Known:
    known = mesh.Known()
    for column in columns:
        for found in column.profiles:
            where = ".".join(found.leaf.names[1:])
            for sign in column.signs:
                if sign.entity in _KEYS and sign.where == where and sign.share >= 0.5 and "decoded" not in sign.why:
                    if sign.entity is Entity.USER_ID and mesh.dense(found.leaf.counts):
                        continue
                    known.learn(sign.entity, found.leaf.counts)
                    if sign.entity is Entity.EMAIL:
                        known.learn(Entity.USERNAME, mesh.local_parts(found.leaf.counts))
    return known


def _from_mesh(column: Column, known: mesh.Known) -> Iterator[Sign]:
    for found in column.profiles:
        if found.leaf.form not in ("text", "integer") or found.distinct < 5:
            continue
        share = known.hashed(found.leaf)
        if share >= 0.3:
            yield Sign(
                Entity.EMAIL_HASH, share, f"{percent(share)} of values probed are hashes of identifiers that the domain holds"
            )
            return
        if found.words > 2.5:
            continue
        included = known.included(found.leaf)
        if included:
            entity, share = included
            entity = Entity.EMAIL if entity is Entity.USERNAME and Entity.EMAIL in known.values else entity
            yield Sign(
                entity,
                share,
                f"{percent(share)} of values probed are {entity.value.lower().replace('_', ' ')} values of another column of the domain",
            )
            return


def merged(reports: Mapping[str, Report]) -> Report:
    """Several reports as one."""
    total = Report()
    for report in reports.values():
        total.columns += report.columns
        total.risks |= report.risks
        total.unread |= report.unread
    return total
