"""`mesh policy simulate`: what a change would block or open before it does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.publish.foreseen import Affected, Foreseen, Turned

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST = 12


@click.command()
@click.option(
    "--pack", "packs", multiple=True, metavar="FILE|NAME", help="A pack of your own in that file, or a pack of the platform."
)
@click.option("--domain", "domains", multiple=True, help="Where a pack of the platform is switched on; everywhere without it.")
@click.option("--descriptor", "descriptors", multiple=True, metavar="[DOMAIN/PRODUCT=]FILE", help="A changed product.yaml.")
@click.option("--purpose", type=_FILE, help="A changed purposes.yaml.")
@click.option(
    "--governance",
    type=click.Path(exists=True, path_type=Path),
    help="A changed file of governance/, or a folder that would stand in its place.",
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Looked at on that day: what begins by then counts, and what ends by then does not.",
)
@options
@pass_session
def simulate(
    session: Session,
    packs: tuple[str, ...],
    domains: tuple[str, ...],
    descriptors: tuple[str, ...],
    purpose: Path | None,
    governance: Path | None,
    on: datetime | None,
) -> int:
    """What a changed pack, descriptor, purpose or governance file would block or open, and who reads what it touches. Nothing is changed.

    Each product is judged with and without the change by the gate itself, and each of its consumers by the decision that stands before every read.
    What acts on rows is told of each consumer, and which rows those are is not foreseen; a rule that needs rows is listed as not evaluated.
    With --on the change is looked at on a day to come, and time alone is a change: waivers, entries of recipients, contracts and grants end.

    \b
    Examples:
      mesh policy simulate --pack house.yaml
      mesh policy simulate --pack CCPA --domain customer --json
      mesh policy simulate --descriptor sales/orders=changed.yaml
      mesh policy simulate --governance ../branch/governance
      mesh policy simulate --on 2027-05-13

    Exit code 1 where a product would be blocked or a consumer would get less.
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.simulating import foreseen_by, wanted

    change = wanted(session, packs, domains, descriptors, purpose, governance, on.date() if on else None)
    found = foreseen_by(session, change)
    if session.json:
        print_json({"ok": found.harmless, "changed": list(change.names), **found.as_json()})
    else:
        _tell(session, found)
    return 0 if found.harmless else 1


def _tell(session: Session, found: Foreseen) -> None:
    from mesh_platform.cli.output import clean, counted, say_table

    for head, turned in (
        ("would be blocked", found.blocked),
        ("would be open", found.opened),
        ("further findings", found.further),
    ):
        _turned(session, head, turned)
    if found.consumers:
        columns = ("product", "consumer", "purpose", "effect", "rule", "why")
        say_table(columns, [_row(one) for one in found.consumers[:MOST]], {"opened": "green", "allowed": "green"})
    if (more := len(found.consumers) - MOST) > 0:
        session.say(f"and {more} more: --json tells all.")
    if found.rows:
        said = [
            (one.product, one.consumer, one.purpose, one.acts, ", ".join(one.rules), one.why[:100]) for one in found.rows[:MOST]
        ]
        session.say("Rows of these consumers change; which ones is not foreseen:")
        say_table(("product", "consumer", "purpose", "acts", "rules", "why"), said, {})
        if (more := len(found.rows) - MOST) > 0:
            session.say(f"and {more} more: --json tells all.")
    if found.not_evaluated:
        rules = sorted({one.rule for one in found.not_evaluated})
        session.say(f"Not evaluated without rows, and judged at the next publication: {clean(', '.join(rules))}.")
    head = click.style("harmless" if found.harmless else "not harmless", fg="green" if found.harmless else "red", bold=True)
    session.say(
        f"{head}  {counted(len(found.blocked), 'product')} would be blocked, {len(found.opened)} opened, {found.unchanged} unchanged;"
        f" {counted(len({one.reader for one in found.consumers}), 'consumer')} affected. Nothing was changed."
    )


def _turned(session: Session, head: str, turned: tuple[Turned, ...]) -> None:
    from mesh_platform.cli.output import clean

    for one in turned:
        session.say(f"{click.style(clean(str(one.product)), bold=True)} {head}:")
        for finding in one.findings:
            session.say(f"  {clean(finding.rule)} {clean(finding.where)}: {clean(finding.why)} Fix: {clean(finding.fix)}")


def _row(one: Affected) -> tuple[object, ...]:
    what = f"{one.effect} {one.column}".strip()
    return str(one.reader.product), one.reader.consumer, one.reader.purpose, what, one.rule, one.why[:100]
