"""`mesh levels`: service levels, promised and measured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.product import ProductKey

COLUMNS = ("product", "interface", "reads", "failed", "available %", "promised", "p95 s", "promised", "kept")


@click.command()
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@click.option("--month", metavar="YYYY-MM", help="Which month (UTC) [default: this one].")
@options
@pass_session
def levels(session: Session, selection: tuple[str, ...], month: str | None) -> None:
    """What the HTTP API and the port for SQL tools promised of each product and what they kept.

    A read counts where it was allowed: it was answered, or it failed because something was out of order. Its time is that until its first
    rows, for reads of one product alone; 95 of 100 stay within what is shown. Below 20 reads nothing is said of a promise. A promise
    that was not kept opens a task for the owner and for the domains that read the product, once a month (`mesh task list`).

    \b
    Examples:
      mesh levels
      mesh levels customer/customer_360 --month 2026-10 --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.cli.selection import select

    moment, only = _moment(month), select(session.mesh, selection)
    found: list[dict[str, Any]] = []
    with session.registry() as registry:
        measured = registry.service_levels(moment) if registry is not None else {}
    for key, each in measured.items():
        if only is None or key in only:
            found += [{"product": str(key)} | level.as_json(_sla(session, key)) for level in each]
    if session.json:
        print_json(found)
    elif found:
        say_table(COLUMNS, [_row(level) for level in found])
    else:
        session.say("Nothing was read over HTTP or by SQL tools in that month.")


def _sla(session: Session, key: ProductKey) -> Any:
    product = session.mesh.products.get(key)
    return product.descriptor.sla if product is not None else None


def _row(level: dict[str, Any]) -> tuple[object, ...]:
    available, latency = level["availability"], level["latency"]
    kept = {promise["kept"] for promise in (available, latency)}
    word = "no" if False in kept else "yes" if True in kept else None
    head = (level["product"], level["interface"], level["reads"], level["failed"])
    return (*head, available["measured"], available["promised"], latency["measured"], latency["promised"], word)


def _moment(month: str | None) -> datetime | None:
    if month is None:
        return None
    try:
        return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise click.BadParameter("a month is YYYY-MM", param_hint="--month") from None
