"""`/v1/consents`: what people said of their data, recorded by the systems that heard it; and whether a purpose is allowed.

A subject is named in the body, never in an address, and stands in no answer. Who checks asks for a system or for a desk: the answer tells of a person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Body, Header
from pydantic import AwareDatetime, Field

from mesh_platform.actor import Actor, Role
from mesh_platform.api.admission import within_rate
from mesh_platform.api.asking import Asked, TheCaller, TheService, acting, problems
from mesh_platform.api.service import Service
from mesh_platform.errors import UsageProblem
from mesh_platform.ledger import WRITERS, Decision, Event, Kind, check_on_record, in_all_forms, own_source, subject_of, writer_for
from mesh_platform.product.models import LegalBasis

router = APIRouter(tags=["consent"])
CHECKERS = (*WRITERS, Role.OWNER)
MOST_SUBJECTS = 10_000
MOST_CHECKS = 6_000
"""Checks of one caller in a minute: a system asks a hundred times a second, and nobody tries every identifier that there could be."""
Subject = Annotated[
    str, Field(max_length=500, description="namespace:identifier, such as customer_id:C-7; only a keyed token is kept.")
]
Moment = Annotated[AwareDatetime, Field(strict=False)]
_PURPOSE = Field(default=None, max_length=200, description="A registered purpose; it covers those below it.")


class Said(Asked):
    """What somebody said, or what their browser's signal says where only `Sec-GPC: 1` is sent along."""

    subject: Subject
    kind: Literal["consent", "objection", "restriction"] | None = Field(
        default=None, description="Left out where the header Sec-GPC is all that there is."
    )
    decision: Literal["granted", "denied", "withdrawn", "expired", "objected", "imposed", "lifted"] | None = None
    purpose: str | None = _PURPOSE
    all_purposes: bool = Field(default=False, description="For every purpose there is; in place of `purpose`.")
    event_id: str | None = Field(
        default=None, max_length=200, description="The source's id; the same one again is recorded once."
    )
    order: int | None = Field(
        default=None, description="The source's own number of the event; a lower one never overrides a higher one."
    )
    source: str | None = Field(default=None, max_length=63, description="Where it was said; a system records under its own name.")
    domain: str | None = Field(default=None, max_length=100, description="For which domain; a steward names one of theirs.")
    notice_version: str | None = Field(default=None, max_length=100, description="Without it a grant counts as none.")
    language: str | None = Field(default=None, max_length=100)
    captured_at: Moment | None = Field(default=None, description="When they said so; without it a grant counts as none.")
    effective_at: Moment | None = None
    expires_at: Moment | None = None
    jurisdiction: str | None = Field(default=None, max_length=100)
    evidence_hash: str | None = Field(default=None, max_length=128)


class Check(Asked):
    """One subject, or many at one moment and one sequence."""

    subject: Subject | None = None
    subjects: list[Subject] | None = Field(default=None, min_length=1, max_length=MOST_SUBJECTS)
    purpose: str = Field(max_length=200)
    bases: list[Annotated[LegalBasis, Field(strict=False)]] | None = Field(
        default=None, max_length=6, description="The legal bases that are claimed; those of the purpose where none is named."
    )
    at: Moment | None = Field(default=None, description="At which moment; now where none is named.")


EXAMPLES: Any = {
    "grant": {
        "value": {
            "subject": "customer_id:C-7",
            "kind": "consent",
            "decision": "granted",
            "purpose": "marketing.email",
            "notice_version": "v3",
            "captured_at": "2026-11-22T12:00:00Z",
            "event_id": "web-1",
        }
    },
    "signal": {"summary": "With the header Sec-GPC: 1", "value": {"subject": "cookie_id:ck-9"}},
}
_ERRORS = problems(400, 401, 403, 409, 413, 415, 422, 429, 431, 500, 503)


@router.post("/v1/consents", summary="Record what somebody said", operation_id="record_consent", responses=_ERRORS)
async def record(
    caller: TheCaller,
    service: TheService,
    said: Annotated[Said, Body(openapi_examples=EXAMPLES)],
    sec_gpc: Annotated[Literal["1"] | None, Header(description="Global Privacy Control of the person's browser.")] = None,
) -> dict[str, Any]:
    """Recorded, durable and effective for the next read. With `Sec-GPC: 1` the signal is recorded too, or alone."""
    actor = acting(caller, *WRITERS)
    return await service.aside(lambda: _recorded(service, actor, said, sec_gpc == "1"))


