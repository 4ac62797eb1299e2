"""What the first publication would find in the rows, found before: a proposal that the gate refuses is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mesh_platform.cli.propose.meaning import Meaning
from mesh_platform.cli.propose.seen import TABLE, ColumnProfile, Profile
from mesh_platform.lake import quote_name
from mesh_platform.policy import Found, Scan
from mesh_platform.policy.core.evidence import change
from mesh_platform.product import ColumnType, ProductKey, Sensitivity
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.models import Column
from mesh_platform.publish.classification import scan_of


def scanned(made: Profile, kinds: Mapping[str, tuple[ColumnProfile, str]], key: ProductKey) -> dict[str, Scan]:
    """The scan of a file's rows under the names and types that they are to have (name → the file's column, and its type)."""
    types = {name: ColumnType.parse(kind).duckdb for name, (_, kind) in kinds.items()}
    cells = ", ".join(
        f"TRY_CAST({made.cell(column)} AS {types[name]}) AS {quote_name(name)}" for name, (column, _) in kinds.items()
    )
    return scan_of(made.con, f"(SELECT {cells} FROM {TABLE})", key, types)


def with_scan(meaning: Meaning, scan: Scan) -> Meaning:
    """A guess from name and looks, raised to what the scan found: never lowered, and its category kept where it has one."""
    if scan.not_scanned and not scan.found:
        return replace(
            meaning, sensitivity=Sensitivity.RESTRICTED, why=_joined(meaning.why, f"not scanned: {scan.not_scanned[0]}")
        )
    found = tuple(one for one in scan.found if one.category)
    column = Column(
        type=ColumnType.parse("string"),
        sensitivity=meaning.sensitivity,
        category=meaning.category,
        subject=meaning.subject,
        identifiability=Identifiability(meaning.identifiability) if meaning.identifiability else None,
    )
    keys = change(column, sorted(found, key=lambda one: one.weight, reverse=True)) if found else {}
    raised = Sensitivity(keys.get("sensitivity", meaning.sensitivity))
    if raised is meaning.sensitivity and "category" not in keys:
        return meaning
    return replace(
        meaning,
        sensitivity=raised,
        category=keys.get("category", meaning.category),
        identifiability=keys.get("identifiability", meaning.identifiability),
        why=_joined(meaning.why if raised is meaning.sensitivity else "", "; ".join(map(_told, found[:2]))),
    )


def _told(found: Found) -> str:
    return f"the scan finds {found.kind} in {found.rows:,} rows ({found.why})"


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))
