"""The desk of one call of `mesh dsar`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.errors import Finding
    from mesh_platform.subjects import Desk, Task

ROLE = "privacy"
COLOURS = {"blocked": "red", "open": "red", "certified": "green", "verified": "green"}


@contextmanager
def opened_desk(session: Session) -> Iterator[Desk]:
    """The desk over the project's lake, ledger and audit log; it publishes anew as `mesh run` does."""
    from mesh_platform.access.exports import Exports
    from mesh_platform.cli.backup_shelf import backups_of
    from mesh_platform.ledger import Ledger, mesh_tokens
    from mesh_platform.product import ProductKey
    from mesh_platform.publish import Status, open_runtime, publish
    from mesh_platform.subjects import Desk, Requests, Retained
    from mesh_platform.tasks import Tasks
    from mesh_platform.tasks.channels import channel_names

    with open_runtime(session.settings) as runtime:
        database, keys = runtime.database, runtime.lake.keys
        tasks = Tasks(database, channel_names(session.settings))

        def republish(key: str) -> Finding | None:
            outcome = publish(session.mesh, ProductKey.parse(key), runtime)
            if outcome.status in (Status.PUBLISHED, Status.UNCHANGED):
                return None
            return next(iter([*(f for f in outcome.findings if f.blocks), *outcome.findings]))

        ledger = Ledger(database, mesh_tokens(database, keys, session.governance), session.governance, audit=runtime.audit)
        yield Desk(
            lake=runtime.lake,
            ledger=ledger,
            registry=runtime.registry,
            audit=runtime.audit,
            store=Requests(database, keys),
            tasks=tasks,
            exports=Exports(database, session.settings.home_path, tasks),
            root=session.settings.project,
            publishable=frozenset(map(str, session.mesh.products)),
            republish=republish,
            retained=Retained(backups_of(session, runtime), ledger, runtime.registry),
        )


def show_tasks(tasks: tuple[Task, ...]) -> None:
    """The products, one line each, and what stands in the way below those that are held back."""
    from mesh_platform.cli.output import clean

    for task in tasks:
        state = click.style(f"{task.state.value:<10}", fg=COLOURS.get(task.state.value))
        click.echo(f"  {state} {clean(task.product)}  {task.strategy or 'no strategy'}, {task.rows} rows")
        if task.fix:
            click.echo(f"             {clean(task.reason)}\n             Fix: {clean(task.fix)}")
