"""The parts of the evidence's page, one for each kind of thing that stands on record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mesh_platform.interop.evidence.model import Decision, Evidence, WaiverEntry
from mesh_platform.interop.markup import Child, Html, joined, table, tag

MOST = 6
_OTHER = re.compile(r"[^a-z0-9]+")


def section(name: str, heading: str, *children: Child) -> Html:
    return tag("section", tag("h2", heading, id=name), children, aria_labelledby=name)


def slug(text: str) -> str:
    return _OTHER.sub("-", text.lower()).strip("-")


def mark(state: str) -> Html:
    return tag("span", state, class_=f"tag {slug(state)}")


def day(moment: str | None) -> str:
    return moment[:10] if moment else "–"


def minute(moment: str | None) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC" if moment else "–"


def many(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def refs(records: Iterable[str]) -> Html:
    """Links to the proofs of records, the newest few."""
    shown = [*dict.fromkeys(records)][-MOST:]
    links = [tag("a", record, href=f"proofs/{record.replace(':', '/')}.tlog-proof") for record in shown]
    return tag("span", joined(part for link in links for part in (link, " ")) if links else "–", class_="refs")


def named(evidence: Evidence) -> Callable[[str], str]:
    """Gives a product's name, marked where it is no more."""
    standing = {one.product for one in evidence.products if one.served}
    ends = {one.product: f"{one.state} on {day(one.ended)}" if one.ended else one.state for one in evidence.gone}
    return lambda name: f"{name} ({ends[name]})" if name in ends and name not in standing else name


def blocked(evidence: Evidence) -> Html:
    """What the gate kept back."""
    called = named(evidence)
    closed = [one for one in evidence.decisions if not one.open]
    text = (
        f"The gate decided {many(len(evidence.decisions), 'time')} in this span and kept back {many(len(closed), 'deployment')}. "
        "What is kept back is never served; the version before it stays, where there is one."
    )
    rows = [(called(one.product), minute(one.at), one.place, _why(one), refs(one.records)) for one in closed]
    head = ("product", "when", "where", "why", "records")
    return section(
        "blocked", "What was kept back", tag("p", text), table("Deployments that were kept back", head, rows) if rows else None
    )


def _why(one: Decision) -> Html:
    parts = [
        joined((tag("strong", f.rule), f" {f.where}: {f.why} ", tag("em", f"Remedy: {f.fix}")))
        for f in one.objections
        if f.severity == "block"
    ]
    return joined(tag("div", part) for part in parts) if parts else Html("–")


def products(evidence: Evidence) -> Html:
    """What is served, where, and what protects it."""
    rows = [
        (
            one.product,
            one.sensitivity,
            one.location or "–",
            f"{one.served} of {day(one.published_at)}" if one.served else "not served",
            f"{one.rows:,}" if one.rows is not None else "–",
            "; ".join(f"{name.replace('_', ' ')}: {state}" for name, state in one.binding.items()) or "none is asked",
            one.contracts,
            one.grants,
        )
        for one in evidence.products
    ]
    head = ("product", "sensitivity", "lies in", "served", "rows", "controls that its sensitivity brings", "contracts", "grants")
    text = "Controls follow from the sensitivity and are never typed by hand. One counts as present only when a probe of the real state saw it."
    return section("products", "Products and their protection", tag("p", text), table("Products", head, rows, numbers=(4, 6, 7)))


def access(evidence: Evidence) -> Html:
    """Who read what, by role and purpose."""
    called = named(evidence)
    rows = [
        (
            called(one.product),
            one.purpose or "none named",
            one.basis or "–",
            one.role or "a product",
            one.reads,
            one.refused or "–",
            f"{one.rows:,}",
            ", ".join(f"{name} (masked)" if name in one.masked else name for name in one.columns) or "–",
            refs(one.records[-2:]),
        )
        for one in evidence.access
    ]
    head = ("product", "purpose", "legal basis", "role", "reads", "refused", "rows", "columns", "records")
    text = (
        "Every read of what is not public stands in the audit log before its first row leaves. People appear as random tokens in the records and not at all "
        "here. What one person's data was shown to whom is a question of its own: `mesh audit seen`."
    )
    return section(
        "access",
        "Who read what",
        tag("p", text),
        table("Reads", head, rows, numbers=(4, 5, 6)) if rows else tag("p", "No read is on record."),
    )


def people(evidence: Evidence) -> Html:
    """Requests and how far withdrawals have come."""
    asked = [
        (
            tag("code", one.request[:12]),
            one.kind,
            one.regime,
            one.state,
            minute(one.opened),
            minute(one.certified),
            ", ".join(f"{name}: {state}" for name, state in one.products.items() if state != "untouched") or "none held anything",
            refs(one.records),
        )
        for one in evidence.requests
    ]
    lags = [
        (
            one.domain,
            one.state,
            one.waiting,
            _seconds(one.p50),
            _seconds(one.p95),
            _seconds(one.worst),
            _seconds(one.target),
            ", ".join(one.failed) or "–",
        )
        for one in evidence.propagation
    ]
    head = ("request", "kind", "law", "state", "opened", "certified", "products", "records")
    lag = ("domain", "state", "waiting", "half within", "95 % within", "worst", "target", "not brought along")
    return section(
        "people",
        "People's requests and withdrawals",
        tag(
            "p",
            "A request ends with a certificate whose hash stands in the audit log; no identifier of a person stands in either.",
        ),
        table("Requests", head, asked) if asked else tag("p", "Nobody has asked for anything."),
        tag(
            "p",
            "A withdrawal hides its person from the next read. How long it takes until the rows themselves say so, over thirty days:",
        ),
        table("Withdrawals and objections on their way into the rows", lag, lags, numbers=(2, 3, 4, 5, 6)) if lags else None,
    )


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.1f} s" if value < 120 else f"{value / 60:,.0f} min" if value < 7200 else f"{value / 3600:,.0f} h"


