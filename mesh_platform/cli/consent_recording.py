"""`mesh consent grant`, `revoke`, `object` and `restrict`: record what somebody said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.consenting import MOMENT, WRITERS, moment_of, opened_ledger, subject_option
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.ledger import Event
    from mesh_platform.ledger.journal import Recorded

F = TypeVar("F", bound=Callable[..., Any])


def _recorded(command: F) -> F:
    """The options of every command that records something."""
    for flag, name, more in (
        ("--domain", "domain", {"help": "For which domain it is recorded; a steward names one of theirs."}),
        (
            "--order",
            "order",
            {"type": int, "help": "The source's own number of the event: a lower one never overrides a higher one."},
        ),
        (
            "--event-id",
            "event_id",
            {"help": "The source's id of the event; the same one again is recorded once [default: a new one]."},
        ),
        ("--source", "source", {"help": "Where it was said [default: desk, or the system that is signed in]."}),
        ("--evidence", "evidence", {"metavar": "HASH", "help": "Hash of the proof that is kept elsewhere, hexadecimal."}),
        ("--jurisdiction", "jurisdiction", {"help": "Whose law it was said under, such as DE or US-CA."}),
        ("--language", "language", {"help": "In which language, such as de."}),
    ):
        command = click.option(flag, name, **more)(command)
    return options(acting(*WRITERS)(subject_option(command)))


def _about(*, signal: bool = False, required: bool = True) -> Callable[[F], F]:
    """--purpose, and what may stand in its place."""

    def decorate(command: F) -> F:
        if not required:
            command = click.option("--all-purposes", is_flag=True, help="For every purpose there is.")(command)
        if signal:
            help_text = (
                "As this signal of their browser says (gpc: Global Privacy Control), for the purposes that governance marks."
            )
            command = click.option("--signal", type=click.Choice(["gpc"]), help=help_text)(command)
        return click.option(
            "--purpose", required=required, help="A purpose of governance/purposes.yaml; it covers those below it."
        )(command)

    return decorate


@click.command()
@_about()
@click.option("--notice", help="Version of the notice that they saw; without it the grant counts as none.")
@click.option("--captured-at", help=f"When they said so, {MOMENT} [default: now].")
@click.option("--effective-at", help=f"From when it holds, {MOMENT} [default: at once].")
@click.option("--expires-at", help=f"Until when it holds, {MOMENT}.")
@_recorded
@pass_session
def grant(session: Session, /, purpose: str, notice: str | None, captured_at: str | None, **given: Any) -> int:
    """Record that somebody agreed to a purpose, and to those below it.

    Exit code 1 where it is on record and counts for nothing, since the notice's version is missing.

    \b
    Examples:
      mesh consent grant --subject customer_id:C-7 --purpose marketing.email --notice v3 --as privacy-engineer
      mesh consent grant --subject email:ana@example.com --purpose marketing --notice v3 --expires-at 2027-03-01T00:00:00Z --as web-shop
    """
    from mesh_platform.clock import utc_now

    captured = moment_of("--captured-at", captured_at) or (utc_now() if given["event_id"] is None else None)
    moments: dict[str, Any] = {
        name: moment_of(f"--{name.replace('_', '-')}", given.pop(name)) for name in ("effective_at", "expires_at")
    }
    return _record(session, "consent", "granted", purpose, notice_version=notice, captured_at=captured, **moments, **given)


@click.command()
@_about(required=False)
@_recorded
@pass_session
def revoke(session: Session, /, purpose: str | None, all_purposes: bool, **given: Any) -> int:
    """Record that somebody withdrew their consent to a purpose and to those below it. The next read no longer has them.

    \b
    Examples:
      mesh consent revoke --subject customer_id:C-7 --purpose marketing --as privacy-engineer
      mesh consent revoke --subject customer_id:C-7 --all-purposes --as privacy-engineer
    """
    return _record(session, "consent", "withdrawn", _one(purpose, all_purposes), **given)


@click.command(name="object")
@_about(signal=True, required=False)
@click.option("--lift", is_flag=True, help="Take the objection back.")
@_recorded
@pass_session
def object_(session: Session, /, purpose: str | None, signal: str | None, all_purposes: bool, lift: bool, **given: Any) -> int:
    """Record an objection (Art. 21 GDPR) or an opt-out signal. It closes purposes on consent, legitimate interests and public task.

    \b
    Examples:
      mesh consent object --subject customer_id:C-7 --purpose analytics --as privacy-engineer
      mesh consent object --subject cookie_id:ck-9 --signal gpc --as web-shop
      mesh consent object --subject customer_id:C-7 --purpose analytics --lift --as privacy-engineer
    """
    named = _one(purpose, all_purposes, signal)
    return _record(session, "objection", "lifted" if lift else "objected", named, **given)


@click.command()
@click.option("--lift", is_flag=True, help="End the restriction.")
@_recorded
@pass_session
def restrict(session: Session, /, lift: bool, **given: Any) -> int:
    """Record a restriction (Art. 18 GDPR): every purpose is closed but those that governance lets go on, such as legal claims.

    \b
    Examples:
      mesh consent restrict --subject customer_id:C-7 --as privacy-engineer
      mesh consent restrict --subject customer_id:C-7 --lift --as privacy-engineer
    """
    return _record(session, "restriction", "lifted" if lift else "imposed", "", **given)


def _record(session: Session, kind: str, decision: str, purpose: str, *, subject: str, actor: Actor, **given: Any) -> int:
    """Record one event in all forms of the identifier, and tell what became of it."""
    from uuid import uuid4

    from mesh_platform.cli.output import print_json
    from mesh_platform.ledger import Decision, Event, Kind, Outcome, in_all_forms, own_source, subject_of, writer_for

    namespace, identifier = subject_of(subject)
    source, domain = given.pop("source") or own_source(actor), given.pop("domain")
    event = Event(
        b"",
        namespace,
        Kind(kind),
        Decision(decision),
        source,
        given.pop("event_id") or uuid4().hex,
        purpose,
        given.pop("order"),
        evidence_hash=given.pop("evidence"),
        **given,
    )
    by = writer_for(actor, [event], domain)
    with opened_ledger(session) as ledger:
        events = list(in_all_forms(ledger.tokens, namespace, identifier, event))
        recorded = ledger.append(*events, by=by)
    if session.json:
        print_json(_as_json(events, recorded))
    else:
        _say(session, events[0], recorded[0])
    return 1 if recorded[0].outcome is Outcome.WITHOUT_EVIDENCE else 0


def _as_json(events: Sequence[Event], recorded: Sequence[Recorded]) -> dict[str, object]:
    """The event, and what became of it in each form of the identifier."""
    first = events[0]
    forms = [
        {"namespace": each.namespace, "sequence": done.sequence, "outcome": done.outcome.value}
        for each, done in zip(events, recorded, strict=True)
    ]
    return {
        "kind": first.kind.value,
        "decision": first.decision.value,
        "purpose": first.purpose or None,
        "source": first.source,
        "event_id": first.event_id,
        "outcome": recorded[0].outcome.value,
        "recorded": forms,
    }


def _say(session: Session, event: Event, done: Recorded) -> None:
    session.say(f"{_OUTCOMES[done.outcome.value]} (event {done.sequence}, {event.source}/{event.event_id}).")
    if done.outcome.value == "applied":
        session.say(_SEEN_FROM[event.decision.value in ("granted", "lifted")])


_SEEN_FROM = {
    True: "Their rows are shown from the next publication of each product that holds them (`mesh run`).",
    False: "The next read of any product leaves them out where this closes its purpose.",
}
_OUTCOMES = {
    "applied": "Recorded",
    "late": "Recorded, without effect: its source has said something newer already",
    "without_evidence": "Recorded, without effect: the notice's version or the time at which it was captured is missing",
    "known": "On record already",
    "repeated": "The signal is on record already and stands",
}


def _one(purpose: str | None, all_purposes: bool, signal: str | None = None) -> str:
    """What the event is about: exactly one of them is named."""
    if sum((purpose is not None, all_purposes, signal is not None)) != 1:
        raise click.UsageError("Name one of --purpose, --all-purposes" + (" and --signal." if signal else "."))
    return f"signal:{signal}" if signal else purpose or ""
