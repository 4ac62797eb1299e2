"""`mesh hold read`: the rows that the holds of a matter keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

ROLE = "counsel"


@click.command()
@click.argument("matter", metavar="MATTER|ID")
@click.argument("product", metavar="DOMAIN/PRODUCT")
@click.option("--columns", metavar="A,B", default="", help="These columns alone [default: all].")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Show at most so many rows.")
@options
@acting(ROLE)
@pass_session
def read(session: Session, /, matter: str, product: str, columns: str, limit: int, actor: Actor) -> None:
    """The rows of a product that the open holds of a matter cover, for the establishment, exercise or defence of legal claims.

    Rows of people who asked for erasure, or whose data is restricted, are shown here and on no other port. What a rule masks is masked, unless `rawForClaims` in
    governance/policies.yaml says otherwise. For the role counsel, and never for whoever opened
    the hold. Each read stands in the audit log before a row leaves, under the purpose legal_claims, with its hold.

    \b
    Examples:
      mesh hold read M-1 payments/invoices --as legal-counsel
      mesh hold read M-1 payments/invoices --columns invoice_id,amount --as legal-counsel --json
    """
    from mesh_platform.access.plain import cells, plain
    from mesh_platform.access.reading import Reading
    from mesh_platform.access.worker import Workers
    from mesh_platform.cli.output import counted, print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.product import ProductKey
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.matters import Matters

    key, named = ProductKey.parse(product), [name.strip() for name in columns.split(",") if name.strip()]
    with (
        open_runtime(session.settings) as runtime,
        Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
        Reading(session.mesh, runtime.lake, runtime.registry, workers, runtime.audit) as reading,
    ):
        found = Matters(session.mesh, runtime, reading, workers).read(matter, key, actor, utc_now(), named, limit).rows.table()
    rows = list(zip(*([plain(value) for value in cells(column)] for column in found.columns), strict=True))
    if session.json:
        types = [str(kind) for kind in found.schema.types]
        print_json({"matter": matter, "product": str(key), "columns": found.column_names, "types": types, "rows": rows})
        return
    say_table(found.column_names, rows)
    session.say(f"{counted(len(rows), 'row')}, kept for the matter {matter} alone; this read is on record.")
