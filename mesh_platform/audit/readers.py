"""Who may read which records of the log: whoever has a role of readers for the whole mesh all of them; whoever has it for some domains what is about these,
and of what is about no domain what they did themselves.

Pure. It refuses what it is not sure of: a record that cannot be read any more is nobody's but theirs who read all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mesh_platform.actor import Actor, Role
from mesh_platform.audit.leaf import SYSTEM
from mesh_platform.errors import Denied

if TYPE_CHECKING:
    from mesh_platform.audit.reading import Told

READERS = (Role.EXAMINER, Role.PRIVACY, Role.PLATFORM)
_FIX = "Ask somebody who has the role for every domain."


def reads_all(actor: Actor) -> bool:
    """Whether every record is theirs to read."""
    return not actor.domains and any(actor.may(role) for role in READERS)


def sees(actor: Actor, told: Told) -> bool:
    """Whether they may read this record."""
    if reads_all(actor):
        return True
    if named := _domains(told.record):
        return all(any(actor.may(role, domain) for role in READERS) for domain in named)
    return actor.name != SYSTEM and told.who == actor.name and any(actor.may(role) for role in READERS)


def for_every_domain(actor: Actor, what: str) -> None:
    """Refuse what concerns the log as a whole to whoever answers for some domains alone.

    Raises:
        Denied: AUTH-03.
    """
    if actor.domains:
        why = f"{what} concerns every domain, and {actor.name} has the role for {', '.join(actor.domains)} alone."
        raise Denied.because("AUTH-03", "the principal", why, _FIX)


def for_record(actor: Actor, told: Told | None) -> None:
    """Refuse a record that is not theirs to read; one that is not there is refused alike.

    Raises:
        Denied: AUTH-03.
    """
    if not (reads_all(actor) or (told is not None and sees(actor, told))):
        why = f"The record is not about {', '.join(actor.domains)}, for which alone {actor.name} has the role, nor of their own doing."
        raise Denied.because("AUTH-03", "the principal", why, _FIX)


def _domains(record: Mapping[str, Any]) -> set[str]:
    """The domains that a record names: its product's, and the one that it is about."""
    obj = record.get("obj")
    obj = obj if isinstance(obj, dict) else {}
    product = str(obj.get("product") or "").partition("/")[0]
    return {one for one in (product, str(obj.get("domain") or "")) if one}
