"""`mesh query`: a governed read, as any consumer would have it; through the Python client, on this machine or over an address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.acting import with_way_out, worn
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform import Connection, Result

MOST_SHOWN = 100_000


class Parameters(click.ParamType[list[object]]):
    """A JSON list of values."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[object]:
        try:
            found = json.loads(value) if isinstance(value, str) else value
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            self.fail('It is no JSON list, such as ["gold", 3].', param, ctx)
        return found


@click.command()
@click.argument("sql")
@click.option("--purpose", metavar="PURPOSE", help="What the rows are for, by key or alias of governance/purposes.yaml.")
@click.option("--parameters", type=Parameters(), default=[], help='Values for the `?` of the statement, such as ["gold", 3].')
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=100, show_default=True, help="Show at most so many rows.")
@click.option("--remote", metavar="URL", help="Ask the HTTP API at this address, with the token of MESH_TOKEN.")
@worn
@options
@pass_session
def query(
    session: Session,
    sql: str,
    purpose: str | None,
    parameters: list[object],
    limit: int,
    remote: str | None,
    as_principal: str | None,
) -> None:
    """Read published products with SQL. They are named domain.product; what you get is decided by their contracts and grants.

    A column comes raw or masked, as the product says. A statement that names a column you do not get is refused whole (exit code 3).
    With --remote no project is needed here; the answer is the same.

    \b
    Examples:
      mesh query "select segment, count(*) from customer.customer_360 group by all" --as sales-analyst --purpose enrichment
      mesh query "select * from sales.customer_orders limit 5" --purpose analytics --json
      mesh query "select * from sales.customer_orders where status = ?" --parameters '["paid"]' --purpose analytics
      mesh query "select * from sales.customer_orders" --purpose analytics --remote https://mesh.example.com
    """
    from mesh_platform.errors import Denied

    try:
        with _connected(session, remote, as_principal) as mesh:
            _tell(session, mesh.sql(sql, purpose=purpose, parameters=parameters, limit=limit))
    except Denied as refusal:
        raise (refusal if remote else with_way_out(session, refusal)) from None


def _connected(session: Session, remote: str | None, as_principal: str | None) -> Connection:
    """The client's connection; through the package's own door, since rooms of one floor do not know each other."""
    from mesh_platform import connect

    return connect(remote or session.settings.project, as_=as_principal)


def _tell(session: Session, result: Result) -> None:
    from mesh_platform.access.plain import cells, plain
    from mesh_platform.cli.output import counted, print_json, say_table

    shown, told = result.arrow(), result.envelope
    rows = list(zip(*([plain(value) for value in cells(column)] for column in shown.columns), strict=True))
    if session.json:
        types = [str(kind) for kind in shown.schema.types]
        about = {name: told[name] for name in ("purpose", "region", "products")}
        print_json({"columns": shown.column_names, "types": types, "rows": rows, "count": len(rows), "cut": result.cut, **about})
        return
    say_table(shown.column_names, rows)
    session.say(f"{counted(len(rows), 'row')}{', and there are more: `--limit` shows them' if result.cut else ''}.")
    for each in result.decisions:
        if masked := ", ".join(f"{name} ({mask})" for name, mask in each.masked.items() if name in shown.column_names):
            session.say(f"{each.product}: masked: {masked}. `mesh access explain` says why.")
        if hidden := [said["why"] for said in each.told["rows"]]:
            session.say(f"{each.product}: {hidden[-1]}")
