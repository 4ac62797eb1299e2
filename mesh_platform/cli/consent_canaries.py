"""`mesh consent canaries`: what synthetic people measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.propagation.canaries import Measured

COLUMNS = ("canary", "state", "product", "out of reads after", "out of rows after")


@click.command()
@click.option("--measure", is_flag=True, help="Take each one step further now, as the platform does every quarter of an hour.")
@acting("privacy", "platform")
@options
@pass_session
def canaries(session: Session, measure: bool, actor: Actor) -> int:
    """How long the last withdrawal of each canary (governance/canaries.yaml) took to reach the reads and the rows of each product in which it was
    seen. Needs the role privacy or platform.

    No consumer is shown a canary, and it is in no product whose rows do not say whose they are. Exit code 1 where one is late, still shown, or seen nowhere.

    \b
    Examples:
      mesh consent canaries --as privacy-engineer
      mesh consent canaries --measure --as platform-engineer --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.canarying import canaries_of

    with open_runtime(session.settings) as runtime, canaries_of(session.mesh, runtime) as found:
        each = found.measure(utc_now()) if measure else found.standing(utc_now())
    if session.json:
        print_json({"canaries": [one.as_json() for one in each]})
    elif each:
        say_table(COLUMNS, [row for one in each for row in _rows(one)])
    else:
        session.say("governance/canaries.yaml names nobody.")
    return 1 if any(one.late for one in each) else 0


def _rows(one: Measured) -> list[tuple[object, ...]]:
    if not one.rounds:
        return [(one.canary, one.state, "-", "-", "-")]
    return [
        (
            one.canary,
            one.state,
            each.product,
            "still shown" if each.hidden_ms is None else f"{each.hidden_ms} ms",
            f"{(each.gone_at - each.began_at).total_seconds():.0f} s" if each.gone_at else "not yet",
        )
        for each in one.rounds
    ]
