"""One publication, top to bottom: gate on the files → inputs → stage → audit → gate on the rows → publish → record.

Nothing becomes visible before the rename, and nothing is taken back after it: what a kill or an error left out of the registry is rebuilt
from the lake.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import duckdb

from mesh_platform.access.reading import settled
from mesh_platform.actor import MESH
from mesh_platform.audit import Receipt
from mesh_platform.clock import utc_now
from mesh_platform.contract import contract_of
from mesh_platform.errors import Finding, MeshError, Severity, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.lake import Version, Writer
from mesh_platform.ledger.canaries import canary_marks
from mesh_platform.policy import Decision, Facts, Measures, Review, gate, rules_of
from mesh_platform.policy.at_reads import CLOSED, closed_document
from mesh_platform.policy.packs.pci.cards import card_forms
from mesh_platform.policy.version import version_of
from mesh_platform.product import BrokenProduct, Mesh, Product, ProductKey, as_document
from mesh_platform.product.lineage import Lineage
from mesh_platform.publish.attempt import Attempt, Judged
from mesh_platform.publish.audit import audit_rows, measures_of_inputs, of_others
from mesh_platform.publish.classification import classify_staged
from mesh_platform.publish.deliveries import DIGESTS, deliveries, not_yet_published, served_digests
from mesh_platform.publish.duties import note_tightened, see_to
from mesh_platform.publish.laps import Laps
from mesh_platform.publish.last_known import with_last_known
from mesh_platform.publish.lifecycle import clock_problem, moment_of, orphaned_inputs, served_now
from mesh_platform.publish.on_record import gate_recorded, served_recorded
from mesh_platform.publish.outcome import Outcome, Status
from mesh_platform.publish.people import absorbed_by, begun_at, people_of, refuse_overtaken
from mesh_platform.publish.probes import key_days, probe_staged
from mesh_platform.publish.probing.record import RECORD as PROBED
from mesh_platform.publish.remedies import remedies_of
from mesh_platform.publish.returning import tell_of_return
from mesh_platform.publish.review import ask, first_look, second_look
from mesh_platform.publish.risk import risk_of
from mesh_platform.publish.rows import prepare
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.publish.scan_memory import remember, seen, with_missed
from mesh_platform.publish.scan_record import RECORD
from mesh_platform.publish.served_inputs import assessed
from mesh_platform.publish.shapes import shapes_of
from mesh_platform.publish.verdicts import RECORD as VERDICTS
from mesh_platform.publish.verdicts import asked_again, standing_for
from mesh_platform.publish.witnessed import unwitnessed
from mesh_platform.registry import GateDecision, LineageEdge, Measure, Publication
from mesh_platform.registry.costs import spend
from mesh_platform.registry.measures import CUT, HASHED, PEOPLE
from mesh_platform.registry.waivers import with_waivers

MACHINE = (Unavailable, duckdb.Error, OSError)
"""What decides nothing about a product: the disk, the memory, a service that is down."""


def publish(mesh: Mesh, key: ProductKey, runtime: Runtime, now: datetime | None = None) -> Outcome:
    """Publish one product, or say why not.

    Args:
        mesh: the mesh as its folders stand.
        key: the product.
        runtime: lake, registry and settings.
        now: the moment of the publication; the present one where None.

    Returns:
        The outcome. Whatever stands in the way of a publication is an outcome too, and then the version served before stays; what fails
        once the new version is served is a warning beside it (RUN-11).

    Raises:
        NotFound: where no such product exists.
    """
    started, moment = time.perf_counter(), now or utc_now()
    if key in mesh.broken:
        return _unreadable(mesh, mesh.broken[key], runtime, moment)
    product = mesh.product(key)
    try:
        outcome = settled(lambda: _attempted(mesh, product, runtime, moment))
    except (MeshError, *MACHINE) as error:
        outcome = Outcome(key, Status.FAILED, (_failure(product.where, str(key), error),), version=product.descriptor.version)
    return replace(outcome, seconds=time.perf_counter() - started)


def _unreadable(mesh: Mesh, broken: BrokenProduct, runtime: Runtime, now: datetime) -> Outcome:
    """Blocked before anything could be judged, and on record as such."""
    try:
        policy = version_of(mesh.governance)
        refused = GateDecision(
            broken.key, spec_hash="", place="publish", open=False, decided_at=now, findings=broken.findings, policy=policy.digest
        )
        runtime.registry.record_decision(refused, policy)
        gate_recorded(runtime, refused)
    except (MeshError, *MACHINE) as error:
        return Outcome(broken.key, Status.FAILED, (*broken.findings, _failure(str(broken.key), str(broken.key), error)))
    return Outcome(broken.key, Status.BLOCKED, broken.findings)


def _attempted(mesh: Mesh, product: Product, runtime: Runtime, now: datetime) -> Outcome:
    """The attempt, once the files have been judged. Raises what decides nothing: ACCESS-07 where an input moved, for which all is judged anew."""
    mesh = with_waivers(with_last_known(mesh, product, runtime.registry), runtime.database)
    fp("publish.begin")
    began = time.perf_counter()
    review, floor = first_look(mesh, product, runtime), moment_of(now, runtime)
    assessment = assessed(mesh, product, runtime, floor.date(), review)
    attempt = Attempt(str(uuid4()), mesh, product, assessment, runtime, max(now, floor), began, version_of(mesh.governance))
    if wrong_clock := clock_problem(now, floor, str(product.key)):
        return _blocked(attempt, assessment.decision, (wrong_clock, *assessment.findings))
    if not assessment.open:
        ask(mesh, product, review, runtime, now)
        see_to(mesh, product.key, assessment.decision, runtime, now)
        found = (*orphaned_inputs(mesh, product, runtime), *assessment.findings)
        return _blocked(attempt, assessment.decision, found)
    if (late := unwitnessed(product, runtime)) is not None and late.blocks:
        return _blocked(attempt, assessment.decision, (late, *assessment.findings))
    try:
        return _run(attempt)
    except Unavailable:
        raise
    except MeshError as error:  # about the rows or the statement: the gate is closed
        return _blocked(attempt, assessment.decision, (*assessment.findings, error.finding.of(str(product.key))))


def _run(attempt: Attempt) -> Outcome:
    product, runtime = attempt.product, attempt.runtime
    place = place_of(product)
    runtime.lake.provision_domain(place.domain, place.location)
    begun, absorbed = begun_at(product, runtime), absorbed_by(product, runtime)
    with prepare(attempt.mesh, product, runtime, attempt.now) as prepared:
        fp("publish.prepared")
        with runtime.lake.writer(place, doing=f"publication {attempt.id}") as writer:
            versions = writer.versions()
            runtime.registry.reconcile(product.key, versions, under_lock=True)
            review = second_look(attempt.mesh, product, runtime, versions)
            append, held = product.descriptor.load == "append", served_digests(writer.previous)
            found = deliveries(attempt.mesh.root, product) if append or held else ()
            new = not_yet_published(found, held if append else ())
            people = people_of(product, attempt.mesh.governance, runtime)
            nothing_new = append and held and not new
            if nothing_new and not prepared.unfit(writer, people):
                return _unchanged(attempt, writer)
            prepared.restage(writer, people) if nothing_new else prepared.stage(writer, people, new if append else ())
            fp("publish.staged")
            writer.uncounted = canary_marks(people.tokens, attempt.mesh.governance)
            about = absorbed | people.told(_beside(writer))
            judged = _judge(attempt, writer, review, about)
            ask(attempt.mesh, product, review, runtime, attempt.now)
            see_to(attempt.mesh, product.key, judged.decision, runtime, attempt.now)
            if judged.blocked:
                writer.rollback()
                remember(product, judged.memory, runtime, attempt.now)
                return replace(_blocked(attempt, judged.decision, judged.findings), judged=True)
            fp("publish.fencing")
            judged = judged.without(people.fenced(writer))
            refuse_overtaken(product, runtime, begun)
            fp("publish.fenced")
            if (late := unwitnessed(product, runtime)) is not None and late.blocks:  # the time ran out while it was made
                writer.rollback()
                return replace(_blocked(attempt, judged.decision, (late, *judged.findings)), judged=True)
            decided = _decision(attempt, judged.decision, judged.findings, attempt.id)
            runtime.registry.record_decision(decided, attempt.policy)
            receipt = gate_recorded(runtime, decided, product.descriptor.version, judged.audited.rows)
            fp("publish.judged")
            digests = (*(held if append else ()), *(one.digest for one in new))
            version, warnings = _serve(attempt, writer, judged, about, digests)
        returned = people.suppressed + judged.fenced
        warnings += _record(attempt, version, judged, receipt, returned, review) + ((late,) if late is not None else ())
    return Outcome(
        product=product.key,
        status=Status.PUBLISHED,
        findings=(*judged.findings, *warnings),
        rows=judged.audited.rows,
        version=product.descriptor.version,
        publication_id=attempt.id,
        snapshot_id=version.snapshot_id,
        measures=judged.audited.measures,
        binding=tuple(control.value for control in judged.decision.binding.controls),
        judged=True,
        closed_consumers=judged.decision.closed_consumers,
        suppressed=returned if people.standing is not None else None,
    )


def _judge(attempt: Attempt, writer: Writer, review: Review, about: Mapping[str, object]) -> Judged:
    mesh, product, runtime, now = attempt.mesh, attempt.product, attempt.runtime, attempt.now
    laps, served, contract = Laps(), writer.previous, contract_of(product, runtime.contracts)
    only_new = writer.appended and served is not None and _as_served(product, served)
    audited = audit_rows(mesh, product, contract, writer, runtime, now, only_new=only_new)
    laps("contract")
    fp("publish.audited")
    classified = classify_staged(mesh, product, writer)
    memory = seen(product.key, classified.scans, writer, runtime, now)
    verdicts = standing_for(product, memory.now, served)
    laps("scan")
    fp("publish.classified")
    bare = Facts(mesh=mesh, product=product, today=now.date())
    risk, shapes = risk_of(bare, writer), shapes_of(product, writer, of_others(mesh, product, runtime))
    probed = probe_staged(mesh, product, writer, runtime, now, about)
    facts = Facts(
        mesh=mesh,
        product=product,
        today=now.date(),
        lineage=attempt.assessment.lineage,
        staged=dict(writer.columns()),
        classification=asked_again(with_missed(product.key, classified.scans, runtime), memory.now, verdicts),
        measures=Measures.of(audited.measures),
        upstream_measures=measures_of_inputs(product, runtime),
        combinations=risk.combinations,
        tombstones=risk.tombstones,
        diversity=risk.diversity,
        remedies=remedies_of(bare, risk, writer),
        shapes=shapes,
        log_years=runtime.settings.audit_years,
        key_days=key_days(product, runtime.lake.keys, now.date()),
        served=served_now(mesh, product, writer, runtime, now.date()),
        review=review,
        probes=probed.holds,
        probed=probed.words,
    )
    laps("measures")
    decision = gate(facts, rules_of(mesh.governance))
    laps("gate")
    return Judged(audited, classified, memory, verdicts, decision, probed.document(mesh), laps.ms, _counted(facts))


def _counted(facts: Facts) -> dict[str, int | None]:
    cut, hashed = card_forms(facts)
    return {PEOPLE: facts.shapes.people if facts.shapes else None, CUT: len(cut), HASHED: len(hashed)}


def _unchanged(attempt: Attempt, writer: Writer) -> Outcome:
    """An append-only source without a new file, and rows that say what a read asks of them: nothing is judged anew."""
    product, served = attempt.product, writer.previous
    assert served is not None
    writer.rollback()
    later = "" if _as_served(product, served) else " What changed in its own files takes effect with the next one."
    why, fix = f"Every file of its source is published already.{later}", "Nothing to do: a new file is added when it comes."
    finding = Finding("RUN-07", product.where, why, fix, str(product.key), Severity.INFO)
    findings, publication = (*attempt.assessment.findings, finding), str(served.extra["publication_id"])
    decided = _decision(attempt, attempt.assessment.decision, findings, publication)
    attempt.runtime.registry.record_decision(decided, attempt.policy)
    gate_recorded(attempt.runtime, decided, str(served.extra["version"]), 0, key=attempt.id)
    return Outcome(
        product=product.key,
        status=Status.UNCHANGED,
        findings=findings,
        rows=0,
        version=str(served.extra["version"]),
        publication_id=publication,
        snapshot_id=served.snapshot_id,
    )


def _as_served(product: Product, served: Version) -> bool:
    """Whether the product's files are those by which the served rows were judged."""
    return served.extra.get("spec_hash") == product.spec_hash


