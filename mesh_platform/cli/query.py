"""`mesh query`: a governed read, as any consumer would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.access.reading import Answer
    from mesh_platform.actor import Actor

MOST_SHOWN = 100_000


@click.command()
@click.argument("sql")
@click.option("--purpose", metavar="PURPOSE", help="What the rows are for, by key or alias of governance/purposes.yaml.")
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=100, show_default=True, help="Show at most so many rows.")
@acting()
@options
@pass_session
def query(session: Session, actor: Actor, sql: str, purpose: str | None, limit: int) -> None:
    """Read published products with SQL. They are named domain.product; what you get is decided by their contracts and grants.

    A column comes raw or masked, as the product says. A statement that names a column you do not get is refused whole (exit code 3).

    \b
    Examples:
      mesh query "select segment, count(*) from customer.customer_360 group by all" --as sales-analyst --purpose enrichment
      mesh query "select * from sales.customer_orders limit 5" --purpose analytics --json
    """
    from mesh_platform.access.decision import Caller
    from mesh_platform.access.worker import Limits
    from mesh_platform.cli.governed import reading
    from mesh_platform.clock import utc_now

    with reading(session) as reader:
        answer = reader.query(Caller.person(actor), purpose, sql, utc_now(), limits=Limits(rows=limit))
        _tell(session, answer)


def _tell(session: Session, answer: Answer) -> None:
    from mesh_platform.cli.output import counted, print_json, say_table

    with answer.rows as coming:
        shown = coming.table()
    rows = list(zip(*(column.to_pylist() for column in shown.columns), strict=True))
    if session.json:
        products = [_product(answer, i) for i in range(len(answer.decisions))]
        print_json({"columns": shown.column_names, "rows": rows, "cut": coming.cut, "products": products})
        return
    say_table(shown.column_names, rows)
    session.say(f"{counted(len(rows), 'row')}{', and there may be more: `--limit` shows them' if coming.cut else ''}.")
    for decision in answer.decisions:
        masked = [f"{column.name} ({column.mask})" for column in decision.granted if column.mask]
        if masked:
            session.say(f"{decision.product}: masked where asked for: {', '.join(masked)}. `mesh access explain` says why.")


def _product(answer: Answer, i: int) -> dict[str, Any]:
    served = answer.served[i]
    return answer.decisions[i].as_json() | {
        "version": str(served.version.extra.get("version", "")),
        "published_at": served.version.committed_at.isoformat(),
        "location": served.place.location,
    }
