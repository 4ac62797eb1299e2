"""Who may record what about people, and an identifier made into the events that say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mesh_platform.actor import Actor, Role
from mesh_platform.errors import Denied, UsageProblem
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.ledger.events import Event, Kind

WRITERS = (Role.PRIVACY, Role.STEWARD, Role.SOURCE)
DESK = "desk"
"""The source of what people record by hand."""


def writer_for(actor: Actor, events: Iterable[Event], domain: str | None = None) -> Actor:
    """`actor`, where they may write these events.

    The role privacy may record any; a steward for a domain of theirs; a principal with the role source its own events, and no others. A
    suppression follows from an erasure, so imposing or lifting one is for privacy alone.

    Raises:
        Denied: LEDGER-02.
    """
    if actor.may(Role.PRIVACY, domain):
        return actor
    said = list(events)
    if any(event.kind is Kind.SUPPRESSION for event in said):
        raise _denied("A suppression is for the role privacy.", "Ask the privacy team.")
    if actor.may(Role.STEWARD):
        if domain is not None and actor.may(Role.STEWARD, domain):
            return actor
        raise _denied("A steward records for a domain of theirs.", "Name one of them with --domain.")
    if actor.may(Role.SOURCE):
        if all(event.source == actor.name for event in said):
            return actor
        raise _denied("A source records its own events and no others'.", f"Use the source {actor.name}, or ask the privacy team.")
    raise _denied("It needs the role privacy, steward or source.", "Ask somebody who has it.")


def own_source(actor: Actor) -> str:
    """The source of what `actor` records where none is named."""
    people = actor.may(Role.PRIVACY) or actor.may(Role.STEWARD)
    return actor.name if actor.may(Role.SOURCE) and not people else DESK


def subject_of(text: str) -> tuple[str, str]:
    """(namespace, identifier) of `namespace:identifier`.

    Raises:
        UsageProblem: LEDGER-03, without a word of what was given.
    """
    namespace, colon, identifier = text.partition(":")
    if not colon or not namespace or not identifier.strip():
        fix = "Write it as customer_id:C-7; `governance/identifiers.yaml` lists the namespaces."
        raise UsageProblem.because("LEDGER-03", "the subject", "It is not of the form namespace:identifier.", fix)
    return namespace.strip(), identifier


def in_all_forms(tokens: SubjectTokens, namespace: str, identifier: str, event: Event) -> Iterator[Event]:
    """The event for the identifier, and one for each namespace that holds it hashed or encoded, so that it counts there too."""
    for number, (held_as, token) in enumerate(tokens.forms(namespace, identifier)):
        name = f"{event.event_id}/{held_as}" if number else event.event_id
        yield replace(event, subject=token, namespace=held_as, event_id=name)


def _denied(why: str, fix: str) -> Denied:
    return Denied.because("LEDGER-02", "the principal", why, fix)