def _serve(
    attempt: Attempt, writer: Writer, judged: Judged, about: dict[str, object], digests: Sequence[str]
) -> tuple[Version, tuple[Finding, ...]]:
    """The new version, served from here on. What fails after the rename takes nothing back and is a warning."""
    try:
        version = writer.publish(MESH, f"publication {attempt.id}", _extra(attempt, judged, digests) | about)
        fp("publish.renamed")
    except (MeshError, *MACHINE) as error:
        if writer.published is None:
            raise
        what = "not all of it could be made durable, and a power failure may take it back"
        return writer.published, (_warning(attempt.product, what, error),)
    return version, ()


def _beside(writer: Writer) -> Version | None:
    """The version to whose rows others were added."""
    return writer.previous if writer.appended else None


def _record(
    attempt: Attempt, version: Version, judged: Judged, receipt: Receipt, returned: int, review: Review
) -> tuple[Finding, ...]:
    """Write the publication into the registry; the warning that it is not there yet, where that fails."""
    product, audited = attempt.product, judged.audited
    measured = {**audited.measures, **judged.counted}.items()
    try:
        attempt.runtime.registry.record_published(
            _publication(attempt, version, audited.rows),
            measures=[Measure(product.key, attempt.id, metric, value, attempt.now) for metric, value in measured],
            lineage=lineage_edges(product, attempt.assessment.lineage),
        )
        fp("publish.recorded")
        whole = {**judged.ms, "whole": (time.perf_counter() - attempt.began) * 1000}
        spend(attempt.runtime.database, product.key, attempt.id, whole, attempt.now)
        served_recorded(attempt.runtime, product.key, product.descriptor.version, attempt.id, attempt.policy.digest, receipt)
        remember(product, judged.memory, attempt.runtime, attempt.now)
        tell_of_return(product, returned, attempt.runtime, attempt.now)
        note_tightened(product.key, review, attempt.runtime, attempt.now)
    except (MeshError, *MACHINE) as error:
        return (_warning(product, "the registry may not know it yet, and its measures are not kept", error),)
    return ()


