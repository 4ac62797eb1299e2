"""A measure that leaves the range of its own history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.contract import Kind, drift_findings
from mesh_platform.contract.drift import FEWEST, robust_z

STEADY = [98.0, 98.5, 97.8, 98.2, 98.1, 98.4, 97.9, 98.3, 98.0, 98.2]


def drift(value: float | None, history: list[float | None]) -> list[str]:
    return [finding.why for finding in drift_findings({"accuracy": value}, {"accuracy": history}, "sales/orders")]


def test_a_fall_out_of_the_usual_range_warns() -> None:
    (finding,) = drift_findings({"accuracy": 90.0}, {"accuracy": STEADY}, "sales/orders")
    assert finding.severity == "warn" and finding.product == "sales/orders" and finding.where == "measure accuracy"
    assert finding.why == "It fell to 90, against a median of 98.15 over 10 publications."


def test_each_kind_of_finding_has_a_published_id_of_its_own() -> None:
    codes = [kind.code for kind in Kind]
    assert codes == [f"CONTRACT-{number:02d}" for number in range(1, len(codes) + 1)]
    assert (Kind.VALUE.code, Kind.NOT_EVALUATED.code, Kind.DRIFT.code) == ("CONTRACT-07", "CONTRACT-14", "CONTRACT-15")
    assert Kind("drift") is Kind.DRIFT


def test_a_usual_value_does_not_warn() -> None:
    assert drift(97.7, STEADY) == []


def test_a_rise_warns_too() -> None:
    assert "It rose to 100" in drift(100.0, [90 + value / 100 for value in range(10)])[0]


def test_one_bad_day_in_the_history_neither_hides_the_next_nor_raises_an_alarm() -> None:
    assert drift(98.1, [*STEADY, 10.0]) == []
    assert drift(60.0, [*STEADY, 10.0])


def test_a_short_history_says_nothing() -> None:
    assert drift(0.0, STEADY[: FEWEST - 1]) == []
    assert drift(0.0, STEADY[:FEWEST])


def test_what_was_not_measured_counts_neither_now_nor_in_the_history() -> None:
    assert drift(None, STEADY) == []
    assert drift(0.0, [*STEADY[: FEWEST - 1], None, None, None]) == []


def test_a_history_that_never_moved_warns_at_the_first_real_move() -> None:
    assert drift(99.5, [100.0] * 20)
    assert drift(99.95, [100.0] * 20) == []
    assert drift(100.0, [100.0] * 20) == []


def test_a_history_that_rarely_moved_is_judged_by_its_mean_deviation() -> None:
    assert drift(99.0, [100.0] * 7 + [99.0] * 4) == []
    assert drift(80.0, [100.0] * 7 + [99.0] * 4)


def test_only_the_recent_history_counts() -> None:
    assert drift(90.0, [50.0] * 100 + [90.0 + value % 3 for value in range(60)]) == []


def test_a_measure_without_history_is_new_and_not_drifting() -> None:
    assert drift_findings({"accuracy": 1.0}, {}) == []


FLOATS = st.floats(0, 100)


@given(history=st.lists(FLOATS, min_size=1, max_size=30), value=FLOATS, shift=st.sampled_from([-50.0, 25.0, 50.0]))
def test_the_score_does_not_depend_on_where_the_scale_begins(history: list[float], value: float, shift: float) -> None:
    history, value = [float(round(past)) for past in history], float(round(value))
    assert robust_z(value + shift, [past + shift for past in history]) == pytest.approx(robust_z(value, history))


@given(history=st.lists(FLOATS, min_size=1, max_size=30), value=FLOATS)
def test_the_score_has_the_sign_of_the_move(history: list[float], value: float) -> None:
    middle = sorted(history)[len(history) // 2] if len(history) % 2 else None
    if middle is not None:
        assert (robust_z(value, history) >= 0) == (value >= middle)
