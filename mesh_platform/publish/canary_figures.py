"""What canaries measured, as figures by domain: how long the newest withdrawal and the newest erasure took, and the age of what is not done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from mesh_platform.state import Database
from mesh_platform.state.tables import canary_erasures, canary_rounds, subject_tasks
from mesh_platform.subjects import State

_E, _R, _T = canary_erasures.c, canary_rounds.c, subject_tasks.c
READS, ROWS, ERASURE = "reads", "rows", "erasure"
Figures = dict[tuple[str, str, bool], float]


def canary_figures(database: Database, now: datetime) -> Figures:
    """(domain, step, whether it is done) → seconds, the worst of the domain's products.

    Raises:
        Unavailable: where the database cannot be read.
    """
    found: Figures = {}
    with database.read() as con:
        _withdrawals(con, now, found)
        _erasures(con, now, found)
    return found


def _withdrawals(con: Connection, now: datetime, found: Figures) -> None:
    newest = select(_R.canary, func.max(_R.sequence).label("sequence")).group_by(_R.canary).subquery()
    same = (newest.c.canary == _R.canary) & (newest.c.sequence == _R.sequence)
    for row in con.execute(select(canary_rounds).join(newest, same)):
        age = (now - row.began_at).total_seconds()
        _worst(found, row.product, READS, row.hidden_ms is not None, age if row.hidden_ms is None else row.hidden_ms / 1000)
        gone = age if row.gone_at is None else (row.gone_at - row.began_at).total_seconds()
        _worst(found, row.product, ROWS, row.gone_at is not None, gone)


def _erasures(con: Connection, now: datetime, found: Figures) -> None:
    newest = select(_E.canary, func.max(_E.began_at).label("began_at")).group_by(_E.canary).subquery()
    same = (newest.c.canary == _E.canary) & (newest.c.began_at == _E.began_at)
    held = select(_T.request, _T.product).where(_T.state != State.UNTOUCHED.value).subquery()
    each = select(canary_erasures, held.c.product).join(newest, same).join(held, held.c.request == _E.request)
    for row in con.execute(each):
        seconds = ((row.certified_at or now) - row.began_at).total_seconds()
        _worst(found, row.product, ERASURE, row.certified_at is not None, seconds)


def _worst(found: Figures, product: str, step: str, done: bool, seconds: float) -> None:
    domain, slash, _ = product.partition("/")
    if slash and " " not in domain:  # the others are places beside the products
        found[domain, step, done] = max(found.get((domain, step, done), 0.0), seconds)
