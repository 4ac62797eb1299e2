"""Whether a registered declassifier lowers a column. Registration alone is not enough: its condition has to hold for that column."""

from __future__ import annotations

from mesh_platform.policy.facts import Facts


def lowers(facts: Facts, name: str) -> bool:
    """Whether the column's declassifier is registered, its condition holds, and the label is not below what it lowers to."""
    return why_not(facts, name) == ""


def why_not(facts: Facts, name: str) -> str:
    """Why the column is not lowered; empty where it is."""
    column = facts.columns[name]
    if column.declassify is None:
        return "no declassifier is named"
    found = facts.governance.declassifiers.get(column.declassify)
    if found is None:
        return f"the declassifier {column.declassify!r} is not registered"
    if column.sensitivity is not None and column.sensitivity < found.lowers_to:
        return f"the declassifier {column.declassify!r} lowers to {found.lowers_to} at most"
    if found.columns and f"{facts.product.key}.{name}" not in found.columns:
        return f"the declassifier {column.declassify!r} is not registered for this column"
    if found.condition == "attested":
        return ""
    return _not_aggregated(facts, name, found.min_group or 0)


def _not_aggregated(facts: Facts, name: str, least: int) -> str:
    if facts.lineage is None or name not in facts.lineage.aggregated:
        return "nothing shows that the column is an aggregate"
    shown = facts.descriptor.aggregate
    if shown is None or shown.min_group < least:
        return f"the product does not promise groups of {least} or more (`aggregate: {{minGroup: {least}, count: …}}`)"
    return ""