def _extra(attempt: Attempt, judged: Judged, digests: Sequence[str]) -> dict[str, object]:
    """What the catalog keeps with the version, so that the registry can be rebuilt from it."""
    product = attempt.product
    return {
        "publication_id": attempt.id,
        "version": product.descriptor.version,
        "spec_hash": product.spec_hash,
        "rows": judged.audited.rows,
        "sensitivity": product.descriptor.sensitivity.value,
        "location": product.location,
        "descriptor": as_document(product.descriptor),
        RECORD: dict(judged.classified.record),
        VERDICTS: dict(judged.verdicts),
        CLOSED: closed_document(judged.decision.closures),
        PROBED: dict(judged.probed),
    } | ({DIGESTS: list(digests)} if digests else {})


def _publication(attempt: Attempt, version: Version, rows: int) -> Publication:
    product = attempt.product
    return Publication(
        id=attempt.id,
        product=product.key,
        version=product.descriptor.version,
        snapshot_id=version.snapshot_id,
        spec_hash=product.spec_hash,
        rows=rows,
        sensitivity=product.descriptor.sensitivity,
        location=str(product.location),
        published_at=version.committed_at,
    )


def lineage_edges(product: Product, lineage: Lineage) -> tuple[LineageEdge, ...]:
    """The product's edges, column by column, and each input as a whole (a filter or a join leaves no column)."""
    columns = (
        LineageEdge(product.key, upstream, column, field)
        for column, refs in lineage.columns.items()
        for upstream, field in sorted(refs)
    )
    whole = (LineageEdge(product.key, entry.product) for entry in product.descriptor.inputs)
    return tuple(dict.fromkeys((*columns, *whole)))


