"""`mesh consent verify` and `rebuild`: whether the ledger is whole, and what stands made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, anybody
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command()
@options
@anybody
@pass_session
def verify(session: Session) -> int:
    """See whether the ledger is whole: every number there, each event as it was recorded and as the audit log has it, and what stands the fold
    of the events.

    Exit code 1 where it is not. Whether the audit log itself is whole, `mesh audit verify` says.

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
        told = {"ok": found.ok, "events": found.events, "audited": found.audited, "slots": found.slots}
        print_json({**told, "findings": findings})
    else:
        say_findings(found.findings)
        if found.ok:
            session.say(
                f"{counted(found.events, 'event')} and the {counted(found.slots, 'slot')} that follow from them are whole."
            )
    return 0 if found.ok else 1


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
    from mesh_platform.audit import Act, Phase, What
    from mesh_platform.cli.consenting import opened_ledger
    from mesh_platform.cli.output import counted, print_json

    with opened_ledger(session) as ledger:
        assert ledger.audit is not None
        said = ledger.audit.record(Act.CONSENT, Phase.INTENT, actor, What(what="state rebuilt"))
        slots = ledger.rebuild()
        ledger.audit.record(Act.CONSENT, Phase.DONE, actor, What(what="state rebuilt"), n=slots, parent=said.eid)
    if session.json:
        print_json({"slots": slots})
    else:
        session.say(f"{counted(slots, 'slot')} made anew.")
