"""The end of `mesh demo`: a week of routine, and a person whom six domains know who asks to be erased and stays gone when everything comes again.

Made-up people of the example mesh, whom its documentation names too. What is erased is erased: the landing files are put back as the erasure left them.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.errors import Finding
    from mesh_platform.subjects import Closure, Desk, Request, Residue

ANA, ANN = ("email", "ana@example.com"), ("email", "ann@example.com")
"""Who asks, and whose rows are nearly the same."""
PRIVACY, HOLDS = "privacy-engineer", "customer/accounts"


@dataclass(frozen=True, slots=True)
class Story:
    """How it went."""

    request: Request
    seconds: float
    came_back: tuple[Residue, ...]
    control_rows: int
    control_unchanged: bool
    week: Finding | None
    """What kept the week of routine from being played."""

    @property
    def erased(self) -> bool:
        return self.request.certified_at is not None and not self.came_back and self.control_unchanged

    @property
    def well(self) -> bool:
        return self.erased and self.week is None

    def as_json(self) -> dict[str, Any]:
        return {
            "request": self.request.id,
            "state": self.request.state.value,
            "seconds": round(self.seconds, 1),
            "products": [task.as_json() for task in self.request.tasks],
            "came_back": [one.as_json() for one in self.came_back],
            "control_rows": self.control_rows,
            "control_unchanged": self.control_unchanged,
            "week": None if self.week is None else self.week.as_json(),
        }


def play(session: Session, deliver: Callable[[], None], run_all: Callable[[], None]) -> Story | None:
    """Play the week, erase Ana, deliver and run everything again, and look; None where she is not there any more."""
    from mesh_platform.cli.acting import actor_of
    from mesh_platform.cli.dsar_desk import ROLE, opened_desk, show_tasks
    from mesh_platform.subjects import Regime

    with opened_desk(session) as desk:
        ann = _closure(desk, ANN)
        before = _fingerprint(desk, ann)
        if not _stands(desk, _closure(desk, ANA)):
            return None
    session.say("\nA week of routine in the example: requests for access, drafts that are reviewed or mended, waivers.")
    week = _week(session)
    with opened_desk(session) as desk:
        session.say("Ana asks to be erased, by her address alone (the story of a request; `--no-story` leaves it out).")
        actor, began = actor_of(session, PRIVACY, ROLE), time.monotonic()
        request = desk.open(Regime.GDPR, [ANA], actor)
        ana, _ = desk.plan(request.id)
        session.say(f"Known by {len(ana.identifiers)} identifiers of {len(ana.namespaces)} kinds. `mesh dsar run {request.id}`:")
        done = desk.run(request.id, actor)
        seconds = time.monotonic() - began
    if not (session.quiet or session.json):
        show_tasks(done.tasks)
        click.echo(f"{done.state.value} after {seconds:.0f} s: mesh dsar certificate {done.id} --as {PRIVACY}")
    with _put_back(session.settings.project / "landing"):
        session.say("Every source is delivered again as it was, and every product runs again.")
        deliver()
        run_all()
    with opened_desk(session) as desk:
        kept = {task.product for task in done.tasks if task.state.value == "exempt"}
        looked = desk.verifier.look(ana.identifiers).residues
        came_back = tuple(one for one in looked if one.product not in kept)
        after = _fingerprint(desk, ann)
    return Story(done, seconds, came_back, sum(rows for rows, _ in before.values()), before == after, week)


def tell(session: Session, story: Story | None) -> None:
    """In words."""
    if story is None:
        session.say("Ana was erased before, and does not come back: the story is not played a second time.")
        return
    if story.week is not None:
        session.say(f"The week of routine could not be played, as the example was changed: {story.week}")
    if story.erased:
        session.say(f"She stays gone. The {story.control_rows} rows of Ann, who is nearly the same, are as they were.")
        _share(session)
    else:
        where = "; ".join(sorted({f"{one.product}: {one.where}" for one in story.came_back}))
        session.say(f"The story did not end well ({story.request.state.value}{'; ' + where if where else ''}).")


def _week(session: Session) -> Finding | None:
    """Play it; what stood in its way, such as files that are not the example's any more."""
    from mesh_platform.cli.demo_week import play as week
    from mesh_platform.errors import MeshError

    try:
        week(session)
    except MeshError as error:
        return error.finding
    return None


def _share(session: Session) -> None:
    from mesh_platform.cli.task_share import chores_here
    from mesh_platform.registry.routine import routine

    whole = routine(chores_here(session))[0]
    told = f"{whole.without} of {whole.closed} tasks of the week were closed without a privacy engineer"
    session.say(f"{told}: `mesh task share` tells by whom. It is an example's, and says nothing of an organisation.")


def _closure(desk: Desk, who: tuple[str, str]) -> Closure:
    from mesh_platform.subjects.known import known_as

    return known_as(desk.lake, desk.ledger.tokens, desk.ledger.governance.namespaces, *who)


def _stands(desk: Desk, ana: Closure) -> bool:
    from mesh_platform.subjects.people.held import held_products
    from mesh_platform.subjects.people.locate import located

    with desk.lake.reader() as reader:
        held = [one for one in held_products(desk.lake, reader) if one.key == HOLDS]
        return any(located(held, ana, desk.lake, reader).values())


def _fingerprint(desk: Desk, ann: Closure) -> dict[str, tuple[int, str]]:
    """Her rows in every product: how many, and a hash of what stands in them."""
    from mesh_platform.lake import quote_name
    from mesh_platform.subjects.people.held import held_products, rows_over
    from mesh_platform.subjects.people.locate import theirs

    found = {}
    with desk.lake.reader() as reader:
        for one in held_products(desk.lake, reader):
            condition = theirs(one, ann)
            if condition is not None and one.descriptor is not None:
                columns = ", ".join(map(quote_name, one.descriptor.columns))
                rows = rows_over(reader, one, f"SELECT {columns} FROM {{t}} WHERE {condition} ORDER BY ALL")
                found[one.key] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


@contextmanager
def _put_back(landing: Path) -> Iterator[None]:
    """Whatever is delivered meanwhile, the files are as they were afterwards."""
    aside = Path(mkdtemp(prefix=".landing-aside-", dir=landing.parent))
    shutil.copytree(landing, aside / landing.name)
    try:
        yield
    finally:
        for file in sorted((aside / landing.name).rglob("*")):
            if file.is_file():
                file.replace(landing / file.relative_to(aside / landing.name))
        shutil.rmtree(aside, ignore_errors=True)
