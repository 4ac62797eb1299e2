"""The certificate of one request: what was done where, without a word of whom; its hash stands in the audit log and can be proven from there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.failpoints import fp
from mesh_platform.subjects.exported import not_acknowledged
from mesh_platform.subjects.requests.kinds import Kind
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Request, State
from mesh_platform.subjects.verifier.traces import HOME
from mesh_platform.subjects.verifier.verifier import Looked

NOT_REACHED = (
    "copies of the home that were not made by `mesh backup`",
    "runs of the scheduler where PostgreSQL keeps them",
    "what other systems hold, but for the word of those to whom exported files went",
)
"""Places that this release neither erases nor looks into; said in every certificate."""

BESIDE = {HOME: "logs, run storage and caches in the home"}
"""The same, where a request did not come there."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The record of the certificate in the audit log, with the proof that it stands there."""

    record: str
    sequence: int
    leaf: str
    proof: str


def statement(request: Request) -> dict[str, Any]:
    """What is said of a request, certified or not."""
    namespaces = sorted(request.closure.namespaces) if request.closure else []
    return {
        **request.as_json(),
        "certified": request.certified_at is not None,
        "namespaces": namespaces,
        "ledger_sequence": request.sequence,
        "holders_not_acknowledged": not_acknowledged(request.tasks),
        "not_reached": _not_reached(request),
    }


def _not_reached(request: Request) -> list[str]:
    if request.kind is not Kind.ERASURE:
        return []
    looked = {task.product for task in request.tasks}
    return [*NOT_REACHED, *(said for name, said in BESIDE.items() if name not in looked)]


def digest(document: Mapping[str, Any]) -> str:
    """The hash by which the audit log knows a certificate."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def certify(
    store: Requests,
    audit: AuditLog,
    request: Request,
    looked: Looked | None,
    actor: Actor,
    now: datetime,
    *,
    more: Mapping[str, Any] = MappingProxyType({}),
    keep: bool = False,
) -> str:
    """Certify what was verified, destroy the key to the identifiers (but with `keep`), and leave the record; its id.

    `looked` is what the verifier of erasures read; `more` stands in the document beside the rest.
    """
    tasks = tuple(replace(one, state=State.CERTIFIED) if one.state is State.VERIFIED else one for one in request.tasks)
    done = replace(request, tasks=tasks, verified_at=now, certified_at=now)
    document = statement(done) | dict(more)
    if looked is not None:
        document |= {"verifier": {"products": looked.products, "files": looked.files}}
    record = audit.within(Act.ERASURE if request.kind is Kind.ERASURE else Act.REQUEST, Phase.DONE, actor)
    about = What(what="certificate", ref=request.id, code=digest(document))
    eid = store.certified(request.id, tasks, document, now, lambda con: record(con, about, len(tasks)).eid, keep=keep)
    fp("subjects.certified")
    audit.stands()
    return eid


def proven(request: Request, audit: AuditLog) -> Proof:
    """The proof of a certificate.

    Raises:
        NotFound: AUDIT-16, where the record's body was dropped after its retention.
    """
    assert request.record is not None
    sequence = audit.seq_of(request.record)
    proof, leaf = audit.proof(sequence)
    return Proof(request.record, sequence, leaf.decode(), proof)
