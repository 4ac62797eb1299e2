"""Whether the audit log has its witnesses, as a publication needs it: restricted data is not released into a log that nobody else watches."""

from __future__ import annotations

from dataclasses import replace

from mesh_platform.audit import What
from mesh_platform.audit.watch import overdue
from mesh_platform.errors import Finding, Severity
from mesh_platform.product import Product, Sensitivity
from mesh_platform.publish.runtime import Runtime


def unwitnessed(product: Product, runtime: Runtime) -> Finding | None:
    """AUDIT-26 where the log has gone without a quorum for too long: it blocks restricted data, and is a warning beside all else.

    Nothing where no witnesses are set. The witnesses are asked once more before restricted data is refused.

    Raises:
        Unavailable: where a log cannot be looked into.
    """
    restricted = product.descriptor.sensitivity is Sensitivity.RESTRICTED
    found = overdue(runtime.audit, What(product=str(product.key), region=product.location), ask=restricted)
    if found is None:
        return None
    severity = Severity.BLOCK if restricted else Severity.WARN
    return replace(found, where=product.where, product=str(product.key), severity=severity)
