"""The flow of one publication, from governed inputs to receipt; no Dagster.

It refuses to make anything visible that was not staged, audited and let through by the gate. Names are loaded when they are first used:
judging files needs neither engine nor database, and a code location that only judges should not pay for them.
"""

from typing import TYPE_CHECKING

from mesh_platform.lazily import loaded

if TYPE_CHECKING:
    from mesh_platform.publish.assessment import Assessment, assess, confinement_of, shape_cache
    from mesh_platform.publish.catalog import register
    from mesh_platform.publish.checking import Known, Report, check_mesh, judged
    from mesh_platform.publish.flow import lineage_edges, publish
    from mesh_platform.publish.lifecycle import tell_of_ends
    from mesh_platform.publish.outcome import CHECKS, CheckReport, Outcome, Status
    from mesh_platform.publish.retirement import retire
    from mesh_platform.publish.runtime import Runtime, open_runtime, place_of

_HOME = {
    "CHECKS": "outcome",
    "Assessment": "assessment",
    "CheckReport": "outcome",
    "Outcome": "outcome",
    "Known": "checking",
    "Report": "checking",
    "Runtime": "runtime",
    "Status": "outcome",
    "assess": "assessment",
    "check_mesh": "checking",
    "confinement_of": "assessment",
    "judged": "checking",
    "lineage_edges": "flow",
    "open_runtime": "runtime",
    "place_of": "runtime",
    "publish": "flow",
    "register": "catalog",
    "retire": "retirement",
    "shape_cache": "assessment",
    "tell_of_ends": "lifecycle",
}

__all__ = [
    "CHECKS",
    "Assessment",
    "CheckReport",
    "Known",
    "Outcome",
    "Report",
    "Runtime",
    "Status",
    "assess",
    "check_mesh",
    "confinement_of",
    "judged",
    "lineage_edges",
    "open_runtime",
    "place_of",
    "publish",
    "register",
    "retire",
    "shape_cache",
    "tell_of_ends",
]


__getattr__ = loaded(__name__, _HOME, globals())
