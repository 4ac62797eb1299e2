"""Has a measure moved further than its own history explains?

The robust z-score (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993): distance from the median in units of the median absolute
deviation, so that one bad day in the history neither hides the next nor raises an alarm. It warns and never blocks; a floor is the descriptor's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from mesh_platform.contract.rules import Kind
from mesh_platform.errors import Finding, Severity

FEWEST = 8
"""Publications before a history says anything; with fewer, a deviation of its own is too uncertain."""
MOST = 60
"""Publications that are looked back on."""
LIMIT = 3.5
"""Iglewicz and Hoaglin's threshold."""
LEAST_MOVE = 0.1
"""Moves below this are noise of rounding, whatever the history; in units of the measure (percentage points), or a share of the median."""


def robust_z(value: float, history: Sequence[float]) -> float:
    """How many robust standard deviations `value` lies from the median of `history`; infinite where the history never moved.

    Where more than half of the history is one value, the median deviation is 0 and the mean one stands in for it.
    """
    middle = median(history)
    distances = [abs(past - middle) for past in history]
    spread = median(distances) / 0.6745 or fmean(distances) * 1.2533
    if spread:
        return (value - middle) / spread
    return 0.0 if value == middle else float("inf") * (1 if value > middle else -1)


def drift_findings(
    measures: Mapping[str, float | None], history: Mapping[str, Sequence[float | None]], product: str = ""
) -> list[Finding]:
    """A warning for each measure that left the range of its history.

    Args:
        measures: this publication's, by name; None where it was not measured.
        history: earlier values by measure, oldest first.
        product: the product's name, for the finding.
    """
    findings = []
    for name, value in measures.items():
        past = [known for known in history.get(name, ()) if known is not None][-MOST:]
        if value is None or len(past) < FEWEST:
            continue
        middle = median(past)
        if abs(value - middle) > LEAST_MOVE and abs(robust_z(value, past)) > LIMIT:
            findings.append(_finding(name, value, middle, len(past), product))
    return findings


def _finding(name: str, value: float, middle: float, publications: int, product: str) -> Finding:
    move = "fell" if value < middle else "rose"
    why = f"It {move} to {value:.4g}, against a median of {middle:.4g} over {publications} publications."
    fix = "Look at what changed in the source or the transform; if it is meant, it becomes the new normal."
    return Finding(Kind.DRIFT.code, f"measure {name}", why, fix, product, Severity.WARN)
