"""`mesh demo`: the example mesh, from made-up landing files to published products, with one that the gate keeps back on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.cli.demo_story import Story
    from mesh_platform.cli.standing import Standing

LANDING, CONSENTS, SHOP = "landing", "web/consents.csv", "web-shop"


@click.command()
@click.option("--scale", type=click.IntRange(min=1), help="Size of the data: 1 is a thousand people and seconds; 1000 a million.")
@click.option("--seed", type=int, help="Another seed, other people [default: 7].")
@click.option("--no-story", is_flag=True, help="Leave out the story at the end: a week of routine, and a person who is erased.")
@click.option("--keep", is_flag=True, help="Keep landing files that are there, however old, whatever their scale and seed.")
@options
@pass_session
def demo(session: Session, scale: int | None, seed: int | None, no_story: bool, keep: bool) -> int:
    """Make the example data and publish the whole mesh, in one process, without a server.

    What people agreed to is imported into the ledger first, so that marketing's products hold those alone who agreed.
    Landing files are written where they are missing, older than today (so that freshness promises hold), or of another scale or
    seed than is asked for. One product is unfit on purpose, to show what the gate does; a product tagged `demo: unfit` may be
    blocked and the demo is still a success. At the end a week of routine is played, for `mesh task share` to count, and one person, whom
    six domains know, asks to be erased: the request runs to its certificate, then everything is delivered and published again, and the
    person stays gone.

    \b
    Examples:
      mesh demo
      mesh demo --no-story
      mesh demo --scale 100
    """
    from mesh_platform.cli.child import events
    from mesh_platform.cli.course import follow
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.standing import standings
    from mesh_platform.product.workspace import refuse_domain_code

    refuse_domain_code(session.settings.project)
    _landing(session, scale, seed, keep)
    _consents(session)
    session.say("Publishing the mesh: stage, audit, gate, publish.")
    told, _ = follow(session, events(session, "demo", []))
    found = standings(session)
    unfit = [standing for standing in found if standing.tags.get("demo") == "unfit"]
    wrong = [
        what
        for what in told
        if what["status"] not in ("published", "unchanged", "retired") and what["product"] not in _names(unfit)
    ]
    if not session.json:
        _tell(session, found, unfit, wrong)
    story = None if wrong or no_story else _story(session)
    ok = not wrong and (story is None or story.well)
    if session.json:
        said = {"ok": ok, "products": [standing.as_json() for standing in found], "runs": told}
        print_json(said | {"story": story.as_json() if story is not None else None})
    else:
        session.say(f"Next: `mesh dev` shows it all in Dagster's console at http://127.0.0.1:{session.settings.port}")
    return 0 if ok else 1


def _story(session: Session) -> Story | None:
    from mesh_platform.cli.child import events
    from mesh_platform.cli.demo_story import play, tell
    from mesh_platform.demo import generate, made_in

    target = session.settings.project / LANDING
    made = made_in(target)

    def deliver() -> None:
        if made is not None:
            generate(target, made.scale, made.seed, as_of=made.as_of)

    def run_all() -> None:
        for _ in events(session, "demo", []):
            pass

    story = play(session, deliver, run_all) if made is not None else None
    tell(session, story)
    return story


def _names(found: list[Standing]) -> set[str]:
    return {str(standing.key) for standing in found}


def _landing(session: Session, scale: int | None, seed: int | None, keep: bool) -> None:
    """The landing files as they are asked for; what is not said stays as it was."""
    from mesh_platform.clock import utc_now
    from mesh_platform.demo import PEOPLE, SEED, Made, generate, is_complete, made_in

    target = session.settings.project / LANDING
    if keep and is_complete(target):
        return
    today, before = utc_now().date(), made_in(target)
    kept = before or Made(1, SEED, today)
    wanted = Made(scale or kept.scale, kept.seed if seed is None else seed, today)
    if before == wanted:
        return
    session.say(f"Making up the landing files of the example mesh: {wanted.scale * PEOPLE:,} people, in {LANDING}/.")
    generate(target, wanted.scale, wanted.seed, as_of=wanted.as_of)


def _consents(session: Session) -> None:
    """What the shop's visitors agreed to and took back, recorded as the shop would; what is on record stays as it is."""
    from mesh_platform.access.development import principal_of, real_user
    from mesh_platform.cli.consenting import opened_ledger
    from mesh_platform.cli.output import counted
    from mesh_platform.errors import CheckFailed
    from mesh_platform.ledger import writer_for
    from mesh_platform.ledger.importing import import_events

    shop, file = principal_of(session.governance, SHOP, real_user()), session.settings.project / LANDING / CONSENTS
    with opened_ledger(session) as ledger:
        done = import_events(ledger, file, "csv", SHOP, lambda events: writer_for(shop, events))
    if done.wrong:
        raise CheckFailed(done.wrong[0])
    session.say(f"Recorded what they agreed to, and took back: {counted(done.lines, 'line')} of {LANDING}/{CONSENTS}.")


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
