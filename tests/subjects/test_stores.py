"""Landing files and tables without the person: every other row as it was, whatever the form; what cannot be written anew is refused."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake.sources.files import find_files
from mesh_platform.product.governance import Namespace
from mesh_platform.product.models import Source
from mesh_platform.subjects import Closure, Identifier
from mesh_platform.subjects.erasure.stores import Landing
from mesh_platform.subjects.erasure.tables import SourceTable
from tests.postgres import PostgresServer

NAMESPACES = {"customer": Namespace(normal=("trim", "upper")), "email": Namespace(normal=("trim", "lower"))}
TOKENS = SubjectTokens(b"k" * 32, NAMESPACES)
ANA = Closure(
    (
        Identifier("customer", TOKENS.token("customer", "C-7"), ("C-7",)),
        Identifier("email", TOKENS.token("email", "ana@ex.test"), ("ana@ex.test",)),
    )
)
KEYS = {"id": "customer", "mail": "email"}


def erased(root: Path, path: str, keys: dict[str, str] | None = None, told: list[int] | None = None) -> int:
    landing = Landing(root, "crm/people", Source(path=path), keys or KEYS)
    return landing.erase(ANA, TOKENS, (told if told is not None else []).append)


def test_a_csv_file_keeps_every_other_byte(tmp_path: Path) -> None:
    text = '\ufeffid;mail;note\r\nC-77;ann@ex.test;"two\r\nlines; C-7"\r\n c-7 ;;"she\r\nherself"\r\n;ANA@ex.test;x\r\nC-8;;\r\n'
    file = tmp_path / "people.csv"
    file.write_bytes(text.encode())
    file.chmod(0o640)
    told: list[int] = []
    assert (erased(tmp_path, "people.csv", told=told), told) == (2, [2])
    kept = '\ufeffid;mail;note\r\nC-77;ann@ex.test;"two\r\nlines; C-7"\r\nC-8;;\r\n'
    assert file.read_bytes() == kept.encode() and file.stat().st_mode & 0o777 == 0o640

    before = file.stat()
    assert (erased(tmp_path, "people.csv", told=told), told) == (0, [2])
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "nothing of hers: not touched"


def test_a_file_that_is_written_to_meanwhile_loses_nothing_of_what_is_added(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,mail\nC-7,\nC-8,\n")
    landing = Landing(tmp_path, "crm/people", Source(path="people.csv"), KEYS)

    def delivered(row: Mapping[str, object]) -> bool:
        if row["id"] == "C-7":
            with file.open("a") as more:
                more.write("C-9,\n")
        return row["id"] == "C-7"

    [source] = find_files(tmp_path, "people.csv", "crm/people")
    with pytest.raises(CheckFailed, match="DSAR-11"):
        landing._without(source, delivered)
    assert file.read_text() == "id,mail\nC-7,\nC-8,\nC-9,\n" and [*tmp_path.iterdir()] == [file]


def test_so_does_a_compressed_file_of_json_lines_in_each_of_several(tmp_path: Path) -> None:
    lines = ['{"id":"C-7","mail":null}\n', '{"id": "C-8", "note":"C-7 called"}\n', "\n", '{"mail":"Ana@ex.test","n":1}\n']
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson.gz").write_bytes(gzip.compress("".join(lines).encode()))
    assert erased(tmp_path, "*.ndjson.gz") == 4
    for name in ("a", "b"):
        assert gzip.decompress((tmp_path / f"{name}.ndjson.gz").read_bytes()).decode() == "".join(lines[1:3])


def test_and_a_parquet_file_keeps_types_and_compression(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    table = pa.table({"id": ["C-8", "C-7", None], "mail": [None, None, "ana@ex.test"], "n": pa.array([1, 2, 3], pa.int16())})
    pq.write_table(table, file, compression="snappy", row_group_size=2)
    assert erased(tmp_path, "people.parquet") == 2
    assert pq.read_table(file).equals(table.slice(0, 1))
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "SNAPPY"


@pytest.mark.parametrize(
    ("name", "text", "keys"),
    [("people.csv", "id,mail\nC-7,\n", {"number": "customer"}), ("people.json", '[{"id":"C-7"}]', {"id": "customer"})],
)
def test_what_it_cannot_find_a_person_in_or_cannot_write_is_refused(
    name: str, text: str, keys: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CheckFailed, match="DSAR-11"):
        erased(tmp_path, name, keys)
    assert (tmp_path / name).read_text() == text


ROWS = [("C-77", "ann@ex.test"), (" c-7 ", None), (None, "Ana@ex.test"), ("C-8", None)]


def test_a_table_of_sqlite_loses_the_rows_and_their_bytes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as con, con:
        con.execute("CREATE TABLE people (id TEXT, mail TEXT)")
        con.executemany("INSERT INTO people VALUES (?, ?)", ROWS)
    told: list[int] = []
    people = SourceTable(tmp_path, "crm/people", Source(connection="crm.sqlite", table="people"), KEYS)
    assert (people.erase(ANA, TOKENS, told.append), people.erase(ANA, TOKENS, told.append), told) == (2, 0, [2])
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as con:
        assert con.execute("SELECT * FROM people").fetchall() == [ROWS[0], ROWS[3]]
    assert b"Ana@ex.test" not in (tmp_path / "crm.sqlite").read_bytes()


@pytest.mark.postgres
def test_so_does_one_of_postgresql(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = postgres_server.new_database(migrated=False)
    monkeypatch.setenv("CRM_URL", url)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as con:
        con.execute("CREATE SCHEMA shop")
        con.execute('CREATE TABLE shop."People" (id text, mail text)')
        con.cursor().executemany('INSERT INTO shop."People" VALUES (%s, %s)', ROWS)
        people = SourceTable(tmp_path, "crm/people", Source(connection="env:CRM_URL", table="shop.People"), KEYS)
        assert people.erase(ANA, TOKENS, lambda rows: None) == 2
        assert con.execute('SELECT * FROM shop."People" ORDER BY id').fetchall() == [ROWS[0], ROWS[3]]


@pytest.mark.parametrize("variable", ["MESH_DATABASE_URL", "NOT_SET", "NO_URL"])
def test_a_connection_that_is_none_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_URL", "nonsense")
    people = SourceTable(tmp_path, "crm/people", Source(connection=f"env:{variable}", table="people"), KEYS)
    with pytest.raises(CheckFailed, match="DSAR-11"):
        people.erase(ANA, TOKENS, lambda rows: None)
