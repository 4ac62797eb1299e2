"""HTML as values: whatever is text is escaped, so that no name in a descriptor becomes markup. Documents need nothing from elsewhere: no script, font or picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

VOID = frozenset({"meta", "br", "hr", "rect", "line", "path", "circle"})
PROSE = frozenset({"p", "td", "th", "li", "dd", "em"})
"""Where words between backticks, as findings have them, are shown as code."""
_CODE = re.compile(r"`([^`]+)`")


class Html(str):
    """Markup, as opposed to text."""

    __slots__ = ()


Child = object
"""Html as it is; None and False: nothing; a sequence: each of it; anything else as escaped text."""


def tag(name: str, /, *children: Child, **attributes: object) -> Html:
    """An element. Attributes: `class_` for class, `aria_label` for aria-label; those that are None or False are left out."""
    said = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    if name in VOID:
        return Html(f"<{name}{said}>" if name in ("meta", "br", "hr") else f"<{name}{said}/>")
    return Html(f"<{name}{said}>{joined(children, prose=name in PROSE)}</{name}>")


def joined(children: Iterable[Child], *, prose: bool = False) -> Html:
    """The children, one after the other; in prose, what text has between backticks as code."""
    return Html("".join(_child(one, prose) for one in children))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Child]], numbers: Iterable[int] = (), **attributes: object
) -> Html:
    """A table with its caption; the first cell of each row heads it, the columns in `numbers` stand to the right."""
    right = {*numbers}
    heads = [tag("th", text, scope="col", class_="n" if i in right else None) for i, text in enumerate(head)]
    body = [tag("tr", [_cell(i, cell, i in right) for i, cell in enumerate(row)]) for row in rows]
    parts = (tag("caption", caption), tag("thead", tag("tr", heads)), tag("tbody", body))
    return tag("div", tag("table", parts, **attributes), class_="wide", role="region", aria_label=caption, tabindex="0")


def document(title: str, style: str, *body: Child, language: str = "en") -> str:
    """A whole page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("title", title),
        tag("style", Html(style)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body), lang=language)}\n"


def _cell(at: int, cell: Child, right: bool) -> Html:
    name, scope = ("th", "row") if at == 0 else ("td", None)
    return tag(name, cell, scope=scope, class_="n" if right else None)


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f' {name}="{escape(str(value), quote=True)}"'


def _child(one: Child, prose: bool) -> str:
    if isinstance(one, Html):
        return one
    if one is None or one is False:
        return ""
    if isinstance(one, str):
        text = escape(one, quote=False)
        return _CODE.sub(r"<code>\1</code>", text) if prose else text
    if isinstance(one, Iterable):
        return joined(one, prose=prose)
    return escape(str(one), quote=False)
