"""Evidence from beginning to end: who may, on record; collected, judged, proven, written, sealed. Nothing is handed out that does not stand in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.audit.verdict import Verdict
from mesh_platform.audit.verify import verify
from mesh_platform.interop.evidence import collecting
from mesh_platform.interop.evidence.beside import documents
from mesh_platform.interop.evidence.breaches import breaches_of, broken_in, unregistered
from mesh_platform.interop.evidence.gone import gone_of, once_there
from mesh_platform.interop.evidence.model import About, Evidence, On, Part
from mesh_platform.interop.evidence.outsider import EVIDENCE
from mesh_platform.interop.evidence.package import PROGRAM, README, program, sealed, text_of
from mesh_platform.interop.evidence.page import page
from mesh_platform.interop.evidence.proving import Proofs
from mesh_platform.interop.evidence.schema import FILE, schema_text
from mesh_platform.interop.evidence.scope import Scope, settled
from mesh_platform.interop.evidence.standing import controls_of, known_of, rules_in, summary_of
from mesh_platform.interop.evidence.tied import MAIN
from mesh_platform.interop.evidence.trail import SHOWN, Trail, logs_of, trail_of
from mesh_platform.interop.evidence.versions import policies_of
from mesh_platform.policy.version import policy_digest
from mesh_platform.product import Mesh
from mesh_platform.publish import Runtime

PAGE = "evidence.html"
Step = Callable[[str], None]
"""Is told what is begun now."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a package says, and of how many files it is."""

    evidence: Evidence
    files: int


def _untold(text: str) -> None:
    """For those who do not wait."""


def export(
    mesh: Mesh, runtime: Runtime, scope: Scope, actor: Actor, now: datetime, out: BinaryIO, step: Step = _untold
) -> Exported:
    """Write a package of evidence.

    Args:
        mesh: the mesh as its folders stand, with the waivers that were approved.
        runtime: lake, registry, audit log.
        scope: what it is to cover.
        actor: who asks for it: an examiner or a privacy engineer.
        now: the present moment, which no scope may pass.
        out: takes the zip, once all of it is made.
        step: is told what is begun now.

    Raises:
        Denied: where the actor may not have it.
        NotFound, UsageProblem: where the scope is of nothing.
        Unavailable: where something cannot be read, or the record cannot be written.
    """
    scope = settled(scope, actor, mesh, now, lambda: once_there(runtime))
    about = What(domain=scope.domain, what="evidence", ref=scope.framework.value)
    runtime.audit.record(Act.EXPORT, Phase.INTENT, actor, about)
    evidence, files = collected(mesh, runtime, scope, step)
    step("sealing the package")
    sealed(files, runtime.audit, actor, scope, out)
    return Exported(evidence, len(files) + 2)


def collected(mesh: Mesh, runtime: Runtime, scope: Scope, step: Step = _untold) -> tuple[Evidence, dict[str, bytes]]:
    """The evidence, and every file of the package but its manifest and seal: the same for the same state and scope."""
    logs, away = logs_of(runtime.audit)
    step("verifying the audit log")
    runtime.audit.checkpoint()
    verdict = verify(runtime.audit, ask=False)
    step(f"reading what the log says ({verdict.size:,} records)")
    trail = trail_of(logs, scope)
    step("judging the controls")
    parts = _parts(mesh, runtime, scope, trail, verdict)
    step("proving records")
    proofs = Proofs(logs, _pointed(parts), verdict)
    evidence = Evidence(
        format="mesh-evidence",
        version=1,
        about=_about(mesh, runtime, scope),
        logs=proofs.logs(),
        records=proofs.records(),
        notes=(*_notes(away, mesh, scope), *_lost(runtime, scope, trail)),
        **parts,  # type: ignore[arg-type]
    )
    return evidence, {**_documents(evidence), **dict(documents(mesh, runtime.shapes, scope)), **dict(proofs.files())}


def _documents(evidence: Evidence) -> dict[str, bytes]:
    return {
        PAGE: page(evidence).encode(),
        EVIDENCE: text_of(evidence.model_dump(mode="json")),
        FILE: schema_text().encode(),
        PROGRAM: program().encode(),
        "README": README.encode(),
    }


def _parts(mesh: Mesh, runtime: Runtime, scope: Scope, trail: Trail, verdict: Verdict) -> dict[str, object]:
    """What stands in the evidence beside the logs themselves."""
    rules = rules_in(scope.framework, mesh)
    known = known_of(mesh, runtime, scope, verdict.ok, broken_in(mesh, runtime, scope, trail))
    controls = controls_of(rules, known, trail)
    decisions = collecting.decisions_of(runtime, scope, trail)
    return {
        "summary": summary_of(controls),
        "controls": controls,
        "products": collecting.products_of(known, runtime, scope.as_of),
        "gone": gone_of(mesh, runtime, scope, trail, decisions),
        "attestations": collecting.attestations_of(mesh, rules, scope),
        "decisions": decisions,
        "waivers": collecting.waivers_of(runtime, mesh, scope, trail),
        "access": collecting.access_of(trail),
        "propagation": collecting.propagation_of(runtime, mesh, scope),
        "requests": collecting.requests_of(runtime, scope, trail),
        "breaches": breaches_of(mesh, runtime, rules, scope, trail),
        "retention": collecting.runs_of(trail),
        "policies": policies_of(mesh, runtime.registry.policy_versions(), decisions, trail, scope),
    }


def _about(mesh: Mesh, runtime: Runtime, scope: Scope) -> About:
    return About(
        framework=scope.framework.value,
        title=scope.framework.law,
        pack=scope.framework.pack,
        domain=scope.domain,
        product=scope.product,
        since=collecting.moment(scope.since),
        until=scope.end.isoformat(),
        as_of=scope.as_of.isoformat(),
        origin=runtime.audit.origin,
        policy=policy_digest(mesh.governance),
    )


def _pointed(parts: Mapping[str, object]) -> Iterator[str]:
    """Every record that one of the parts points at."""
    for part in parts.values():
        if isinstance(part, tuple):
            for one in part:
                yield from _of(one)


def _of(part: Part) -> Iterator[str]:
    yield from getattr(part, "records", ())
    for one in getattr(part, "products", ()):
        if isinstance(one, On):
            yield from one.records


def _lost(runtime: Runtime, scope: Scope, trail: Trail) -> Iterator[str]:
    for id_ in unregistered(runtime, scope, trail) if scope.whole else ():
        yield f"The audit log tells of the breach {id_}, and the register does not know it."


def _notes(away: tuple[str, ...], mesh: Mesh, scope: Scope) -> Iterator[str]:
    """What the package does not know, said in it."""
    yield f"Of each kind of thing the newest {SHOWN} records are proven here; all are counted. Descriptors, rules and probes are those of the day on which this was made."
    for name in away:
        yield f"The log of {name} was not at hand: what stands in it is missing here."
    if broken := [str(key) for key in mesh.broken if scope.covers(str(key))]:
        yield f"Of {', '.join(sorted(broken))} the descriptor cannot be read: no control was judged for it, and the gate keeps it back."
    if not scope.whole:
        yield "This is about a part of the mesh: records that are about no product or another domain are left out."
    yield f"The audit log of the mesh is `{MAIN}`; those of regions have the regions' names."
