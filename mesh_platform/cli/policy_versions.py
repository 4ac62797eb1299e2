"""`mesh policy versions`: under which versions of the policy the gate decided, and what changed between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.policy.version import PolicyVersion
    from mesh_platform.registry import SeenVersion
    from mesh_platform.registry.policies import Judged

COLUMNS = (
    "version",
    "first decision under it",
    "decisions",
    "kept back",
    "last decision",
    "what it has otherwise than the one before",
)
SHORT = 12
MOST = 5


@click.command()
@options
@pass_session
def versions(session: Session) -> None:
    """The versions of the policy by date: governance/ and the rules of every pack, under one hash, as the gate decided by them.

    A version is on record from the first decision under it. The last one listed is that of the files as they stand. Reads under each version are counted in
    `mesh evidence export`. --json tells each pack with its hash, its rules and its file, and every change.

    \b
    Examples:
      mesh policy versions
      mesh policy versions --json
    """
    from mesh_platform.cli.output import counted, print_json, say_table
    from mesh_platform.policy.version import version_of
    from mesh_platform.registry import Registry
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        registry = Registry(database) if database else None
        seen, judged = (registry.policy_versions(), registry.judged_under()) if registry else ((), {})
    told = _told(seen, judged, version_of(session.mesh.governance))
    if session.json:
        print_json(told)
        return
    say_table(COLUMNS, [_row(one) for one in told])
    if None in judged:
        session.say(f"Recorded before versions were: {counted(judged[None].decisions, 'decision')}.")


def _told(seen: tuple[SeenVersion, ...], judged: dict[str | None, Judged], now: PolicyVersion) -> list[dict[str, Any]]:
    found, before = [], None
    for one in seen:
        found.append(_as_json(one.version, one.first_seen_at.isoformat(), before, judged.get(one.version.digest), now))
        before = one.version
    if now.digest not in {one.version.digest for one in seen}:
        found.append(_as_json(now, None, before, None, now))
    return found


def _as_json(
    version: PolicyVersion, first_seen: str | None, before: PolicyVersion | None, judged: Judged | None, now: PolicyVersion
) -> dict[str, Any]:
    from dataclasses import asdict

    from mesh_platform.policy.version import changes

    return {
        "version": version.digest,
        "now": version.digest == now.digest,
        "intact": version.digest == version.made_of,
        "first_seen": first_seen,
        "governance": version.governance,
        "release": version.release,
        "decisions": judged.decisions if judged else 0,
        "kept_back": judged.kept_back if judged else 0,
        "last": judged.last.isoformat() if judged else None,
        "packs": {name: asdict(one) for name, one in version.packs.items()},
        "after": before.digest if before else None,
        "changes": [asdict(one) for one in changes(before, version)] if before else [],
    }


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    from mesh_platform.cli.output import clean

    mark = f"{' (as the files stand)' if one['now'] else ''}{'' if one['intact'] else ' (CHANGED since it was recorded)'}"
    return (
        f"{one['version'][:SHORT]}{mark}",
        (one["first_seen"] or "none yet")[:16].replace("T", " "),
        one["decisions"],
        one["kept_back"],
        (one["last"] or "–")[:16].replace("T", " "),
        clean(_changed(one)),
    )


def _changed(one: dict[str, Any]) -> str:
    if one["after"] is None:
        return "the first on record"
    found = [f"{c['of']} {c['name']} {c['how']}{': ' if c['said'] else ''}{c['said']}" for c in one["changes"]]
    return "; ".join([*found[:MOST], *((f"and {len(found) - MOST} more",) if len(found) > MOST else ())])
