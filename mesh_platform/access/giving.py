"""A yes and a no as what is kept of them: the grant that a wish becomes, and the refusal once it is on record."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from mesh_platform.access.grants import Grant
from mesh_platform.access.requests import Wish, levels_of
from mesh_platform.access.store import BREAK_GLASS, Given, last_day
from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.errors import Denied
from mesh_platform.product import Product


def given_for(
    wish: Wish,
    files: Product,
    served: Product,
    by: str,
    person: str,
    request: str | None,
    judged: frozenset[str],
    kind: str,
    now: datetime,
) -> Given:
    """The grant of all that a wish asks for, at the levels that its columns have by now.

    Args:
        wish: what is granted.
        files: the product as its files stand.
        served: the product as it is served.
        by: who grants it: a principal, or the rule in place of one.
        person: who stands behind that principal.
        request: the request that it answers; None for break-glass.
        judged: the quasi-identifiers that its consumer would hold together.
        kind: how it was given.
        now: from when on it counts.
    """
    grant = Grant(
        id=f"gr-{token_hex(5)}",
        consumer=wish.consumer,
        purpose=wish.purpose,
        fields=frozenset(wish.columns),
        raw=frozenset(wish.raw),
        expires=last_day(wish.until),
        until=wish.until,
        region=wish.region,
        levels=levels_of(wish.columns, files, served),
        judged=judged,
        break_glass=kind == BREAK_GLASS,
    )
    return Given(grant, kind, wish.product, now, by, person, wish.reason, request)


def about(wish: Wish, ref: str, what: str) -> What:
    """What the audit log is told of a wish: product and columns, never its words."""
    return What(product=str(wish.product), fields=wish.columns, ref=ref, what=what)


def refused(audit: AuditLog, by: Actor, wish: Wish, refusal: Denied, ref: str | None = None, verdict: str = "deny") -> Denied:
    """The refusal, once it is on record."""
    what = What(product=str(wish.product), ref=ref, what=verdict)
    audit.record(Act.GRANT if ref else Act.REQUEST, Phase.DENIED, by, what, "deny", refusal.finding.rule)
    refusal.on_record = True
    return refusal
