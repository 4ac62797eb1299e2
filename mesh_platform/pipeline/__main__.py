"""`python -m mesh_platform.pipeline demo|run|dev`: what `mesh` starts as a child, so that it need not import Dagster itself."""

from __future__ import annotations

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
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of lines for people.")


@click.group()
def main() -> None:
    """Runs of the mesh, and Dagster's console."""


@main.command()
@_project
@_json
def demo(project: Path | None, as_json: bool) -> None:
    """Publish the whole mesh; products that the gate keeps back at load are told and do not count as failures."""
    sys.exit(_guarded(as_json, lambda: _run(load_settings(project), (), as_json, upstream=False, forgiving=True)))


@main.command()
@click.argument("selection", nargs=-1)
@click.option("--upstream", is_flag=True, help="With everything that the selection derives from.")
@_project
@_json
def run(selection: Sequence[str], upstream: bool, project: Path | None, as_json: bool) -> None:
    """Publish SELECTION (`domain/product` or `domain`; the whole mesh without any), inputs first."""
    sys.exit(_guarded(as_json, lambda: _run(load_settings(project), selection, as_json, upstream=upstream, forgiving=False)))


@main.command()
@_project
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the console.")
@click.option("--verbose", is_flag=True, help="Show what Dagster says.")
def dev(project: Path | None, port: int | None, verbose: bool) -> None:
    """Start Dagster's console on all code locations; Ctrl-C ends it and all that it started."""

    def start() -> int:
        from mesh_platform.pipeline.console import run_console

        settings = load_settings(project)
        return run_console(settings.model_copy(update={"port": port}) if port else settings, click.echo, verbose=verbose)

    sys.exit(_guarded(False, start))


def _run(settings: Settings, words: Sequence[str], as_json: bool, *, upstream: bool, forgiving: bool) -> int:
    """0 where everything was published; 1 where anything was not, except what `forgiving` allows."""
    from mesh_platform.pipeline.progress import JsonLines, Lines, own_stream
    from mesh_platform.pipeline.run import run_products

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped container leaves as cleanly as Ctrl-C does
    with own_stream() as stream, JsonLines(stream) if as_json else Lines(stream) as audience:
        told = run_products(settings, words, audience, upstream=upstream)
        fine = {"published", "retired"}
        code = int(any(what.status not in fine and not (forgiving and what.at_load) for what in told))
        audience.ends(dict(Counter(what.status for what in told)), code)
    return code


def _guarded(as_json: bool, call: Callable[[], int]) -> int:
    try:
        return call()
    except MeshError as error:
        if as_json:
            import json

            click.echo(json.dumps({"event": "error", "finding": error.finding.as_json(), "exit_code": error.exit_code}))
        else:
            click.echo(str(error.finding), err=True)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("Cancelled; the versions served before stay.", err=True)
        return _INTERRUPTED


if __name__ == "__main__":
    main()
