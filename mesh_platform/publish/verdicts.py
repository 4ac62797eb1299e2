"""A verdict of the descriptor holds for values like those it was given for. What they were like stands in the version's commit; others ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mesh_platform.classify.shape import drift, moved_kinds
from mesh_platform.lake import Version
from mesh_platform.policy import Scan
from mesh_platform.product import Product
from mesh_platform.registry.label_values import ColumnScan

RECORD = "verdicts"
"""Where the commit of a version keeps it."""


def standing_for(product: Product, scans: tuple[ColumnScan, ...], served: Version | None) -> dict[str, dict[str, Any]]:
    """Column → its verdicts and the profile of the values that they hold for: that of the first version with these very verdicts."""
    held = served.extra.get(RECORD) if served else None
    before: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    found: dict[str, dict[str, Any]] = {}
    for scan in scans:
        column = product.descriptor.columns.get(scan.column)
        if column is None or not column.verdicts:
            continue
        said = {kind: [one.up_to, one.reason] for kind, one in column.verdicts.items()}
        now = {"said": said, "scanner": scan.scanner, "shape": dict(scan.shape), "shares": dict(scan.shares)}
        kept = before.get(scan.column)
        found[scan.column] = kept if isinstance(kept, dict) and kept.get("said") == said else now
    return found


def asked_again(
    scans: Mapping[str, Scan] | None, now: tuple[ColumnScan, ...], given: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Scan] | None:
    """The scans, and of each column whose verdicts were given for other values than these, how they differ."""
    if scans is None:
        return None
    told = {one.column: _differs(given[one.column], one) for one in now if one.column in given}
    return {name: replace(scan, changed=told.get(name, ())) for name, scan in scans.items()}


def _differs(given: Mapping[str, Any], now: ColumnScan) -> tuple[str, ...]:
    kinds = moved_kinds(given["shares"], now.shares) if given["scanner"] == now.scanner else ()
    return (*drift(given["shape"], now.shape), *kinds)
