"""`mesh demo`: the example mesh, from made-up landing files to published products, with one that the gate keeps back on purpose."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.cli.standing import Standing

LANDING = "landing"


@click.command()
@click.option("--scale", type=click.IntRange(min=1), help="Size of the data: 1 is a thousand people and seconds; 1000 a million.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, other people.")
@click.option("--keep", is_flag=True, help="Keep landing files that are there, however old.")
@options
@pass_session
def demo(session: Session, scale: int | None, seed: int, keep: bool) -> int:
    """Make the example data and publish the whole mesh, in one process, without a server.

    Landing files are written where they are missing or older than today, so that freshness promises hold. One product is unfit
    on purpose, to show what the gate does; a product tagged `demo: unfit` may be blocked and the demo is still a success.

    \b
    Examples:
      mesh demo
      mesh demo --scale 100
    """
    from mesh_platform.cli.child import events
    from mesh_platform.cli.course import follow
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.standing import standings

    _landing(session, scale, seed, keep)
    session.say("Publishing the mesh: stage, audit, gate, publish.")
    told, _ = follow(session, events(session, "demo", []))
    found = standings(session)
    unfit = [standing for standing in found if standing.tags.get("demo") == "unfit"]
    wrong = [what for what in told if what["status"] not in ("published", "retired") and what["product"] not in _names(unfit)]
    if session.json:
        print_json({"ok": not wrong, "products": [standing.as_json() for standing in found], "runs": told})
    else:
        _tell(session, found, unfit, wrong)
    return 1 if wrong else 0


def _names(found: list[Standing]) -> set[str]:
    return {str(standing.key) for standing in found}


def _landing(session: Session, scale: int | None, seed: int, keep: bool) -> None:
    from mesh_platform.clock import utc_now
    from mesh_platform.demo import generate
    from mesh_platform.demo.landing import EXPORTS

    target = session.settings.project / LANDING
    there = [target / export.path for export in EXPORTS]
    complete = all(path.is_file() for path in there)
    if complete and (keep or (scale is None and all(_written(path).date() == utc_now().date() for path in there))):
        return
    people = (scale or 1) * 1000
    session.say(f"Making up the landing files of the example mesh: {people:,} people, in {LANDING}/.")
    generate(target, scale or 1, seed)


def _written(path: Path) -> datetime:
    from datetime import UTC

    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _tell(session: Session, found: list[Standing], unfit: list[Standing], wrong: list[dict[str, Any]]) -> None:
    from mesh_platform.cli.output import counted, say_findings
    from mesh_platform.cli.products import say_products
    from mesh_platform.errors import Finding

    say_products(found)
    closed = [standing for standing in found if standing.status == "blocked"]
    told = [finding for standing in closed for finding in standing.findings]
    told += [Finding.from_json(finding) for what in wrong if what["status"] != "waiting" for finding in what["findings"]]
    say_findings(finding for finding in dict.fromkeys(told) if finding.blocks)
    blocked = [standing for standing in unfit if standing.status == "blocked"]
    if blocked and not wrong:
        names = " and ".join(str(standing.key) for standing in blocked)
        session.say(f"`mesh check` says no, as it should: {names} is unfit on purpose, to show what the gate keeps back.")
    elif wrong:
        session.say(
            f"{counted(len(wrong), 'product')} did not get through that should have: `mesh check` says more, then `mesh run`."
        )
    session.say(f"Next: `mesh dev` shows it all in Dagster's console at http://127.0.0.1:{session.settings.port}")
