"""What the commands of `mesh breach` share: the register, moments, and how a breach is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.publish import Runtime
    from mesh_platform.subjects.breaches import Breach, Breaches, Duty

ROLE = "privacy"
COLOURS = {"overdue": "red", "due soon": "yellow", "told late": "yellow", "told": "green"}
_FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]
MOMENT = click.DateTime(_FORMS)
ID = click.argument("id", metavar="BREACH")
"""Whole, or as much of it as names one alone."""
PRODUCTS = click.option(
    "--product",
    "products",
    multiple=True,
    metavar="DOMAIN/PRODUCT",
    help="A product that it is about. May be given several times.",
)
COLUMNS = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="DOMAIN/PRODUCT.COLUMN",
    help="A column of a product that it is about, where it is not all of them.",
)


@contextmanager
def opened_register(session: Session) -> Iterator[tuple[Breaches, Runtime]]:
    """The register over the project's database and audit log."""
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.desks import breaches_of

    with open_runtime(session.settings) as runtime:
        yield breaches_of(session.mesh, runtime), runtime


def moment(given: datetime | None, *, end: bool = False, now: datetime | None = None) -> datetime | None:
    """The moment of an option, in UTC where no offset is given; as an `end`, a day alone is the end of that day, or now."""
    if given is None:
        return None
    if given.year in (datetime.min.year, datetime.max.year):
        raise click.BadParameter(f"The year {given.year} lies at the end of all calendars.")
    if given.tzinfo is not None:
        return given.astimezone(UTC)
    found = given.replace(tzinfo=UTC)
    if end and (given.hour, given.minute, given.second) == (0, 0, 0):
        found += timedelta(days=1)
        return min(found, now) if now is not None and found - now < timedelta(days=1) else found
    return found


def named(products: tuple[str, ...], columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Products with their columns, as the options name them; a product without columns is meant as a whole."""
    from mesh_platform.cli.naming import product_key

    found: dict[str, list[str]] = {str(product_key(name)): [] for name in products}
    for one in columns:
        product, dot, column = one.partition(".")
        if not dot or not column:
            raise click.BadParameter(f"{one!r} is no DOMAIN/PRODUCT.COLUMN.", param_hint="--column")
        found.setdefault(str(product_key(product)), []).append(column)
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}


def as_json(breach: Breach, duties: tuple[Duty, ...], now: datetime, *, history: bool = False) -> dict[str, Any]:
    """A breach with its duties."""
    told = {**breach.as_json(), "duties": [one.as_json(now) for one in duties]}
    return {**told, "history": [one.as_json() for one in breach.history]} if history else told


def say_duties(duties: tuple[Duty, ...], now: datetime) -> None:
    """The duties as a table; that there are none is told."""
    from mesh_platform.cli.output import say_table

    if not duties:
        click.echo("No law here asks for a notification of it as it stands.")
        return
    rows = [(one.term.rule, one.term.to, f"{one.due_at:%Y-%m-%d %H:%M} UTC", one.state(now), _words(one)) for one in duties]
    say_table(("rule", "to", "by", "state", "by which law"), rows, COLOURS)


def _words(duty: Duty) -> str:
    return f"{duty.term.source}{' (house rule)' if duty.term.house and 'house' not in duty.term.source else ''}"


def say_found(breach: Mapping[str, Any]) -> None:
    """The products with counts, and why a count may be too low."""
    from mesh_platform.cli.output import clean

    for one in breach["affected"]:
        people = "people not counted" if one["people"] is None else f"about {one['people']} people"
        reads = f", {one['reads']} reads by {one['readers']}" if one["reads"] else ""
        columns = f" ({', '.join(one['columns'])})" if one["columns"] else ""
        click.echo(clean(f"  {one['product'] or 'no product is named'}{columns}: {people}{reads}"))
    for why in breach["unsure"]:
        click.echo(clean(f"  {why}"))
