"""Column types: one word in the descriptor, and the same thing in DuckDB and ibis."""

from __future__ import annotations

import duckdb
import ibis
import pytest

from mesh_platform.product import ColumnType
from mesh_platform.product.types import KNOWN

PLAIN = [word for word in KNOWN if "(" not in word and "<" not in word]
ALL = [*PLAIN, "decimal(18,3)", "decimal(38,0)", "list<string>", "list<list<integer>>", "list<decimal(5,2)>"]


@pytest.mark.parametrize("text", ALL)
def test_duckdb_and_ibis_know_every_type_and_agree_on_it(text: str) -> None:
    kind = ColumnType.parse(text)
    con = duckdb.connect()
    con.execute(f"CREATE TABLE t (x {kind.duckdb})")
    [(_, reported, *_)] = con.execute("DESCRIBE t").fetchall()
    assert ColumnType.of_duckdb(reported) == kind
    assert ibis.dtype(kind.ibis).copy(nullable=True) == ibis.duckdb.from_connection(con).table("t").schema()["x"]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("TEXT", "string"),
        ("varchar", "string"),
        ("int", "integer"),
        ("bigint", "integer"),
        ("smallint", "int16"),
        ("bool", "boolean"),
        ("datetime", "timestamp"),
        ("float64", "double"),
        ("bytes", "binary"),
        ("decimal", "decimal(18,3)"),
        ("numeric", "decimal(18,3)"),
        ("numeric( 10 , 2 )", "decimal(10,2)"),
        ("List< text >", "list<string>"),
    ],
)
def test_a_common_other_name_means_the_same_type(text: str, means: str) -> None:
    assert ColumnType.parse(text).text == means


@pytest.mark.parametrize(
    "text", ["", "strng", "decimal(0,0)", "decimal(39,2)", "decimal(5,6)", "list<>", "list<x>", "struct", "int;drop"]
)
def test_an_unknown_type_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(ValueError, match="known are string"):
        ColumnType.parse(text)


def test_a_type_that_nests_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="known are string"):
        ColumnType.parse("list<" * 5000 + "string" + ">" * 5000)


@pytest.mark.parametrize(
    ("duckdb_type", "text"),
    [
        ("HUGEINT", "integer"),
        ("TIMESTAMP WITH TIME ZONE", "timestamptz"),
        ("VARCHAR[]", "list<string>"),
        ("STRUCT(a INTEGER)", "string"),
    ],
)
def test_what_duckdb_reports_has_a_word_in_the_descriptor(duckdb_type: str, text: str) -> None:
    assert ColumnType.of_duckdb(duckdb_type).text == text
