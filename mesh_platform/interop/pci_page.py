"""The map of the PCI DSS scope as a document, with a drawing of the flows beside the tables that say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mesh_platform.interop.evidence.sections import many, section
from mesh_platform.interop.markup import Html, document, table, tag
from mesh_platform.interop.pci_scope import Flow, Member, ScopeMap
from mesh_platform.interop.style import STYLE

WIDTH, HEIGHT, GAP, LEFT = 250, 34, 14, 350
_LANES = ("holds", "touches", "connected")
_TITLES = {"holds": "holds card data", "touches": "touches card data", "connected": "connected to those"}
_COLOURS = {"holds": "#a5121f", "touches": "#8a3b00", "connected": "#57606a"}


def pci_page(found: ScopeMap, as_of: str) -> str:
    """The whole document."""
    counts = Counter(one.scope for one in found.members)
    header = tag(
        "header",
        tag("p", "PCI DSS 4.0.1, requirement 12.5.2", class_="kicker"),
        tag("h1", "What is in scope"),
        tag(
            "p",
            f"Of {many(len(found.members), 'data product')}, {counts['holds']} declare card data, {counts['touches']} are given it, {counts['connected']} are "
            f"connected to those, and {counts['out']} are out of scope. Told from descriptors and column lineage as they stood on {as_of[:10]}.",
            class_="lead",
        ),
        tag(
            "div",
            tag(
                "p",
                "This is what is declared and what flows from it. Card numbers that nobody declared are looked for in every value at each publication, "
                "and keep a product back; networks, hosts and people who run them are not in the map.",
            ),
            class_="note",
        ),
    )
    core = tag("p", "No product declares card data, so nothing is in scope by declaration.")
    skip = tag("a", "Skip to the text", href="#main", class_="skip")
    main = tag("main", _body(found) if found.inside else core, id="main")
    return document("PCI DSS: scope", STYLE, skip, header, main, tag("footer", tag("p", f"As of {as_of}.")))


def _body(found: ScopeMap) -> tuple[Html, ...]:
    members = [
        (one.product, _TITLES[one.scope], ", ".join(one.columns) or "–", ", ".join(one.derived) or "–", one.place or "–", one.why)
        for one in _ordered(found)
    ]
    flows = [(one.source, one.target, ", ".join(one.cards) or "none", len(one.fields)) for one in found.flows]
    given = [
        (
            one.product,
            one.consumer,
            "outside" if one.outside else "within the mesh",
            one.purpose,
            ", ".join(one.cards),
            ", ".join(one.raw) or "none",
        )
        for one in found.recipients
    ]
    out = [one.product for one in found.members if one.scope == "out"]
    return (
        section("map", "The map", drawing(found)),
        section(
            "members",
            "Products in scope",
            table("Products", ("product", "scope", "card data", "derived from it", "lies in", "why"), members),
        ),
        section(
            "flows",
            "Flows",
            table("Flows between products", ("from", "to", "card data in it", "fields"), flows, numbers=(3,))
            if flows
            else tag("p", "None."),
        ),
        section(
            "recipients",
            "Who gets it by a contract",
            table("Contracts", ("product", "consumer", "where", "purpose", "card data", "unmasked"), given)
            if given
            else tag("p", "Nobody."),
        ),
        section("out", "Out of scope", tag("p", ", ".join(out) or "None.")),
    )


def _ordered(found: ScopeMap) -> Sequence[Member]:
    return sorted(found.inside, key=lambda one: (_LANES.index(one.scope), one.product))


def drawing(found: ScopeMap) -> Html:
    """Three lanes of boxes, and a line for each flow: thick and red where card data is in it."""
    at: dict[str, tuple[int, int]] = {}
    boxes = [tag("text", _TITLES[lane], x=LEFT * i + 10, y=22, font_weight="bold") for i, lane in enumerate(_LANES)]
    for i, lane in enumerate(_LANES):
        for row, one in enumerate(one for one in _ordered(found) if one.scope == lane):
            at[one.product] = (LEFT * i + 10, 40 + row * (HEIGHT + GAP))
            boxes.append(_box(one, *at[one.product]))
    height = max(y for _, y in at.values()) + HEIGHT + 20
    lines = [_line(flow, at) for flow in found.flows if flow.source in at and flow.target in at]
    said = "Products that hold, touch or are connected to card data, and the flows between them; the tables below say the same."
    box = f"0 0 {LEFT * 2 + WIDTH + 20} {height}"
    return tag("svg", lines, boxes, viewBox=box, width="100%", role="img", aria_label=said)


def _box(one: Member, x: int, y: int) -> Html:
    frame = tag("rect", x=x, y=y, width=WIDTH, height=HEIGHT, rx=4, fill="#fff", stroke=_COLOURS[one.scope], stroke_width=1.6)
    name = one.product if len(one.product) <= 36 else f"{one.product[:35]}…"
    return tag("g", tag("title", one.product), frame, tag("text", name, x=x + 10, y=y + 21))


def _line(flow: Flow, at: dict[str, tuple[int, int]]) -> Html:
    (x1, y1), (x2, y2) = at[flow.source], at[flow.target]
    same = x1 == x2
    start, end = (x1 + WIDTH, x2 + WIDTH) if same else (x1 + WIDTH, x2) if x1 < x2 else (x1, x2 + WIDTH)
    bend = start + 60 if same else (start + end) // 2
    path = f"M{start},{y1 + HEIGHT // 2} C{bend},{y1 + HEIGHT // 2} {bend},{y2 + HEIGHT // 2} {end},{y2 + HEIGHT // 2}"
    colour, width = ("#a5121f", 2.4) if flow.cards else ("#57606a", 1)
    return tag("path", d=path, fill="none", stroke=colour, stroke_width=width)
