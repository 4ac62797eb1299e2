"""From the evidence of one leaf to what it holds, each with its reason.

Proofs (a valid IBAN, an address, a token) stand by themselves, however rare. Shapes (digits that could be an account, a date that could be
a birth) need a name beside them. A name alone proves nothing. Reasons speak of shares and rules and never repeat a value.
"""

from __future__ import annotations

from collections.abc import Callable

from mesh_platform.classify.case import Case
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.rules.codes import accounts, devices, named_codes, secrets
from mesh_platform.classify.rules.contacts import mixed, phones
from mesh_platform.classify.rules.people import people
from mesh_platform.classify.rules.places import places
from mesh_platform.classify.rules.proven import cards, national, proofs
from mesh_platform.classify.rules.quasi import births, quasi
from mesh_platform.classify.rules.special import special
from mesh_platform.classify.sign import Sign
from mesh_platform.classify.values import Profile

_IN_ORDER: tuple[Callable[[Case], None], ...] = (cards, devices, national, places, births, phones, secrets, special, people, named_codes, quasi)  # fmt: skip


def signs(found: Profile) -> list[Sign]:
    """What `found` shows, the strongest first, one per entity."""
    if not found.distinct:
        return []
    told = _judged(Case(found))
    best: dict[Entity, Sign] = {}
    for sign in told:
        if sign.entity not in best or best[sign.entity].share < sign.share:
            best[sign.entity] = sign
    return list(best.values())


def _judged(case: Case) -> list[Sign]:
    """The rules, in order; what is wholly explained by one is not offered to the next."""
    proofs(case)
    if case.named(Entity.PHONE) >= 0.6 and case.named(Entity.PHONE) > case.named(Entity.NATIONAL_ID) and not case.explained:
        phones(case)
    for rule in _IN_ORDER:
        if case.explained and rule is not people:
            break
        rule(case)
    if not case.told:
        mixed(case)
    accounts(case)
    if case.explained and case.found.words <= 3:
        return [sign for sign in case.told if sign.share >= 0.3 or sign.entity is not Entity.NATIONAL_ID]
    return case.told
