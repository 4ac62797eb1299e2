"""What rules of several packs ask of a product, in one place each: whom it concerns, what it holds, and who outside gets it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.people import points_at_a_person, tells_of_a_person
from mesh_platform.policy.rule import Objection
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.governance.recipients import TRANSFER, Recipient
from mesh_platform.product.models import DataContract
from mesh_platform.product.register import Record

SPECIAL = (
    "user.health",
    "user.biometrics",
    "user.authorization.biometrics",
    "user.demographic.race_ethnicity",
    "user.demographic.religious_belief",
    "user.demographic.philosophical_belief",
    "user.demographic.political_opinion",
    "user.demographic.union_membership",
    "user.demographic.sexual_orientation",
)
"""Categories of Art. 9(1) GDPR, by their keys; those below them too."""


def within(key: str | None, *prefixes: str) -> bool:
    """Whether a data category is one of these or stands below one."""
    return key is not None and any(key == prefix or key.startswith(f"{prefix}.") for prefix in prefixes)


def holding(facts: Facts, *prefixes: str) -> Iterator[str]:
    """The columns that hold such data: as they are declared, or as the scan of the staged values found it."""
    if not facts.held.isdisjoint(prefixes):
        yield from (name for name, keys in facts.categories.items() if not keys.isdisjoint(prefixes))


def holds(facts: Facts, *prefixes: str) -> bool:
    return not facts.held.isdisjoint(prefixes)


def personal(facts: Facts) -> bool:
    """Whether the product is about people: identifying columns, or confidential ones; one that declares nothing counts."""
    return facts.personal


def special(facts: Facts) -> bool:
    """Whether special categories stand beside what tells of a person."""
    return holds(facts, *SPECIAL) and any(map(tells_of_a_person, facts.columns.values()))


UNNAMED = "a country that nobody named"


class Outside(NamedTuple):
    """A contract with somebody outside of the mesh, and what the register of recipients says of them; None where they do not stand there."""

    at: int
    contract: DataContract
    recipient: Recipient | None


def outside(facts: Facts) -> Iterator[Outside]:
    """The contracts in force that give people's data to somebody outside, row by row."""
    if not personal(facts):
        return
    for i, contract in enumerate(facts.descriptor.data_contracts):
        if (contract.expires is None or contract.expires >= facts.today) and consumer_of(facts.mesh, contract.consumer) is None:
            known = facts.governance.recipient_called(contract.consumer)
            yield Outside(i, contract, known[1] if known else None)


def has_outside(facts: Facts) -> bool:
    return next(outside(facts), None) is not None


def objecting(facts: Facts, why: Callable[[Recipient | None], str]) -> Iterator[Objection]:
    """An objection for each contract with somebody outside of whom `why` says something, given what the register says of them; it closes that consumer."""
    for at, contract, known in outside(facts):
        if told := why(known):
            yield Objection(f"{contract.consumer!r} {told}", at=("dataContracts", at, "consumer"), consumer=contract.consumer)


def unprotected(facts: Facts, recipient: Recipient | None, protects: Collection[str], partly: Collection[str] = ()) -> str:
    """Why data is not protected where a recipient or one of its sub-processors is; empty where it is.

    Args:
        facts: the product.
        recipient: as it stands in the register.
        protects: countries whose law protects it.
        partly: those that do for some recipients alone.
    """
    countries = recipient.countries if recipient and recipient.country else ("",)
    country = next((one for one in countries if one not in protects), None)
    if country is None or agreement(facts, recipient, *TRANSFER):
        return ""
    some = " (adequate for some recipients alone)" if country in partly else ""
    there = "is in" if recipient is None or country == (recipient.country or "").upper() else "has a sub-processor in"
    return f"{there} {country or UNNAMED}{some}, and nothing protects the data there."


def agreement(facts: Facts, recipient: Recipient | None, *kinds: str) -> bool:
    """Whether a record with the recipient of one of these kinds holds today."""
    return recipient is not None and any(
        facts.governance.record(key, facts.today, kind) for key in recipient.records for kind in kinds
    )


def own_record(facts: Facts, *kinds: str) -> bool:
    """Whether a record of one of these kinds holds today for the product: it names the record, and the record is about it or its domain."""
    return next(own_records(facts, *kinds), None) is not None


def own_records(facts: Facts, *kinds: str) -> Iterator[Record]:
    """The records of these kinds that hold today for the product: it names them, and they are about it or its domain."""
    key = facts.product.key
    about = {str(key), key.domain}
    named = (facts.governance.record(name, facts.today) for name in facts.descriptor.privacy.records)
    yield from (one for one in named if one is not None and one.kind in kinds and about & {*one.about})


def identifying(facts: Facts) -> tuple[str, ...]:
    return tuple(name for name, column in facts.columns.items() if points_at_a_person(column))
