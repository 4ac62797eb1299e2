"""`mesh breach open`, `list` and `show`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, kept_to
from mesh_platform.cli.breach_desk import (
    COLUMNS,
    ID,
    MOMENT,
    PRODUCTS,
    as_json,
    moment,
    named,
    opened_register,
    say_duties,
    say_found,
)
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

_NATURES = ("confidentiality", "integrity", "availability")


@click.command(name="open")
@click.option("--what", required=True, help="What happened, in words; no value out of the data.")
@click.option(
    "--aware", type=MOMENT, metavar="MOMENT", help="When somebody became aware of it (UTC without an offset).  [default: now]"
)
@PRODUCTS
@COLUMNS
@click.option("--from", "since", type=MOMENT, metavar="MOMENT", help="When it began, as far as that is known.")
@click.option("--to", "until", type=MOMENT, metavar="MOMENT", help="When it ended; a day alone is the end of it.")
@click.option(
    "--reader", metavar="NAME", help="A principal, grant or contract whose reads it is about; for the role privacy. Needs --from."
)
@click.option(
    "--nature", "natures", multiple=True, type=click.Choice(_NATURES), help="What was lost.  [default: confidentiality]"
)
@click.option("--role", "side", type=click.Choice(["controller", "processor"]), default="controller", show_default=True, help="In which part you held the data.")  # fmt: skip
@options
@acting()
@pass_session
def open_(
    session: Session,
    /,
    what: str,
    aware: datetime | None,
    products: tuple[str, ...],
    columns: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    reader: str | None,
    natures: tuple[str, ...],
    side: str,
    actor: Actor,
) -> None:
    """Report a breach. Whoever is signed in may; what nobody knows yet is left out, and what is not known counts as the worst.

    It says which laws count, whom they say to tell and until when, and opens a task for each. About how many people it is comes from the
    products' own rows; with --reader the products come from the audit log: everything that was read under that name in the span.

    \b
    Examples:
      mesh breach open --what "a laptop with an export was lost" --product customer/customer_360 --as customer-owner
      mesh breach open --what "a token was stolen" --reader sales-analyst --from 2026-11-01 --to 2026-11-03 --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import UsageProblem
    from mesh_platform.subjects.breaches import Nature, Report, Side, for_privacy, seen_by
    from mesh_platform.subjects.breaches.finding import Meant, found_for
    from mesh_platform.subjects.breaches.laws import untimed

    now, meant = utc_now(), named(products, columns)
    if reader is not None and since is None:
        raise click.UsageError("--reader needs --from: whose reads are counted since when?")
    with kept_to(session, actor), opened_register(session) as (register, runtime):
        if reader is not None:
            for_privacy(actor, ())
        report = Report(
            aware_at=moment(aware) or now,
            what=what,
            nature=tuple(map(Nature, natures)) or (Nature.CONFIDENTIALITY,),
            side=Side(side),
            since=moment(since),
            until=moment(until, end=True, now=now),
            reader=reader,
        )
        asked = Meant(meant, report.since, report.until, reader)
        found = found_for(asked, session.mesh, runtime.lake, runtime.audit, report.aware_at, now)
        if reader is not None and not any(one.reads for one in found.affected):
            raise UsageProblem.because(
                "BREACH-02",
                "--reader",
                "The log has no read under that name in the span, so it says nothing of what was touched.",
                "Mind the spelling and the days; or leave --reader out and name products with --product.",
            )
        opened = register.open(report, found, actor, now)
        duties, breach = register.duties(opened), seen_by(opened, actor) or opened
    others = untimed(session.mesh, [one.product for one in found.affected if one.product], now.date())
    if session.json:
        print_json({**as_json(breach, duties, now), "without_a_clock": list(others)})
        return
    about = "" if breach.found.people is None else f" About {breach.found.people} people."
    click.echo(f"Opened {breach.id}.{about}")
    say_found(breach.as_json())
    say_duties(duties, now)
    for law in others:
        session.say(f"{law[0].upper()}{law[1:]} may ask for more: no pack has them, so they have no clock here.")


@click.command(name="list")
@click.option("--all", "closed", is_flag=True, help="Those that are closed, too.")
@options
@acting()
@pass_session
def list_(session: Session, /, closed: bool, actor: Actor) -> None:
    """The breaches that you may see, the newest first: all of them for privacy and examiners, those of their products for owners, your own reports.

    \b
    Examples:
      mesh breach list --all --as examiner --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.subjects.breaches import duties_seen, seen_by

    now = utc_now()
    with opened_register(session) as (register, _):
        seen = [
            (found, duties_seen(one, found, register.duties(one), actor))
            for one in register.listed()
            if (found := seen_by(one, actor))
        ]
    seen = [(one, duties) for one, duties in seen if closed or one.open]
    if session.json:
        print_json([as_json(one, duties, now) for one, duties in seen])
        return
    rows = []
    for one, duties in seen:
        waiting = [duty for duty in duties if duty.answer is None]
        first = waiting[0] if waiting else None
        told = first.state(now) if first else "nothing" if one.open else "closed"
        by = f"{first.due_at:%Y-%m-%d %H:%M}" if first else ""
        rows.append(
            (one.id[:12], f"{one.aware_at:%Y-%m-%d %H:%M}", one.risk or "not assessed", one.found.people, len(waiting), by, told)
        )
    say_table(
        ("id", "aware (UTC)", "risk", "people", "to tell", "first by", "state"), rows, {"overdue": "red", "due soon": "yellow"}
    )
    if not rows:
        session.say("No breach that you may see is on record.")


@click.command()
@ID
@options
@acting()
@pass_session
def show(session: Session, /, id: str, actor: Actor) -> None:
    """All that is known of one breach: what happened, what it touches, the duties with their deadlines, and everything that was done.

    Owners see what concerns their own products, and no total.

    \b
    Examples:
      mesh breach show 2f1c9a --as privacy-engineer --json
    """
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import NotFound
    from mesh_platform.subjects.breaches import duties_seen, seen_by

    now = utc_now()
    with opened_register(session) as (register, _):
        whole = register.get(register.called(id))
        breach = seen_by(whole, actor)
        duties = duties_seen(whole, breach, register.duties(whole), actor) if breach else ()
    if breach is None:
        raise NotFound.because("BREACH-03", "the breach", "There is no breach of that id.", "`mesh breach list` shows yours.")
    if session.json:
        print_json(as_json(breach, duties, now, history=True))
        return
    told = breach.as_json()
    for name in (
        "id",
        "state",
        "aware_at",
        "reported_at",
        "by",
        "what",
        "side",
        "since",
        "until",
        "reader",
        "risk",
        "ground",
        "measures",
        "closing",
    ):
        if told[name]:
            click.echo(clean(f"{name}: {told[name]}"))
    say_found(told)
    say_duties(duties, now)
    for entry in breach.history:
        click.echo(clean(f"  {entry.at:%Y-%m-%d %H:%M}  {entry.event.value}  {entry.detail.get('duty', '')}  {entry.by}"))
