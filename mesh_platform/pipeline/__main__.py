"""`python -m mesh_platform.pipeline demo|run|dev`: what `mesh` starts as a child, so that it need not import Dagster itself.

A run tells its events as JSON, one a line; how it looks to a person is the business of `mesh`.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from mesh_platform.errors import MeshError
from mesh_platform.settings import Settings, load_settings

_INTERRUPTED = 130

_project = click.option(
    "--project", type=click.Path(path_type=Path, file_okay=False, exists=True), help="The project's folder; else the nearest one."
)


@click.group()
def main() -> None:
    """Runs of the mesh, and Dagster's console."""


@main.command()
@_project
def demo(project: Path | None) -> None:
    """Publish the whole mesh; products that the gate keeps back at load are told and do not count as failures."""
    sys.exit(_guarded(_as_event, lambda: _run(_startable(project), (), forgiving=True)))


@main.command()
@click.argument("selection", nargs=-1)
@_project
def run(selection: Sequence[str], project: Path | None) -> None:
    """Publish SELECTION (`domain/product` or `domain`; the whole mesh without any), inputs first."""
    sys.exit(_guarded(_as_event, lambda: _run(_startable(project), selection, forgiving=False)))


@main.command()
@_project
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the console.")
@click.option("--verbose", is_flag=True, help="Show what Dagster says.")
def dev(project: Path | None, port: int | None, verbose: bool) -> None:
    """Start Dagster's console on all code locations; Ctrl-C ends it and all that it started."""

    def start() -> int:
        from mesh_platform.pipeline.console import run_console

        settings = _startable(project)
        return run_console(settings.model_copy(update={"port": port}) if port else settings, click.echo, verbose=verbose)

    sys.exit(_guarded(_as_line, start))


def _startable(project: Path | None) -> Settings:
    """The project's settings; raises `CheckFailed` where its workspace would run a domain's Python in a code server."""
    from mesh_platform.product.workspace import refuse_domain_code

    settings = load_settings(project)
    refuse_domain_code(settings.project)
    return settings


def _run(settings: Settings, words: Sequence[str], *, forgiving: bool) -> int:
    """0 where everything was published; 1 where anything was not, except what `forgiving` allows."""
    from mesh_platform.pipeline.events import Events, own_stream
    from mesh_platform.pipeline.run import run_products

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped container leaves as cleanly as Ctrl-C does
    with own_stream() as stream, Events(stream) as events:
        results = run_products(settings, words, events)
        code = int(any(not result.status.fine and not (forgiving and result.at_load) for result in results))
        events.ends(dict(Counter(str(result.status) for result in results)), code)
    return code


def _guarded(tell: Callable[[MeshError], None], call: Callable[[], int]) -> int:
    try:
        return call()
    except MeshError as error:
        tell(error)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("Cancelled; the versions served before stay.", err=True)
        return _INTERRUPTED


def _as_event(error: MeshError) -> None:
    click.echo(json.dumps({"event": "error", "finding": error.finding.as_json(), "exit_code": error.exit_code}))


def _as_line(error: MeshError) -> None:
    click.echo(str(error.finding), err=True)


if __name__ == "__main__":
    main()
