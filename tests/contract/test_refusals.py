"""A check that cannot be pushed down is a blocking finding: never a pass, and never a surprise over staged rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pandera.ibis as pi
import pandera.pandas as pp
import pyarrow as pa
import pytest
from pandera.api.checks import Check
from pandera.api.hypotheses import Hypothesis

from mesh_platform.contract import Contract
from tests.contract.oracles import audited

TABLE = pa.table({"x": pa.array([1, -2, None]), "s": pa.array(["1", "Ana", None])})


def audit_of(column_check: Any = None, row_check: Any = None, **schema: Any) -> Any:
    columns = {"x": pi.Column(None, column_check, nullable=True), "s": pi.Column(None, nullable=True)}
    return audited(TABLE, Contract(pi.DataFrameSchema(columns, checks=row_check, **schema)))


@ibis.udf.scalar.python
def python_positive(value: int) -> bool:
    return value > 0


NEEDS_PYTHON: dict[str, tuple[pi.Check, str]] = {
    "a truth value": (pi.Check(lambda value: value > 0 and value < 10, element_wise=True), "raised"),
    "a membership": (pi.Check(lambda value: value in (1, 2), element_wise=True), "raised"),
    "a branch": (pi.Check(lambda value: value if value > 0 else False, element_wise=True), "raised"),
    "a text of it": (pi.Check(lambda value: str(value) != "", element_wise=True), "in Python"),
    "an identity": (pi.Check(lambda value: value is not None, element_wise=True), "in Python"),
    "a type test": (pi.Check(lambda value: isinstance(value, object), element_wise=True), "in Python"),
    "a method of Python's int": (pi.Check(lambda value: value.bit_length() < 8, element_wise=True), "AttributeError"),
    "executing": (pi.Check(lambda data: bool(data.table[data.key].max().execute() > 0)), "raised"),
    "a constant": (pi.Check(lambda data: True), "in Python"),
    "a Python function per value": (pi.Check(lambda data: python_positive(data.table[data.key])), "Python function"),
    "rows in memory": (
        pi.Check(lambda data: data.table[data.key].isin(ibis.memtable({"k": [1]}).k)),
        "another table",
    ),
    "another table": (
        pi.Check(lambda data: data.table[data.key].isin(ibis.table({"k": "int64"}, name="secrets").k)),
        "another table",
    ),
    "an aggregated table": (pi.Check(lambda data: data.table.group_by("s").agg(ok=data.table.x.max() > 0)), "neither a boolean"),
    "a number": (pi.Check(lambda data: data.table[data.key] + 1), "neither a boolean"),
    "a table with a number": (pi.Check(lambda data: data.table.select(y=data.table.x + 1)), "not boolean"),
    "an empty answer": (pi.Check(lambda data: {}), "not boolean"),
    "an unknown column": (pi.Check(lambda data: data.table.nowhere > 0), "raised"),
    "groups": (pi.Check(lambda groups: True, groupby="s"), "by group"),
    "a hypothesis": (Hypothesis(lambda values: (0.0, 1.0), relationship=lambda statistic, p: True), "hypothesis"),
}


@pytest.mark.parametrize("name", NEEDS_PYTHON)
def test_a_check_that_needs_python_values_is_refused(name: str) -> None:
    check, why = NEEDS_PYTHON[name]
    result = audit_of(check)
    (problem,) = result.problems
    assert problem.rule == "CONTRACT-13" and why in problem.why
    assert problem.blocks and not result.passed
    assert [rule.evaluated for rule in result.rules if rule.kind == "value"] == [False]


def test_a_built_in_check_of_another_pandera_is_refused_until_it_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Check.CHECK_FUNCTION_REGISTRY, "is_prime", Check.CHECK_FUNCTION_REGISTRY["isin"].__class__())
    dispatcher = Check.CHECK_FUNCTION_REGISTRY["is_prime"]
    dispatcher._name = "is_prime"
    result = audit_of(pi.Check(dispatcher, name="is_prime"))
    assert "is_prime is not one that this platform has tested" in result.problems[0].why


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT, pd.NA], ids=str)
def test_a_comparison_with_a_missing_value_is_refused(nothing: Any) -> None:
    for check in (pi.Check.equal_to(nothing), pi.Check.not_equal_to(nothing)):
        (problem,) = audit_of(check).problems
        assert problem.rule == "CONTRACT-13"


def test_numbers_of_numpy_are_numbers() -> None:
    assert audit_of(pi.Check.isin([np.float64(1.0), np.int64(-2), np.float64("nan")])).passed
    assert audit_of(pi.Check.in_range(np.float64(-2.5), np.float32(1.5))).passed


def test_a_check_for_texts_on_numbers_is_refused() -> None:
    assert "AttributeError" in audit_of(pi.Check.str_startswith("1")).problems[0].why


def test_a_comparison_with_another_type_is_refused_before_any_row_is_read() -> None:
    assert audit_of(pi.Check.greater_than("1")).problems
    assert "Conversion" in audit_of(pi.Check.isin(["one"])).problems[0].why


@pytest.mark.parametrize(
    "feature",
    [
        {"drop_invalid_rows": True},
        {"parsers": pp.Parser(lambda table: table)},
        {"dtype": ibis.dtype("int64")},
    ],
    ids=str,
)
def test_what_would_change_the_rows_instead_of_checking_them_is_refused(feature: dict[str, Any]) -> None:
    assert "CONTRACT-13" in {finding.rule for finding in audit_of(**feature).problems}


def test_a_pattern_for_column_names_is_refused() -> None:
    schema = pi.DataFrameSchema({"^x.*$": pi.Column(None, regex=True)})
    assert any("leaves open which columns" in finding.why for finding in audited(TABLE, Contract(schema)).problems)


PUSHED_DOWN: dict[str, tuple[Callable[[], pi.Check], int]] = {
    "a column": (lambda: pi.Check(lambda data: data.table[data.key] > 0), 1),
    "a table of booleans": (lambda: pi.Check(lambda data: data.table.select(data.table[data.key] > 0)), 1),
    "a mapping of booleans": (lambda: pi.Check(lambda data: {"x": data.table.x > 0, "s": data.table.s != "1"}), 2),
    "an element-wise expression": (lambda: pi.Check(lambda value: (value > 0) & (value < 10), element_wise=True), 1),
    "an element-wise method": (lambda: pi.Check(lambda value: value.abs() < 2, element_wise=True), 1),
    "a comparison with the whole": (lambda: pi.Check(lambda data: data.table.x >= data.table.x.mean()), 1),
    "a comparison with the row before": (lambda: pi.Check(lambda data: data.table.x.rank() >= 0), 0),
    "a boolean of the table": (lambda: pi.Check(lambda data: data.table[data.key].sum() > 100), 1),
    "an unknown boolean of the table": (lambda: pi.Check(lambda data: data.table.filter(False)[data.key].max() > 100), 1),
    "an argument": (lambda: pi.Check(lambda data, least: data.table[data.key] > least, least=5), 2),
}


@pytest.mark.parametrize("name", PUSHED_DOWN)
def test_a_function_of_ones_own_is_pushed_down_where_it_gives_an_expression(name: str) -> None:
    make, broken = PUSHED_DOWN[name]
    result = audit_of(make())
    assert not result.problems
    assert [rule.failed for rule in result.rules] == [broken]


def test_a_value_that_cannot_be_cast_fails_its_row_and_not_the_audit() -> None:
    schema = {"s": pi.Column(None, pi.Check(lambda data: data.table.s.cast("int64") > 0, name="number"), nullable=True)}
    result = audited(TABLE.select(["s"]), Contract(pi.DataFrameSchema(schema)))
    assert {rule.id: rule.failed for rule in result.rules} == {"s.number": 1}


def test_a_check_that_only_warns_does_not_block() -> None:
    result = audit_of(pi.Check.greater_than(0, raise_warning=True))
    assert result.passed and [finding.severity for finding in result.findings()] == ["warn"]


def test_two_checks_of_one_name_are_told_apart() -> None:
    result = audit_of([pi.Check.greater_than(0), pi.Check.greater_than(5)])
    assert {rule.id: rule.failed for rule in result.rules} == {"x.greater_than": 1, "x.greater_than#2": 2}


def test_switched_off_validation_does_not_switch_off_the_contract() -> None:
    from pandera.config import ValidationDepth, config_context

    with config_context(validation_enabled=False, validation_depth=ValidationDepth.SCHEMA_ONLY):
        assert not audit_of(pi.Check.greater_than(0)).passed
