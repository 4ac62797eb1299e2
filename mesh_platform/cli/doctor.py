"""`mesh doctor`: is this machine in order, and this project, its home, its lake?"""

from __future__ import annotations

import click

from mesh_platform.cli.session import Session, options, pass_session


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
        mark, colour = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}[result.status]
        click.echo(f"{click.style(mark, fg=colour, bold=True)} {result.check + ':':<22}{clean(result.what)}")
        if result.fix and result.status != "ok":
            click.echo(f"    Fix: {clean(result.fix)}")
    failed = sum(result.status == "fail" for result in found)
    if session.json:
        print_json({"ok": not failed, "checks": [result.as_json() for result in found]})
    else:
        session.say(f"\n{failed} failed." if failed else "\nAll in order.")
    return 1 if failed else 0
