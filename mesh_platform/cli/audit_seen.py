"""`mesh audit seen`: who may have been shown what of a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.consenting import subject_option
from mesh_platform.cli.session import Session, options, pass_session
from mesh_platform.cli.waiting import waiting

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.subjects.disclosures import Disclosure

_ROLES = ("examiner", "privacy")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@subject_option
@click.option("--what", required=True, metavar="COLUMN|CATEGORY", help="A column's name, or a data category with all below it.")
@click.option("--from", "since", type=_DAY, metavar="DATE", help="From this day on (UTC).  [default: 30 days ago]")
@click.option("--until", type=_DAY, metavar="DATE", help="Up to this day, with it (UTC).  [default: today]")
@options
@acting(*_ROLES)
@pass_session
def seen(session: Session, subject: str, what: str, since: datetime | None, until: datetime | None, actor: Actor) -> int:
    """Who may have seen this of a person between two days, under which purpose, policy and contract, and what the person had said by then.

    The log knows which columns went to whom, and not which rows: a read is told as one that may have shown the person, unless what they had
    said left their rows out. A column marked (?) is one of which nobody knows any more what it held. Needs the role examiner or privacy, for the domains of
    which you are told, and is itself on record. `mesh audit prove` proves a record by its number.

    \b
    Examples:
      mesh audit seen --subject customer_id:C-7 --what phone --from 2026-11-01 --until 2026-11-30 --as examiner
      mesh audit seen --subject email:ana@example.com --what user.contact --as privacy-engineer --json

    Exit code 1 where no product has, or had, a column or category of that name: then nothing was looked for.
    """
    from mesh_platform.audit import Act, Phase, What
    from mesh_platform.cli.dsar_desk import opened_desk
    from mesh_platform.cli.output import clean, counted, print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.ledger import subject_of
    from mesh_platform.subjects.disclosures import disclosures

    last = until.replace(tzinfo=UTC) + timedelta(days=1) if until else utc_now()
    first = since.replace(tzinfo=UTC) if since else last - timedelta(days=30)
    _refuse_no_span(first, last, utc_now())
    with opened_desk(session) as desk:
        with waiting(session) as step:
            found = disclosures(
                desk,
                desk.identified(*subject_of(subject)),
                what,
                first,
                last,
                lambda domain: any(actor.may(role, domain) for role in _ROLES),
                step,
            )
        about = What(what="who saw a person")
        desk.audit.record(Act.READ, Phase.DONE, actor, about, n=len(found.reads))  # before a word of it is shown
    known = _names(session)
    meant = bool(found.reads) or what in known
    if session.json:
        told = {
            "from": first.isoformat(),
            "until": last.isoformat(),
            "what": what,
            "known": meant,
            "domains": list(actor.domains),
        }
        print_json({**told, **found.as_json()})
        return 0 if meant else 1
    if found.reads:
        head = ("record", "time", "who", "purpose", "product", "columns", "rows", "the person", "shown")
        say_table(head, [_row(one) for one in found.reads], {"may be": "yellow", "no": "green"})
    places = ", ".join(f"{key} ({counted(rows, 'row')})" for key, rows in found.held.items() if rows)
    if not meant:
        near = get_close_matches(what, known, n=1, cutoff=0.6)
        hint = f" Did you mean {clean(near[0])}?" if near else " Mind the spelling."
        session.say(f"No product has, or had, a column or category {clean(what)!r}, so nothing was looked for.{hint}")
        return 1
    session.say(f"{counted(len(found.reads), 'read')} on record. Held now in {places or 'no product'}.")
    if actor.domains:
        session.say(f"Of products of {', '.join(actor.domains)} alone: for others {actor.name} has not the role.")
    if any(not one.timed for one in found.reads):
        session.say("Times with a ? are not believed: these reads stand between others of these days.")
    for region in found.unread:
        session.say(f"The log of {region} is not at hand here: its reads are missing.")
    if found.dropped:
        session.say(f"{counted(found.dropped, 'record')} were dropped for their age: what they said is not known.")
    if found.amiss:
        session.say(
            f"In {counted(found.amiss, 'place')} the log and its tree differ, so reads may be missing: mesh audit verify tells where."
        )
    return 0


def _refuse_no_span(first: datetime, last: datetime, now: datetime) -> None:
    """Nothing is found in days that are none or still to come, and that would read like nobody having seen anything."""
    if first >= last:
        raise click.UsageError("--from lies after --until: no day is between them.")
    if first > now:
        raise click.UsageError("--from lies in the future: nothing is on record yet.")


def _names(session: Session) -> set[str]:
    """Every column that a product has or had, and every data category."""
    from mesh_platform.product.categories import CATEGORIES, RENAMED

    here = {name for product in session.mesh.products.values() for name in product.descriptor.columns}
    with session.registry() as registry:
        once = {column.name for entry in registry.products(gone=True) for column in entry.columns} if registry else set()
    return {*CATEGORIES, *RENAMED, *here, *once}


def _row(one: Disclosure) -> tuple[object, ...]:
    columns = ", ".join(
        f"{name}{' (masked)' if name in one.masked else ''}{' (?)' if name in one.unknown else ''}" for name in one.columns
    )
    who = f"{one.who} ({one.behind})" if one.behind else one.who
    return (
        one.seq,
        f"{one.time[:16]}{'' if one.timed else ' ?'}",
        who,
        one.purpose,
        one.product,
        columns,
        one.rows,
        one.consent,
        "may be" if one.shown else "no",
    )
