"""How long rows stay: the rule of each product carried out, what a legal hold keeps from it, and a look from outside that counts what is overdue.

A hold goes before a statutory minimum, that before an erasure, and that before the greatest age. Nothing is deleted by a clock that cannot be believed.
"""

from mesh_platform.retention.coverage import Covers
from mesh_platform.retention.holds import ARTICLE, PURPOSE, Hold, Holder, Scope, covered
from mesh_platform.retention.keeper import Done, Keeper, keeper_of
from mesh_platform.retention.looking import Looked, look
from mesh_platform.retention.plan import Due, State, advised
from mesh_platform.retention.precedence import Conditions, Standing, Verdict, verdict
from mesh_platform.retention.staging import spared
from mesh_platform.retention.store import Holds, matters

__all__ = [
    "ARTICLE",
    "PURPOSE",
    "Conditions",
    "Covers",
    "Done",
    "Due",
    "Hold",
    "Holder",
    "Holds",
    "Keeper",
    "Looked",
    "Scope",
    "Standing",
    "State",
    "Verdict",
    "advised",
    "covered",
    "keeper_of",
    "look",
    "matters",
    "spared",
    "verdict",
]