def _blocked(attempt: Attempt, decision: Decision, findings: tuple[Finding, ...]) -> Outcome:
    decided = _decision(attempt, decision, findings, None)
    attempt.runtime.registry.record_decision(decided, attempt.policy)
    gate_recorded(attempt.runtime, decided, attempt.product.descriptor.version, key=attempt.id)
    return Outcome(attempt.product.key, Status.BLOCKED, findings, version=attempt.product.descriptor.version)


def _decision(attempt: Attempt, decision: Decision, findings: tuple[Finding, ...], publication: str | None) -> GateDecision:
    """What the gate said; open where a publication follows."""
    return GateDecision(
        product=attempt.product.key,
        spec_hash=attempt.product.spec_hash,
        place="publish",
        open=publication is not None,
        decided_at=attempt.now,
        findings=findings,
        not_evaluated=tuple(entry.as_json() for entry in decision.not_evaluated),
        publication=publication,
        closed_consumers=decision.closed_consumers,
        policy=attempt.policy.digest,
    )


def _failure(where: str, product: str, error: MeshError | duckdb.Error | OSError) -> Finding:
    """The error as a finding; the text of one that is not ours may hold a value or a path, and is left out."""
    if isinstance(error, MeshError):
        return error.finding.of(product)
    why = f"It could not be carried out ({_kind(error)}); the version served before stays."
    return Finding("RUN-06", where, why, "See that disk and memory suffice, then run again.", product)


def _warning(product: Product, what: str, error: MeshError | duckdb.Error | OSError) -> Finding:
    why = f"The new version is served, but {what} ({_kind(error)})."
    fix = "Nothing is lost: the next run of the product, or the job `recover_lake_and_registry`, brings it into line."
    return Finding("RUN-11", product.where, why, fix, str(product.key), Severity.WARN)


def _kind(error: MeshError | duckdb.Error | OSError) -> str:
    if isinstance(error, MeshError):
        return error.finding.rule
    cause = f", {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return f"{type(error).__name__}{cause}"
