"""Receipts of retired products, for `mesh show`: they stay when folder, rows and key have gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.registry import Retirement


def receipts_of(session: Session, name: str) -> tuple[Retirement, ...]:
    """The receipts of the product of that name, the newest first; none where it was never retired."""
    from mesh_platform.registry import Retirements
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        found = Retirements(database).listed() if database else ()
    return tuple(receipt for receipt in found if str(receipt.product) == name)


def show_retired(session: Session, name: str, receipts: tuple[Retirement, ...]) -> None:
    """A product of which nothing but receipts is left."""
    from mesh_platform.cli.output import clean, print_json

    if session.json:
        print_json({"product": name, "status": "retired", "retirements": [receipt.as_json() for receipt in receipts]})
        return
    click.echo(f"{click.style(clean(name), bold=True)}  {click.style('retired', fg='bright_black')}")
    for receipt in receipts:
        click.echo(clean(f"  {told(receipt.as_json())}; {receipt.held}"))
        click.echo(clean(f"    evidence {receipt.evidence}"))


def told(receipt: dict[str, Any]) -> str:
    """Who retired it, when and why."""
    when = str(receipt["finished_at"] or "under way")[:19]
    return f"{when} by {receipt['actor']} ({receipt['person']}): {receipt['reason']}; receipt {receipt['id']}"
