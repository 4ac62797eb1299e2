"""Requests and grants for one call of `mesh`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.access.granting import Granting
    from mesh_platform.access.requests import AccessRequest
    from mesh_platform.access.store import AccessStore, Given


@contextmanager
def granting(session: Session) -> Iterator[Granting]:
    """Ask, decide and end; raises `NotFound` ACCESS-01 where nothing was ever published."""
    from mesh_platform.access.granting import Granting
    from mesh_platform.cli.governed import opened
    from mesh_platform.settings import DEVELOPMENT
    from mesh_platform.tasks import Tasks
    from mesh_platform.tasks.channels import channel_names

    with opened(session) as found:
        tasks = Tasks(found.database, channel_names(session.settings))
        development = session.settings.issuer == DEVELOPMENT
        yield Granting(session.mesh, found.database, found.audit, tasks, found.reading, development=development)


@contextmanager
def looking(session: Session) -> Iterator[AccessStore | None]:
    """Requests and grants to look at; None where nothing was ever written."""
    from mesh_platform.access.store import AccessStore
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        yield AccessStore(database) if database is not None else None


def names(text: str | None) -> tuple[str, ...] | None:
    """`a,b` as names; None where nothing was said."""
    return None if text is None else tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def end_of(until: str | None, days: int | None, longest: int, now: datetime) -> datetime:
    """When a grant shall end: after that day, after so many days, else after as many as governance allows."""
    if until is not None and days is not None:
        raise click.UsageError("Name --until or --days, not both.")
    if until is None:
        return now + timedelta(days=longest if days is None else days)
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise click.BadParameter(f"{until!r} is no day of the form 2027-01-31.", param_hint="--until") from None
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def say_request(session: Session, asked: AccessRequest) -> None:
    """A request and what follows, for people; as JSON with --json."""
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.clock import utc_now

    now = utc_now()
    if session.json:
        print_json(asked.as_json(now))
        return
    wish, state = asked.wish, asked.at(now)
    click.echo(
        clean(f"{asked.id}: {state}. {wish.consumer} asks for {', '.join(wish.columns)} of {wish.product} for {wish.purpose}.")
    )
    if state == "open":
        session.say(
            f"To be decided by {asked.due:%Y-%m-%d}: `mesh access approve {asked.id}` or `mesh access reject {asked.id}`, "
            f"by {', '.join(session.mesh.approvers(wish.product.domain)) or 'an approver, whom nobody has named yet'}."
        )
    elif asked.grant:
        session.say(clean(f"Approved by {asked.decided_by}: grant {asked.grant}."))


def say_grant(session: Session, given: Given) -> None:
    """A grant, for people; as JSON with --json."""
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.clock import utc_now

    now = utc_now()
    if session.json:
        print_json(given.as_json(now))
        return
    grant = given.grant
    shown = [f"{name} (raw)" if name in grant.raw else name for name in sorted(grant.fields or ())]
    where = f", from {grant.region}" if grant.region else ""
    click.echo(clean(f"{given.id}: {given.state(now)}. {grant.consumer} reads {', '.join(shown)} of {given.product}"))
    session.say(clean(f"for {grant.purpose}{where}, until {grant.until:%Y-%m-%d %H:%M} UTC; {given.kind}, by {given.by}."))
    if given.revoked_at:
        session.say(clean(f"Revoked {given.revoked_at:%Y-%m-%d %H:%M} UTC by {given.revoked_by}: {given.revoke_reason}"))
