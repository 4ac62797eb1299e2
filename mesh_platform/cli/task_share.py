"""`mesh task share`: how much of the routine takes no privacy engineer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_platform.registry.routine import Chore, Routine

KINDS = {
    "all": "all",
    "finding": "findings",
    "review": "reviews",
    "approval": "requests for access",
    "waiver": "waivers",
    "subject_request": "people's requests",
}
"""What each kind is called."""
_COLUMNS = ("closed", "without a privacy engineer", "by the platform", "by the domain", "median hours", "open")


@click.command()
@click.option("--days", type=click.IntRange(min=1), help="Only what was closed in the last so many days.")
@options
@pass_session
def share(session: Session, days: int | None) -> None:
    """The share of routine that was closed without a privacy engineer: findings, reviews, requests for access, waivers, and people's own requests.

    \b
    How it is counted, from the task log and the log of people's requests:
    - a finding that blocked a publication, or that a rule asks to be seen to, once for product and rule: by the platform when it is
      found no more, by whoever reviewed the change that took it away where that change needed a review
    - a review, by who approved or rejected the files; a change that only protects more asks nobody, so that it is told apart
    - a request for access, by who decided it, or the platform where a rule did
    - a waiver, by who decided it
    - a person's request, by the platform where it was taken in by a system or by the person and nobody acted on it

    Who has the role privacy counts as a privacy engineer whatever else they are, and so does whoever is not known. As what somebody closed
    a task is kept with it; of one that was closed before that was kept it is unknown, and it counts as closed, but not as closed without one.
    Not counted: a finding that the domain calls done and that is still found; what one person both opened and closed, under whatever names;
    what another task took the place of; what was taken back. Of what came again the last time counts. A figure of fewer than 20 says little.
    On the example mesh it tells of made-up tasks, and says so.

    \b
    Examples:
      mesh task share
      mesh task share --days 90 --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.registry.routine import by_domain, routine

    chores, since = chores_here(session), _since(days)
    if session.json:
        print_json(as_json(session, chores, days))
        return
    whole, *kinds = routine(chores, since)
    say_table(("routine", *_COLUMNS), [_row(KINDS[one.name], one) for one in (whole, *kinds)])
    if domains := by_domain(chores, since):
        say_table(("domain", *_COLUMNS), [_row(one.name, one) for one in domains])
    session.say(_verdict(whole))
    if whole.one_hand:
        session.say(f"{whole.one_hand:,} more were opened and closed by one person and are not counted.")
    if whole.spared:
        session.say(f"{whole.spared:,} kinds of change needed no review, as they only protect more; they are not counted either.")
    if is_demo(session):
        session.say("Of the example mesh: it stands for an example.")


def chores_here(session: Session) -> tuple[Chore, ...]:
    """All routine on record in this mesh: none where nothing ever was."""
    from mesh_platform.registry.routine import chores_in
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        return chores_in(database, session.governance.roles.principals) if database else ()


def is_demo(session: Session) -> bool:
    """Whether the mesh is the example, whose landing files are made up."""
    from mesh_platform.demo import made_in

    return made_in(session.settings.project / "landing") is not None


def as_json(session: Session, chores: Iterable[Chore], days: int | None = None) -> dict[str, Any]:
    from mesh_platform.registry.routine import GOAL, by_domain, routine

    chores, since = tuple(chores), _since(days)
    return {
        "demo": is_demo(session),
        "goal": GOAL,
        "days": days,
        **{one.name: one.as_json() for one in routine(chores, since)},
        "domains": {one.name: one.as_json() for one in by_domain(chores, since)},
    }


def _since(days: int | None) -> Any:
    from datetime import timedelta

    from mesh_platform.clock import utc_now

    return utc_now() - timedelta(days=days) if days else None


def _verdict(whole: Routine) -> str:
    from mesh_platform.registry.routine import GOAL, Hand

    value, told = whole.share.value, whole.share.as_json()
    if value is None:
        return f"Nothing was closed yet, so that there is no share; {GOAL:.0%} is aimed at."
    old = f"; of {count:,} it is unknown" if (count := whole.by[Hand.UNKNOWN]) else ""
    few = " So few say little." if told["too_few"] else ""
    return (
        f"{value:.0%} of {whole.closed:,} were closed without a privacy engineer ({told['low']:.0%} to {told['high']:.0%} at 95 %; {GOAL:.0%} is aimed at):"
        f" {whole.by[Hand.PLATFORM]:,} by the platform, {whole.by[Hand.DOMAIN]:,} by domains{old}.{few}"
    )


def _row(name: str, one: Routine) -> tuple[object, ...]:
    from mesh_platform.registry.routine import Hand

    value = one.share.value
    share = "" if value is None else f"{one.without} ({value:.0%}{', few' if one.share.as_json()['too_few'] else ''})"
    hours = "" if one.hours is None else f"{one.hours:,.1f}"
    return name, one.closed, share, one.by[Hand.PLATFORM], one.by[Hand.DOMAIN], hours, one.open
