"""`mesh doctor`: is this machine in order, and this project, its home, its lake?"""

from __future__ import annotations

import click

from mesh_platform.cli.session import Session, options, pass_session

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red"), "not evaluated": ("·", "bright_black")}


@click.command()
@options
@pass_session
def doctor(session: Session) -> int:
    """See whether this machine and this project are in order: versions, extensions, home, database, keys, lake, telemetry.

    Looks and mends nothing: neither rights nor tables. Exit code 1 where a check fails.

    \b
    Examples:
      mesh doctor
      mesh doctor --json
    """
    from mesh_platform.cli.checkup import Result, examine
    from mesh_platform.cli.output import clean, print_json

    found: list[Result] = []
    for result in examine(session):
        found.append(result)
        if session.json or (session.quiet and result.status == "ok"):
            continue
        mark, colour = _MARKS[result.status]
        click.echo(f"{click.style(mark, fg=colour, bold=True)} {result.check + ':':<21} {clean(result.what)}")
        if result.fix and result.status != "ok":
            click.echo(f"    Fix: {clean(result.fix)}")
    failed = sum(result.status == "fail" for result in found)
    if session.json:
        print_json({"ok": not failed, "checks": [result.as_json() for result in found]})
    else:
        session.say(f"\n{failed} failed." if failed else _in_order(sum(result.status == "not evaluated" for result in found)))
    return 1 if failed else 0


def _in_order(not_evaluated: int) -> str:
    return f"\nIn order, as far as it was looked at: {not_evaluated} not evaluated." if not_evaluated else "\nAll in order."
