"""Declared columns: any name, exactly these, and no value changed to fit a type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.errors import CheckFailed, UsageProblem
from mesh_platform.lake import Lake, quote_name, quote_text
from mesh_platform.lake.sql import KEPT_TYPES, type_name
from tests.lake.conftest import ORDERS, Publish

AWKWARD = [
    'quo"te',
    "apo'strophe",
    "two words",
    "emoji 😀",
    "select",
    "semi;colon",
    "dot.ted",
    "Ünïcode",
    "{t}",
    "a" * 200,
    "-- x",
]


def row(lake: Lake, version: int | None = None) -> dict[str, object]:
    with lake.reader() as reader:
        [found] = reader.fetch(ORDERS, "SELECT * FROM {t}", version=version).to_pylist()
    return dict(found)


def stage(lake: Lake, rows: str | pa.Table, columns: list[tuple[str, str]], **how: Any) -> dict[str, object]:
    """The one row as it was staged."""
    with lake.writer(ORDERS) as writer:
        writer.stage(rows, columns, **how)
        [found] = writer.con.execute(f"SELECT * FROM {writer.table}").to_arrow_table().to_pylist()
    return dict(found)


@pytest.mark.parametrize("name", AWKWARD)
def test_a_table_may_be_split_by_a_column_of_any_name(lake: Lake, name: str) -> None:
    rows = f"SELECT 'x' AS {quote_name(name)}"
    assert stage(lake, rows, [(name, "VARCHAR")], bucket_by=name, expected_rows=200_000) == {name: "x"}


def test_columns_of_any_name_are_published_and_read(lake: Lake, publish: Publish) -> None:
    publish(
        f"SELECT {', '.join(f'1 AS {quote_name(name)}' for name in AWKWARD)}", columns=[(name, "INTEGER") for name in AWKWARD]
    )
    assert row(lake) == dict.fromkeys(AWKWARD, 1)


@given(name=st.text(min_size=1, max_size=40).filter(lambda name: "\0" not in name and name.isprintable()))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_printable_name_comes_back_as_it_went_in(lake: Lake, name: str) -> None:
    with lake.engine() as con:
        assert con.execute(f"SELECT 1 AS {quote_name(name)}").description[0][0] == name


@given(text=st.text(max_size=40).filter(lambda text: "\0" not in text))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_quoted_text_is_that_text(lake: Lake, text: str) -> None:
    with lake.engine() as con:
        assert con.execute(f"SELECT {quote_text(text)}").fetchone() == (text,)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(UsageProblem):
        quote_name(name)


@pytest.mark.parametrize("text", ["BIGINT); DROP TABLE x; --", "STRUCT(a INT)", "", "INT'", "HUGEINT", "INTERVAL", "INTEGER[3]"])
def test_what_the_lake_does_not_keep_is_no_type(text: str) -> None:
    with pytest.raises(CheckFailed, match="LAKE-21"):
        type_name(text)


KEPT = {
    "BOOLEAN": "true", "TINYINT": "-128", "SMALLINT": "-32768", "INTEGER": "-2147483648", "BIGINT": "-9223372036854775808",
    "UTINYINT": "255", "USMALLINT": "65535", "UINTEGER": "4294967295", "UBIGINT": "18446744073709551615", "FLOAT": "1.1",
    "DOUBLE": "'nan'", "DECIMAL(38, 0)": "99999999999999999999999999999999999999", "DECIMAL(4,2)": "1.25", "VARCHAR": "''",
    "BLOB": "'\\xff'", "DATE": "'infinity'", "TIME": "'23:59:59.999999'", "TIMESTAMP": "'2026-01-02 03:04:05.123456'",
    "TIMESTAMP_S": "'2026-01-02 03:04:05'", "TIMESTAMP_MS": "'2026-01-02 03:04:05.123'",
    "TIMESTAMP_NS": "'2026-01-02 03:04:05.123456789'", "timestamptz": "'2026-01-02 03:04:05.123456+02'",
    "UUID": "'f29a3d3e-4626-47d3-844d-fd7e45aea4a9'", "JSON": "'{\"a\": 1}'", "BIGINT[]": "[1, NULL]", "VARCHAR[][]": "[['a']]",
    "DECIMAL(38,3)[]": "[1.125]",
}  # fmt: skip


def test_every_kept_type_comes_back_as_it_went_in(lake: Lake) -> None:
    assert {type_name(kind) for kind in KEPT} >= KEPT_TYPES
    columns = [(kind, kind) for kind in KEPT]
    cells = ", ".join(f"CAST({value} AS {kind}) AS {quote_name(kind)}" for kind, value in KEPT.items())
    with lake.writer(ORDERS) as writer:
        writer.stage(f"SELECT {cells}", columns)
        writer.publish("ana", "every type")
    same = ", ".join(
        f"{quote_name(kind)} IS NOT DISTINCT FROM CAST({value} AS {kind}) AS {quote_name(kind)}" for kind, value in KEPT.items()
    )
    with lake.reader() as reader:
        [found] = reader.fetch(ORDERS, f"SELECT {same} FROM {{t}}").to_pylist()
        assert [kind for kind, is_same in found.items() if not is_same] == []
        assert reader.columns(ORDERS) == [(kind, type_name(kind)) for kind in KEPT]
    with lake.writer(ORDERS) as writer:
        assert writer.stage(f"SELECT {cells}", columns, append=True) == 1


def test_a_sum_that_the_lake_would_change_is_refused_when_no_type_is_declared(lake: Lake) -> None:
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed, match="HUGEINT"):
        writer.stage("SELECT sum(i) AS total FROM range(3) t(i)")


def test_columns_come_in_the_declared_order(lake: Lake) -> None:
    assert list(stage(lake, "SELECT 1 AS b, 2 AS a", [("a", "INTEGER"), ("b", "INTEGER")])) == ["a", "b"]


def test_an_undeclared_column_is_told_by_its_place_and_a_missing_one_by_its_name(lake: Lake) -> None:
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed) as refused:
        writer.stage("SELECT 1 AS a, 2 AS extra", [("a", "INTEGER"), ("lost", "INTEGER")])
    assert refused.value.finding.rule == "LAKE-01"
    assert (
        "in place 2" in refused.value.finding.why
        and "extra" not in refused.value.finding.why
        and '"lost"' in refused.value.finding.why
    )


def test_two_columns_that_differ_only_in_case_are_refused(lake: Lake) -> None:
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed, match="LAKE-02"):
        writer.stage('SELECT 1 AS a, 2 AS "A"', [("a", "INTEGER"), ("A", "INTEGER")])


def test_a_version_may_have_other_columns_than_the_one_before(lake: Lake, publish: Publish) -> None:
    first = publish("SELECT 1 AS a", columns=[("a", "INTEGER")])
    publish("SELECT 'x' AS a, 2 AS b", columns=[("a", "VARCHAR"), ("b", "INTEGER")])
    assert row(lake) == {"a": "x", "b": 2}
    assert row(lake, first.snapshot_id) == {"a": 1}


@pytest.mark.parametrize(
    ("rows", "kind", "value"),
    [
        ("SELECT 7::HUGEINT AS c", "BIGINT", 7),
        ("SELECT 7::BIGINT AS c", "SMALLINT", 7),
        ("SELECT 7.0::DOUBLE AS c", "BIGINT", 7),
        ("SELECT 1.25::DOUBLE AS c", "DECIMAL(12,2)", Decimal("1.25")),
        ("SELECT 1.50::DECIMAL(18,3) AS c", "DECIMAL(12,2)", Decimal("1.50")),
        ("SELECT 3 AS c", "DOUBLE", 3.0),
        ("SELECT NULL AS c", "DATE", None),
        ("SELECT DATE '2026-01-02' AS c", "TIMESTAMP", dt.datetime(2026, 1, 2)),
        ("SELECT TIMESTAMP_NS '2026-01-02 03:04:05.000006' AS c", "TIMESTAMP", dt.datetime(2026, 1, 2, 3, 4, 5, 6)),
        ("SELECT '{\"a\":1}' AS c", "JSON", '{"a":1}'),
        ("SELECT [1, 2] AS c", "BIGINT[]", [1, 2]),
        ("SELECT 'a'::ENUM('a', 'b') AS c", "VARCHAR", "a"),
    ],
)
def test_a_cast_that_keeps_the_value_is_made(lake: Lake, rows: str, kind: str, value: object) -> None:
    assert stage(lake, rows, [("c", kind)]) == {"c": value}


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ("SELECT 7.5::DOUBLE AS c", "BIGINT"),
        ("SELECT 300 AS c", "TINYINT"),
        ("SELECT 1.255::DOUBLE AS c", "DECIMAL(12,2)"),
        ("SELECT TIMESTAMP '2026-01-02 03:04:05' AS c", "DATE"),
        ("SELECT 9007199254740993 AS c", "DOUBLE"),
        ("SELECT 'no uuid' AS c", "UUID"),
        ("SELECT 5 AS c", "DATE"),
    ],
)
def test_a_cast_that_would_change_a_value_is_refused_with_its_column_and_without_the_value(
    lake: Lake, rows: str, kind: str
) -> None:
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed) as refused:
        writer.stage(rows, [("c", kind)])
    assert (refused.value.finding.rule, refused.value.finding.where) == ("LAKE-05", 'column "c"')
    assert "7.5" not in str(refused.value) and "no uuid" not in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "kind"), [("SELECT 'x' AS c", "BIGINT"), ("SELECT 1::BIGINT AS c", "VARCHAR"), ("SELECT true AS c", "DATE")]
)
def test_a_type_of_another_kind_is_refused_before_any_row_is_read(lake: Lake, rows: str, kind: str) -> None:
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed, match="LAKE-03"):
        writer.stage(rows, [("c", kind)])


def test_an_arrow_table_with_every_type_comes_back_whole(lake: Lake) -> None:
    given_row = {
        "text": "ä😀",
        "yes": True,
        "number": -5,
        "real": 1.5,
        "day": dt.date(2026, 1, 2),
        "moment": dt.datetime(2026, 1, 2, 3, 4, 5),
        "raw": b"\x00\xff",
        "many": ["a", None],
    }
    table = pa.Table.from_pylist([given_row])
    kinds = ["VARCHAR", "BOOLEAN", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BLOB", "VARCHAR[]"]
    assert stage(lake, table, list(zip(given_row, kinds, strict=True))) == given_row


def test_a_failing_select_is_told_by_kind_and_line_and_never_by_its_values(lake: Lake) -> None:
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed) as refused:
        writer.stage("SELECT\n 'ana@ex.com'::BIGINT AS c", [("c", "BIGINT")])
    assert "ana@" not in str(refused.value) and refused.value.__context__ is not None
    assert refused.value.__suppress_context__
    assert "ConversionException" in refused.value.finding.why


def test_a_name_in_sql_never_means_a_variable_of_the_program(lake: Lake) -> None:
    table = pa.table({"c": [1]})
    assert table.num_rows == 1
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed, match="CatalogException"):
        writer.stage("SELECT * FROM table_of_nobody", [("c", "BIGINT")])
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed):
        writer.stage('SELECT * FROM "table"', [("c", "BIGINT")])
