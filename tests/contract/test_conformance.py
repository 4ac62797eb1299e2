"""Every rule on every engine, on dirty data: our compiler counts what pandera on pandas counts.

Where it does not, `DIFFERENCES` says so and why, and the test holds that too: an unlisted difference fails, and so does a listed one that is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandera.backends.ibis.builtin_checks
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.api.checks import Check
from pandera.api.ibis.types import IbisData

from mesh_platform.contract.predicate import BUILTINS
from tests.contract.dirty import VALUES, checks_of, column
from tests.contract.oracles import Failed, Rules, by_pandas, by_polars, ours

Oracle = Callable[[pa.Table, Rules], Failed]


@dataclass(frozen=True)
class Difference:
    """`rules` (prefixes) of columns of `kinds` count otherwise than the oracle does, because of `why`."""

    oracle: Oracle
    kinds: tuple[str, ...]
    rules: tuple[str, ...]
    why: str
    laxer: bool = False

    def covers(self, oracle: Oracle, kind: str, rule: str) -> bool:
        return self.oracle is oracle and kind in self.kinds and rule.removeprefix("x.").startswith(self.rules)


ALL = tuple(VALUES)
EMPTY_STRICTLY = ("not_equal_to!", "notin!", "isin with null!")
ASCII_WORD = ("str_matches \\w", "str_contains \\w")
NAN_RULES = ("equal_to", "isin", "less_than", "in_range", "unique_values_eq", "unique")
AS_DOUBLE = ("isin", "notin", "unique_values_eq")
DIFFERENCES = [
    Difference(by_pandas, ("single",), AS_DOUBLE, "A 32-bit float is compared as one; pandas' sets hold doubles.", laxer=True),
    Difference(by_polars, ("single",), AS_DOUBLE, "As above; so do polars'.", laxer=True),
    Difference(
        by_pandas,
        ALL,
        EMPTY_STRICTLY,
        "With ignore_na=False a missing value satisfies no check here; in pandas NaN != 1 is true.",
    ),
    Difference(
        by_pandas, ALL, ("unique_values_eq!",), "A missing value is no value here, as in pandera on ibis and polars.", laxer=True
    ),
    Difference(
        by_pandas,
        ("string",),
        ("str_matches a$", "str_contains a$", "str_matches [a-z]+$", "str_contains [a-z]+$"),
        "`$` is the end of the text here; in Python it also stands before a last line break.",
    ),
    Difference(by_pandas, ("string",), ASCII_WORD, "RE2's \\w is ASCII, Python's is Unicode; [\\pL\\pN_] is Unicode in RE2."),
    Difference(by_polars, ("string",), ASCII_WORD, "As above; polars' regular expressions are Unicode too."),
    Difference(
        by_polars,
        ("double", "single"),
        NAN_RULES,
        "NaN is a missing value here and in pandas, a largest value in polars.",
        laxer=True,
    ),
    Difference(by_polars, ("double", "single"), ("greater_than!", "greater_than_or_equal_to!", *EMPTY_STRICTLY), "As above."),
]


@cache
def dirty(engine: Oracle, kind: str) -> Failed:
    return engine(column(kind), Rules(checks={"x": checks_of(kind)}, required=["x"], unique=["x"]))


@pytest.mark.parametrize("oracle", [by_pandas, by_polars])
@pytest.mark.parametrize("kind", ALL)
def test_each_rule_counts_the_same_rows_as_pandera_on_dirty_data(kind: str, oracle: Oracle) -> None:
    mine, theirs = dirty(ours, kind), dirty(oracle, kind)
    assert mine.keys() == theirs.keys() and None not in mine.values()
    for rule in [rule for rule in mine if mine[rule] != theirs[rule]]:
        known = next((entry for entry in DIFFERENCES if entry.covers(oracle, kind, rule)), None)
        assert known, f"{kind} {rule}: {mine[rule]} here, {theirs[rule]} by the oracle"
        assert known.laxer or mine[rule] > theirs[rule], f"{kind} {rule} is laxer than the oracle: {known.why}"  # type: ignore[operator]


@pytest.mark.parametrize("known", DIFFERENCES, ids=lambda known: f"{known.oracle.__name__} {known.rules[0]}")
def test_every_listed_difference_still_exists(known: Difference) -> None:
    kind = next(kind for kind in ("string", "double", "single") if kind in known.kinds)
    mine, theirs = dirty(ours, kind), dirty(known.oracle, kind)
    covered = [rule for rule in mine if known.covers(known.oracle, kind, rule)]
    assert covered and any(mine[rule] != theirs[rule] for rule in covered)


@pytest.mark.parametrize("kind", ALL)
def test_an_empty_table_breaks_no_rule(kind: str) -> None:
    checks = {name: make for name, make in checks_of(kind).items() if "unique_values" not in name}
    counts = ours(column(kind, []), Rules(checks={"x": checks}, required=["x"], unique=["x"]))
    assert set(counts.values()) == {0}


@pytest.mark.parametrize("kind", ALL)
def test_a_column_without_any_value_breaks_what_it_breaks_in_pandas(kind: str) -> None:
    checks = {name: make for name, make in checks_of(kind).items() if not name.endswith("!") and "unique_values" not in name}
    rules = Rules(checks={"x": checks}, required=["x"], unique=["x"])
    counts = ours(column(kind, [None, None, None]), rules)
    assert {rule: failed for rule, failed in counts.items() if failed} == {"x.not_null": 3, "x.unique": 3}


def test_a_clean_column_breaks_nothing() -> None:
    table = pa.table({"x": pa.array(["DE", "FR"]), "y": pa.array([1.0, 2.0])})
    rules = Rules(
        checks={
            "x": {"two letters": lambda check, **o: check.str_matches("[A-Z]{2}$", **o)},
            "y": {"low": lambda check, **o: check.lt(3, **o)},
        },
        required=["x", "y"],
        unique=["x", "y"],
    )
    assert set(ours(table, rules).values()) == {0}


KEYS = pa.table({"a": pa.array([1, 1, None, None, 2, 1]), "b": pa.array(["x", "x", None, None, None, "y"])})


def test_a_composite_key_counts_all_twins_and_takes_missing_values_for_alike() -> None:
    rules = Rules(together=[["a", "b"]])
    assert ours(KEYS, rules) == by_pandas(KEYS, rules) == by_polars(KEYS, rules) == {"a+b.unique": 4}


def test_nan_and_null_are_one_missing_value_in_a_key() -> None:
    table = pa.table({"x": pa.array([float("nan"), None, 1.0])})
    assert ours(table, Rules(unique=["x"])) == by_pandas(table, Rules(unique=["x"])) == {"x.unique": 2}


ROWS = pa.table({"a": pa.array([1.0, 5.0, None, None, 2.0]), "b": pa.array([2.0, 1.0, 3.0, None, None])})


def test_a_check_over_rows_fails_where_it_is_not_true_but_for_rows_without_any_value() -> None:
    mine = ours(ROWS, Rules(rows={"ordered": lambda check, **o: check(lambda data: data.table.a < data.table.b, **o)}))
    theirs = by_pandas(ROWS, Rules(rows={"ordered": lambda check, **o: check(lambda frame: frame["a"] < frame["b"], **o)}))
    assert mine == theirs == {"ordered": 3}


def test_polars_lets_a_row_pass_whose_check_is_unknown_and_we_do_not() -> None:
    theirs = by_polars(
        ROWS,
        Rules(rows={"ordered": lambda check, **o: check(lambda data: data.lazyframe.select(pl.col("a") < pl.col("b")), **o)}),
    )
    assert theirs == {"ordered": 1}


def test_a_check_over_all_columns_ignores_missing_values_cell_by_cell() -> None:
    rules = Rules(rows={"above 1": lambda check, **o: check.greater_than(1, **o)})
    assert ours(ROWS, rules) == by_pandas(ROWS, rules) == {"above 1": 2}


ELEMENT_WISE: dict[str, Callable[[Any], Any]] = {
    "modulus": lambda value: value % 3 == 1,
    "modulus by a negative": lambda value: value % -3 == -2,
    "floor division": lambda value: value // 2 == -2,
    "comparison": lambda value: (value > -4) & (value <= 4),
    "arithmetic": lambda value: (value * 2 + 1) / 2 > 0,
}


@pytest.mark.parametrize("name", ELEMENT_WISE)
def test_an_element_wise_function_means_in_the_engine_what_it_means_in_python(name: str) -> None:
    table = pa.table({"x": pa.array([-7, -4, -3, -1, 0, 1, 4, 7, None])})
    rules = Rules(checks={"x": {name: lambda check, **o: check(ELEMENT_WISE[name], element_wise=True, **o)}})
    assert ours(table, rules) == by_pandas(table, rules) == by_polars(table, rules)


@settings(max_examples=5, deadline=None)
@given(
    numbers=st.lists(st.none() | st.integers(-3, 3), max_size=12),
    bounds=st.tuples(st.integers(-3, 3), st.integers(-3, 3)).map(sorted),
)
def test_any_numbers_and_bounds_agree_with_pandas(numbers: list[int | None], bounds: list[int]) -> None:
    low, high = bounds
    rules = Rules(
        checks={
            "x": {
                "range": lambda check, **o: check.in_range(low, high, **o),
                "above": lambda check, **o: check.greater_than(low, **o),
                "one of": lambda check, **o: check.isin([low, high], **o),
            }
        },
        required=["x"],
        unique=["x"],
    )
    table = column("integer", numbers)
    assert ours(table, rules) == by_pandas(table, rules)


@settings(max_examples=5, deadline=None)
@given(texts=st.lists(st.none() | st.text(max_size=4), max_size=12), prefix=st.text(max_size=2))
def test_any_texts_agree_with_pandas(texts: list[str | None], prefix: str) -> None:
    texts = [text and text.replace("\x00", "") for text in texts]
    prefix = prefix.replace("\x00", "")
    rules = Rules(
        checks={
            "x": {
                "starts": lambda check, **o: check.str_startswith(prefix, **o),
                "ends": lambda check, **o: check.str_endswith(prefix, **o),
                "length": lambda check, **o: check.str_length(1, 3, **o),
                "one of": lambda check, **o: check.isin([prefix], **o),
                "none of": lambda check, **o: check.notin([prefix], **o),
            }
        },
        required=["x"],
        unique=["x"],
    )
    table = column("string", texts)
    assert ours(table, rules) == by_pandas(table, rules)


@settings(max_examples=5, deadline=None)
@given(values=st.lists(st.none() | st.floats() | st.sampled_from([0.0, -0.0, 0.1]), min_size=1, max_size=12), data=st.data())
def test_any_floats_agree_with_pandas(values: list[float | None], data: st.DataObject) -> None:
    bounds = [value for value in values if value is not None and value == value] or [0.0]
    bound = data.draw(st.sampled_from(bounds))
    checks = {
        "least": lambda check, **o: check.ge(bound, **o),
        "most": lambda check, **o: check.lt(bound, **o),
        "not": lambda check, **o: check.ne(bound, **o),
        "one of": lambda check, **o: check.isin([bound], **o),
    }
    rules, table = Rules(checks={"x": checks}, required=["x"], unique=["x"]), column("double", values)
    assert ours(table, rules) == by_pandas(table, rules)


def test_a_check_that_a_new_pandera_brings_fails_here_until_it_is_compared_with_pandas() -> None:
    assert pandera.backends.ibis.builtin_checks
    for_ibis = {name for name, function in Check.CHECK_FUNCTION_REGISTRY.items() if IbisData in function._function_registry}
    assert for_ibis == BUILTINS
    tested = {name.split()[0].rstrip(",!") for kind in ALL for name in checks_of(kind)}
    assert tested == BUILTINS
