"""`mesh access list` and `show`: requests and grants as they stand."""

from __future__ import annotations

import click

from mesh_platform.cli.acting import anybody
from mesh_platform.cli.session import Session, options, pass_session

COLOURS = {"open": "yellow", "standing": "green", "approved": "green", "rejected": "red", "revoked": "red", "break glass": "red"}


@click.command("list")
@click.option("--product", metavar="DOMAIN[/PRODUCT]", help="Those on this product, or on this domain's products.")
@click.option("--open", "only_open", is_flag=True, help="The requests that wait for a decision, alone.")
@click.option("--all", "everything", is_flag=True, help="What was decided or has ended, too.")
@options
@anybody
@pass_session
def listed(session: Session, product: str | None, only_open: bool, everything: bool) -> None:
    """Open requests and standing grants, the oldest first.

    \b
    Examples:
      mesh access list
      mesh access list --product customer --all --json
    """
    from mesh_platform.cli.granting import looking
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now

    now = utc_now()
    with looking(session) as store:
        requests = store.requests(product) if store else ()
        grants = store.grants(product) if store and not only_open else ()
    if not everything:
        requests = tuple(one for one in requests if one.at(now) == "open")
        grants = tuple(one for one in grants if one.state(now) == "standing")
    if session.json:
        print_json({"requests": [one.as_json(now) for one in requests], "grants": [one.as_json(now) for one in grants]})
        return
    if not requests and not grants:
        session.say("Nothing waits for a decision, and no grant stands beside those of contracts.")
        return
    rows: list[tuple[object, ...]] = [
        (
            one.id,
            "renewal" if one.wish.renews else "request",
            str(one.wish.product),
            str(one.wish.consumer),
            one.wish.purpose,
            len(one.wish.columns),
            f"{one.wish.until:%Y-%m-%d}",
            one.at(now).value,
        )
        for one in requests
    ]
    rows += [
        (
            one.id,
            one.kind if one.kind == "break glass" else "grant",
            str(one.product),
            str(one.grant.consumer),
            one.grant.purpose,
            len(one.grant.fields or ()),
            f"{one.grant.until:%Y-%m-%d}",
            one.state(now),
        )
        for one in grants
    ]
    say_table(("id", "what", "product", "for", "purpose", "columns", "until", "state"), rows, COLOURS)


@click.command()
@click.argument("id", metavar="ID")
@options
@anybody
@pass_session
def show(session: Session, id: str) -> None:
    """One request (rq-…) or grant (gr-…).

    \b
    Examples:
      mesh access show rq-1f0c2d3e4a
      mesh access show gr-1f0c2d3e4a --json
    """
    from mesh_platform.cli.granting import looking, say_grant, say_request
    from mesh_platform.cli.output import clean
    from mesh_platform.errors import NotFound

    with looking(session) as store:
        if store is None:
            why = "Nobody asked for anything here yet."
            raise NotFound.because("ACCESS-26", "the request", why, "`mesh access request` asks.")
        if id.startswith("gr-"):
            say_grant(session, store.given(id))
            return
        asked = store.request(id)
    say_request(session, asked)
    wish = asked.wish
    session.say(clean(f"Asked by {asked.by} on {asked.asked_at:%Y-%m-%d}, until {wish.until:%Y-%m-%d}: {wish.reason}"))
    if wish.raw:
        session.say(clean(f"Unmasked: {', '.join(wish.raw)}."))
    if asked.decided_by and asked.note:
        session.say(clean(f"{asked.decided_by}: {asked.note}"))
