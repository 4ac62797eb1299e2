"""`mesh consent recipients` and `known-as`: who outside of the mesh is told of withdrawals and erasures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.consenting import opened_ledger, subject_option
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

COLUMNS = ("recipient", "state", "waiting", "acknowledged", "last error")


@click.command()
@click.option("--send", is_flag=True, help="Post now what is due, as the platform does every ten minutes.")
@acting("privacy", "platform")
@options
@pass_session
def recipients(session: Session, send: bool, actor: Actor) -> int:
    """Who outside is told of withdrawals and erasures (governance/recipients.yaml), and who has not acknowledged. Needs the role privacy or platform.

    Exit code 1 where one is red: it did not acknowledge in time.

    \b
    Examples:
      mesh consent recipients --as privacy-engineer
      mesh consent recipients --send --as platform-engineer --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.propagation import recipients as outbox
    from mesh_platform.propagation import sending
    from mesh_platform.publish import open_runtime

    with open_runtime(session.settings) as runtime:
        if send:
            outbox.put(runtime.database, session.governance, runtime.audit.origin, utc_now())
            sending.send(runtime.database, session.governance)
        found = outbox.standings(runtime.database, session.governance.recipients, utc_now())
    if session.json:
        print_json({"recipients": [one.as_json() for one in found]})
    elif found:
        rows = [(one.recipient, "red" if one.red else "ok", one.waiting, one.acknowledged, one.error or "-") for one in found]
        say_table(COLUMNS, rows)
    else:
        session.say("Nobody outside is named in governance/recipients.yaml.")
    return 1 if any(one.red for one in found) else 0


@click.command("known-as")
@click.argument("recipient")
@subject_option
@acting("privacy")
@options
@pass_session
def known_as(session: Session, recipient: str, subject: str, actor: Actor) -> None:
    """By what a recipient outside knows a person, to go along with the data that is sent there. Needs the role privacy.

    \b
    Examples:
      mesh consent known-as mailer --subject email:ana@example.com --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.errors import NotFound
    from mesh_platform.ledger import check_on_record, subject_of
    from mesh_platform.propagation import recipients as outbox

    one = session.governance.recipients.get(recipient)
    if one is None:
        known = ", ".join(session.governance.recipients) or "none"
        raise NotFound.because("CONSENT-10", "the recipient", "There is no such recipient.", f"Name one of: {known}.")
    with opened_ledger(session) as ledger:
        token = ledger.tokens.token(*subject_of(subject))
        assert ledger.audit is not None
        check_on_record(ledger.audit, actor, "", 1)
        told = outbox.known_as(token, outbox.secret_of(recipient, one))
    if session.json:
        print_json({"recipient": recipient, "subject": told})
    else:
        click.echo(told)
