"""The decision for legal claims: what the counsel of an open matter gets of a product under its hold. Pure.

Rows that only a hold keeps are shown to nobody else (Art. 17(3)(e), 18(2) GDPR). Region, columns and sensitivity are decided as for everybody; the purpose is
the law's own, so no product has to name it, and the hold stands in place of a grant.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mesh_platform.access.decision import Caller, Decision, decide
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.actor import Actor, Role, same_person
from mesh_platform.errors import Denied
from mesh_platform.policy.at_reads import NOTHING, AtReads
from mesh_platform.product import Governance, LegalBasis, Product
from mesh_platform.product.governance import Purpose

LEGAL_CLAIMS = "legal_claims"
"""The purpose under which held rows are read, registered or not."""
_BASIS = LegalBasis.LEGITIMATE_INTERESTS
_SAID = "The establishment, exercise or defence of legal claims."


def decide_for_claims(
    actor: Actor, product: Product, hold: str, governance: Governance, now: datetime, rules: AtReads = NOTHING
) -> Decision:
    """What the actor gets of the product's held rows: every column, raw, where it may be read from where the actor is.

    What `rules` mask stays masked, unless the organisation has said that claims need it raw (`rawForClaims`), and a rule that raised closes it.
    """
    purpose = Purpose(description=_SAID, bases=(_BASIS,), during_restriction=True)
    known = governance.model_copy(update={"purposes": {**governance.purposes, LEGAL_CLAIMS: purpose}})
    columns = {name: column.model_copy(update={"purposes": None}) for name, column in product.descriptor.columns.items()}
    serves = {**product.descriptor.purposes, LEGAL_CLAIMS: _BASIS}
    wider = product.descriptor.model_copy(update={"purposes": serves, "columns": columns})
    # a grant of that person alone, whatever else their roles let them read
    consumer = Consumer(Kind.PERSON, actor.name)
    grant = Grant(f"hold {hold}", consumer, LEGAL_CLAIMS, None, raw=frozenset(columns), break_glass=True)
    hidden = {} if known.policies.access_control.raw_for_claims else rules.for_purpose(LEGAL_CLAIMS, known).hidden_from(None)
    grant = replace(grant, hidden=hidden, refused=rules.broken)
    return decide(Caller.person(actor), replace(product, descriptor=wider), LEGAL_CLAIMS, (grant,), known, now)


def refuse_who_may_not(actor: Actor, matter: str, opened: tuple[tuple[str, str], ...]) -> None:
    """Refuse whoever is no counsel, or opened the hold: nobody decides alone what is kept and reads it then.

    Args:
        actor: who asks.
        matter: of the holds.
        opened: by whom each hold was opened: the principal, and the person behind it.

    Raises:
        Denied: HOLD-07.
    """
    if not actor.may(Role.COUNSEL):
        why = "Held rows are for the role counsel, and for nobody else."
        raise Denied.because("HOLD-07", f"matter {matter}", why, "Ask the counsel of the matter.")
    if any(same_person(by, person, actor) for by, person in opened):
        why = "Whoever opened a hold does not read what it keeps."
        raise Denied.because("HOLD-07", f"matter {matter}", why, "Have another counsel read it.")
