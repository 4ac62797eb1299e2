"""`mesh consent check` and `history`: what is on record of somebody, and what it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.acting import acting, anybody
from mesh_platform.cli.consenting import MOMENT, moment_of, opened_ledger, subject_option
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.ledger import Entry

_BASES = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests")


@click.command()
@subject_option
@click.option("--purpose", required=True, help="The purpose that is asked for.")
@click.option(
    "--basis", "bases", multiple=True, type=click.Choice(_BASES), help="The legal basis [default: all of the purpose's]."
)
@click.option("--at", "moment", help=f"At which moment, {MOMENT} [default: now].")
@options
@anybody
@pass_session
def check(session: Session, subject: str, purpose: str, bases: tuple[str, ...], moment: str | None) -> int:
    """Ask whether a purpose is allowed with somebody's data, and why. That somebody asked is recorded in the audit log.

    Exit code 0 where it is allowed, 3 where it is denied, 2 where the purpose or namespace is not registered.

    \b
    Examples:
      mesh consent check --subject customer_id:C-7 --purpose marketing.email
      mesh consent check --subject customer_id:C-7 --purpose analytics --basis legitimate_interests --json
    """
    from mesh_platform.access.development import real_user
    from mesh_platform.actor import Actor
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.ledger import check_on_record, subject_of
    from mesh_platform.product.models import LegalBasis

    at = moment_of("--at", moment)
    with opened_ledger(session) as ledger:
        token = ledger.tokens.token(*subject_of(subject))
        asked = ledger.purposes.asked(purpose, tuple(map(LegalBasis, bases)) or None)
        assert ledger.audit is not None
        check_on_record(ledger.audit, Actor(real_user()), asked.purpose, 1)
        answer = ledger.check(token, purpose, asked.bases, at)
        claimed, sequence = sorted(asked.bases), ledger.sequence()
    if session.json:
        print_json(
            {
                "allowed": answer.allowed,
                "reason": answer.reason.value,
                "why": SAID[answer.reason.value],
                "purpose": asked.purpose,
                "covered_by": sorted(asked.chain - {asked.purpose, ""}),
                "bases": claimed,
                "decided_by": answer.sequence,
                "sequence": sequence,
            }
        )
    else:
        word = click.style("allowed", fg="green") if answer.allowed else click.style("denied", fg="red")
        event = f" (event {answer.sequence})" if answer.sequence else ""
        click.echo(f"{word}: {clean(asked.purpose)} on {', '.join(claimed) or 'no basis'}: {SAID[answer.reason.value]}{event}")
    return 0 if answer.allowed else 3


@click.command()
@subject_option
@acting("privacy", "examiner")
@options
@pass_session
def history(session: Session, subject: str, actor: Actor) -> None:
    """Everything on record of one person under this identifier, in its sequence, with evidence and who recorded it.

    Needs the role privacy or examiner, and is itself recorded in the audit log.

    \b
    Examples:
      mesh consent history --subject customer_id:C-7 --as privacy-engineer --json
    """
    from mesh_platform.audit import Act, Phase, What
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.ledger import subject_of

    with opened_ledger(session) as ledger:
        found = ledger.history(ledger.tokens.token(*subject_of(subject)))
        assert ledger.audit is not None
        about = What(what="history of a person", consent=ledger.sequence())
        ledger.audit.record(Act.READ, Phase.DONE, actor, about, n=len(found))  # before a word of it is shown
    if session.json:
        print_json([_entry(each) for each in found])
    elif found:
        columns = ("sequence", "recorded_at", "kind", "decision", "purpose", "source", "notice_version", "actor")
        rows = [{**_entry(each), "recorded_at": each.recorded_at.isoformat()[:16]} for each in found]
        say_table([name.replace("_", " ") for name in columns], [[row[name] for name in columns] for row in rows])
    else:
        session.say("Nothing is on record under this identifier.")


SAID = {
    "consent": "a consent stands",
    "basis": "the basis carries it, and nothing that it hears was said against it",
    "suppressed": "the person was erased",
    "restricted": "the person has restricted the processing of their data",
    "no_basis": "the purpose may not rest on that basis",
    "objected": "the person objected",
    "opt_out_signal": "their browser's signal opts out of it",
    "withdrawn": "consent was withdrawn",
    "denied": "consent was refused",
    "expired": "the consent has run out",
    "not_in_force_yet": "the consent does not hold yet",
    "no_record": "no consent is on record that counts",
}
"""Each reason of the ledger in words."""


def _entry(entry: Entry) -> dict[str, Any]:
    event = entry.event
    moments = {name: getattr(event, name) for name in ("captured_at", "effective_at", "expires_at")}
    return {
        "sequence": entry.sequence,
        "kind": event.kind.value,
        "decision": event.decision.value,
        "purpose": event.purpose if event.signal is None and event.purpose else None,
        "signal": event.signal,
        "counts": event.evidenced,
        "source": event.source,
        "event_id": event.event_id,
        "source_order": event.source_order,
        "notice_version": event.notice_version,
        "language": event.language,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "jurisdiction": event.jurisdiction,
        "evidence_hash": event.evidence_hash,
        "actor": entry.actor,
        "recorded_at": entry.recorded_at.isoformat(),
    }
