"""One publication, top to bottom: gate on the files → inputs → stage → audit → gate on the rows → publish → record.

Nothing becomes visible before the rename, and nothing is lost after it: what a kill left out of the registry is rebuilt from the lake.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import duckdb

from mesh_platform.clock import utc_now
from mesh_platform.contract import Contract, contract_of
from mesh_platform.errors import Finding, MeshError, Severity, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.lake import Version, Writer
from mesh_platform.policy import Decision, Facts, Measures, NotEvaluated, gate, rules
from mesh_platform.product import Mesh, Product, ProductKey, as_document
from mesh_platform.product.lineage import Lineage
from mesh_platform.publish.assessment import Assessment, assess
from mesh_platform.publish.audit import HISTORY, Look, look
from mesh_platform.publish.deliveries import KEY, Delivery, deliveries, fresh, known
from mesh_platform.publish.last_known import with_last_known
from mesh_platform.publish.outcome import Outcome, Status
from mesh_platform.publish.rows import Prepared, prepare
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.registry import GateDecision, LineageEdge, Measure, Publication

LEDGER_SEQUENCE = 0  # what a publication has absorbed of the ledger, which has no events yet
AUTHOR = "mesh"


def publish(mesh: Mesh, key: ProductKey, runtime: Runtime, now: datetime | None = None) -> Outcome:
    """Publish one product, or say why not.

    Args:
        mesh: the mesh as its folders stand.
        key: the product.
        runtime: lake, registry and settings.
        now: the moment of the publication; the present one where None.

    Returns:
        The outcome; a blocked or failed publication is an outcome, and the version served before stays.

    Raises:
        NotFound: where no such product exists.
    """
    started, moment = time.perf_counter(), now or utc_now()
    if key in mesh.broken:
        return Outcome(key, Status.BLOCKED, mesh.broken[key].findings)
    product = mesh.product(key)
    mesh = with_last_known(mesh, product, runtime.registry)
    fp("publish.begin")
    assessment = assess(mesh, product, runtime.shapes, moment.date())
    if not assessment.open:
        outcome = _blocked(product, assessment.findings, assessment.decision, runtime, moment)
    else:
        try:
            outcome = _run(mesh, product, assessment, runtime, moment)
        except MeshError as error:
            outcome = _stopped(product, error, assessment, runtime, moment)
        except (duckdb.Error, OSError) as error:  # their texts may hold a value or a path
            outcome = _failed(product, _told(product, error), assessment)
    return replace(outcome, seconds=time.perf_counter() - started)


def _run(mesh: Mesh, product: Product, assessment: Assessment, runtime: Runtime, now: datetime) -> Outcome:
    place, publication_id = place_of(product), str(uuid4())
    contract = contract_of(product)
    runtime.lake.provision_domain(place.domain, place.location)
    with prepare(mesh, product, runtime) as prepared:
        fp("publish.prepared")
        with runtime.lake.writer(place, wait=runtime.settings.lock_wait_seconds, doing=f"publication {publication_id}") as writer:
            runtime.registry.reconcile(product.key, writer.versions(), under_lock=True)
            held = known(writer.previous)
            new = fresh(deliveries(mesh.root, product), held)
            if held and not new:
                return _nothing_new(product, writer)
            looked, decision, findings = _stage_and_judge(
                mesh, product, contract, assessment, prepared, new, writer, runtime, now
            )
            if any(finding.blocks for finding in findings):
                writer.rollback()
                return _blocked(product, findings, decision, runtime, now)
            runtime.registry.record_decision(_decision(product, True, findings, decision.not_evaluated, now, publication_id))
            fp("publish.judged")
            version = writer.publish(
                AUTHOR,
                f"publication {publication_id}",
                _extra(product, publication_id, looked.rows, (*held, *(one.digest for one in new))),
            )
            fp("publish.renamed")
        publication = _publication(product, publication_id, version, looked.rows, now)
        _record(product, publication, looked, assessment.lineage, runtime, now)
    return Outcome(
        product=product.key,
        status=Status.PUBLISHED,
        findings=findings,
        rows=looked.rows,
        version=product.descriptor.version,
        publication_id=publication_id,
        snapshot_id=version.snapshot_id,
        measures=looked.measures,
        binding=tuple(control.value for control in decision.binding.controls),
    )


def _stage_and_judge(
    mesh: Mesh,
    product: Product,
    contract: Contract,
    assessment: Assessment,
    prepared: Prepared,
    new: Sequence[Delivery],
    writer: Writer,
    runtime: Runtime,
    now: datetime,
) -> tuple[Look, Decision, tuple[Finding, ...]]:
    prepared.stage(writer, new)
    fp("publish.staged")
    looked = look(mesh, product, contract, writer, runtime, now)
    fp("publish.audited")
    facts = Facts(
        mesh=mesh,
        product=product,
        today=now.date(),
        lineage=assessment.lineage,
        staged=dict(writer.columns()),
        measures=looked.quality,
        upstream_measures=_measures_of_inputs(product, runtime),
    )
    decision = gate(facts, rules())
    return (
        looked,
        decision,
        tuple(dict.fromkeys((*looked.findings, *decision.findings))),
    )


def _nothing_new(product: Product, writer: Writer) -> Outcome:
    """An append-only source without a new file: the served version holds all there is."""
    served = writer.previous
    assert served is not None
    writer.rollback()
    why = "Every file of its source is published already."
    finding = Finding(
        "RUN-07", product.where, why, "Nothing to do: a new file is added when it comes.", str(product.key), Severity.INFO
    )
    publication = str(served.extra["publication_id"])
    return Outcome(product.key, Status.PUBLISHED, (finding,), 0, product.descriptor.version, publication, served.snapshot_id)


def _extra(product: Product, publication_id: str, rows: int, held: Sequence[str]) -> dict[str, object]:
    """What the catalog keeps with the version, so that the registry can be rebuilt from it."""
    return {
        "publication_id": publication_id,
        "version": product.descriptor.version,
        "spec_hash": product.spec_hash,
        "rows": rows,
        "ledger_seq": LEDGER_SEQUENCE,
        "sensitivity": product.descriptor.sensitivity.value,
        "location": product.location,
        "descriptor": as_document(product.descriptor),
    } | ({KEY: list(held)} if held else {})


def _publication(product: Product, publication_id: str, version: Version, rows: int, now: datetime) -> Publication:
    return Publication(
        id=publication_id,
        product=product.key,
        version=product.descriptor.version,
        snapshot_id=version.snapshot_id,
        spec_hash=product.spec_hash,
        rows=rows,
        ledger_seq=LEDGER_SEQUENCE,
        sensitivity=product.descriptor.sensitivity,
        location=str(product.location),
        published_at=version.committed_at,
    )


def _record(product: Product, publication: Publication, looked: Look, lineage: Lineage, runtime: Runtime, now: datetime) -> None:
    runtime.registry.record_published(
        publication,
        measures=[Measure(product.key, publication.id, metric, value, now) for metric, value in looked.measures.items()],
        lineage=lineage_edges(product, lineage),
    )
    fp("publish.recorded")


def _measures_of_inputs(product: Product, runtime: Runtime) -> dict[ProductKey, Measures]:
    """Quality of the published versions that this product reads."""
    found = {}
    for entry in product.descriptor.inputs:
        latest = runtime.registry.latest(entry.product)
        known = runtime.registry.measures(entry.product, limit=HISTORY) if latest else ()
        values = {m.metric: m.value for m in known if latest and m.publication_id == latest.id}
        found[entry.product] = Measures(**{name: values.get(name) for name in ("completeness", "accuracy", "timeliness")})
    return found


def lineage_edges(product: Product, lineage: Lineage) -> tuple[LineageEdge, ...]:
    """The product's edges, column by column, and each input as a whole (a filter or a join leaves no column)."""
    columns = (
        LineageEdge(product.key, upstream, column, field)
        for column, refs in lineage.columns.items()
        for upstream, field in sorted(refs)
    )
    whole = (LineageEdge(product.key, entry.product) for entry in product.descriptor.inputs)
    return tuple(dict.fromkeys((*columns, *whole)))


