"""Bars lying beside each other, drawn as SVG within a page. What is drawn stands in a table as well; a bar tells its number in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesh_platform.interop.markup import Html, tag

COLOURS = ("#0b4f8a", "#8a3b00", "#1a6b36", "#5b3a8e", "#7a5200", "#57606a")
_LETTER, _MOST, _BAR, _RIGHT, _ROW, _THICK = 7, 48, 520, 120, 26, 16


def bars(title: str, rows: Sequence[tuple[str, Mapping[str, float]]], unit: str) -> Html:
    """A row for each name, its parts one after the other, to one scale; which colour is which part stands below."""
    parts = list(dict.fromkeys(part for _, said in rows for part in said))
    colours = {part: COLOURS[i % len(COLOURS)] for i, part in enumerate(parts)}
    left = _LETTER * min(_MOST, max((len(name) for name, _ in rows), default=0)) + 14
    most = max((sum(said.values()) for _, said in rows), default=0) or 1
    drawn = [one for i, (name, said) in enumerate(rows) for one in _row(left, i * _ROW, name, said, _BAR / most, colours, unit)]
    low = len(rows) * _ROW
    legend = (
        [one for i, part in enumerate(parts) for one in _legend(left + i * 128, low + 14, part, colours[part])]
        if len(parts) > 1
        else []
    )
    words = "; ".join(f"{name}: {_said(sum(said.values()))} {unit}" for name, said in rows)
    height, width = low + (40 if legend else 8), left + _BAR + _RIGHT
    picture = tag(
        "svg",
        drawn,
        legend,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_label=f"{title}. {words}",
    )
    return tag("div", picture, class_="wide", role="region", aria_label=f"Drawing: {title}", tabindex="0")


def _row(
    left: int, y: int, name: str, said: Mapping[str, float], scale: float, colours: Mapping[str, str], unit: str
) -> list[Html]:
    found, x = (
        [tag("text", name if len(name) <= _MOST else f"{name[: _MOST - 1]}…", x=left - 10, y=y + 13, text_anchor="end")],
        float(left),
    )
    for part, value in said.items():
        if value > 0:
            found.append(tag("rect", x=f"{x:.1f}", y=y, width=f"{max(value * scale, 1):.1f}", height=_THICK, fill=colours[part]))
            x += value * scale
    return [*found, tag("text", f"{_said(sum(said.values()))} {unit}", x=f"{x + 8:.1f}", y=y + 13)]


def _legend(x: int, y: int, part: str, colour: str) -> list[Html]:
    return [tag("rect", x=x, y=y, width=12, height=12, fill=colour), tag("text", part, x=x + 18, y=y + 10)]


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"
