"""The desk of one call of `mesh dsar`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.subjects import Desk, Request, Task

ROLE = "privacy"
OPENERS = ("privacy", "source")
OF_PURPOSE = "purpose "
COLOURS = {"blocked": "red", "held": "yellow", "open": "red", "certified": "green", "verified": "green"}


@contextmanager
def opened_desk(session: Session) -> Iterator[Desk]:
    """The desk over the project's lake, ledger and audit log; it publishes anew as `mesh run` does."""
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.desks import desk_of

    with open_runtime(session.settings) as runtime:
        yield desk_of(session.mesh, runtime)


def show_request(request: Request) -> None:
    """Its products; and, where nothing was found, that: an answer that tells of nobody looks like any other else."""
    show_tasks(request.tasks)
    if request.found_nothing:
        click.echo("Nothing was found of the person by what was named: no product, no source.")


def show_tasks(tasks: tuple[Task, ...]) -> None:
    """The products, one line each; below it why one is left out or held back, and what helps."""
    from mesh_platform.cli.output import clean

    for task in tasks:
        state = click.style(f"{task.state.value:<10}", fg=COLOURS.get(task.state.value))
        purpose = task.product.startswith(OF_PURPOSE)
        counted = "identifiers" if purpose else "rows"
        beside = f", {task.at_source} at its source" if task.at_source else ""
        click.echo(f"  {state} {clean(task.product)}  {task.strategy or 'no strategy'}, {task.rows} {counted}{beside}")
        if task.reason and (task.fix or task.state.value == "exempt" or purpose):
            click.echo(f"             {clean(task.reason)}")
        if task.fix:
            click.echo(f"             Fix: {clean(task.fix)}")
