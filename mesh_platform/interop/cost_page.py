"""What compliance costs as a document: a drawing where a look tells more than a number, and every table that the terminal shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mesh_platform.interop.bars import bars
from mesh_platform.interop.evidence.sections import minute, section, slug
from mesh_platform.interop.markup import Html, document, table, tag
from mesh_platform.interop.style import STYLE

Tables = Sequence[tuple[str, Sequence[str], Sequence[Sequence[object]]]]
WORDS = {"tokens": "keyed tokens", "marks": "marks", "index": "index", "keys": "keys", "audit": "audit"}
WHOLE = "whole"
"""The publication with its controls, among how long they took."""


def cost_page(found: Mapping[str, Any], tables: Tables, as_of: str) -> str:
    """The whole document."""
    text = "Told from the mesh's own records and files, and measured now where nothing records it. What somebody does between two commands is not seen."
    demo = tag("div", tag("p", "These are figures of the example mesh."), class_="note") if found["demo"] else None
    header = tag(
        "header",
        tag("p", "Time, waiting, milliseconds, bytes", class_="kicker"),
        tag("h1", "What compliance costs"),
        tag("p", text, class_="lead"),
        demo,
    )
    links = [tag("li", tag("a", title.replace("`", ""), href=f"#{slug(title)}")) for title, _, _ in tables]
    contents = tag("nav", tag("h2", "Contents", id="contents"), tag("ol", links), class_="contents", aria_labelledby="contents")
    drawings = dict(_drawings(found))
    parts = [_part(title, columns, rows, drawings.get(title.partition(",")[0])) for title, columns, rows in tables]
    lost = found["storage"]["not_weighed"]
    note = tag("p", f"Not weighed, since their catalogs do not open: {', '.join(lost)}.", class_="soft") if lost else None
    skip = tag("a", "Skip to the text", href="#main", class_="skip")
    foot = tag("footer", tag("p", f"As of {minute(as_of)}. `mesh cost --json` says the same to a program."))
    return document("What compliance costs", STYLE, skip, header, contents, tag("main", parts, note, id="main"), foot)


def _part(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], drawing: Html | None) -> Html:
    plain = title.replace("`", "")
    right = [i for i in range(len(columns)) if rows and all(isinstance(row[i], int | float | None) for row in rows)]
    said = [[_cell(value) for value in row] for row in rows]
    whole = (
        table(f"Table: {plain}", columns, said, numbers=[i for i in right if i]) if rows else tag("p", "Nothing on record yet.")
    )
    return section(slug(title), plain, drawing, whole)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _drawings(found: Mapping[str, Any]) -> Iterator[tuple[str, Html]]:
    """By the table that they stand above; none where there would be nothing to see."""
    waits = [(one["product"], one["seconds"], one["waits_seconds"]) for one in found["first_gate"]]
    timed: list[tuple[str, Mapping[str, float]]]
    timed = [(name, {"open": took or 0, "not yet": waiting or 0}) for name, took, waiting in waits if took or waiting]
    if timed:
        minutes = [(name, {part: value / 60 for part, value in said.items()}) for name, said in timed]
        yield "From `mesh new product` to the first open gate", bars("Minutes to the first open gate", minutes, "min")
    spent: dict[str, dict[str, float]] = {}
    for one in found["publications"]:
        if one["control"] != WHOLE:
            spent.setdefault(one["domain"], {})[one["control"]] = one["median_ms"]
    if spent:
        yield "Added to a publication", bars("Milliseconds that controls take of a publication, median", [*spent.items()], "ms")
    stored = [
        (one["domain"], {WORDS[name]: one[name] / 1000 for name in WORDS})
        for one in found["storage"]["domains"]
        if one["controls"]
    ]
    if stored:
        yield "Storage that only controls need", bars("Kilobytes that only controls need", stored, "kB")
