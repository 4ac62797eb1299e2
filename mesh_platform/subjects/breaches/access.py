"""Who may do what to a breach: whoever is signed in reports one; the privacy team assesses it, tells of it and closes it; owners see those of their products. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mesh_platform.actor import Actor, Role
from mesh_platform.errors import Denied
from mesh_platform.subjects.breaches.duties import Duty
from mesh_platform.subjects.breaches.values import Breach

OWNERS = (Role.OWNER, Role.STEWARD)
READERS = (Role.PRIVACY, Role.EXAMINER)


def decides(actor: Actor, domains: Collection[str]) -> bool:
    """Whether they decide about breaches of these domains; none named: of any."""
    if not domains:
        return actor.may(Role.PRIVACY) and not actor.domains
    return all(actor.may(Role.PRIVACY, domain) for domain in domains)


def for_privacy(actor: Actor, domains: Collection[str]) -> None:
    """Refuse whoever does not decide.

    Raises:
        Denied: BREACH-01.
    """
    if not decides(actor, domains):
        why = "It is for the role privacy, in every domain whose products the breach is about."
        raise Denied.because("BREACH-01", "the principal", why, "Ask the privacy team; whoever is signed in may report a breach.")


def seen_by(breach: Breach, actor: Actor) -> Breach | None:
    """What they may see of it; None: nothing. Owners see their own products, and neither the total nor whose reads it is about."""
    if any(actor.may(role) and not actor.domains for role in READERS):
        return breach
    mine = [
        one for one in breach.found.affected if one.product and any(actor.may(role, one.domain) for role in (*READERS, *OWNERS))
    ]
    if not mine and breach.by != actor.name:
        return None
    if mine and len(mine) == len(breach.found.affected) and any(actor.may(role) for role in READERS):
        return breach
    found = replace(breach.found, affected=tuple(mine), people=None, unsure=(), records=())
    return replace(breach, found=found, reader=None, history=())


def duties_seen(whole: Breach, seen: Breach, duties: Iterable[Duty], actor: Actor) -> tuple[Duty, ...]:
    """Of its duties those of the laws that bind what they see of it: which laws bind the products of others is not theirs. Whoever reported it sees the clocks."""
    every = seen is whole or whole.by == actor.name
    return tuple(one for one in duties if every or one.term.rule in seen.laws)
