"""The probe of retention: how many staged rows should be gone by now, and whether the job that deletes them has run.

A delivery may bring rows that are past their period: the daily job deletes them. So rows alone say no as little as a job that had nothing to do yet
says yes. It is not there where such rows stand and the job has stayed away for longer than it may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mesh_platform.lake import Writer
from mesh_platform.lake.engine import engine_errors
from mesh_platform.product import Product
from mesh_platform.publish.probing.seen import Seen
from mesh_platform.publish.runtime import Runtime
from mesh_platform.registry import Publication
from mesh_platform.retention import Holds, Verdict
from mesh_platform.retention.clocks import clock_of
from mesh_platform.retention.kept import KeptProduct
from mesh_platform.retention.plan import Asked
from mesh_platform.retention.runs import Run, last_run

AWAY = timedelta(days=2)
"""For how long a job that runs daily may have been away, and for how long a row may stand past its time."""
_STAGED = 0


def probe_retention(product: Product, writer: Writer, runtime: Runtime, now: datetime) -> Seen:
    """Whether rows of the product go when their time is over."""
    known = runtime.registry.publications(product.key)
    kept = _kept(product, writer, known, now)
    if kept is None:
        return Seen(None, "It says nowhere how long its rows are kept.")
    if kept.problem is not None:
        return Seen(None, f"{kept.problem[0]} So nobody can tell how old its rows are.")
    overdue = _overdue(kept, writer, runtime, now)
    first = min((one.published_at for one in known), default=None)
    return stands(last_run(runtime.database, str(product.key)), overdue, first, now)


def stands(run: Run | None, overdue: int, since: datetime | None, now: datetime) -> Seen:
    """What the last run and the rows past their time come to.

    Args:
        run: the last one over the product.
        overdue: rows that have been past their period and its grace for longer than the job may be away.
        since: when it was first published.
        now: the moment.
    """

    def seen(holds: bool | None, why: str) -> Seen:
        rows = f" {overdue} rows are past their period by more than {AWAY.days} days." if overdue else ""
        return Seen(holds, why + rows, overdue=overdue)

    if run is not None and now - run.at <= AWAY:
        day = run.at.date().isoformat()
        if run.ended == "done":
            return seen(True, f"The job that deletes ran over it on {day}.")
        told = "nobody could tell how old its rows are" if run.ended == "blocked" else "what it did is not proven"
        return seen(
            False if overdue and run.ended == "failed" else None, f"The job that deletes ran over it on {day}, and {told}."
        )
    last = f"last ran over it on {run.at.date().isoformat()}" if run else "has never run over it"
    late = since is not None and now - since > AWAY
    return seen(False if overdue and late else None, f"The job that deletes {last}.")


def _kept(product: Product, writer: Writer, known: Sequence[Publication], now: datetime) -> KeptProduct | None:
    """The staged rows as retention sees what is published."""
    rule, types = product.descriptor.retention, dict(writer.all_columns())
    if rule is None:
        return None
    added = {one.snapshot_id: one.published_at for one in known} if writer.appended else {}
    clock = replace(clock_of(rule, types, (), {}, added), taken_in={_STAGED: now})
    return KeptProduct(writer.place, product.descriptor, types, clock, (_STAGED,), clock.problem)


def _overdue(kept: KeptProduct, writer: Writer, runtime: Runtime, now: datetime) -> int:
    """Staged rows that have been past their period and its grace for longer than the job may be away; held ones are left out."""
    assert kept.rule is not None
    grace = kept.rule.grace.approximate if kept.rule.grace else timedelta()
    asked = Asked(Holds(runtime.database).listed(only_open=True), (), now - AWAY - grace)
    with engine_errors(f"rows of {writer.place}", writer.place.key):
        counted = writer.con.execute(f"SELECT count(*) FROM {writer.whole} WHERE {asked.where(kept, Verdict.ENDED, _STAGED)}")
        found = counted.fetchone()
    return int(found[0]) if found else 0
