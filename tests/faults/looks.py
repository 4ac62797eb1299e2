"""Jobs that look, measure and tell, as the fault tests run and judge them: the look after certificates, deliveries to holders of files, canaries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mesh_platform.access.exports import Exports
from mesh_platform.clock import utc_now
from mesh_platform.ledger import Decision
from mesh_platform.product import load_mesh
from mesh_platform.propagation import holders, sending
from mesh_platform.propagation.canaries import Measured
from mesh_platform.publish.canarying import canaries_of
from mesh_platform.subjects import Afterwards, Regime, State
from mesh_platform.tasks import TaskKind, Tasks
from tests.faults.jobs import nobody_changed_what_is_on_record
from tests.propagation import shop
from tests.propagation.receiver import Receiver
from tests.propagation.test_canaries import declare
from tests.propagation.test_holders import exported, governance_of, marks
from tests.subjects import town
from tests.subjects.test_afterwards import afterwards, said

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """One of them: the fixture of its mesh, what stands before it, the call (whether it says that all is done), and what must hold then."""

    mesh: str
    prepare: Callable[[Path, Receiver], None]
    run: Callable[[Path], bool]
    check: Callable[[Path, Receiver, bool], None]
    steps: frozenset[str]


def somebody_is_back(project: Path, receiver: Receiver) -> None:
    """Ana was certified and stands there again."""
    with town.town_at(project) as (runtime, desk):
        town.deliver(project, "ann", "joana", "unknown")
        done = desk.run(desk.open(Regime.GDPR, [("email", town.ANA)], town.BY).id, town.BY)
        assert done.state is State.CERTIFIED
        said(desk, done, Decision.LIFTED)
        town.deliver(project, "ana", "ann", "joana", "unknown")
        town.publish_all(runtime, town.CUSTOMERS, town.VISITS)
        said(desk, done, Decision.IMPOSED)


def look_again(project: Path) -> bool:
    with town.town_at(project) as (_, desk):
        return {one.product for one in afterwards(desk).look(utc_now())} == {town.CUSTOMERS, town.VISITS}


def told_of_who_is_back(project: Path, receiver: Receiver, done: bool) -> None:
    with town.town_at(project) as (runtime, desk):
        tasks = desk.tasks.listed(kind=TaskKind.RESURRECTION)
        products = [task.product for task in tasks if ":afterwards:" in task.key]
        assert len(products) == len({*products}) and {*products} <= {town.CUSTOMERS, town.VISITS}
        assert not done or {*products} == {town.CUSTOMERS, town.VISITS}, "somebody is back, and nobody is told"
        assert town.ANA not in str(tasks)
        nobody_changed_what_is_on_record(runtime)


def files_that_left(project: Path, receiver: Receiver) -> None:
    """Two files with Ana in them, and her withdrawal."""
    governance_of(project, receiver)
    with shop.shop_at(project) as opened:
        exports = Exports(opened.runtime.database, opened.runtime.settings.home_path, Tasks(opened.runtime.database))
        for name in ("ex-1", "ex-2"):
            exported(exports, name, marks(opened, "ana"))
        opened.say("ana", "withdrawn", "marketing")


def tell_holders(project: Path) -> bool:
    """Each call is a day after the one before: what a killed one took on it is due again by then."""
    with (project / "days").open("a+") as days:
        days.write("*")
        days.seek(0)
        later = A_DAY * len(days.read())
    with shop.shop_at(project) as opened:
        database, now = opened.runtime.database, utc_now() + later
        exports, governance = Exports(database, opened.runtime.settings.home_path, Tasks(database)), load_mesh(project).governance
        holders.put(database, exports, governance, "test", now)
        holders.send(database, exports, governance, lambda: utc_now() + later)
        standing = holders.holdings(database, exports, governance, now)
        return {one.export.id for one in standing if not one.standing.waiting} == {"ex-1", "ex-2"}


def told_as_acknowledged(project: Path, receiver: Receiver, done: bool) -> None:
    came = {event["data"]["export"] for event in receiver.events}
    with shop.shop_at(project) as opened:
        database = opened.runtime.database
        exports = Exports(database, opened.runtime.settings.home_path, Tasks(database))
        standing = holders.holdings(database, exports, load_mesh(project).governance, utc_now() + A_DAY)
        told = {one.export.id for one in standing if one.standing.acknowledged and not one.standing.waiting}
        assert told <= came, f"acknowledged, and never told: {told - came}"
        assert not done or came == told == {"ex-1", "ex-2"}
        assert not opened.ledger.check(opened.ledger.tokens.token("email", shop.email("ana")), "marketing").allowed
        nobody_changed_what_is_on_record(opened.runtime)


def a_canary(project: Path, receiver: Receiver) -> None:
    with shop.shop_at(project) as opened:
        declare(opened, "ben")


def measure(project: Path) -> bool:
    """One step; done where it withdrew and is measured in each product. A run after one that was killed first agrees again."""
    with shop.shop_at(project) as opened:
        return bool(_measured(opened).rounds) or bool(_measured(opened).rounds)


def _measured(opened: shop.Shop) -> Measured:
    with canaries_of(load_mesh(opened.root), opened.runtime) as canaries:
        [found] = canaries.measure(utc_now())
    return found


def measured_as_told(project: Path, receiver: Receiver, done: bool) -> None:
    with shop.shop_at(project) as opened:
        with canaries_of(load_mesh(opened.root), opened.runtime) as canaries:
            [found] = canaries.standing(utc_now())
        assert {one.product for one in found.rounds} in (set(), {shop.CUSTOMERS, shop.LETTERS, shop.READERS}), (
            "a round is half begun"
        )
        assert not done or found.rounds
        assert "ben" not in opened.sees(shop.LETTERS, "marketing"), "a canary is shown"
        nobody_changed_what_is_on_record(opened.runtime)


def nobody_is_asked() -> None:
    Afterwards._ask = lambda *asked: None  # type: ignore[method-assign]


def any_answer_counts() -> None:
    sending._posted = lambda address, secret, events, now: ([event["id"] for event in events], "")  # type: ignore[assignment]


LOOKS = {
    "second look": Look("published_town", somebody_is_back, look_again, told_of_who_is_back, frozenset({"state.committed", "audit.committed"})),
    "holders": Look("published_shop", files_that_left, tell_holders, told_as_acknowledged, frozenset({"consent.posted", "state.committed"})),
    "canaries": Look("published_shop", a_canary, measure, measured_as_told, frozenset({"ledger.committed", "state.committed"})),
}  # fmt: skip
BROKEN_LOOKS = {"second look": nobody_is_asked, "holders": any_answer_counts}


def called(name: str, project: str, broken: str = "") -> int:
    """Its exit status: 0 where it says that all is done."""
    if broken:
        BROKEN_LOOKS[broken]()
    return 0 if LOOKS[name].run(Path(project)) else 1
