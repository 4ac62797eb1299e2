"""What the control database says of the products in scope, as parts of the evidence: decisions, waivers, requests, retention, reads, products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from mesh_platform.access.store import AccessStore
from mesh_platform.audit import Act
from mesh_platform.interop.evidence.judging import Known
from mesh_platform.interop.evidence.model import (
    Access,
    Attestation,
    Decision,
    Objection,
    Product,
    Propagation,
    Request,
    Run,
    WaiverEntry,
)
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.trail import ReadKey, Reads, Seen, Trail
from mesh_platform.policy import Rule, binding_for
from mesh_platform.policy.attested import places
from mesh_platform.policy.waiving import refused
from mesh_platform.product import Mesh
from mesh_platform.product.register import Record
from mesh_platform.product.waivers import Waiver
from mesh_platform.propagation.lag import measured
from mesh_platform.publish import Runtime
from mesh_platform.publish.carrying import targets_of
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry import GateDecision
from mesh_platform.registry.waiver_records import mark_of
from mesh_platform.registry.waiver_values import Asked
from mesh_platform.registry.waivers import Waivers
from mesh_platform.subjects.certificate import digest
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Request as Asking

_NONE = Seen()


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def without_names(text: str) -> str:
    """A waiver's words without the name of whoever approved it."""
    head, mark, tail = text.partition(" Waived until ")
    return f"{head} Waived until {tail[:10]}." if mark else text


def products_of(known: Mapping[str, Known], runtime: Runtime, as_of: datetime) -> tuple[Product, ...]:
    grants = AccessStore(runtime.database).grants()
    standing = [str(one.product) for one in grants if one.starts_at < as_of and one.state(as_of) == "standing"]
    return tuple(_product(key, one, standing.count(key)) for key, one in known.items())


def _product(key: str, one: Known, grants: int) -> Product:
    said, served = one.facts.descriptor, one.served
    binding = binding_for(said.sensitivity, one.facts.probes).as_json()["controls"]
    assert isinstance(binding, dict)
    return Product(
        product=key,
        title=said.name or key,
        version=said.version,
        status=said.status.value,
        sensitivity=said.sensitivity.value,
        region=said.data_residency.region,
        location=one.facts.product.location,
        packs=tuple(sorted(one.facts.packs)),
        spec_hash=one.facts.product.spec_hash,
        served=served.version if served else None,
        served_hash=served.spec_hash if served else None,
        published_at=moment(served.published_at) if served else None,
        rows=served.rows if served else None,
        binding=binding,
        contracts=len(said.data_contracts),
        grants=grants,
    )


def decisions_of(runtime: Runtime, scope: Scope, trail: Trail) -> tuple[Decision, ...]:
    """What the gate decided in the span, blocked deployments among it."""
    found = (one for one in runtime.registry.decisions(scope.first, scope.end) if scope.covers(str(one.product)))
    return tuple(_decision(one, trail) for one in found)


def _decision(one: GateDecision, trail: Trail) -> Decision:
    key = str(one.product)
    about = one.publication or one.spec_hash
    records = (trail.judged.get((key, about, one.policy, one.open)) or trail.gates.get((key, about), _NONE)).records
    return Decision(
        product=key,
        at=one.decided_at.isoformat(),
        place=one.place,
        open=one.open,
        spec_hash=one.spec_hash,
        publication=one.publication,
        policy=one.policy,
        objections=tuple(
            Objection(
                rule=f.rule,
                severity=f.severity.value,
                where=f.where,
                why=without_names(f.why),
                fix=f.fix,
                waived=f.waived.partition(" by ")[0],
            )
            for f in one.findings
        ),
        records=records,
    )


def waivers_of(runtime: Runtime, mesh: Mesh, scope: Scope, trail: Trail) -> tuple[WaiverEntry, ...]:
    """Exceptions that were asked for in the control database, and those that stand in a file."""
    found = [
        one
        for one in reversed(Waivers(runtime.database, tasks_of(runtime)).listed())
        if scope.covers(one.product) and one.requested_at < scope.end
    ]
    filed = (_filed(one, mesh, scope.as_of.date()) for one in mesh.governance.waivers if scope.covers(one.product))
    return (*(_waiver(one, scope.as_of.date(), trail) for one in found), *filed)


def _filed(one: Waiver, mesh: Mesh, today: date) -> WaiverEntry:
    """A waiver of `governance/waivers.yaml` as the gate takes it: one that it refuses was never approved, whoever signed it."""
    why = refused(mesh, one, today)
    return WaiverEntry(
        product=one.product,
        rule=one.rule,
        about=one.about,
        state="refused" if why else "expired" if one.expires < today else "approved",
        why=why,
        control=one.control,
        asked=one.approved_on.isoformat(),
        decided=one.approved_on.isoformat(),
        expires=one.expires.isoformat(),
        by_another=one.approved_by.casefold() != one.requested_by.casefold(),
        proven=None,
        records=(),
    )


