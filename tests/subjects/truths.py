"""What holds of a request and of the mesh at any moment, whatever went wrong; and what each of the town's products may serve."""

from __future__ import annotations

from mesh_platform.audit.verify import verify as verified_log
from mesh_platform.ledger.verifying import verify as verified_ledger
from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Identifier, State
from tests.subjects.town import ANA, CUSTOMERS, EVERYBODY, EVERYONE_ELSE, ORDER, everything

HERS = (("email", ANA), ("cookie_id", "ck-9"), ("customer_id", "C-7"))
GONE = {State.ERASED, State.VERIFIED, State.CERTIFIED}


def holds(runtime: Runtime, desk: Desk, id: str) -> None:
    """No revocation is lost, nothing half is served, nobody is called erased who is there, and nobody changed what is on record.

    Raises:
        AssertionError: with what does not hold.
    """
    request, served = desk.store.get(id), everything(runtime)
    for key in ORDER:
        assert served[key] in (EVERYBODY[key], EVERYONE_ELSE[key]), f"{key} serves neither all rows nor those of everyone else"
    assert verified_log(runtime.audit, ask=False).ok, "the audit log does not verify"
    assert verified_ledger(runtime.database).ok, "the ledger does not verify"
    if request.certified_at is None:
        identifiers = desk.store.identifiers(id)
        if request.sequence is not None:
            assert desk.verifier.unsuppressed(identifiers) == 0, "a suppression that is told does not stand in the ledger"
    known = [Identifier(name, desk.ledger.tokens.token(name, text), (text,)) for name, text in HERS]
    places = [(one.product, one.where) for one in desk.verifier.look(known).residues if not one.landing]
    there = {product for product, _ in places}
    told = {task.product for task in request.tasks if task.state in GONE}
    assert not there & told, f"told as gone and still there: {sorted({*places})}"
    if request.state in GONE - {State.ERASED}:
        assert not there and served[CUSTOMERS] == EVERYONE_ELSE[CUSTOMERS], "told as verified and still there"
