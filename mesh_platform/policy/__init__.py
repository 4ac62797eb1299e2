"""Policy: rules over what a product declares and what is known of it, the controls that its sensitivity binds, and the gate.

Pure functions over values. Nothing here reads a file, a database or a clock, and nothing that could not be judged counts as passed.
"""

from mesh_platform.policy.binding import Binding, Control, binding_for
from mesh_platform.policy.engine import Closure, Decision, NotEvaluated, gate
from mesh_platform.policy.facts import Combination, Diversity, Facts, Measures, Remedy, Review, Served, Tombstone
from mesh_platform.policy.own import problems, rules_of
from mesh_platform.policy.packs import PACKS, group_of, rules
from mesh_platform.policy.rule import Group, Objection, Rule, Upheld, Vector, Verdict
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.policy.shapes import Shape, Shapes

__all__ = [
    "PACKS",
    "Binding",
    "Closure",
    "Combination",
    "Control",
    "Decision",
    "Diversity",
    "Facts",
    "Found",
    "Group",
    "Measures",
    "NotEvaluated",
    "Objection",
    "Remedy",
    "Review",
    "Rule",
    "Scan",
    "Served",
    "Shape",
    "Shapes",
    "Tombstone",
    "Upheld",
    "Vector",
    "Verdict",
    "binding_for",
    "gate",
    "group_of",
    "problems",
    "rules",
    "rules_of",
]