def _waiver(one: Asked, today: date, trail: Trail) -> WaiverEntry:
    """Shown with records that are about itself alone; a row that none of them bears out is told as unproven."""
    own = trail.waivers.get((str(one.id), one.product), {})
    asked = {one.requested_by.casefold(), one.requested_person.casefold()}
    return WaiverEntry(
        product=one.product,
        rule=one.rule,
        about=one.about,
        state=one.standing(today),
        control=one.control,
        asked=one.requested_at.date().isoformat(),
        decided=one.decided_at.date().isoformat() if one.decided_at else None,
        expires=one.expires.isoformat(),
        renewals=one.chain.renewals,
        exempt_since=one.chain.since.isoformat() if one.chain.since and one.chain.renewals else None,
        by_another=one.decided_by.casefold() not in asked if one.decided_by else None,
        proven=one.became in own and trail.marks[str(one.id), one.became] == mark_of(one),
        records=tuple(record for seen in own.values() for record in seen.records),
    )


def access_of(trail: Trail) -> tuple[Access, ...]:
    return tuple(
        _access(key, reads) for key, reads in sorted(trail.reads.items(), key=lambda item: [part or "" for part in item[0]])
    )


def _access(key: ReadKey, reads: Reads) -> Access:
    product, purpose, basis, role = key
    return Access(
        product=product,
        purpose=purpose,
        basis=basis,
        role=role,
        reads=reads.allowed.times,
        refused=reads.refused,
        rows=reads.allowed.n,
        columns=tuple(sorted(reads.columns)),
        masked=tuple(sorted(reads.masked)),
        under=len(reads.under),
        first=reads.allowed.first,
        last=reads.allowed.last,
        records=reads.allowed.records,
    )


def propagation_of(runtime: Runtime, mesh: Mesh, scope: Scope) -> tuple[Propagation, ...]:
    targets = {
        name: target for name, target in targets_of(mesh, runtime).items() if scope.covers(f"{name}/") or scope.domain == name
    }
    return tuple(
        Propagation(
            domain=lag.domain,
            state=lag.state,
            waiting=lag.waiting,
            p50=lag.p50,
            p95=lag.p95,
            worst=lag.worst,
            target=lag.target,
            failed=lag.failed,
        )
        for lag in measured(runtime.database, targets, scope.as_of)
    )


def requests_of(runtime: Runtime, scope: Scope, trail: Trail) -> tuple[Request, ...]:
    """People's requests that were open in the span or are; of each only the products in scope."""
    store = Requests(runtime.database, runtime.lake.keys)
    asked = (one for one in store.listed() if one.opened_at < scope.end and (one.certified_at or scope.end) >= scope.first)
    found = (_request(one, scope, trail) for one in sorted(asked, key=lambda one: (one.opened_at, one.id)))
    return tuple(one for one in found if scope.whole or one.products)


def _request(one: Asking, scope: Scope, trail: Trail) -> Request:
    return Request(
        request=one.id,
        kind=one.kind.value,
        regime=one.regime.value,
        state=one.state.value,
        opened=one.opened_at.isoformat(),
        suppressed=moment(one.suppressed_at),
        verified=moment(one.verified_at),
        certified=moment(one.certified_at),
        products={task.product: task.state.value for task in one.tasks if scope.covers(task.product)},
        certificate=digest(one.certificate) if one.certificate is not None else None,
        records=tuple(record for act in (Act.REQUEST, Act.ERASURE) for record in trail.refs.get((act, one.id), _NONE).records),
    )


def runs_of(trail: Trail) -> tuple[Run, ...]:
    return tuple(
        Run(
            product=product,
            what=what,
            phase=phase,
            times=seen.times,
            rows=seen.n,
            first=seen.first,
            last=seen.last,
            records=seen.records,
        )
        for (product, what, phase), seen in sorted(trail.runs.items())
    )


def attestations_of(mesh: Mesh, rules: Iterable[Rule], scope: Scope) -> tuple[Attestation, ...]:
    """The attestations about these rules, ended ones too; of a part of the mesh those that hold for all of it, or name something in that part."""
    today = scope.as_of.date()
    ids = {rule.id for rule in rules}
    found = ((name, one) for name, one in mesh.governance.records.items() if one.kind == "attestation" and ids & {*one.about})
    found = ((name, one) for name, one in found if _concerns(one, scope))
    return tuple(
        Attestation(
            record=name,
            title=one.title,
            rules=tuple(sorted(ids & {*one.about})),
            by=one.by,
            on=one.on.isoformat(),
            expires=one.expires.isoformat(),
            holds=one.holds_on(today),
            demo=one.demo,
        )
        for name, one in sorted(found)
    )


def _concerns(record: Record, scope: Scope) -> bool:
    named = places(record)
    return scope.whole or not named or any(scope.covers(place) or place == scope.domain for place in named)