@router.post("/v1/consents/check", summary="Whether a purpose is allowed", operation_id="check_consent", responses=_ERRORS)
async def check(caller: TheCaller, service: TheService, asked: Check) -> dict[str, Any]:
    """Whether it is allowed with this person's data, or with each of these; and why."""
    actor = acting(caller, *CHECKERS)
    return await service.aside(lambda: _checked(service, actor, asked))


def _recorded(service: Service, actor: Actor, said: Said, signal: bool) -> dict[str, Any]:
    namespace, identifier = subject_of(said.subject)
    events = list(_events(said, namespace, said.source or own_source(actor), signal))
    by = writer_for(actor, events, said.domain)
    ledger = service.ledger
    written = [(event, list(in_all_forms(ledger.tokens, namespace, identifier, event))) for event in events]
    recorded = iter(ledger.append(*(form for _, forms in written for form in forms), by=by))
    return {
        "recorded": [
            {
                "kind": event.kind.value,
                "decision": event.decision.value,
                "purpose": event.purpose if event.signal is None and event.purpose else None,
                "signal": event.signal,
                "source": event.source,
                "event_id": event.event_id,
                "forms": [
                    {"namespace": form.namespace, "sequence": done.sequence, "outcome": done.outcome.value}
                    for form, done in zip(forms, recorded, strict=False)
                ],
            }
            for event, forms in written
        ]
    }


def _events(said: Said, namespace: str, source: str, signal: bool) -> list[Event]:
    """The event of the body, and that of the signal."""
    name, found = said.event_id or uuid4().hex, list[Event]()
    if (said.kind is None) is not (said.decision is None) or (said.kind is None and not signal):
        raise _refused("`kind` and `decision` belong together, and one of them or Sec-GPC: 1 tells what was said.")
    if said.kind is not None and said.decision is not None:
        if said.kind != "restriction" and (said.purpose is None) is not said.all_purposes:
            raise _refused("Name `purpose`, or say `all_purposes`; not both.")
        given = said.model_dump(
            include={"notice_version", "language", "effective_at", "expires_at", "jurisdiction", "evidence_hash"}
        )
        event = Event(
            b"", namespace, Kind(said.kind), Decision(said.decision), source, name, said.purpose or "", said.order, **given
        )
        found.append(replace(event, captured_at=said.captured_at))
    elif said.purpose is not None or said.all_purposes or said.order is not None:
        raise _refused("A signal has no purpose and no order of its own.")
    if signal:
        also = f"{name}/gpc" if found else name
        found.append(
            Event(b"", namespace, Kind.OBJECTION, Decision.OBJECTED, source, also, "signal:gpc", jurisdiction=said.jurisdiction)
        )
    return found


def _checked(service: Service, actor: Actor, asked: Check) -> dict[str, Any]:
    within_rate(service.shared, actor.name, "consents/check", MOST_CHECKS, "the check of consents")
    if (asked.subject is None) is (asked.subjects is None):
        raise _refused("Name `subject`, or `subjects`; not both.")
    ledger = service.ledger
    purpose = ledger.purposes.asked(asked.purpose, tuple(asked.bases) if asked.bases else None)
    told: dict[str, Any] = {"purpose": purpose.purpose, "bases": sorted(purpose.bases)}
    moment: datetime | None = asked.at
    tokens = [ledger.tokens.token(*subject_of(each)) for each in asked.subjects or [asked.subject or ""]]
    check_on_record(service.audit, actor, purpose.purpose, len(tokens))
    answers: list[dict[str, Any]] = [
        {"allowed": answer.allowed, "reason": answer.reason.value, "decided_by": answer.sequence}
        for answer in ledger.check_many(tokens, asked.purpose, purpose.bases, moment)
    ]
    return told | (answers[0] if asked.subject is not None else {"answers": answers})


def _refused(why: str) -> UsageProblem:
    return UsageProblem.because("HTTP-12", "the request", why, "/openapi.json describes it.")
