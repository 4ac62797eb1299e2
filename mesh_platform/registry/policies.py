"""The versions of the policy under which the gate decided, in the order in which they were first seen; what stood in one is never written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.policy.version import PolicyVersion
from mesh_platform.state import insert
from mesh_platform.state.tables import gate_decisions, policy_versions

_T = policy_versions.c
_D = gate_decisions.c


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A version, and the moment of the first decision under it."""

    version: PolicyVersion
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """How often the gate decided under a version, how often it closed, and when first and last."""

    decisions: int
    kept_back: int
    first: datetime
    last: datetime


def note(con: Connection, version: PolicyVersion, at: datetime) -> None:
    """Remember it where nobody has yet."""
    if con.execute(select(_T.id).where(_T.digest == version.digest)).first() is None:
        row = {**version.as_json(), "first_seen_at": at}
        con.execute(insert(con, policy_versions).values(row).on_conflict_do_nothing(index_elements=["digest"]))


def listed(con: Connection) -> tuple[SeenVersion, ...]:
    """All of them, the first one first."""
    return tuple(map(_value, con.execute(select(policy_versions).order_by(_T.id)).mappings()))


def judged(con: Connection) -> dict[str | None, Judged]:
    """What was decided under each; under None what was decided before versions were recorded."""
    closed = func.count().filter(_D.open.is_(False))
    query = select(_D.policy, func.count(), closed, func.min(_D.decided_at), func.max(_D.decided_at)).group_by(_D.policy)
    return {row[0]: Judged(*row[1:]) for row in con.execute(query)}


def _value(row: Mapping[Any, Any]) -> SeenVersion:
    said = {name: row[name] for name in ("digest", "governance", "release", "packs", "rules", "parts")}
    return SeenVersion(PolicyVersion.from_json(said), row["first_seen_at"])
