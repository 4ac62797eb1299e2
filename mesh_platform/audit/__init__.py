"""The audit log: who did what to what, and by which decision, in an order that nobody can change unseen.

An RFC 6962 tree in the control database, signed checkpoints outside of it, proofs for anyone. It holds tokens and salted commitments,
never personal data, so that erasing a person and proving the log live together. It refuses to acknowledge a record that is not durable.
"""

from typing import TYPE_CHECKING

from mesh_platform.lazily import loaded

if TYPE_CHECKING:
    from mesh_platform.audit.leaf import Act, Phase, What
    from mesh_platform.audit.log import AuditLog, Receipt
    from mesh_platform.audit.opening import open_audit
    from mesh_platform.audit.sdk import record
    from mesh_platform.audit.sealing import Personal

_HOME = {
    "Act": "leaf",
    "AuditLog": "log",
    "Personal": "sealing",
    "Phase": "leaf",
    "Receipt": "log",
    "What": "leaf",
    "open_audit": "opening",
    "record": "sdk",
}
__all__ = ["Act", "AuditLog", "Personal", "Phase", "Receipt", "What", "open_audit", "record"]
__getattr__ = loaded(__name__, _HOME, globals())