def _decision(
    product: Product,
    is_open: bool,
    findings: Iterable[Finding],
    skipped: Iterable[NotEvaluated],
    now: datetime,
    publication: str | None,
) -> GateDecision:
    return GateDecision(
        product=product.key,
        spec_hash=product.spec_hash,
        place="publish",
        open=is_open,
        decided_at=now,
        findings=tuple(findings),
        not_evaluated=tuple(entry.as_json() for entry in skipped),
        publication=publication,
    )


def _blocked(product: Product, findings: tuple[Finding, ...], decision: Decision, runtime: Runtime, now: datetime) -> Outcome:
    runtime.registry.record_decision(_decision(product, False, findings, decision.not_evaluated, now, None))
    return Outcome(product.key, Status.BLOCKED, findings, version=product.descriptor.version)


def _stopped(product: Product, error: MeshError, assessment: Assessment, runtime: Runtime, now: datetime) -> Outcome:
    """A finding raised on the way: about the rows, and then the gate is closed; about the machine, and then nothing is decided."""
    finding = error.finding.of(str(product.key))
    if isinstance(error, Unavailable):
        return _failed(product, finding, assessment)
    return _blocked(product, (*assessment.findings, finding), assessment.decision, runtime, now)


def _failed(product: Product, finding: Finding, assessment: Assessment) -> Outcome:
    return Outcome(product.key, Status.FAILED, (*assessment.findings, finding), version=product.descriptor.version)


def _told(product: Product, error: duckdb.Error | OSError) -> Finding:
    cause = f", {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    why = f"It could not be carried out ({type(error).__name__}{cause}); the version served before stays."
    return Finding(
        "RUN-06", product.where, why, "See that disk and memory suffice, then run again.", str(product.key), Severity.BLOCK
    )
