"""What leaves an audit: counts and verdicts for everyone, values only for whoever asks for examples."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandera.ibis as pi
import pytest

from mesh_platform import contract as room
from mesh_platform.contract import Contract, check_contract, contract_of, contract_problems
from mesh_platform.errors import CheckFailed, NotFound, Unavailable
from mesh_platform.product import ProductKey, load_mesh
from tests.contract.conftest import Check, descriptor, failed
from tests.contract.oracles import NOW

SECRET = "ana@example.org"
COLUMNS = {
    "id": {"type": "integer"},
    "email": {"type": "string", "nullable": True, "unique": True, "pattern": "[0-9]+", "values": ["x"], "maxLength": 3},
}
ROWS = f"SELECT * FROM (VALUES (1::BIGINT, '{SECRET}'), (2, '{SECRET}'), (NULL, '{SECRET}')) AS rows(id, email)"


def test_findings_and_results_hold_no_value_of_the_data(check: Check, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        result = check(ROWS, COLUMNS, checks=[{"name": "number", "sql": "cast(email AS INTEGER) > 0"}])
        told = [repr(result), str(result.findings()), *(str(finding.as_json()) for finding in result.findings()), caplog.text]
    assert len(failed(result)) == 6
    assert not any("ana" in text or "example" in text for text in told)


def test_an_error_over_a_value_names_its_class_and_never_the_value(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE TABLE t AS {ROWS}")
    check = pi.Check(lambda data: data.table.email.cast("int64").max() > 0)
    schema = pi.DataFrameSchema({"id": pi.Column(None, nullable=True), "email": pi.Column(None, check)})
    with pytest.raises(CheckFailed, match="ConversionException") as caught:
        check_contract(Contract(schema), con, "t", now=NOW)
    whole = "".join(traceback.format_exception(caught.value))
    assert "ana" not in whole and caught.value.__context__ is None and caught.value.__cause__ is None


def test_running_out_of_memory_is_no_verdict_on_the_rows(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SET temp_directory = ''; SET memory_limit = '20MB'")
    con.execute("CREATE VIEW t AS SELECT md5(i::VARCHAR) AS s FROM range(3000000) r(i)")
    check = pi.Check(lambda data: data.table.s.nunique() > 0)
    with pytest.raises(Unavailable, match="OutOfMemoryException"):
        check_contract(Contract(pi.DataFrameSchema({"s": pi.Column(None, check)})), con, "t", now=NOW)


def test_examples_come_with_the_primary_key_and_only_for_rules_that_failed(check: Check) -> None:
    columns = {**COLUMNS, "id": {"type": "integer", "max": 1}}
    result = check(ROWS, columns, primaryKey=["id"])
    assert result.examples("id.less_than_or_equal_to") == [{"id": 2}]
    assert result.examples("email.str_length", limit=2) == [{"id": 1, "email": SECRET}, {"id": 2, "email": SECRET}]
    assert result.examples("id.not_null") == [{"id": None}]
    assert result.examples("email.unique") == [{"times": 3, "email": SECRET}]
    with pytest.raises(NotFound):
        result.examples("id.unique")
    with pytest.raises(NotFound):
        result.examples("no such rule")


def test_a_rule_about_the_whole_table_has_no_examples(check: Check) -> None:
    assert check(ROWS, COLUMNS, rows={"min": 5}).examples("table.rows") == []


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(tmp_path / "staging.duckdb") as con:
        con.execute("CREATE TABLE orders (id BIGINT, email VARCHAR)")
        con.execute("BEGIN")
        con.execute(f"INSERT INTO orders {ROWS}")
        yield con


def test_staged_rows_are_seen_inside_their_open_transaction_which_goes_on(staging: duckdb.DuckDBPyConnection) -> None:
    result = check_contract(contract_of(descriptor(COLUMNS)), staging, "orders", now=NOW)
    assert result.rows == 3 and not result.passed and result.examples("id.not_null")
    staging.execute("COMMIT")
    assert staging.execute("SELECT count(*) FROM orders").fetchone() == (3,)


def test_the_connection_is_left_as_it_was(staging: duckdb.DuckDBPyConnection) -> None:
    staging.execute("SET timezone = 'Europe/Berlin'")
    look = "SELECT name, value FROM duckdb_settings() ORDER BY ALL"
    tables = (
        "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    )
    functions = "SELECT count(*) FROM duckdb_functions()"
    before = [staging.execute(query).fetchall() for query in (look, tables, functions)]
    check_contract(contract_of(descriptor(COLUMNS, checks=[{"name": "c", "sql": "id > 0"}])), staging, "orders", now=NOW)
    assert [staging.execute(query).fetchall() for query in (look, tables, functions)] == before


def test_a_broken_contract_does_not_abort_the_transaction(staging: duckdb.DuckDBPyConnection) -> None:
    columns = {"id": {"type": "integer", "nullable": True}, "email": {"type": "string", "pattern": "(?=a)"}}
    checks = [{"name": "c", "sql": "nowhere > 0"}, {"name": "d", "sql": "cast(email AS INTEGER) > id"}]
    result = check_contract(contract_of(descriptor(columns, checks=checks)), staging, "orders", now=NOW)
    assert [finding.rule for finding in result.problems] == ["CONTRACT-13", "CONTRACT-13"]
    assert failed(result) == {"row.d": 3}
    staging.execute("COMMIT")


YAML = """
dataProduct:
  name: Orders
  domain: sales
  owner: team@example.com
  primaryKey: [id]
  unique: [[id, email]]
  columns:
    id: {type: integer}
    email:
      type: string
      pattern: "[0-9]+"
  checks:
    - {name: short, sql: "length(email) < 3"}
