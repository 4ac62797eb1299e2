"""What publications say to the audit log: the gate's decision before anything is released, and that it was released.

Where the decision cannot be recorded, the caller's error is that, and nothing is published.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from mesh_platform.audit import Act, Phase, Receipt, What
from mesh_platform.errors import Finding
from mesh_platform.policy.version import version_of
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.publish.runtime import Runtime
from mesh_platform.registry import GateDecision


def gate_recorded(
    runtime: Runtime, decision: GateDecision, version: str = "", rows: int | None = None, key: str | None = None
) -> Receipt:
    """Record what the gate said; open is an intent, since the release follows.

    Raises:
        Unavailable: AUDIT-12, where it does not stand.
    """
    blocking = next((finding.rule for finding in decision.findings if finding.blocks), None)
    phase, said = (Phase.INTENT, "open") if decision.open else (Phase.DENIED, "closed")
    obj = What(
        product=_named(decision.product, version),
        code=decision.spec_hash or None,
        ref=decision.publication,
        policy=decision.policy,
    )
    return runtime.audit.record(Act.GATE, phase, None, obj, said, blocking, rows, key=key or decision.publication)


def kept_back(mesh: Mesh, key: ProductKey, runtime: Runtime, findings: tuple[Finding, ...], now: datetime) -> None:
    """Record that a product was kept back by its files alone, before anything of it ran: once for the same files and the same findings.

    Raises:
        Unavailable: AUDIT-12, where it does not stand.
    """
    product, policy = mesh.products.get(key), version_of(mesh.governance)
    spec_hash = product.spec_hash if product else ""
    decision = GateDecision(key, spec_hash, "load", open=False, decided_at=now, findings=findings, policy=policy.digest)
    told = hashlib.sha256(repr((str(key), spec_hash, findings)).encode()).hexdigest()
    gate_recorded(runtime, decision, product.descriptor.version if product else "", key=f"load {told}")
    last = runtime.registry.latest_decisions("load").get(key)
    if last is None or (last.spec_hash, last.findings) != (spec_hash, findings):
        runtime.registry.record_decision(decision, policy)


def served_recorded(runtime: Runtime, product: ProductKey, version: str, publication: str, policy: str, gate: Receipt) -> None:
    """Record that what the gate let through is served."""
    obj = What(product=_named(product, version), ref=publication, policy=policy)
    runtime.audit.record(Act.GATE, Phase.DONE, None, obj, "open", parent=gate.eid)


def _named(product: ProductKey, version: str) -> str:
    return f"{product}@{version}" if version else str(product)
