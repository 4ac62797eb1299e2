"""The part of the evidence's page that tells the products that are no more."""

from __future__ import annotations

from mesh_platform.interop.evidence.model import Evidence, Gone
from mesh_platform.interop.evidence.sections import day, many, refs, section
from mesh_platform.interop.markup import Child, Html, joined, table, tag

_TEXT = (
    "These were there in this span and are no more. What the gate decided on them, who read them and which waivers they had stands in the other parts, marked. Their controls are "
    "not judged: nothing of them is served. A receipt tells what was removed; its hash is over who ended the product and why, too, and the audit log names the receipt."
)
_HEAD = (
    "product",
    "what became of it",
    "published",
    "sensitivity",
    "lay in",
    "decisions",
    "kept back",
    "reads",
    "what was removed",
    "receipt",
    "records",
)


def gone(evidence: Evidence) -> Html:
    """Retired products and those whose folder is gone, with what became of them."""
    rows = [_row(one) for one in evidence.gone]
    return section(
        "gone",
        "Products that are no more",
        tag("p", _TEXT if rows else "No product that is no more was there in this span."),
        table("Retired products and products whose folder is gone", _HEAD, rows, numbers=(5, 6, 7)) if rows else None,
    )


def _row(one: Gone) -> tuple[Child, ...]:
    published = f"{day(one.first_published)} to {day(one.last_published)}" if one.first_published else "never"
    return (
        one.product,
        f"{one.state}{f' on {day(one.ended)}' if one.ended else ''}",
        published,
        one.sensitivity or "–",
        ", ".join(one.places) or one.location or "–",
        one.decisions,
        one.kept_back or "–",
        one.reads,
        _removed(one),
        _receipt(one),
        refs(one.records),
    )


def _removed(one: Gone) -> str:
    if one.receipt is None:
        return "nothing: it was never retired, and what it held may be there still"
    rows = "an unknown number of rows" if one.rows is None else many(one.rows, "row")
    return f"{rows}, {many(one.files or 0, 'file')}, versions {', '.join(one.versions) or 'none'}"


def _receipt(one: Gone) -> Child:
    if one.receipt is None:
        return "none"
    said = {None: "", True: "", False: " UNPROVEN: it was changed, or the log does not name it"}[one.proven]
    return joined((tag("code", one.receipt[:12]), f" {(one.evidence or 'not closed')[:12]}{said}"))