"""
CONTRACT_PY = """
import pandera.ibis as pa

columns = {"email": pa.Check.str_length(max_value=5)}
checks = [pa.Check(lambda data: data.table.id < 2, name="few")]
"""


def load(root: Path, contract_py: str) -> Contract:
    folder = root / "domains" / "sales" / "orders"
    folder.mkdir(parents=True)
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "domains" / "sales" / "domain.yaml").write_text("name: sales\nowner: team@example.com\n")
    (folder / "product.yaml").write_text(YAML)
    (folder / "contract.py").write_text(contract_py)
    return contract_of(load_mesh(root).product(ProductKey("sales", "orders")))


def test_findings_name_product_file_and_line(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    contract = load(tmp_path, CONTRACT_PY)
    con.execute(f"CREATE TABLE t AS SELECT *, 1 AS extra FROM ({ROWS}) WHERE id IS NOT NULL")
    findings = check_contract(contract, con, "t", now=NOW).findings()
    assert {finding.product for finding in findings} == {"sales/orders"}
    where = {finding.where.removeprefix("domains/sales/orders/") for finding in findings}
    assert where == {
        "product.yaml:8, column extra",
        "product.yaml:10, column email",
        "product.yaml:14, rule row.short",
        "product.yaml:2, rule row.few",
    }


def test_contract_py_adds_checks_that_yaml_cannot_say(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"CREATE TABLE t AS {ROWS}")
    counts = failed(check_contract(load(tmp_path, CONTRACT_PY), con, "t", now=NOW))
    assert counts["email.str_length"] == 3 and counts["row.few"] == 2


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import nothing_like_it", "ModuleNotFoundError at line 1"),
        ("columns = {\n'id': ", "not valid Python at line 1"),
        ("\nraise ValueError('ana@example.org')", "ValueError at line 2"),
        ("import sys\nsys.exit(0)", "SystemExit at line 2"),
        ("checks = [1]", "TypeError"),
        ("columns = 5", "TypeError"),
        ("import pandera.ibis as pa\ncolumns = {'other': pa.Check.gt(1)}", "does not declare that column"),
    ],
)
def test_a_contract_py_that_cannot_be_used_blocks_and_is_not_quoted(tmp_path: Path, text: str, why: str) -> None:
    (problem,) = contract_problems(load(tmp_path, text))
    assert problem.rule == "CONTRACT-13" and problem.blocks
    assert why in problem.why and "ana" not in str(problem)


def test_the_room_is_named_at_load_and_imports_pandera_with_the_first_check() -> None:
    code = "import sys, mesh_platform.contract; print([m for m in ('pandera', 'ibis', 'pandas', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names() -> None:
    assert room.__all__ == sorted(room.__all__) and all(hasattr(room, name) for name in room.__all__)
