"""`mesh check`: the gate over the files alone, as a domain team's CI runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.product import ProductKey
    from mesh_platform.publish import Report


@click.command()
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@click.option("--strict", is_flag=True, help="Warnings say no, too.")
@options
@pass_session
def check(session: Session, selection: tuple[str, ...], strict: bool) -> int:
    """Ask the gate: what is missing, where, why, and how to fix it. Offline: nothing runs, nothing is published.

    SELECTION is a domain, a domain/product, or several; +domain/product adds all that it derives from.

    \b
    Examples:
      mesh check
      mesh check sales
      mesh check +sales/customer_orders --json

    Exit code 1 where a finding blocks. What only a running mesh can tell is listed as not evaluated and closes nothing here.
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.selection import select
    from mesh_platform.publish import check_mesh

    only = select(session.mesh, selection)
    report = check_mesh(session.mesh, session.shapes, session.today, only, session.contracts, session.known)
    ok = report.ok and not (strict and any(finding.severity == "warn" for finding in report.findings))
    if session.json:
        print_json(
            {
                "ok": ok,
                "findings": [finding.as_json() for finding in report.findings],
                "not_evaluated": [entry.as_json() for entry in report.not_evaluated],
            }
        )
    else:
        judged = only if only is not None else frozenset({*session.mesh.products, *session.mesh.broken})
        _tell(session, report, judged, ok)
    return 0 if ok else 1


def _tell(session: Session, report: Report, only: frozenset[ProductKey], ok: bool) -> None:
    from mesh_platform.cli.output import counted, say_findings

    said = [f for f in report.findings if not session.quiet or f.blocks]
    say_findings(said)
    _not_evaluated(session, report)
    blocking = [f for f in report.findings if f.blocks]
    warnings = sum(f.severity == "warn" for f in report.findings)
    closed = {str(key) for key in only if any(f.blocks for f in session.mesh.findings_of(key))}
    blocked = {f.product for f in blocking if f.product} | closed
    if ok:
        head = click.style("yes", fg="green", bold=True)
        session.say(f"{head}  {counted(len(only), 'product')} may be published; {counted(warnings, 'warning')}.")
    else:
        head = click.style("no", fg="red", bold=True)
        session.say(
            f"{head}  {counted(len(blocking), 'blocking finding')} in {counted(len(blocked), 'product')} of {len(only)};"
            f" {counted(warnings, 'warning')}."
        )


def _not_evaluated(session: Session, report: Report) -> None:
    """Reason by reason, with its rules and the number of products: nothing is skipped in silence, and nobody reads three hundred lines."""
    from mesh_platform.cli.output import clean, counted

    groups: dict[str, tuple[dict[str, None], set[str]]] = {}
    for entry in report.not_evaluated:
        rules, products = groups.setdefault(entry.why, ({}, set()))
        rules[entry.rule] = None
        products.add(entry.product)
    if groups:
        session.say("Not evaluated here (they close nothing now, and are judged when a product is published or read):")
        for why, (rules, products) in groups.items():
            session.say(f"  {clean(why)} {', '.join(rules)} ({counted(len(products), 'product')})")
        session.say()
