"""Records for people to read. Nothing is proven by reading them: `verify` does that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.audit.leaf import decoded, raw
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_actors, audit_leaves

PAGE = 2_000
IN_ONE = 500  # places that one statement asks for
FAR = 10**17  # microseconds; what lies beyond is no time that a clock told


@dataclass(frozen=True, slots=True)
class Told:
    """A record in words. `who` is the principal's name where the mapping of its token still stands, else the token."""

    seq: int
    eid: str
    time: str
    act: str
    phase: str
    who: str
    behind: str | None
    about: str
    decision: str | None
    reason: str | None
    n: int | None
    record: dict[str, Any]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def newest_records(
    database: Database,
    count: int,
    act: str | None = None,
    product: str | None = None,
    shown: Callable[[Told], bool] = lambda told: True,
) -> tuple[Told, ...]:
    """The newest `count` records of that act and product that may be shown, oldest of them first."""
    found: list[Told] = []
    columns = audit_leaves.c
    with database.read() as con:
        names = names_in(con)
        below: int | None = None
        while len(found) < count:
            where = [columns.body.is_not(None), *([columns.seq < below] if below is not None else [])]
            query = select(columns.seq, columns.body).where(*where).order_by(columns.seq.desc()).limit(PAGE)
            rows = con.execute(query).all()
            for row in rows:
                said = decoded(raw(row.body))
                about = str(_part(said, "obj").get("product", ""))
                if (act is None or said.get("act") == act) and (product is None or about.partition("@")[0] == product):
                    found += filter(shown, (told_of(row.seq, said, names),))
            if len(rows) < PAGE:
                break
            below = rows[-1].seq
    return tuple(reversed(found[:count]))


def records_at(database: Database, places: Iterable[int]) -> Iterator[Told]:
    """The records in these places, in their order; those whose bodies were dropped are left out."""
    columns, wanted = audit_leaves.c, sorted(set(places))
    with database.read() as con:
        names = names_in(con)
        for low in range(0, len(wanted), IN_ONE):
            where = (columns.seq.in_(wanted[low : low + IN_ONE]), columns.body.is_not(None))
            for row in con.execute(select(columns.seq, columns.body).where(*where).order_by(columns.seq)):
                yield told_of(row.seq, decoded(raw(row.body)), names)


def bodies_dropped(database: Database) -> int:
    """How many records have no body any more: what they said is not known."""
    columns = audit_leaves.c
    with database.read() as con:
        return int(con.execute(select(func.count()).select_from(audit_leaves).where(columns.body.is_(None))).scalar_one())


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def names_in(con: Connection) -> dict[str, str]:
    """The names behind the log's tokens, as far as the mapping still stands."""
    return {row.token: row.name for row in con.execute(select(audit_actors))}


def told_of(seq: int, said: dict[str, Any], names: dict[str, str]) -> Told:
    """A record in words."""
    actor, obj, at = _part(said, "actor"), _part(said, "obj"), said.get("ts")
    about = [str(obj[name]) for name in ("product", "domain", "region", "what", "subject") if name in obj]
    behind = actor.get("by")
    return Told(
        seq,
        str(said.get("eid")),
        datetime.fromtimestamp((at if type(at) is int and 0 < at < FAR else 0) / 1e6, tz=UTC).isoformat(timespec="milliseconds"),
        str(said.get("act")),
        str(said.get("phase")),
        names.get(str(actor.get("sub")), str(actor.get("sub"))),
        names.get(str(behind), str(behind)) if behind else None,
        ", ".join(about),
        said.get("dec"),
        said.get("reason"),
        said.get("n"),
        said,
    )
