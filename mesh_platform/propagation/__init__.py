"""The ledger's word carried into the rows themselves: applied domain by domain, receipted, looked at a second time, and measured.

Reads leave people out at once, whatever happens here; this makes it so in the data. A receipt is a claim, and what was not done is red until it is.
"""

from mesh_platform.propagation.applying import Propagation, WhyKept, kept_by_law
from mesh_platform.propagation.store import Receipts
from mesh_platform.propagation.values import Applied, Outcome, Progress, Receipt, Verdict

__all__ = [
    "Applied",
    "Outcome",
    "Progress",
    "Propagation",
    "Receipt",
    "Receipts",
    "Verdict",
    "WhyKept",
    "kept_by_law",
]
