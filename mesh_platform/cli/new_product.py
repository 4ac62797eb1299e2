"""`mesh new product`: a descriptor and a transform proposed from a file, or from other products."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.cli.making import Made


@click.command()
@click.argument("product", metavar="DOMAIN/NAME")
@click.option("--from", "file", metavar="FILE", help="CSV, JSON, NDJSON or Parquet, plain or .gz; or a SQLite database.")
@click.option("--table", help="Table of the SQLite database.")
@click.option("--input", "inputs", multiple=True, metavar="DOMAIN/NAME", help="A product to derive from; may be repeated.")
@click.option("--owner", help="The team that answers for it [default: the domain's].")
@click.option("--description", default="", help="What one row is, and what it is for.")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    metavar="PURPOSE[=BASIS]",
    help="What it is for, and on which legal basis [default: the first one registered for it]; may be repeated.",
)
@click.option("--notice", default="", help="Version of the notice that people saw when the data was collected.")
@options
@pass_session
def product(
    session: Session,
    product: str,
    file: str | None,
    table: str | None,
    inputs: tuple[str, ...],
    owner: str | None,
    description: str,
    purposes: tuple[str, ...],
    notice: str,
) -> None:
    """Make a product: a folder with product.yaml and, where it needs one, transform.sql, proposed from the data.

    From a file: columns, types, uniqueness, value sets, references, subject keys, labels, retention. All rows are looked at. A
    file outside of the project is copied to landing/<domain>/, unless it holds what is stored nowhere, such as card verification codes. What is a guess is marked `# proposed`, what only a person can
    decide `# decide`.

    From other products: their columns with the labels they carry, and a SELECT to begin with. Where another domain has to add
    a data contract, it is printed.

    \b
    Examples:
      mesh new product jaffle/orders --from raw_orders.csv.gz --purpose service.orders --notice privacy-2026
      mesh new product jaffle/customer_orders --input jaffle/orders --input jaffle/customers
      mesh new product crm/leads --from crm.sqlite --table leads --purpose marketing=consent
    """
    from mesh_platform.cli.making import make_from_file, make_from_inputs
    from mesh_platform.cli.output import print_json

    if (file is None) == (not inputs):
        raise click.UsageError("Say what it is made from: --from FILE, or --input DOMAIN/NAME.")
    if table is not None and file is None:
        raise click.UsageError("--table goes with --from.")
    said = {"owner": owner, "description": description, "purposes": purposes, "notice": notice}
    if file is not None:
        made = make_from_file(session, product, Path(file), table, **said)
    else:
        made = make_from_inputs(session, product, inputs, **said)
    _begun(session, made)
    if session.json:
        print_json(made.as_json())
    else:
        _tell(session, made)


def _begun(session: Session, made: Made) -> None:
    """Remember when it was begun, where there is a control database already: `mesh cost` counts from there."""
    from contextlib import suppress

    from mesh_platform.clock import utc_now
    from mesh_platform.errors import MeshError
    from mesh_platform.registry.costs import begin
    from mesh_platform.state import open_state

    if not session.settings.home_path.is_dir() and session.settings.database_url is None:
        return
    with suppress(MeshError), closing(open_state(session.settings)) as database:
        begin(database, made.key, utc_now())


def _tell(session: Session, made: Made) -> None:
    from mesh_platform.cli.output import clean, say_findings, say_table

    key = click.style(str(made.key), bold=True)
    rows = f", {made.proposal.rows:,} rows looked at" if made.proposal.rows else ""
    click.echo(f"{click.style('made', fg='green', bold=True)}  {key}{rows}")
    for path in made.files:
        session.say(f"  {clean(path)}")
    if not session.quiet:
        columns = [(c.name, c.keys["type"], *_labels(c.keys), c.why or None) for c in made.proposal.columns]
        say_table(("column", "type", "sensitivity", "category", "subject", "proposed because"), columns)
    for contract in made.proposal.contracts:
        click.echo(f"{clean_lines(contract)}\n")
    if made.proposal.decide:
        session.say("For you to decide:")
        for question in made.proposal.decide:
            session.say(f"  {clean(question)}")
        session.say()
    blocking = [finding for finding in made.findings if finding.blocks]
    if blocking:
        say_findings(blocking)
    else:
        session.say(
            f"{click.style('yes', fg='green', bold=True)}  `mesh check` lets it through. Confirm what is marked `# proposed`."
        )
    session.say(f"Next: mesh check {made.key}, then mesh run +{made.key}")


def clean_lines(text: str) -> str:
    """Several lines, each cleaned."""
    from mesh_platform.cli.output import clean

    return "\n".join(map(clean, text.split("\n")))


def _labels(keys: Mapping[str, Any]) -> tuple[Any, ...]:
    return keys["sensitivity"], keys.get("category"), keys.get("subject")
