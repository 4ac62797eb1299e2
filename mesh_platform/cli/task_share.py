"""`mesh task share`: how much of the routine takes no privacy engineer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.registry.routine import Routine


@click.command()
@options
@pass_session
def share(session: Session) -> None:
    """The share of routine tasks (findings, reviews, requests for access, waivers) that were closed without a privacy engineer, from the task log.

    What closed by itself or by a rule, and what an owner or an approver of a domain decided, took none. A figure of fewer than 20 says little. On
    the example mesh it tells of made-up tasks, and says so.

    \b
    Examples:
      mesh task share
      mesh task share --json
    """
    from mesh_platform.cli.output import print_json, say_table

    found = routine_here(session)
    if session.json:
        print_json(as_json(session, found))
        return
    say_table(("tasks", "closed", "without a privacy engineer", "share", "open"), [_row(one) for one in found])
    if is_demo(session):
        session.say("Of the example mesh: it stands for an example.")


def routine_here(session: Session) -> tuple[Routine, ...]:
    """The figures of this mesh: of no task where nothing was ever recorded."""
    from mesh_platform.actor import Role
    from mesh_platform.registry.routine import routine
    from mesh_platform.state import look_at_state
    from mesh_platform.tasks import Tasks

    principals = session.governance.roles.principals
    with look_at_state(session.settings) as database:
        tasks = Tasks(database).listed(resolved=True) if database else ()
    return routine(tasks, {name for name, one in principals.items() if Role.PRIVACY in one.roles})


def is_demo(session: Session) -> bool:
    """Whether the mesh is the example, whose landing files are made up."""
    from mesh_platform.demo import made_in

    return made_in(session.settings.project / "landing") is not None


def as_json(session: Session, found: tuple[Routine, ...]) -> dict[str, Any]:
    return {"demo": is_demo(session), **{one.kind: one.as_json() for one in found}}


def _row(one: Routine) -> tuple[object, ...]:
    value = one.share.value
    few = " (few)" if one.share.as_json()["too_few"] else ""
    return one.kind, one.closed, one.without, "" if value is None else f"{value:.0%}{few}", one.open
