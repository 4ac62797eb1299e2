"""What several rules say in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mesh_platform.policy.rule import Objection

MOST = 20
REGISTER_PURPOSE = "Register it in governance/purposes.yaml (the privacy team decides), or name a registered one."


def first_twenty(objections: Iterable[Objection]) -> Iterator[Objection]:
    """The first of them, and how many more there are, so that a table of two thousand columns stays readable."""
    found = list(objections)
    yield from found[:MOST]
    if len(found) > MOST:
        why = f"The same holds of {len(found) - MOST} more columns."
        yield Objection(why, "Mend them in the same way.", found[MOST].at, severity=found[MOST].severity)
