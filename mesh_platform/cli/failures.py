"""How an error ends `mesh`: rule, where, why and fix, an exit code, and never a value, a traceback or another library's words.

A text of an unexpected error may quote a row, a path or a key. So only its type is told, and the line of this package or of the project
that it came through.
"""

from __future__ import annotations

from pathlib import Path

import click

from mesh_platform.errors import Finding, MeshError

INTERRUPTED = 130  # 128 + SIGINT, as shells count
UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h: never taken for the 1 with which a check says no
_PACKAGE = Path(__file__).resolve().parents[1]


def tell(error: BaseException, *, as_json: bool, debug: bool) -> int:
    """Tell `error` and return the exit code for it."""
    if isinstance(error, click.exceptions.Exit):
        return int(error.exit_code)
    if isinstance(error, KeyboardInterrupt | click.exceptions.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    if isinstance(error, SystemExit):  # click ends so, with 1, where nobody reads its output any more
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, MeshError):
        _told(error.finding, as_json)
        return error.exit_code
    if isinstance(error, click.ClickException):
        return _usage(error, as_json)
    _told(_unexpected(error), as_json)
    if debug:
        for line in _trail(error):
            click.echo(f"  {line}", err=True)
    return UNFORESEEN


def _told(finding: Finding, as_json: bool) -> None:
    if as_json:
        import json

        click.echo(json.dumps({"error": finding.as_json()}, ensure_ascii=False, indent=2))
        return
    from mesh_platform.cli.output import finding_lines

    for line in finding_lines(finding):
        click.echo(line, err=True)


def _usage(error: click.ClickException, as_json: bool) -> int:
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "mesh"
    if as_json:
        _told(Finding("USE-01", where, error.format_message(), f"See `{where} --help`."), as_json)
    else:
        click.echo(f"{error.format_message()}\nSee `{where} --help`.", err=True)
    return error.exit_code


def _unexpected(error: BaseException) -> Finding:
    trail = _trail(error)
    where = trail[-1] if trail else "mesh"
    why = f"Something unexpected happened ({type(error).__name__}). What the error says is not shown, since it may hold data."
    return Finding("CLI-01", where, why, "See `mesh doctor`; `--debug` shows the lines that it came through.")


def _trail(error: BaseException) -> list[str]:
    """`file:line function` of each of this package's own steps, outermost first."""
    found, trace = [], error.__traceback__
    while trace is not None:
        code, path = trace.tb_frame.f_code, Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(_PACKAGE):
            found.append(f"{path.relative_to(_PACKAGE.parent).as_posix()}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found
