"""What people read: findings with their fixes, tables, marks; and JSON for programs. Control characters never reach a terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from mesh_platform.errors import Finding

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\t\n]+")
_WIDE_ENOUGH = 260
MARKS = {"block": ("✗", "red"), "warn": ("!", "yellow"), "info": ("·", "blue")}
STATUS_COLOURS = {
    "published": "green",
    "blocked": "red",
    "failed": "red",
    "orphaned": "red",
    "ended": "red",
    "deprecated": "yellow",
}


def clean(text: object) -> str:
    """`text` on one line, without control characters and without marks that turn the writing direction."""
    return _CONTROL.sub("\ufffd", _BREAKS.sub(" ", str(text)))


def print_json(value: Any) -> None:
    """`value` as one JSON document on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def finding_lines(finding: Finding) -> Iterator[str]:
    """A finding in three lines: where it stands, why, and the fix."""
    mark, colour = MARKS[finding.severity.value]
    head = f"{click.style(mark, fg=colour, bold=True)} {click.style(finding.rule, bold=True)}  {clean(finding.where)}"
    yield head
    yield f"    {clean(finding.why)}"
    yield f"    Fix: {clean(finding.fix)}"


def say_findings(findings: Iterable[Finding]) -> None:
    """Findings grouped by product, those of the mesh as a whole first, the blocking ones first in each group."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.product, []).append(finding)
    order = {"block": 0, "warn": 1, "info": 2}
    for product in sorted(groups):
        click.echo(click.style(clean(product) or "the mesh as a whole", bold=True))
        for finding in sorted(groups[product], key=lambda f: order[f.severity.value]):
            for line in finding_lines(finding):
                click.echo(f"  {line}")
        click.echo()


LINE = 100
"""As wide as text that is meant to be read, and no wider on any terminal."""


def console(most: int | None = None, *, fixed: bool = False) -> Console:
    """Where tables go: the terminal, or plain text that no width cuts, as it always is with `fixed`; with `most`, never wider than that."""
    from rich.console import Console

    terminal = sys.stdout.isatty() and not fixed
    found = Console(width=None if terminal else _WIDE_ENOUGH, highlight=False, markup=False, emoji=False)
    if most is not None:
        found.width = min(found.width, most)
    return found


def say_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    colours: Mapping[str, str] | None = None,
    most: int | None = None,
    *,
    fixed: bool = False,
) -> None:
    """A table; numbers stand to the right, cells whose text is a key of `colours` in that colour. Columns without names have no head.

    It is never wider than the terminal, nor than `most`, and wraps between words then; with `fixed` it is as wide as it needs.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = [list(row) for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(columns))
    for i, name in enumerate(columns):
        number = bool(rows) and all(isinstance(row[i], int | float | None) for row in rows)
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(text := _cell(value), style=(colours or {}).get(text, "")) for value in row))
    console(most, fixed=fixed).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else clean(value)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 product`, `3 products`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
