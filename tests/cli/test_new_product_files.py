"""`mesh new product --from`: which files can be read, which are refused by name, and the types that their columns are given."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.project import CUSTOMERS, everything, put
from tests.cli.test_new_product import make


class TestOddFiles:
    """A file that cannot be read is told with its name and a fix, and nothing is written."""

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("empty.csv", b"", "empty"),
            ("blank.csv", b"\n\n", "empty"),
            ("header.csv", b"a,b\n", "no rows"),
            ("latin.csv", "a,b\nMünchen,1\n".encode("latin-1"), "UTF-8"),
            ("utf16.csv", "a,b\n1,2\n".encode("utf-16"), "UTF-16"),
            ("sheet.xlsx", b"PK\x03\x04rest", "spreadsheet"),
            ("noise.bin", bytes(range(256)), "binary"),
            ("cut.csv.gz", gzip.compress(CUSTOMERS.encode())[:-20], "cut off"),
            ("table.csv", gzip.compress(CUSTOMERS.encode()), "gz"),
            ("bad.parquet", b"PAR1 and no more", "damaged"),
            ("bad.json", b'[{"a": 1}, {"a"', "cut off"),
            ("twice.csv", b"a,A\n1,2\n", "name"),
            ("ragged.csv", b"a,b\nana@example.com,2\n3\n4,5,6\n", "line 3"),
            ("wide.csv", (",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n").encode(), "10,000"),
        ],
    )
    def test_it_is_refused(self, mesh: Mesh, project: Path, tmp_path: Path, name: str, content: bytes, told: str) -> None:
        file = tmp_path / name
        file.write_bytes(content)
        before = everything(project)
        said = mesh("new", "product", "shop/made", "--from", str(file))
        assert said.code in (1, 2, 5), said.err
        assert "CLI-01" not in said.err
        assert name in said.err
        assert told in said.err
        assert "ana@example.com" not in said.err
        assert everything(project) == before

    def test_a_missing_one_is_not_found_and_a_folder_is_no_file(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        assert mesh("new", "product", "shop/made", "--from", str(tmp_path / "nothing.csv")).code == 4
        assert mesh("new", "product", "shop/made", "--from", str(tmp_path)).code == 2

    def test_names_with_quotes_spaces_emoji_and_brackets_work(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        file = tmp_path / 'my "odd" [file] 😀.csv'
        rows = "".join(f"Ana {i},a{i}@example.com,{i:05d},{i}\n" for i in range(60))
        file.write_text('\ufeff"Customer ""Name""",E-Mail 😀,Zip Code,select\n' + rows, encoding="utf-8")
        made = make(mesh, project, file, "made", "--purpose", "service", "--notice", "n1")
        assert list(made["columns"]) == ["customer_name", "e_mail", "Zip Code", "select"]
        assert made["columns"]["Zip Code"]["type"] == "string"
        assert (project / made["source"]["path"]).is_file()
        assert mesh("check", "--strict").code == 0


