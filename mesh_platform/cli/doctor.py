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

    Looks and mends nothing: neither rights nor tables. Exit code 1 where a check fails. `--json` also names a made-up person of the example
    mesh on whom a request can be tried (`sample_subject`), and nobody of any other mesh.

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
        print_json({"ok": not failed, "checks": [result.as_json() for result in found], "sample_subject": _sample(session)})
    else:
        session.say(f"\n{failed} failed." if failed else _in_order(sum(result.status == "not evaluated" for result in found)))
    return 1 if failed else 0


def _in_order(not_evaluated: int) -> str:
    return f"\nIn order, as far as it was looked at: {not_evaluated} not evaluated." if not_evaluated else "\nAll in order."


def _sample(session: Session) -> str | None:
    """A person of the example mesh whom an erasure would find without a question left; None in every other mesh, whose people are real."""
    from mesh_platform.cli.demo import LANDING
    from mesh_platform.cli.demo_story import ANA, ANN
    from mesh_platform.demo import made_in
    from mesh_platform.errors import MeshError
    from mesh_platform.keys import open_keys
    from mesh_platform.ledger import mesh_tokens
    from mesh_platform.state import look_at_state
    from mesh_platform.subjects.known import sample

    try:
        if made_in(session.settings.project / LANDING) is None:
            return None
        with session.lake() as lake, look_at_state(session.settings) as database:
            if lake is None or database is None:
                return None
            tokens = mesh_tokens(database, open_keys(session.settings), session.governance)
            return sample(lake, tokens, session.governance.namespaces, (ANA[1], ANN[1]))
    except MeshError:
        return None
