"""Who acts: an authenticated principal as a value, handed to whatever records a decision.

It says who somebody is and what they may do; how they proved it is the business of `access/`, the one room that makes it for a person. A
principal of development is worn by the operating system's user, who is recorded as the real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TOKEN = "MESH_TOKEN"  # noqa: S105 - the name of the variable
"""Where a bearer token stands in the environment."""
MESH = "mesh"
"""The name under which the platform itself acts, in commits of the lake and in records."""


class Role(StrEnum):
    """What a principal may do; `governance/roles.yaml` says it in sentences."""

    OWNER = "owner"
    STEWARD = "steward"
    PRIVACY = "privacy"
    PLATFORM = "platform"
    EXAMINER = "examiner"
    CONSUMER = "consumer"
    SOURCE = "source"
    COUNSEL = "counsel"


MESH_WIDE = frozenset({Role.PRIVACY, Role.PLATFORM, Role.EXAMINER, Role.COUNSEL})
"""Roles that hold for every domain where none is named; the others hold for the domains that are named and no more."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A principal, and the real one behind it where it is worn by somebody else."""

    name: str
    roles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    region: str | None = None
    impersonated_by: str | None = None

    @property
    def person(self) -> str:
        """Who is behind it: two principals with one person are one voice."""
        return self.impersonated_by or self.name

    def may(self, role: str, domain: str | None = None) -> bool:
        """Whether it has that role, and has it for that domain."""
        if role not in self.roles:
            return False
        return domain is None or domain in self.domains or (not self.domains and role in MESH_WIDE)

    def voice(self, domain: str) -> str:
        """As what it decides on something of that domain: as the privacy team wherever it has that role, whatever else it has."""
        ranked = (Role.PRIVACY, Role.STEWARD, Role.OWNER, Role.PLATFORM)
        return next((role.value for role in ranked if self.may(role, domain)), self.roles[0] if self.roles else "nobody")

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "roles": list(self.roles),
            "domains": list(self.domains),
            "region": self.region,
            "impersonated_by": self.impersonated_by,
        }


PLATFORM = Actor(MESH)
"""The platform itself, where nobody else acts."""


def same_person(name: str, person: str, by: Actor) -> bool:
    """Whether `by` is that person, under whatever name. Two principals of development that one user wears count as two."""
    if by.name.casefold() in (name.casefold(), person.casefold()) or by.person.casefold() == name.casefold():
        return True
    both_worn = by.impersonated_by is not None and person.casefold() != name.casefold()
    return by.person.casefold() == person.casefold() and not both_worn
