"""A mesh of tables: each column by itself, then together with the others of its domain, then the risk of each table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mesh_platform.classify import mesh
from mesh_platform.classify.columns import Column, Reader
from mesh_platform.classify.quasi import Risk, risk
from mesh_platform.classify.table import TableScan
from mesh_platform.classify.together import together

BATCH = 65_536
"""Rows that are looked at together."""


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
        scanned = TableScan(name, table.schema, reader)
        for batch in table.to_batches(max_chunksize=BATCH):
            scanned.feed(batch)
        report.columns += scanned.finish()
    by_table: dict[str, list[Column]] = {}
    for found in report.columns:
        by_table.setdefault(found.table, []).append(found)
    for tables_of in mesh.domains(held).values():
        together([column for table in tables_of for column in by_table.get(table, [])])
    for name, table in held.items():
        quasi = [column.name for column in by_table.get(name, []) if column.quasi]
        report.risks[name] = risk(_unique(table), quasi)
    return report


def _unique(table: Any) -> Any:
    """`table` with each name once."""
    if len(set(table.column_names)) == table.num_columns:
        return table
    return pa.table({name: table.column(table.column_names.index(name)) for name in dict.fromkeys(table.column_names)})


def merged(reports: Mapping[str, Report]) -> Report:
    """Several reports as one."""
    total = Report()
    for report in reports.values():
        total.columns += report.columns
        total.risks |= report.risks
        total.unread |= report.unread
    return total
