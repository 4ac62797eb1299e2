"""`mesh consent canaries`: what synthetic people measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.propagation.canaries import Measured
    from mesh_platform.publish.canary_erasures import Erased

COLUMNS = ("canary", "state", "product", "out of reads after", "out of rows after")
ERASURES = ("canary", "state", "domain", "certified after", "waits for")
SOURCES = ("product", "canary", "state", "why")


@click.command()
@click.option(
    "--measure", is_flag=True, help="Plant each and take it one step further now, as the platform does every quarter of an hour."
)
@acting("privacy", "platform")
@options
@pass_session
def canaries(session: Session, measure: bool, actor: Actor) -> int:
    """How long the last withdrawal of each canary (governance/canaries.yaml) took to reach the reads and the rows of each product in which it was
    seen, how long its last erasure took to its certificate, domain by domain, and into which sources none is planted, with why. Needs the role privacy
    or platform.

    No consumer is shown a canary, and it is in no product whose rows do not say whose they are. Exit code 1 where one is late, still shown, or seen nowhere.

    \b
    Examples:
      mesh consent canaries --as privacy-engineer
      mesh consent canaries --measure --as platform-engineer --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.canarying import standing, step
    from mesh_platform.publish.review import tasks_of

    with open_runtime(session.settings) as runtime:
        now = utc_now()
        found = step(session.mesh, runtime, tasks_of(runtime), now) if measure else standing(session.mesh, runtime, now)
    if session.json:
        print_json(found.as_json())
    elif found.measured:
        say_table(COLUMNS, [row for one in found.measured for row in _rows(one)])
        if found.erased:
            say_table(ERASURES, [row for one in found.erased for row in _domains(one)])
        say_table(SOURCES, [(one.product, one.canary or "-", one.state, one.why) for one in found.planted])
    else:
        session.say("governance/canaries.yaml names nobody.")
    return 1 if found.late else 0


def _domains(one: Erased) -> list[tuple[object, ...]]:
    if not one.domains:
        return [(one.canary, one.state, "-", "-", "-")]
    return [
        (
            one.canary,
            each.state,
            each.domain,
            f"{each.seconds:.0f} s" if each.seconds is not None else "not yet",
            ", ".join(each.waits) or "-",
        )
        for each in one.domains
    ]


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