def retention(evidence: Evidence) -> Html:
    """What was deleted at the end of its period."""
    rows = [
        (one.product or "the mesh", one.what, one.phase, one.times, f"{one.rows:,}", minute(one.last), refs(one.records))
        for one in evidence.retention
    ]
    head = ("product", "what", "how it ended", "times", "rows", "last", "records")
    none = tag("p", "No run of retention is on record in this span.")
    return section("retention", "Retention", table("Runs of retention", head, rows, numbers=(3, 4)) if rows else none)


def _state_of(one: WaiverEntry) -> str:
    """What became of a waiver, and how old the exemption is that it renews."""
    times = f"renewed {one.renewals} time{'s' if one.renewals > 1 else ''}, exempt since {one.exempt_since}"
    return f"{one.state}{f': {one.why}' if one.why else ''}{f'; {times}' if one.renewals else ''}"


def exceptions(evidence: Evidence) -> Html:
    """Waivers, and what people attest."""
    called = named(evidence)
    waived = [
        (
            called(one.product),
            one.rule,
            _state_of(one),
            one.control,
            one.asked,
            one.decided or "–",
            one.expires,
            _another(one.by_another),
            "UNPROVEN: the log does not say so" if one.proven is False else refs(one.records),
        )
        for one in evidence.waivers
    ]
    attested = [
        (
            one.record,
            one.title + (" (stands for an example; nobody really said so)" if one.demo else ""),
            ", ".join(one.rules),
            one.by,
            one.on,
            one.expires,
            "yes" if one.holds else "no",
        )
        for one in evidence.attestations
    ]
    return section(
        "exceptions",
        "Waivers and attestations",
        tag(
            "p",
            "A waiver lasts 90 days at most and is never decided by whoever asked for it. An attestation is a person's word about what no platform can observe.",
        ),
        table(
            "Waivers",
            (
                "product",
                "rule",
                "state",
                "what protects people meanwhile",
                "asked",
                "decided",
                "expires",
                "by somebody else",
                "records",
            ),
            waived,
        )
        if waived
        else tag("p", "No waiver stands on record."),
        table("Attestations", ("record", "what", "controls", "by", "on", "until", "counts"), attested)
        if attested
        else tag("p", "Nothing is attested."),
    )


def _another(by_another: bool | None) -> str:
    return "not decided" if by_another is None else "yes" if by_another else "no"


def log(evidence: Evidence) -> Html:
    """The logs, and each record that something here points at."""
    logs = [
        (
            one.log,
            one.origin,
            f"{one.size:,}",
            tag("code", one.root),
            "yes" if one.verified else "NO: " + "; ".join(one.findings),
            ", ".join(one.witnesses) or "none",
            f"{one.dropped:,}",
            refs((one.under,)) if one.under else "–",
        )
        for one in evidence.logs
    ]
    rows = [
        (
            tag("a", one.id, href=one.file),
            minute(one.at),
            f"{one.act} ({one.phase})",
            one.product or "–",
            one.decision or "–",
            one.reason or "–",
            "–" if one.n is None else f"{one.n:,}",
            one.role or "–",
        )
        for one in evidence.records
    ]
    return section(
        "log",
        "The audit log and the records",
        tag(
            "p",
            "A Merkle tree (RFC 6962) under checkpoints that are signed with Ed25519 and ML-DSA-44. It was verified from its first record to its last for this document.",
        ),
        table(
            "Logs",
            ("log", "origin", "records", "root", "verified", "witnesses", "texts dropped", "named by"),
            logs,
            numbers=(2, 6),
        ),
        tag(
            "p",
            f"{many(len(evidence.records), 'record')} are proven here: the link leads to the proof, which holds the record's own bytes.",
        ),
        table("Records", ("record", "when", "act", "product", "decision", "rule", "count", "role"), rows, numbers=(6,)),
    )


def verify(evidence: Evidence) -> Html:
    """What to do with the package."""
    return section(
        "verify",
        "How to verify this document",
        tag(
            "p",
            "The package is one zip. Its manifest names every file with its SHA-256; the manifest's own hash stands in a record of the audit log, and the proof of that record is the seal.",
        ),
        tag(
            "p",
            "With the platform: ",
            tag("code", "mesh evidence verify evidence.zip --key KEYS"),
            ". Without it, Python 3.11 and the package cryptography are enough: ",
            tag("code", "python verify_evidence.py evidence.zip --key KEYS"),
            ".",
        ),
        tag(
            "p",
            "KEYS are the log's public keys as you got them before, and not with this package. Whoever runs the platform prints them with ",
            tag("code", "mesh audit key"),
            ".",
        ),
    )
