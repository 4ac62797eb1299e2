"""Quality measures of the same pass: `None` is not measured, and never 100."""

from __future__ import annotations

import pytest

from tests.contract.conftest import Check, failed

FRESH = {"sla": {"freshness": "< 1 hour", "freshnessColumn": "at"}}


def test_completeness_is_the_share_of_required_values_that_are_present(check: Check) -> None:
    columns = {"a": {"type": "integer"}, "b": {"type": "double"}, "c": {"type": "string", "nullable": True}}
    rows = "SELECT * FROM (VALUES (1::BIGINT, 1.0::DOUBLE, NULL::VARCHAR), (NULL, 'nan', NULL), (3, 3.0, NULL)) AS rows(a, b, c)"
    assert check(rows, columns).measures["completeness"] == pytest.approx(100 * 4 / 6)


def test_nothing_declared_is_not_measured(check: Check) -> None:
    result = check("SELECT 1::BIGINT AS a", {"a": {"type": "integer", "nullable": True}})
    assert result.measures == {"completeness": None, "accuracy": None, "timeliness": None}


def test_an_empty_table_is_not_measured(check: Check) -> None:
    rows = "SELECT NULL::TIMESTAMP AS at WHERE false"
    result = check(rows, {"at": {"type": "timestamp", "min": "2020-01-01"}}, **FRESH)
    assert result.passed and set(result.measures.values()) == {None}


def test_accuracy_counts_a_row_with_two_faults_once(check: Check) -> None:
    columns = {"a": {"type": "integer", "max": 1}, "b": {"type": "integer", "max": 1}}
    rows = "SELECT * FROM (VALUES (2::BIGINT, 2::BIGINT), (2, 1), (1, 1), (1, 1)) AS rows(a, b)"
    assert check(rows, columns).measures["accuracy"] == 50


def test_uniqueness_and_missing_values_are_no_part_of_accuracy(check: Check) -> None:
    columns = {"a": {"type": "integer", "unique": True, "max": 5}}
    result = check("SELECT unnest([1, 1, NULL]::BIGINT[]) AS a", columns)
    assert result.measures["accuracy"] == 100 and not result.passed


@pytest.mark.parametrize(
    ("kind", "moments"),
    [
        ("timestamp", ["2026-01-01 11:00:00", "2026-01-01 10:59:59.999999", None, "2026-01-02"]),
        ("timestamptz", ["2026-01-01 13:00:00+02", "2026-01-01 12:59:59+02", None, "2026-01-02 00:00:00+00"]),
        ("date", ["2026-01-01", "2025-12-31", None, "2026-01-02"]),
    ],
)
def test_timeliness_is_the_share_of_rows_within_the_promise(check: Check, kind: str, moments: list[str | None]) -> None:
    listed = ", ".join(f"'{moment}'" if moment else "NULL" for moment in moments)
    result = check(f"SELECT unnest([{listed}]::{kind}[]) AS at", {"at": {"type": kind, "nullable": True}}, **FRESH)
    assert result.measures["timeliness"] == 50 and result.passed


def test_rows_that_are_all_late_warn_and_do_not_block_the_newer_version(check: Check) -> None:
    result = check("SELECT TIMESTAMP '2025-01-01' AS at", {"at": {"type": "timestamp"}}, **FRESH)
    assert result.measures["timeliness"] == 0 and failed(result) == {"at.freshness": 1}
    assert [finding.severity for finding in result.findings()] == ["warn"] and result.passed


def test_a_promise_of_months_goes_by_the_calendar(check: Check) -> None:
    promise = {"sla": {"freshness": "1 month", "freshnessColumn": "at"}}
    result = check(
        "SELECT unnest(['2025-12-01 12:00', '2025-12-01 11:59']::TIMESTAMP[]) AS at", {"at": {"type": "timestamp"}}, **promise
    )
    assert result.measures["timeliness"] == 50


@pytest.mark.parametrize(("kind", "moment"), [("timestamp", "2099-01-01 00:00:00"), ("date", "2099-01-01")])
def test_a_source_whose_clock_is_ahead_keeps_no_promise(check: Check, kind: str, moment: str) -> None:
    result = check(f"SELECT {kind.upper()} '{moment}' AS at", {"at": {"type": kind}}, **FRESH)
    assert result.measures["timeliness"] == 0 and failed(result) == {"at.freshness": 1}


def test_a_freshness_column_that_holds_no_time_blocks(check: Check) -> None:
    findings = check("SELECT 1::BIGINT AS at", {"at": {"type": "integer"}}, **FRESH).findings()
    assert [finding.rule for finding in findings] == ["CONTRACT-13"]


def test_a_share_just_below_all_is_not_rounded_up(check: Check) -> None:
    rows = "SELECT CASE WHEN i = 0 THEN NULL ELSE i END AS a FROM range(1000000) r(i)"
    completeness = check(rows, {"a": {"type": "integer"}}).measures["completeness"]
    assert completeness is not None and completeness < 100
