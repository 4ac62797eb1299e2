"""`mesh access explain`: the decision, without a row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mesh_platform.actor import Role
from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.access.decision import Decision
    from mesh_platform.actor import Actor

COLOURS = {"raw": "green", "mask": "yellow", "deny": "red"}


@click.command()
@click.argument("product")
@click.option("--purpose", metavar="PURPOSE", help="What the read would be for.")
@click.option("--domain", metavar="DOMAIN", help="As somebody of this domain would be answered.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="As somebody in this role would be answered.")
@click.option("--region", metavar="REGION", help="As somebody in this region would be answered.")
@acting()
@options
@pass_session
def explain(
    session: Session, actor: Actor, product: str, purpose: str | None, domain: str | None, role: str | None, region: str | None
) -> int:
    """What a caller gets of PRODUCT, column by column, with the rule that decides. No row is read.

    It answers for you, or for somebody else of a domain, role or region that you name.

    \b
    Examples:
      mesh access explain customer/customer_360 --purpose enrichment --as sales-analyst
      mesh access explain customer/customer_360 --purpose analytics --domain sales --region US --json

    Exit code 3 where the caller gets nothing.
    """
    from mesh_platform.access.decision import Caller
    from mesh_platform.cli.governed import reading
    from mesh_platform.cli.naming import without_path
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.product import ProductKey

    actor = replace(
        actor,
        domains=(domain,) if domain else actor.domains,
        roles=(role,) if role else (Role.CONSUMER.value,) if domain else actor.roles,
        region=region or actor.region,
    )
    with reading(session) as reader:
        served = reader.served(ProductKey.parse(without_path(product)))
        decision = reader.decision(Caller.person(actor), served, purpose, utc_now())
    if session.json:
        caller = {"name": actor.name, "roles": list(actor.roles), "domains": list(actor.domains), "region": actor.region}
        print_json({"caller": caller, **decision.as_json()})
    else:
        _say(session, decision)
    return 0 if decision.allowed and decision.granted else 3


def _say(session: Session, decision: Decision) -> None:
    from mesh_platform.cli.output import finding_lines, say_table

    if decision.refusal is not None:
        for line in finding_lines(decision.refusal):
            session.say(line)
    else:
        session.say(f"Granted by {'; '.join(decision.grants)}. Legal basis of {decision.purpose}: {decision.basis}.")
    if decision.groups:
        session.say(f"Groups in place of rows: {decision.groups}; dates are cut to the {decision.groups.period}.")
    if decision.expires:
        session.say(f"Until {decision.expires.isoformat()}.")
    if rows := [
        (c.name, c.sensitivity.value, c.treatment.value, c.mask or None, c.rule, c.why) for c in decision.columns.values()
    ]:
        say_table(("column", "sensitivity", "treatment", "mask", "rule", "why"), rows, COLOURS)
