"""What long work is at, for whoever waits at a terminal: one line on stderr that goes with the work. Nothing elsewhere, nor with --quiet or --json."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mesh_platform.cli.session import Session


def at_terminal() -> bool:
    return sys.stderr.isatty()


@contextmanager
def waiting(session: Session) -> Iterator[Callable[[str], None]]:
    """Takes each step as it begins. The text must be clean: names in it are those of the mesh's own files."""
    if session.json or session.quiet or not at_terminal():
        yield lambda text: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, force_terminal=True), transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda text: progress.update(task, description=text, refresh=True)
