"""A mesh of tables: each column by itself, then together with the others of its domain, then the risk of each table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mesh_platform.classify import mesh
from mesh_platform.classify.columns import Column, Reader
from mesh_platform.classify.diversity import Diversity, diversity
from mesh_platform.classify.quasi import Risk, risk
from mesh_platform.classify.source import Source, of_table
from mesh_platform.classify.table import TableScan
from mesh_platform.classify.together import together


@dataclass(slots=True)
class Report:
    """What a scan found: columns in the order of their tables, the risk per table, and what could not be read."""

    columns: list[Column] = field(default_factory=list)
    risks: dict[str, Risk] = field(default_factory=dict)
    diversities: dict[str, list[Diversity]] = field(default_factory=dict)
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
                    "l": {one.special: one.least for one in self.diversities.get(table, ())},
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
    """Scan `tables` as one mesh, batch by batch.

    Args:
        tables: Names with an Arrow table or a `Source`; what stands before `__` in a name is its domain.
        reader: Reads free texts for spans; without one only patterns are found in them.
    """
    report = Report()
    held: dict[str, Source] = {}
    by_table: dict[str, list[Column]] = {}
    for name, table in tables:
        source = table if isinstance(table, Source) else of_table(table)
        scanned = TableScan(name, source.schema, reader)
        try:
            for batch in source.batches():
                scanned.feed(batch)
        except (OSError, pa.ArrowException) as error:
            report.unread[name] = f"cannot be read to its end: {type(error).__name__}"
            continue
        held[name] = source
        by_table[name] = scanned.finish()
        report.columns += by_table[name]
    for names_of in mesh.domains(held).values():
        together([column for name in names_of for column in by_table[name]])
    for name, source in held.items():
        quasi = [column.name for column in by_table[name] if column.quasi]
        report.risks[name] = risk(source.batches() if quasi else (), quasi)
        special = [column.name for column in by_table[name] if column.kind == "special"] if quasi else []
        report.diversities[name] = diversity(source.batches() if special else (), quasi, special)
    return report


def merged(reports: Mapping[str, Report]) -> Report:
    """Several reports as one."""
    total = Report()
    for report in reports.values():
        total.columns += report.columns
        total.risks |= report.risks
        total.diversities |= report.diversities
        total.unread |= report.unread
    return total
