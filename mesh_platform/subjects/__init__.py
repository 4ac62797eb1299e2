"""People's requests about their own data: who a person is across products, what is to be done, done, verified by others, and certified.

What erases and what verifies share no code. Publishing anew is handed in; nothing is certified that was not looked at.
"""

from mesh_platform.subjects.afterwards import Afterwards, Back
from mesh_platform.subjects.certificate import Proof, digest, proven, statement
from mesh_platform.subjects.deadlines import Told
from mesh_platform.subjects.desk import Desk, Swept, Wish
from mesh_platform.subjects.erasure.replay import Replay, Replayed
from mesh_platform.subjects.erasure.retained import Retained
from mesh_platform.subjects.requests.kinds import HANDED_OVER, Kind, Regime
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Closure, Identifier, Request, State, Task, Weak
from mesh_platform.subjects.verifier.traces import Traces
from mesh_platform.subjects.verifier.verifier import Looked, Residue, Verifier

__all__ = [
    "HANDED_OVER",
    "Afterwards",
    "Back",
    "Closure",
    "Desk",
    "Identifier",
    "Kind",
    "Looked",
    "Proof",
    "Regime",
    "Replay",
    "Replayed",
    "Request",
    "Requests",
    "Residue",
    "Retained",
    "State",
    "Swept",
    "Task",
    "Told",
    "Traces",
    "Verifier",
    "Weak",
    "Wish",
    "digest",
    "proven",
    "statement",
]
