"""`mesh consent recipients` and `known-as`: who outside of the mesh is told of withdrawals and erasures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.consenting import opened_ledger, subject_option
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.product.governance.recipients import Outside
    from mesh_platform.propagation.recipients import Standing

COLUMNS = ("recipient", "state", "waiting", "acknowledged", "last error")


@click.command()
@click.option("--send", is_flag=True, help="Post now what is due, as the platform does every ten minutes.")
@acting("privacy", "platform")
@options
@pass_session
def recipients(session: Session, send: bool, actor: Actor) -> int:
    """Who outside is told of withdrawals and erasures, and who has not acknowledged: recipients (governance/recipients.yaml), and those who hold
    exported files, over an endpoint of theirs (governance/holders.yaml) or by a task. Needs the role privacy or platform.

    Exit code 1 where one is red: it did not acknowledge in time.

    \b
    Examples:
      mesh consent recipients --as privacy-engineer
      mesh consent recipients --send --as platform-engineer --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.propagation import holders
    from mesh_platform.propagation import recipients as outbox
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.outside import exports_of, send_outside

    with open_runtime(session.settings) as runtime:
        if send:
            send_outside(session.governance, runtime)
        found = outbox.standings(runtime.database, session.governance.recipients, utc_now())
        held = holders.holdings(runtime.database, exports_of(runtime), session.governance, utc_now())
    if session.json:
        print_json({"recipients": [one.as_json() for one in found], "exports": [one.as_json() for one in held]})
    elif found or held:
        files = [(f"{one.standing.recipient}, held by {one.export.by}", one.standing) for one in held]
        say_table(COLUMNS, [_row(name, one) for name, one in [*((one.recipient, one) for one in found), *files]])
    else:
        session.say(
            "Nobody outside is named in governance/recipients.yaml, and nobody in an exported file withdrew or was erased."
        )
    return 1 if any(one.red for one in [*found, *(one.standing for one in held)]) else 0


def _row(name: str, one: Standing) -> tuple[object, ...]:
    return name, "red" if one.red else "ok", one.waiting, one.acknowledged, one.error or "-"


def _still_holds(session: Session, name: str) -> None:
    """Refuse to prepare data for a recipient whose entry does not hold; what it has already, it is still told of.

    Raises:
        Denied: VENDOR-01.
    """
    from mesh_platform.access.outsiders import refusal
    from mesh_platform.errors import Denied
    from mesh_platform.product.governance.recipients import UNKNOWN, lapsed

    governance = session.governance
    to = governance.holders[name].recipient if name in governance.holders else name
    if to is not None and (why := lapsed(governance.recipients.get(to, UNKNOWN), governance, session.today)):
        raise Denied(refusal(to, why))


@click.command("known-as")
@click.argument("recipient")
@subject_option
@acting("privacy")
@options
@pass_session
def known_as(session: Session, recipient: str, subject: str, actor: Actor) -> None:
    """By what a recipient outside, or a holder of exported files, knows a person, to go along with the data that is sent there. Needs the role privacy.

    \b
    Examples:
      mesh consent known-as mailer --subject email:ana@example.com --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.errors import NotFound
    from mesh_platform.ledger import check_on_record, subject_of
    from mesh_platform.propagation import recipients as outbox

    outside: dict[str, Outside] = {**session.governance.holders, **session.governance.recipients}
    one = outside.get(recipient)
    if one is None:
        known = ", ".join(outside) or "none"
        raise NotFound.because("CONSENT-10", "the recipient", "There is no such recipient.", f"Name one of: {known}.")
    _still_holds(session, recipient)
    with opened_ledger(session) as ledger:
        token = ledger.tokens.token(*subject_of(subject))
        assert ledger.audit is not None
        check_on_record(ledger.audit, actor, "", 1)
        told = outbox.known_as(token, outbox.secret_of(recipient, one))
    if session.json:
        print_json({"recipient": recipient, "subject": told})
    else:
        click.echo(told)
