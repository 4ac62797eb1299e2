"""`mesh consent verify` and `rebuild`: whether the ledger is whole, and what stands made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command()
@options
@pass_session
def verify(session: Session) -> int:
    """See whether the ledger is whole: every number there, each event as it was recorded, and what stands the fold of the events.

    Exit code 1 where it is not. It finds damage and careless edits; whoever rewrites an event with its hash is found by the audit log.

    \b
    Examples:
      mesh consent verify
      mesh consent verify --json
    """
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.ledger.verifying import Verified
    from mesh_platform.ledger.verifying import verify as looked
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        found = looked(database) if database else Verified(0, 0)
    if session.json:
        findings = [finding.as_json() for finding in found.findings]
        print_json({"ok": not findings, "events": found.events, "slots": found.slots, "findings": findings})
    elif found.findings:
        say_findings(found.findings)
    else:
        session.say(f"{counted(found.events, 'event')} and the {counted(found.slots, 'slot')} that follow from them are whole.")
    return 1 if found.findings else 0


@click.command()
@acting("privacy", "platform")
@options
@pass_session
def rebuild(session: Session, actor: Actor) -> None:
    """Make what stands anew from the events. Needs the role privacy or platform.

    \b
    Examples:
      mesh consent rebuild --as platform-engineer
    """
    from contextlib import closing

    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.ledger.journal import rebuild as made
    from mesh_platform.state import open_state

    with closing(open_state(session.settings)) as database:
        slots = made(database)
    if session.json:
        print_json({"slots": slots})
    else:
        session.say(f"{counted(slots, 'slot')} made anew.")
