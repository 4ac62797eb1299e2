"""The versions of the policy by date: what stood in each, what was decided and read under it, and what it had otherwise than the one before."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from mesh_platform.interop.evidence.model import Decision, PackVersion, PolicyChange, PolicyVersion
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.trail import Seen, Trail
from mesh_platform.policy.version import PolicyVersion as Version
from mesh_platform.policy.version import changes, version_of
from mesh_platform.product import Mesh
from mesh_platform.registry import SeenVersion

_NONE = Seen()


def policies_of(
    mesh: Mesh, known: Sequence[SeenVersion], decisions: Iterable[Decision], trail: Trail, scope: Scope
) -> tuple[PolicyVersion, ...]:
    """Every version in force in the span or named by what stands in the package, the first one first; last the one that the files make now.

    One of which something else is on record than its hash says is left out, and then decisions under it lead nowhere.

    Args:
        mesh: the mesh as its folders stand.
        known: all that were ever recorded, in the order in which they were first seen.
        decisions: what the gate decided in the span, of what is in scope.
        trail: what was read in it.
        scope: the span.
    """
    said = _by_version(decisions)
    logged = {*trail.policies} | {policy for _, _, policy, _ in trail.judged if policy}
    named = {*said} | logged
    whole = [one for one in known if one.version.digest == one.version.made_of]
    seen = [one for one in whole if one.first_seen_at < scope.end or one.version.digest in named]
    recorded = {one.version.digest for one in seen}
    before = {one.version.digest: previous.version for previous, one in pairwise(seen)}
    told = [
        _told(one.version, one.first_seen_at, before.get(one.version.digest), said, trail)
        for one in _in_force(seen, named, scope)
    ]
    unknown = [_unknown(policy, said, trail) for policy in sorted(logged - recorded)]
    now = version_of(mesh.governance)
    if now.digest not in {one.policy for one in (*told, *unknown)}:
        told.append(_told(now, None, seen[-1].version if seen else None, said, trail))
    return (*sorted(unknown, key=lambda one: (one.first or "", one.policy)), *told)


def _by_version(decisions: Iterable[Decision]) -> dict[str | None, list[Decision]]:
    found: dict[str | None, list[Decision]] = {}
    for one in decisions:
        found.setdefault(one.policy, []).append(one)
    return found


def _in_force(seen: Sequence[SeenVersion], named: Container[str | None], scope: Scope) -> Iterable[SeenVersion]:
    """Those first seen in the span, the one that was there when it began, and those that are named."""
    earlier = [one for one in seen if one.first_seen_at < scope.first]
    there = earlier[-1].version.digest if earlier else None
    for one in seen:
        digest = one.version.digest
        if one.first_seen_at >= scope.first or digest == there or digest in named:
            yield one


def _told(
    version: Version, first_seen: datetime | None, before: Version | None, said: Mapping[str | None, list[Decision]], trail: Trail
) -> PolicyVersion:
    return PolicyVersion(
        known=True,
        first_seen=first_seen.isoformat() if first_seen else None,
        governance=version.governance,
        release=version.release,
        packs=tuple(
            PackVersion(pack=name, digest=one.digest, rules=one.rules, file=one.file) for name, one in version.packs.items()
        ),
        after=before.digest if before else None,
        changes=tuple(
            PolicyChange(of=one.of, name=one.name, how=one.how, said=one.said)
            for one in (changes(before, version) if before else ())
        ),
        **_counted(version.digest, said, trail),  # type: ignore[arg-type]
    )


def _unknown(policy: str, said: Mapping[str | None, list[Decision]], trail: Trail) -> PolicyVersion:
    """One that the log names and nobody recorded: reads from before versions were, or under files by which nothing was decided yet."""
    return PolicyVersion(
        known=False,
        first_seen=None,
        governance=None,
        release=None,
        packs=(),
        after=None,
        changes=(),
        **_counted(policy, said, trail),  # type: ignore[arg-type]
    )


def _counted(policy: str, said: Mapping[str | None, list[Decision]], trail: Trail) -> dict[str, object]:
    decided, reads = said.get(policy, []), trail.policies.get(policy, _NONE)
    moments = sorted((*(one.at for one in decided), *filter(None, (reads.first, reads.last))), key=datetime.fromisoformat)
    return {
        "policy": policy,
        "decisions": len(decided),
        "kept_back": sum(not one.open for one in decided),
        "reads": reads.times,
        "first": moments[0] if moments else None,
        "last": moments[-1] if moments else None,
        "records": reads.records,
    }
