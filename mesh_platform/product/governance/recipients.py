"""The register of recipients: who outside gets or holds people's data, what they are under the law, on what that rests, and until when it counts.

An entry is reviewed by people and ends on a day; so does each agreement that its role needs. After the first of these days nothing goes there any more,
while withdrawals and erasures do, since what went there before is there still.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field, model_validator

from mesh_platform.product.model import Model
from mesh_platform.product.models import SpanField
from mesh_platform.product.register import Record

Role = Literal[
    "processor", "joint_controller", "controller", "covered_entity", "business_associate", "patient", "issuer", "internal"
]
AGREEMENT: Mapping[str, str] = {
    "processor": "dpa",
    "joint_controller": "joint_controller_arrangement",
    "business_associate": "baa",
}
"""The kind of record that a role needs: Art. 28(3) and 26(1) GDPR, 45 CFR 164.504(e)."""
TRANSFER = ("scc", "bcr", "certification", "derogation")
"""The kinds of record that a transfer may rest on: Art. 46 and 49 GDPR."""
FILE = "governance/recipients.yaml"
SOON = timedelta(days=30)
"""How long before its end it is told that an entry ends."""


class Outside(Model):
    """Where somebody outside of the mesh is told of withdrawals and erasures, and how long they have to acknowledge."""

    description: str = ""
    address: str | None = Field(
        default=None, min_length=1, max_length=2000, description="Where events are posted: HTTPS, or on this machine."
    )
    secret: str | None = Field(
        default=None,
        pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$",
        description="`env:NAME` of the variable with the secret that signs events and answers, 16 characters at least.",
    )
    within: SpanField | None = Field(default=None, description="How long it has to acknowledge; a day where unset.")

    @model_validator(mode="after")
    def _both_or_neither(self) -> Outside:
        if (self.address is None) != (self.secret is None):
            raise ValueError("address and secret go together")
        return self


class SubProcessor(Model):
    """Somebody whom a recipient has process the data in turn (Art. 28(2), (4) GDPR)."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    country: Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")] = Field(description="ISO 3166 code.")
    does: str = Field(default="", description="What it does with the data.")


class Recipient(Outside):
    """Somebody outside of the mesh who gets or holds people's data, and is told of withdrawals and erasures (Art. 7(3), 19 GDPR)."""

    purposes: tuple[str, ...] = Field(default=(), description="Purposes for which data went there; none: any.")
    namespaces: tuple[str, ...] = Field(default=(), description="Namespaces of identifiers that it knows people by; none: any.")
    role: Role | None = Field(
        default=None, description="What it is under the law when it gets people's data; nobody gets any who has none."
    )
    country: str | None = Field(default=None, description="Where it is, a country by its ISO 3166 code.")
    records: tuple[str, ...] = Field(
        default=(), description="Records of governance/register.yaml with it: agreements, and what a transfer rests on."
    )
    sub_processors: tuple[SubProcessor, ...] = Field(default=(), description="Whom it has process the data in turn.")
    regions: tuple[str, ...] = Field(default=(), description="Regions in which it keeps the data.")
    reviewed: date | None = Field(default=None, description="When somebody last looked at it.")
    expires: date | None = Field(default=None, description="Last day on which that review counts.")
    principals: tuple[str, ...] = Field(default=(), description="Principals that are its people: what they read goes to it.")
    hosts: tuple[str, ...] = Field(default=(), description="Hosts that it runs: mail servers, webhooks, stores.")
    places: tuple[str, ...] = Field(default=(), description="Leaves of regions.yaml whose storage it runs.")

    @model_validator(mode="after")
    def _ends_after_it_was_reviewed(self) -> Recipient:
        if self.reviewed and self.expires and self.expires < self.reviewed:
            raise ValueError("it expires before it was reviewed")
        return self

    @property
    def countries(self) -> tuple[str, ...]:
        """Where its data may be: its own country first, then its sub-processors'."""
        own = (self.country,) if self.country else ()
        return tuple(dict.fromkeys(one.upper() for one in (*own, *(sub.country for sub in self.sub_processors))))


UNKNOWN = Recipient()
"""What stands in the place of an entry that is not there: nothing may go to it."""


class Holder(Outside):
    """Where whoever holds exported files is told of withdrawals and erasures of those who may be in them."""

    principals: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Whose exported files: names of principals, or of the people behind them."
    )
    recipient: str | None = Field(default=None, description="The recipient outside whom these principals are of.")

    @model_validator(mode="after")
    def _is_told_somewhere(self) -> Holder:
        if self.address is None:
            raise ValueError("it needs an address and a secret")
        return self


class Registers(Protocol):
    """What is asked of the organisation's files here."""

    @property
    def records(self) -> Mapping[str, Record]: ...


class End(NamedTuple):
    """A day after which an entry does not count, and what ends then."""

    on: date
    what: str


def ends_of(one: Recipient, held: Registers) -> Iterator[End]:
    """The days on which an entry ends: its review's, and that of the agreement that its role needs, the last of its kind."""
    if one.expires is not None:
        yield End(one.expires, "its entry")
    kind = AGREEMENT.get(one.role or "")
    found = [held.records[key].expires for key in one.records if key in held.records and held.records[key].kind == kind]
    if kind and found:
        yield End(max(found), f"its agreement ({kind})")


def first_end(one: Recipient, held: Registers) -> End | None:
    """What of an entry ends first."""
    return min(ends_of(one, held), default=None)


def lapsed(one: Recipient, held: Registers, today: date) -> str:
    """Why nothing may go to a recipient today; empty where it may."""
    if one is UNKNOWN:
        return "It does not stand in the register of recipients."
    if one.role is None:
        return "What it is under the law is not said (role)."
    if one.reviewed is None or one.expires is None or one.reviewed > today:
        return "Nobody has reviewed it, or not until a day (reviewed, expires)."
    kind = AGREEMENT.get(one.role)
    if kind and not any(held.records[key].kind == kind for key in one.records if key in held.records):
        return f"It is a {one.role.replace('_', ' ')}, and no agreement with it ({kind}) is on record."
    ended = [end for end in ends_of(one, held) if end.on < today]
    if ended:
        return f"{min(ended).what[0].upper()}{min(ended).what[1:]} ended on {min(ended).on.isoformat()}."
    begins = [held.records[key].on for key in one.records if key in held.records and held.records[key].kind == kind]
    return f"Its agreement ({kind}) begins on {min(begins).isoformat()}." if begins and min(begins) > today else ""