class TestTypes:
    """A type is proposed where every value has it, read as strictly as a source is."""

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("values", "type_"),
        [
            (["1", "-2", "0"], "integer"),
            (["01234", "00777"], "string"),
            (["1.5", "2"], "double"),
            (["1e5", "2.25"], "double"),
            (["true", "False"], "boolean"),
            (["yes", "no"], "string"),
            (["2024-01-31", "2025-12-01"], "date"),
            (["2024-13-31", "2025-12-01"], "string"),
            (["2024-01-31T10:00:00Z", "2024-01-31 10:00"], "timestamp"),
            (["2024-01-31", "2024-01-31 10:00"], "string"),
            (["7c84bd2e-815c-4391-8c8d-f8b279696bef"] * 2, "uuid"),
            (["31/12/2024", "01/02/2024"], "string"),
            (["1,5", "2,5"], "string"),
            (["12345678901234567890", "1"], "string"),
            (['{"a": 1}', "[1]"], "json"),
            (["nan", "1.5"], "string"),
        ],
    )
    def test_of_text(self, mesh: Mesh, project: Path, tmp_path: Path, values: list[str], type_: str) -> None:
        cells = "".join(f'"{value.replace(chr(34), chr(34) * 2)}",x\n' for value in values)
        made = make(mesh, project, put(tmp_path / "t.csv", f"v,w\n{cells}"))
        assert made["columns"]["v"]["type"] == type_

    def test_one_bad_value_after_many_good_ones_counts(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        rows = "".join(f"{i}\n" for i in range(30_000))
        made = make(mesh, project, put(tmp_path / "t.csv", f"v,w\n{rows.replace(chr(10), ',1' + chr(10))}unknown,1\n"))
        assert made["columns"]["v"]["type"] == "string"

    def test_missing_values_make_it_nullable(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        made = make(mesh, project, put(tmp_path / "t.csv", "a,b\n1,\n2,x\n"))
        assert "nullable" not in made["columns"]["a"]
        assert made["columns"]["b"]["nullable"] is True

    def test_card_numbers_are_text_and_restricted(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        made = make(mesh, project, put(tmp_path / "t.csv", "a,b\n" + "4111111111111111,1\n5500000000000004,2\n" * 20))
        assert made["columns"]["a"] == {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan"}

    def test_parquet_json_and_sqlite_bring_their_own(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        with duckdb.connect() as con:
            con.execute(
                "CREATE TABLE t AS SELECT i AS n, i::DECIMAL(12,2) AS d, [i] AS l, {'a': i} AS s, TIMESTAMP '2025-01-01' AS at FROM range(9) r(i)"
            )
            con.execute(f"COPY t TO '{tmp_path}/t.parquet'")
            con.execute(f"COPY t TO '{tmp_path}/t.ndjson'")
        wanted = {"n": "integer", "d": "decimal(12,2)", "l": "list<integer>", "s": "json", "at": "timestamp"}
        made = make(mesh, project, tmp_path / "t.parquet", "pq")
        assert {name: c["type"] for name, c in made["columns"].items()} == wanted
        assert (project / "domains/shop/pq/transform.sql").is_file()
        made = make(mesh, project, tmp_path / "t.ndjson", "js")
        assert {name: c["type"] for name, c in made["columns"].items()} == {**wanted, "d": "double"}
        with closing(sqlite3.connect(tmp_path / "t.sqlite")) as database:
            database.execute("create table leads (id integer primary key, email text)")
            database.execute("create table other (a)")
            database.executemany("insert into leads values (?, ?)", [(i, f"x{i}@example.com") for i in range(9)])
            database.commit()
        said = mesh("new", "product", "shop/leads", "--from", str(tmp_path / "t.sqlite"))
        assert (said.code, "leads, other" in said.err) == (2, True)
        made = make(mesh, project, tmp_path / "t.sqlite", "leads", "--table", "leads")
        assert made["source"] == {"connection": "landing/shop/t.sqlite", "table": "leads"} | {
            "stores": [{"kind": "table", "keys": {"email": "email"}}]
        }
        assert {name: c["type"] for name, c in made["columns"].items()} == {"id": "integer", "email": "string"}


def test_cells_of_a_sqlite_column_without_a_type_are_read_as_text(mesh: Mesh, project: Path) -> None:
    with closing(sqlite3.connect(project / "t.sqlite")) as database:
        database.execute("create table t (id, town, amount, raw)")
        rows = [(f"T-{i}", "Málaga", str(i), bytes([255, i])) for i in range(9)]
        database.executemany("insert into t values (?, ?, ?, ?)", rows)
        database.commit()
    made = make(mesh, project, project / "t.sqlite", "made", "--purpose", "service", "--notice", "n1")
    assert {name: c["type"] for name, c in made["columns"].items()} == {
        "id": "string",
        "town": "string",
        "amount": "integer",
        "raw": "binary",
    }
    with open_runtime(load_settings(project)) as runtime:
        outcome = publish(load_mesh(project), ProductKey("shop", "made"), runtime)
    assert (outcome.status, outcome.rows) == ("published", 9), outcome.findings


@pytest.mark.nightly
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
            lambda text: text.strip(' "') != ""
        ),
        min_size=1,
        max_size=6,
        unique_by=str.casefold,
    )
)
def test_any_header_makes_a_descriptor_that_can_be_read_or_a_finding(
    mesh: Mesh, project: Path, tmp_path: Path, header: list[str]
) -> None:
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in header)
    row = ",".join("a" for _ in header)
    file = tmp_path / "any.csv"
    file.write_text(f"{quoted}\n{row}\n{row}\n", encoding="utf-8", newline="")
    said = mesh("new", "product", "shop/made", "--from", str(file))
    assert "CLI-01" not in said.err, header
    if said.code == 0:
        product = load_mesh(project).products[ProductKey("shop", "made")]
        assert len(product.descriptor.columns) == len(header)
        for path in sorted((project / "domains/shop/made").iterdir()):
            path.unlink()
        (project / "domains/shop/made").rmdir()
        (project / "landing/shop/any.csv").unlink()
