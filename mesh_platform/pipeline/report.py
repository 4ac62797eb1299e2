"""From the outcome of a publication to Dagster's events: check results always, a materialization only where rows were published.

Metadata are counts, ids and names. Dagster never forgets metadata, so nothing that came from a row may stand in them.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from mesh_platform.errors import Finding
from mesh_platform.pipeline.card import Card
from mesh_platform.pipeline.edge import fail
from mesh_platform.pipeline.spec import findings_value, lineage_metadata

if TYPE_CHECKING:
    from mesh_platform.publish import CheckReport, Outcome

CHECKS = {
    "contract": "Every rule that the descriptor declares holds for the staged rows.",
    "quality": "The measured quality reaches the declared floors.",
    "retention": "The rows have a retention rule that can be enforced.",
    "residency": "The rows lie where the domain may keep them.",
    "policy": "No policy rule closes the gate.",
}
"""The checks of a product. One whose engine does not exist yet is not registered, rather than green."""

Events = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]
_UNDECIDED = "Not decided: the publication stopped elsewhere."
_STILL = "Not evaluated again: nothing was new, and the version that is served passed it."


def events_of(card: Card, outcome: "Outcome") -> Events:
    """Check results, then the materialization of a published version.

    Raises:
        dagster.Failure: where the publication could not be carried out; nothing is known of the rows then.
    """
    from mesh_platform.publish import Status

    if outcome.status is Status.FAILED:
        fail(_reason(outcome))
    key, reports = dg.AssetKey(card.path), outcome.checks
    for name in CHECKS:
        yield _check(key, name, reports[name], still=outcome.status is Status.UNCHANGED)
    if outcome.status is Status.PUBLISHED:
        yield dg.MaterializeResult(asset_key=key, metadata=metadata_of(card, outcome))


def _check(key: dg.AssetKey, name: str, report: "CheckReport", *, still: bool) -> dg.AssetCheckResult:
    """One check. `still`: nothing was published, and what it said of the served version holds on."""
    findings = report.findings
    first = next((finding for finding in findings if finding.blocks), None)
    passed = report.passed or (still and first is None)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if first else dg.AssetCheckSeverity.WARN,
        description=str(first) if first else None if report.evaluated else _STILL if still else _UNDECIDED,
        metadata={
            "blocking": sum(finding.blocks for finding in findings),
            "warnings": sum(not finding.blocks for finding in findings),
            **({"findings": findings_value(findings)} if findings else {}),
        },
    )


def _reason(outcome: "Outcome") -> Finding:
    """The finding that stopped it: the last one that blocks."""
    blocking = [finding for finding in outcome.findings if finding.blocks]
    if blocking:
        return blocking[-1]
    return Finding("RUN-09", str(outcome.product), "It failed and gave no reason.", "Run it again.", str(outcome.product))


def metadata_of(card: Card, outcome: "Outcome") -> Mapping[str, Any]:
    """What Dagster keeps of a publication."""
    found: dict[str, Any] = {
        "dagster/row_count": outcome.rows or 0,
        "mesh/publication": outcome.publication_id or "",
        "mesh/snapshot": outcome.snapshot_id or 0,
        "mesh/version": outcome.version,
        "mesh/binding": ", ".join(outcome.binding) or "none",
        "mesh/closed_consumers": ", ".join(outcome.closed_consumers) or "none",
        "mesh/blocked_resurrections": outcome.suppressed or 0,
        "mesh/seconds": round(outcome.seconds, 3),
    }
    found |= {f"mesh/measure/{name}": _measure(value) for name, value in outcome.measures.items()}
    return {**found, **lineage_metadata(card)}


def _measure(value: float | None) -> Any:
    return "not measured" if value is None else round(float(value), 4)
