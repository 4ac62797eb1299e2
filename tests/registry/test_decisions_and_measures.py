"""What the gate said and what was measured: histories, in the order of recording."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from mesh_platform.errors import Finding, Severity
from mesh_platform.registry import GateDecision, Measure, Registry
from mesh_platform.state import Conflict
from tests.registry.samples import ACCOUNTS, CUSTOMERS, NOON, publication

NO_RETENTION = Finding(
    "CORE-03", "product.yaml:12", "There is no retention.", "Add retention.", "customer/customer_360", Severity.BLOCK, True
)
BLOCKED = GateDecision(
    CUSTOMERS,
    "spec-1",
    "publish",
    False,
    NOON,
    (NO_RETENTION,),
    ("CORE-09", {"rule": "CORE-10"}),
    "publication-1",
    closed_consumers=("finance",),
)
OPEN = GateDecision(CUSTOMERS, "spec-2", "publish", True, NOON)


def measure(number: int, metric: str = "completeness", value: float | None = 98.0) -> Measure:
    return Measure(CUSTOMERS, f"publication-{number}", metric, value, NOON + timedelta(minutes=number))


def record_measures(registry: Registry, found: list[Measure]) -> None:
    registry.record_published(publication(1), measures=found)


def test_a_decision_comes_back_with_its_findings(registry: Registry) -> None:
    recorded = registry.record_decision(BLOCKED)
    assert registry.latest_decisions() == {CUSTOMERS: recorded}
    assert replace(recorded, id=None) == BLOCKED


def test_the_last_recorded_decision_is_the_latest_whatever_the_clock_says(registry: Registry) -> None:
    first = registry.record_decision(BLOCKED)
    last = registry.record_decision(replace(OPEN, decided_at=NOON - timedelta(days=400)))
    assert registry.latest_decisions() == {CUSTOMERS: last}
    assert first.id != last.id


def test_each_place_has_its_own_latest_decision(registry: Registry) -> None:
    for decision in (BLOCKED, replace(OPEN, place="load"), replace(OPEN, product=ACCOUNTS, place="check")):
        registry.record_decision(decision)
    assert {key: decision.open for key, decision in registry.latest_decisions("publish").items()} == {CUSTOMERS: False}
    assert {key: decision.place for key, decision in registry.latest_decisions().items()} == {
        CUSTOMERS: "load",
        ACCOUNTS: "check",
    }
    assert registry.latest_decisions("read") == {}


def test_a_place_that_is_none_is_refused(registry: Registry) -> None:
    with pytest.raises(Conflict):
        registry.record_decision(replace(OPEN, place="somewhere"))  # type: ignore[arg-type]


def test_measures_come_newest_first_and_no_more_than_asked(registry: Registry) -> None:
    record_measures(registry, [measure(number) for number in range(5)])
    assert registry.measures(CUSTOMERS, "completeness", limit=2) == (measure(4), measure(3))


def test_what_was_not_measured_stays_so(registry: Registry) -> None:
    record_measures(registry, [measure(1, "accuracy", None), measure(1, "timeliness", 0.0)])
    assert registry.measures(CUSTOMERS, "accuracy") == (measure(1, "accuracy", None),)
    assert registry.measures(CUSTOMERS, "timeliness") == (measure(1, "timeliness", 0.0),)
    assert len(registry.measures(CUSTOMERS)) == 2


def test_measured_again_for_one_publication_the_new_value_stands(registry: Registry) -> None:
    record_measures(registry, [measure(1, value=90.0)])
    record_measures(registry, [measure(1, value=91.5)])
    assert registry.measures(CUSTOMERS, "completeness") == (measure(1, value=91.5),)


def test_recording_no_measures_is_no_trouble(registry: Registry) -> None:
    record_measures(registry, [])
    assert registry.measures(CUSTOMERS) == ()


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_measure_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="None says not measured"):
        measure(1, value=value)
