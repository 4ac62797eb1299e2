"""`mesh breach assess`, `notify`, `close` and `sweep`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, kept_to
from mesh_platform.cli.breach_desk import COLUMNS, ID, MOMENT, PRODUCTS, ROLE, as_json, moment, named, opened_register, say_duties
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.subjects.breaches import Breach, Breaches


@click.command()
@ID
@click.option(
    "--risk", required=True, type=click.Choice(["unlikely", "risk", "high"]), help="For the rights and freedoms of people."
)
@click.option("--reason", required=True, help="On which ground; it stands in the documentation.")
@click.option("--measures", required=True, help="What was done about it, and what is going to be.")
@PRODUCTS
@COLUMNS
@click.option(
    "--people",
    type=click.IntRange(min=0),
    help="About how many people it is, where somebody knows better than the count; it holds until it is said anew.",
)
@click.option(
    "--role",
    "side",
    type=click.Choice(["controller", "processor"]),
    help="In which part you held the data, where that was reported wrong.",
)
@options
@acting(ROLE)
@pass_session
def assess(
    session: Session,
    /,
    id: str,
    risk: str,
    reason: str,
    measures: str,
    products: tuple[str, ...],
    columns: tuple[str, ...],
    people: int | None,
    side: str | None,
    actor: Actor,
) -> None:
    """Say how high the risk is; what has to be told follows. Again where more is known: every assessment stays on record.

    What a breach touches is counted anew, with the products that are named here and before; no law goes because a product changed since. The first
    names narrow it where none were given. A breach that was closed is open again.

    \b
    Examples:
      mesh breach assess 2f1c9a --risk unlikely --reason "the disk is encrypted" --measures "wiped from afar" --as privacy-engineer
    """
    from mesh_platform.clock import utc_now
    from mesh_platform.subjects.breaches import Assessment, Risk, Side
    from mesh_platform.subjects.breaches.finding import Meant, found_for, joined

    now, more = utc_now(), named(products, columns)
    with kept_to(session, actor), opened_register(session) as (register, runtime):
        before = register.get(register.called(id))
        known = {one.product: one.columns for one in before.found.affected if one.product}
        asked = Meant({**known, **more}, before.since, before.until, before.reader)
        found = joined(before.found, found_for(asked, session.mesh, runtime.lake, runtime.audit, before.aware_at, now, known))
        if people is not None:
            found = replace(found, people=people, said=True)
        elif before.found.said:
            found = replace(found, people=before.found.people, said=True)
        made = Assessment(Risk(risk), reason, measures, found, Side(side) if side else before.side)
        _say(session, register, register.assess(before.id, made, actor, now), now)


@click.command()
@ID
@click.argument("rule", metavar="RULE")
@click.argument("to", required=False, metavar="[TO]")
@click.option("--at", type=MOMENT, metavar="MOMENT", help="When they were told (UTC without an offset).  [default: now]")
@click.option("--reference", default="", help="By which they know it, such as a file number.")
@click.option("--reason", default="", help="Why it is late, or not required; no value out of the data.")
@click.option("--not-required", is_flag=True, help="Nobody has to be told, by an exception of the law itself; needs --reason.")
@options
@acting(ROLE)
@pass_session
def notify(
    session: Session,
    /,
    id: str,
    rule: str,
    to: str | None,
    at: datetime | None,
    reference: str,
    reason: str,
    not_required: bool,
    actor: Actor,
) -> None:
    """Write down that somebody was told, as RULE asks; its task closes. Nothing is sent from here.

    TO is needed where the rule asks for several: authority, people, controller, media or secretary. What is late needs a --reason.

    \b
    Examples:
      mesh breach notify 2f1c9a GDPR-33 --reference 2027-118 --as privacy-engineer
      mesh breach notify 2f1c9a GDPR-33 --at 2026-11-06T10:00+01:00 --reason "the log had to be restored" --as privacy-engineer
      mesh breach notify 2f1c9a GDPR-34 --not-required --reason "Art. 34(3)(a): the rows were encrypted" --as privacy-engineer
    """
    from mesh_platform.clock import utc_now

    now, asked = utc_now(), rule.upper()
    if not_required and (at is not None or reference):
        raise click.UsageError("--not-required goes with --reason alone: nobody was told.")
    with kept_to(session, actor), opened_register(session) as (register, _):
        if not_required:
            done = register.spare(register.called(id), asked, to, reason, actor, now)
        else:
            told = moment(at) or now
            done = register.notify(register.called(id), asked, to, told, actor, now, reason=reason, reference=reference)
        _say(session, register, done, now)


@click.command()
@ID
@click.option("--note", required=True, help="How it ended; no value out of the data.")
@options
@acting(ROLE)
@pass_session
def close(session: Session, /, id: str, note: str, actor: Actor) -> None:
    """End a breach that is assessed and of which everybody was told who has to be. Its documentation stays.

    \b
    Examples:
      mesh breach close 2f1c9a --note "all were told" --as privacy-engineer
    """
    from mesh_platform.clock import utc_now

    now = utc_now()
    with kept_to(session, actor), opened_register(session) as (register, _):
        _say(session, register, register.close(register.called(id), note, actor, now), now)


@click.command()
@options
@acting(ROLE)
@pass_session
def sweep(session: Session, /, actor: Actor) -> None:
    """Tell once what is due soon or overdue, with a task each. A schedule does the same.

    \b
    Examples:
      mesh breach sweep --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now

    with opened_register(session) as (register, _):
        told = register.sweep(utc_now())
    if session.json:
        print_json([one.as_json() for one in told])
        return
    for one in told:
        click.echo(f"{one.breach}: {one.duty} is {one.event.value}, {one.due_at:%Y-%m-%d %H:%M} UTC")
    session.say(f"{len(told)} told.")


def _say(session: Session, register: Breaches, breach: Breach, now: datetime) -> None:
    from mesh_platform.cli.output import print_json

    duties = register.duties(breach)
    if session.json:
        print_json(as_json(breach, duties, now))
        return
    state = "open" if breach.open else "closed"
    session.say(f"The breach {breach.id} is {state}; its risk is {breach.risk.value if breach.risk else 'not assessed'}.")
    say_duties(duties, now)
