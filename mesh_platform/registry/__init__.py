"""What products exist, which version of each is published and where, what the gate said, what was measured, what derives from what.

The registry remembers and finds; it decides nothing. What is served is what the lake's rename put there: the rows here follow it, and
`reconcile` rebuilds them where they are missing. It holds names, counts and verdicts, never a value out of a product.
"""

from mesh_platform.registry.clock_floor import ClockFloor
from mesh_platform.registry.holdings import Holding, holdings
from mesh_platform.registry.key_events import KeyAct, KeyEvent, KeyEvents
from mesh_platform.registry.policies import SeenVersion
from mesh_platform.registry.registry import Registry
from mesh_platform.registry.retirements import Removed, Retirement, Retirements, evidence_of
from mesh_platform.registry.values import (
    ColumnEntry,
    GateDecision,
    GatePlace,
    LakeVersion,
    LineageEdge,
    Measure,
    ProductEntry,
    Publication,
    Reached,
    Registered,
    Republish,
    SearchHit,
)

__all__ = [
    "ClockFloor",
    "ColumnEntry",
    "GateDecision",
    "GatePlace",
    "Holding",
    "KeyAct",
    "KeyEvent",
    "KeyEvents",
    "LakeVersion",
    "LineageEdge",
    "Measure",
    "ProductEntry",
    "Publication",
    "Reached",
    "Registered",
    "Registry",
    "Removed",
    "Republish",
    "Retirement",
    "Retirements",
    "SearchHit",
    "SeenVersion",
    "evidence_of",
    "holdings",
]
