"""A run as a person follows it: a line per product as it is done, a bar meanwhile, and at the end what came of each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.child import Event
from mesh_platform.cli.output import clean
from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

_MARKS = {
    "published": ("✓", "green"),
    "unchanged": ("=", "bright_black"),
    "blocked": ("✗", "red"),
    "failed": ("✗", "red"),
    "waiting": ("…", "yellow"),
    "retired": ("-", "bright_black"),
}
_NAME_WIDTH = 36


def follow(session: Session, events: Iterable[Event]) -> tuple[list[dict[str, Any]], int]:
    """Show the run while it goes on. What came of each product, and the exit code of the run."""
    told: list[dict[str, Any]] = []
    code = 1
    with _bar(session) as bar:
        for event in events:
            if event["event"] == "begin":
                bar("opening the mesh", len(told), len(event["products"]))
            elif event["event"] == "started":
                bar(clean(event["product"]), len(told), None)
            elif event["event"] == "told":
                told.append({key: value for key, value in event.items() if key != "event"})
                _line(session, event)
                bar(clean(event["product"]), len(told), None)
            elif event["event"] == "end":
                code = int(event["exit_code"])
    return told, code


def _line(session: Session, event: Event) -> None:
    mark, colour = _MARKS.get(event["status"], ("?", None))
    figures = ""
    if event.get("rows") is not None:
        figures = f"{event.get('version', ''):<9}{event['rows']:>12,} rows {event.get('seconds', 0.0):>7.1f} s"
    elif event.get("waits_for"):
        figures = f"for {', '.join(map(clean, event['waits_for']))}"
    name = f"{clean(event['product']):<{_NAME_WIDTH}}"
    session.say(f"{click.style(mark, fg=colour)} {name} {event['status']:<10} {figures}".rstrip())


@contextmanager
def _bar(session: Session) -> Iterator[Callable[[str, int, int | None], None]]:
    """A progress bar on a terminal; nothing elsewhere, where the lines tell it all."""
    if session.json or session.quiet or not sys.stdout.isatty():
        yield lambda text, done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), transient=True) as progress:
        task = progress.add_task("starting", total=None)

        def show(text: str, done: int, total: int | None) -> None:
            progress.update(task, description=text, completed=done, total=total)

        yield show
