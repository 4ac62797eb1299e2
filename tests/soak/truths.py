"""What must hold after every round, whatever was cut short in it.

`python` keeps what was told as done (`Known`); the mesh is opened anew in a process of its own and held against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mesh_platform.audit.verify import verify as verified_log
from mesh_platform.errors import MeshError
from mesh_platform.ledger.verifying import verify as verified_ledger
from mesh_platform.subjects import Desk, Identifier, Request
from tests.propagation.shop import CUSTOMERS, LETTERS, READERS, TOWNS, Shop, email, place, shop_at
from tests.soak.market import ORDERS, is_over, person
from tests.subjects.town import desk_of

KEPT_IN = (CUSTOMERS, ORDERS)


@dataclass
class Known:
    """What was told as done, by number of the person.

    Attributes:
        people: how many were ever delivered.
        published: how many were when each product's publication was last told as done.
        said: what each said last of marketing; a person of whom it is not known what stands is not there.
        asked: whose erasure was opened, or may have been.
        holds: open holds, matter to person.
        kept: whom a hold keeps, and who stood in the products when it was told as open.
        carried: who has to be out of the rows of the letters since all was carried.
    """

    people: int = 0
    published: dict[str, int] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    holds: dict[str, int] = field(default_factory=dict)
    kept: list[int] = field(default_factory=list)
    carried: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> Known:
        said = json.loads(text)
        return cls(**said | {"said": {int(number): decision for number, decision in said["said"].items()}})

    def written(self) -> str:
        return json.dumps(asdict(self))


def problems(shop: Shop, desk: Desk, known: Known) -> Iterator[str]:
    """What does not hold."""
    if not verified_log(shop.runtime.audit, ask=False).ok:
        yield "the audit log does not verify"
    if not verified_ledger(shop.runtime.database).ok:
        yield "the ledger does not verify"
    closed = {one.key for one in shop.lake.quarantined()}
    served = {
        key: _numbers(shop, key)
        for key in (CUSTOMERS, LETTERS, READERS, ORDERS)
        if key not in closed and shop.lake.published(place(key))
    }
    yield from _consents(shop, desk, known)
    yield from _wholeness(served, known)
    for request in desk.store.listed():
        yield from _request(desk, request)
    yield from _towns(shop, known, closed)
    if still := served.get(LETTERS, set()) & {*known.carried}:
        yield f"letters holds {sorted(still)}, whose withdrawal was told as carried out"


def _numbers(shop: Shop, key: str) -> set[int]:
    return {int(str(row["email"])[1:].partition("@")[0]) for row in shop.rows(key) if row["email"]}


def _consents(shop: Shop, desk: Desk, known: Known) -> Iterator[str]:
    for number, decision in known.said.items():
        if number in known.asked:
            continue
        allowed = shop.ledger.check(shop.ledger.tokens.token("email", email(person(number))), "marketing").allowed
        if allowed is not (decision == "granted"):
            yield f"{person(number)} said {decision}, and the ledger allows: {allowed}"


def _wholeness(served: dict[str, set[int]], known: Known) -> Iterator[str]:
    """A publication is seen whole or not at all: everybody of some delivery who was not erased since."""
    for key in served:
        if more := {number for number in served[key] if number >= known.people}:
            yield f"{key} serves {sorted(more)}, whom nobody delivered"
    for key in {*KEPT_IN} & served.keys():
        there = served[key] - {*known.asked}
        upto = max(there, default=-1) + 1
        lacking = {
            number for number in range(upto) if number not in known.asked and not (key == ORDERS and is_over(number))
        } - there
        if lacking:
            yield f"{key} is torn or lost {sorted(lacking)}"
        lost = {*known.kept} - served[key] - ({number for number in known.kept if number >= known.published.get(key, 0)})
        if lost:
            yield f"{key} lost {sorted(lost)}, whom a hold keeps"


def _towns(shop: Shop, known: Known, closed: set[str]) -> Iterator[str]:
    if TOWNS not in closed and shop.lake.published(place(TOWNS)):
        people = sum(row["people"] for row in shop.rows(TOWNS))
        if people > known.people:
            yield f"towns counts {people} of {known.people}"


def _request(desk: Desk, request: Request) -> Iterator[str]:
    if (
        request.certified_at is None
        and request.sequence is not None
        and desk.verifier.unsuppressed(desk.store.identifiers(request.id))
    ):
        yield f"request {request.id}: a suppression that is told does not stand in the ledger"


def gone(shop: Shop, desk: Desk, known: Known) -> Iterator[str]:
    """Nobody whose erasure was certified is held anywhere, in any form; products that wait for a replay are looked at afterwards."""
    closed = {one.key for one in shop.lake.quarantined()}
    tokens = {desk.ledger.tokens.token("email", email(person(number))): number for number in known.asked}
    certified = {
        number
        for request in desk.store.listed()
        if request.certified_at is not None and request.closure is not None
        for token, number in tokens.items()
        if token in request.closure.tokens("email")
    }
    names = [Identifier("email", token, (email(person(number)),)) for token, number in tokens.items() if number in certified]
    for one in desk.verifier.look(names).residues if names else ():
        if not one.landing and one.product not in closed:
            yield f"certified, and there again: {one.product}, {one.where}, {one.form}"


def unseen(shop: Shop, desk: Desk, known: Known) -> Iterator[str]:
    """No governed read shows somebody who did not agree, withdrew or asked to be erased, at once."""
    hidden = {person(number) for number in range(known.people) if known.said.get(number) != "granted"}
    hidden |= {person(number) for number in known.asked if _suppressed(desk, number)}
    for key in (CUSTOMERS, LETTERS):
        if (
            place(key) not in shop.lake.quarantined()
            and shop.lake.published(place(key))
            and (shown := hidden & {*shop.sees(key, "marketing")})
        ):
            yield f"a read of {key} shows {sorted(shown)}"


def _suppressed(desk: Desk, number: int) -> bool:
    text = email(person(number))
    return desk.verifier.unsuppressed([Identifier("email", desk.ledger.tokens.token("email", text), (text,))]) == 0


def checked(root: str, known: str, thoroughly: str) -> int:
    """0 where nothing is wrong, else 1; what is stands beside `known`."""
    try:
        found = list(_every_problem(Path(root), Known.read(Path(known).read_text()), thoroughly == "yes"))
    except MeshError as error:
        found = [f"what is to be looked at does not open: {error.finding}"]
    Path(known).with_suffix(".problems").write_text("\n".join(found))
    return 1 if found else 0


def _every_problem(root: Path, known: Known, thoroughly: bool) -> Iterator[str]:
    with shop_at(root) as shop:
        desk = desk_of(shop.runtime)
        yield from problems(shop, desk, known)
        if thoroughly:
            yield from gone(shop, desk, known)
            yield from unseen(shop, desk, known)
