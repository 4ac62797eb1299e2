"""The shop with orders that end after two years, and what happens to it: each step is a call in a process of its own, which may end at any moment.

A step answers 0 where it says that all of it is done, 1 where it says that something is left.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

from mesh_platform.backups import create, restore
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, NotFound
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.desks import desk_of
from mesh_platform.retention import Scope, keeper_of
from mesh_platform.settings import Settings
from mesh_platform.subjects import Desk, Regime, Request
from tests.faults.jobs import PLATFORM, backups_of, replay
from tests.propagation.shop import BY, EMAIL, ORDER, TOWN, described, email, shop_at, write_shop
from tests.publish.bakery import write_product

ORDERS = "shop/orders"
KEYS = (*ORDER, ORDERS)
ENDS = "MESH_SOAK_ENDS"
"""After so many seconds the process is no more: no handler runs, nothing is cleaned up."""


def person(number: int) -> str:
    return f"n{number}"


def is_over(number: int) -> bool:
    """Whether the order of this person is older than two years."""
    return number % 3 == 0


def write_market(root: Path) -> Path:
    """The project under `root`."""
    write_shop(root)
    columns = {"email": {**EMAIL, "unique": False}, "ordered_on": {**TOWN, "type": "date"}}
    retention = {"period": "2 years", "from": "ordered_on", "action": "delete"}
    own = described(
        ORDERS, "service", {"service": "contract"}, columns=columns, retention=retention, erasure={"strategy": "delete_by_key"}
    )
    own["source"]["path"] = "landing/orders.csv"
    write_product(root, ORDERS, own)
    return root


def deliver(root: Path, people: int, but: Collection[int] = ()) -> None:
    """Both files whole, as a source delivers everybody whom it ever knew, but for whom it was told to forget; put there in one step."""
    known = [n for n in range(people) if n not in but]
    now = date.today()
    files = {
        "people.csv": ["email,town", *(f"{email(person(n))},{'Lisbon' if n % 2 else 'Porto'}" for n in known)],
        "orders.csv": [
            "email,ordered_on",
            *(f"{email(person(n))},{now - timedelta(days=1500 if is_over(n) else 90)}" for n in known),
        ],
    }
    for name, lines in files.items():
        new = root / "landing" / f".{name}.new"
        new.write_text("\n".join([*lines, ""]))
        new.rename(root / "landing" / name)


def publish_some(root: Path, *keys: str) -> bool:
    with open_runtime(Settings(project=root)) as runtime:
        return sum(not _published(runtime, key) for key in keys or KEYS) == 0


def _published(runtime: Runtime, key: str) -> bool:
    with suppress(MeshError):
        return publish(load_mesh(runtime.settings.project), ProductKey.parse(key), runtime).status is Status.PUBLISHED
    return False


def say(root: Path, name: str, decision: str, event: str) -> bool:
    with shop_at(root) as shop:
        shop.say(name, decision, "marketing", event=event)
    return True


def carry(root: Path) -> bool:
    with shop_at(root) as shop:
        return sum(not shop.propagation(domain).apply(domain).whole for domain in ("shop", "office")) == 0


@contextmanager
def desk_at(root: Path) -> Iterator[Desk]:
    """As `mesh dsar` opens it, with backups and traces."""
    with open_runtime(Settings(project=root)) as runtime:
        yield desk_of(load_mesh(root), runtime)


def ask(root: Path, name: str) -> bool:
    """Open a request, and go as far as it goes."""
    with desk_at(root) as desk:
        request = desk.open(Regime.GDPR, [("email", email(name))], BY)
        _run(desk, request)
    return True


def run_requests(root: Path) -> bool:
    with desk_at(root) as desk:
        return sum(not _run(desk, request) for request in desk.store.listed() if request.certified_at is None) == 0


def _run(desk: Desk, request: Request) -> bool:
    with suppress(MeshError):
        return desk.run(request.id, BY).certified_at is not None
    return False


def keep_no_longer(root: Path) -> bool:
    with open_runtime(Settings(project=root)) as runtime:
        return not any(done.finding for done in keeper_of(runtime).apply(utc_now(), BY))


def hold(root: Path, matter: str, name: str) -> bool:
    with shop_at(root) as shop:
        scope = Scope(subjects=(("email", shop.ledger.tokens.token("email", email(name))),))
        keeper_of(shop.runtime).holds.open(matter, "legal@example.com", "a claim", scope, BY, shop.runtime.audit, utc_now())
    return True


def let_go(root: Path, matter: str) -> bool:
    with open_runtime(Settings(project=root)) as runtime, suppress(NotFound):
        keeper_of(runtime).holds.close(matter, "settled", BY, runtime.audit, utc_now())
    return True


def back_up(root: Path) -> bool:
    with open_runtime(Settings(project=root)) as runtime:
        return not create(backups_of(runtime), PLATFORM, utc_now()).left_out


def bring_back(root: Path) -> bool:
    with open_runtime(Settings(project=root)) as runtime:
        of = backups_of(runtime)
        whole = not of.shelf.entries() or not restore(of, of.shelf.get(), PLATFORM).refused
    return replay(root) and whole


STEPS: dict[str, Callable[..., bool]] = {
    step.__name__: step
    for step in (publish_some, say, carry, ask, run_requests, keep_no_longer, hold, let_go, back_up, bring_back, replay)
}


def called(name: str, root: str, *arguments: str) -> int:
    """A step's exit status."""
    if seconds := os.environ.get(ENDS):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, float(seconds))
    return 0 if STEPS[name](Path(root), *arguments) else 1
