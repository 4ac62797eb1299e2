"""`mesh retire`: end a product for good, and leave the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.actor import Actor
from mesh_platform.cli.acting import acting, sure
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.registry import Retirement


@click.command()
@click.argument("name", metavar="DOMAIN/PRODUCT")
@click.option("--reason", required=True, help="Why it ends; no value out of the data.")
@click.option("--yes", is_flag=True, help="Yes, remove it for good; without it nothing is done.")
@options
@acting()
@pass_session
def retire(session: Session, name: str, reason: str, yes: bool, actor: Actor) -> None:
    """Remove a product's rows, catalog and key for good, at every place that holds any, and leave a receipt. Nothing brings them back.

    First its folder is gone, or says `status: retired` (a sunset that has passed is not enough); and no other product reads it.
    For the owner of its domain, and for the platform's team. A call that was interrupted is finished by the next one.

    \b
    Examples:
      mesh retire sales/old_orders --reason "replaced by sales/orders" --yes --as sales-owner
      mesh retire sales/orders@1 --reason "its sunset has passed" --yes --as sales-owner --json
    """
    from mesh_platform.access import required
    from mesh_platform.cli.naming import product_key
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime, register
    from mesh_platform.publish import retire as purge_for_good

    key = product_key(name)
    required(actor, "owner", "platform", domain=key.domain)
    sure(yes, f"It removes what is held of {key} for good.")
    with open_runtime(session.settings) as runtime:
        register(session.mesh, runtime.registry)
        receipt = purge_for_good(session.mesh, key, runtime, actor, reason, utc_now())
    if session.json:
        print_json(receipt.as_json())
    else:
        _tell(session, receipt)


def _tell(session: Session, receipt: Retirement) -> None:
    from mesh_platform.cli.output import clean

    click.echo(clean(f"{receipt.product} is retired: {receipt.held}."))
    session.say(clean(f"Receipt {receipt.id}, by {receipt.actor} ({receipt.person}). Evidence: {receipt.evidence}"))
