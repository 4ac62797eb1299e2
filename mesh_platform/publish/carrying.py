"""What carries the ledger's word into rows, over an opened mesh: derived products are made again as `mesh run` makes them."""

from __future__ import annotations

from datetime import timedelta

from mesh_platform.errors import Finding
from mesh_platform.ledger import Ledger, mesh_tokens
from mesh_platform.product import DataProduct, Mesh, ProductKey
from mesh_platform.propagation import Outcome as Propagated
from mesh_platform.propagation import Propagation, Receipts, WhyKept, kept_by_law
from mesh_platform.publish.flow import publish
from mesh_platform.publish.outcome import Status
from mesh_platform.publish.runtime import Runtime
from mesh_platform.registry import Republish
from mesh_platform.retention import Holds


def republishing(mesh: Mesh, runtime: Runtime) -> Republish:
    """Publishes a product anew; gives what stood in the way, where anything did."""

    def republish(key: str) -> Finding | None:
        outcome = publish(mesh, ProductKey.parse(key), runtime)
        if outcome.status in (Status.PUBLISHED, Status.UNCHANGED):
            return None
        return next(iter([*(f for f in outcome.findings if f.blocks), *outcome.findings]))

    return republish


def audited_ledger(mesh: Mesh, runtime: Runtime) -> Ledger:
    """The ledger of the runtime, whose appends stand in the audit log."""
    tokens = mesh_tokens(runtime.database, runtime.lake.keys, mesh.governance)
    return Ledger(runtime.database, tokens, mesh.governance, audit=runtime.audit)


def propagation_of(mesh: Mesh, runtime: Runtime, by: str) -> Propagation:
    """What the location `by` applies with."""
    receipts, kept = Receipts(runtime.database), kept_by_hold_or_law(runtime)
    return Propagation(
        runtime.lake, audited_ledger(mesh, runtime), runtime.audit, receipts, republishing(mesh, runtime), by, kept
    )


def targets_of(mesh: Mesh, runtime: Runtime) -> dict[str, timedelta]:
    """How long each domain may take: its own word, else the setting. A domain without a folder of which rows are held is one too."""
    default = timedelta(hours=runtime.settings.consent_hours)
    held = {place.domain for place in runtime.lake.places() if runtime.lake.published(place)}
    own = {name: folder.file.consent_within for name, folder in mesh.domains.items()}
    return {name: span.approximate if (span := own.get(name)) else default for name in sorted(held | own.keys())}


def kept_by_hold_or_law(runtime: Runtime) -> WhyKept:
    """Why no row of a product may go now: an open hold that touches it (Art. 17(3)(e) GDPR), or a statutory minimum."""

    def kept(product: str, descriptor: DataProduct) -> tuple[Propagated, str] | None:
        holds = Holds(runtime.database).listed(only_open=True)
        if any(hold.scope.touches(product, descriptor) for hold in holds):
            return Propagated.HELD, "HOLD-06"
        return kept_by_law(product, descriptor)

    return kept
