"""CORE-19: a row that is marked as deleted and keeps what it told of a person is not deleted. Looked for in the staged rows.

A column marks rows as deleted by its name, or a column of states by one of its values; both lists stand here and in the rules' reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_platform.policy.facts import Facts, Need, Tombstone
from mesh_platform.policy.objections import first_twenty
from mesh_platform.policy.people import points_at_a_person, tells_of_a_person
from mesh_platform.policy.rule import Objection, failing, passing, rule

_MARKS = """
    deleted deletedat deletedon deleteddate deletedts deletedflag deletedby isdeleted deleteflag deletiondate deletedtime
    dateofdeletion datedeleted erased erasedat erasedon iserased removed removedat removedon isremoved purgedat ispurged
    softdeleted softdeletedat issoftdeleted tombstone tombstoned tombstonedat istombstone isforgotten forgottenat
"""
_STATES = "status state recordstatus recordstate rowstatus accountstatus accountstate userstatus customerstatus lifecycle"
MARKS, STATES = frozenset(_MARKS.split()), frozenset(_STATES.split())
"""Names of columns that mark a row as deleted, and of columns one of whose values may say so; case and underscores aside."""
GONE = (
    "deleted",
    "soft_deleted",
    "soft-deleted",
    "softdeleted",
    "erased",
    "removed",
    "purged",
    "forgotten",
    "tombstone",
    "tombstoned",
)
"""Those values, in any case."""

_DELETED = {"deleted_at": {"type": "timestamp", "nullable": True, "sensitivity": "internal"}}
_KEEPS = {"tombstones": {"deleted_at": Tombstone(40, {"email": 38, "customer_id": 40})}}


def folded(name: str) -> str:
    """A column's name without case, underscores and the like."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def marks(facts: Facts) -> tuple[str, ...]:
    """The columns that may mark a row of this product as deleted; none where it holds no person."""
    if not any(map(points_at_a_person, facts.columns.values())):
        return ()
    return tuple(name for name in facts.columns if folded(name) in MARKS | STATES)


def kept_columns(facts: Facts) -> tuple[str, ...]:
    """The columns that must be empty in such a row: what identifies a person, alone or with others."""
    return tuple(name for name, column in facts.columns.items() if tells_of_a_person(column))


@rule(
    "CORE-19",
    "A row that is marked as deleted keeps nothing of the person",
    passing("nothing marks rows as deleted", facts={"tombstones": {}}),
    passing(
        "rows are marked, and hold nothing of a person",
        product={"columns": _DELETED},
        facts={"tombstones": {"deleted_at": Tombstone(40)}},
    ),
    passing("no row is marked", product={"columns": _DELETED}, facts={"tombstones": {"deleted_at": Tombstone(0)}}),
    failing("marked rows keep addresses", product={"columns": _DELETED}, facts=_KEEPS),
    failing(
        "a state that says so",
        product={"columns": {"status": {"type": "string", "sensitivity": "internal"}}},
        facts={"tombstones": {"status": Tombstone(1, {"email": 1})}},
    ),
    failing("marks that nobody looked at", product={"columns": _DELETED}, facts={"tombstones": {}}),
    source="House rule, after GDPR Art. 17(1): to mark is not to erase",
    needs=[Need.TOMBSTONES],
)
def tombstones_are_empty(facts: Facts) -> Iterator[Objection]:
    found = facts.tombstones or {}
    for mark in marks(facts):
        if mark not in found:
            yield Objection(f"Rows that {mark!r} marks as deleted were not looked for.", "Publish it again.", ("columns", mark))
            continue
        fix = f"Leave marked rows out of the transform, or empty the columns in them (`case when {mark} … then null`)."
        yield from first_twenty(
            Objection(
                f"{kept:,} of {found[mark].rows:,} rows that {mark!r} marks as deleted keep a value in {name!r}.",
                fix,
                ("columns", name),
            )
            for name, kept in sorted(found[mark].kept.items())
            if kept
        )


TOMBSTONES = (tombstones_are_empty,)
