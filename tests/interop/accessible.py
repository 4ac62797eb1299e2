"""What axe-core asks of the structure of a page, asked here without a browser: landmarks, headings, names, tables, regions that scroll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"meta", "br", "hr", "rect", "line", "path", "circle"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
NAMED = frozenset({*HEADINGS, "a", "caption", "title", "th"})


class Element:
    """One element, with what it says."""

    def __init__(self, name: str, given: dict[str, str | None], within: tuple[Element, ...]) -> None:
        self.name, self.given, self.within, self.text = name, given, within, ""

    def inside(self, *names: str) -> bool:
        return any(one.name in names for one in self.within)


class Tree(HTMLParser):
    """The elements of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(name, dict(attrs), tuple(self.open))
        self.all.append(one)
        if name not in VOID:
            self.open.append(one)

    def handle_startendtag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append(Element(name, dict(attrs), tuple(self.open)))

    def handle_endtag(self, name: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text += data

    def named(self, *names: str) -> list[Element]:
        return [one for one in self.all if one.name in names]


def faults(text: str) -> list[str]:
    """Every fault of the page, by the name of axe-core's rule."""
    tree = Tree(text)
    return [*_page(tree), *_headings(tree), *_names(tree), *_landmarks(tree), *_tables(tree)]


def _page(tree: Tree) -> Iterator[str]:
    if not tree.named("html")[0].given.get("lang"):
        yield "html-has-lang"
    if [one.text.strip() != "" for one in tree.named("title") if one.inside("head")] != [True]:
        yield "document-title"
    if any("user-scalable" in str(one.given.get("content")) for one in tree.named("meta")):
        yield "meta-viewport"
    ids = Counter(one.given["id"] for one in tree.all if "id" in one.given)
    yield from (f"duplicate-id: {name}" for name, count in ids.items() if count > 1)
    first = next(iter(tree.named("a")), None)
    if (
        first is None
        or str(first.given.get("href", "")).removeprefix("#") not in ids
        or "skip" not in str(first.given.get("class"))
    ):
        yield "bypass: no skip link comes first"


def _headings(tree: Tree) -> Iterator[str]:
    levels = [int(one.name[1]) for one in tree.named(*HEADINGS)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield "page-has-heading-one"
    yield from (f"heading-order: {before} to {after}" for before, after in pairwise(levels) if after - before > 1)


def _names(tree: Tree) -> Iterator[str]:
    yield from (f"empty: {one.name}" for one in tree.named(*NAMED) if not one.text.strip() and not one.inside("svg"))
    for one in tree.named("svg", "img"):
        if not one.given.get("aria-label") and not one.given.get("alt"):
            yield f"image-alt: {one.name}"
    for one in tree.all:
        if one.given.get("role") == "img" and not one.given.get("aria-label"):
            yield f"role-img-alt: {one.name}"
        if int(one.given.get("tabindex") or 0) > 0:
            yield f"tabindex: {one.name}"


def _landmarks(tree: Tree) -> Iterator[str]:
    if len(tree.named("main")) != 1:
        yield "landmark-one-main"
    texts = {one.given["id"]: one.text.strip() for one in tree.all if "id" in one.given}
    seen: Counter[tuple[str, str]] = Counter()
    for one in tree.all:
        role = {"section": "region", "nav": "navigation"}.get(one.name) or one.given.get("role")
        if role in ("region", "navigation"):
            name = one.given.get("aria-label") or texts.get(one.given.get("aria-labelledby"), "")
            if not name and one.given.get("role"):
                yield f"aria-region-name: {one.name}"
            seen[str(role), str(name)] += 1
    yield from (f"landmark-unique: {name}" for (_, name), count in seen.items() if name and count > 1)
    for one in tree.all:
        if one.name in ("p", "table", "svg", *HEADINGS) and not one.inside("header", "main", "footer", "nav"):
            yield f"region: {one.name} outside of all landmarks"


def _tables(tree: Tree) -> Iterator[str]:
    for one in tree.named("table"):
        scrolls = one.within[-1].given
        if scrolls.get("tabindex") != "0" or scrolls.get("role") != "region":
            yield "scrollable-region-focusable"
        mine = [cell for cell in tree.all if one in cell.within]
        if not any(cell.name == "caption" for cell in mine):
            yield "table without a caption"
        if any(cell.name == "th" and cell.given.get("scope") not in ("col", "row") for cell in mine):
            yield "scope-attr-valid"
        if not any(cell.name == "th" for cell in mine):
            yield "td-has-header"
