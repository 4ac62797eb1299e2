"""A short identifier in bytes that are no text: there any three in a row stand by chance, and nobody is kept from a certificate by them."""

from __future__ import annotations

import json
import random
import sqlite3
import zlib
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.subjects.verifier.in_bytes import Needles
from mesh_platform.subjects.verifier.traces import in_parquet, in_tables
from tests.subjects.test_hidden_forms import asked

HERS = Needles.of(form for form in asked({"customer": "C-7"}).forms if form.name == "raw")
MOMENT = "2026-11-23 12:00:00.000000Z"
"""A text of 27 characters has the serial type 67 in the header of its row, which is the letter C."""


def test_a_short_form_is_not_told_from_a_rows_header_and_a_hash_or_from_chance(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "control.db")) as con, con:
        con.execute("CREATE TABLE events (token BLOB, at TEXT)")
        con.execute("CREATE INDEX by_moment ON events (token, at)")
        con.execute("INSERT INTO events VALUES (?, ?)", [b"-7\xcf" + bytes(13), MOMENT])
        con.execute("INSERT INTO events VALUES (?, ?)", [b"\xfeC-7\xcf" + bytes(11), MOMENT])
    data = (tmp_path / "control.db").read_bytes()
    assert HERS.hits(data)["raw"] > 2, "both stand there, in the rows and in the index"
    assert HERS.hits(data, raw=True) == Counter() and list(in_tables(tmp_path / "control.db", HERS)) == []
    noise = random.Random(5).randbytes(1 << 16)
    assert HERS.hits(noise + b"\xffC-7\xff" + noise, raw=True) == Counter()


def test_it_counts_in_text_in_a_cell_and_in_a_page_of_what_was_deleted(tmp_path: Path) -> None:
    assert [HERS.hits(text, raw=True)["raw"] for text in (b"C-7", b"C-7\n", b"no\xff, it was c-7 twice\x00")] == [1, 1, 1]
    with closing(sqlite3.connect(tmp_path / "runs.db")) as con, con:
        con.execute("CREATE TABLE kept (name TEXT, held BLOB)")
        con.execute("INSERT INTO kept VALUES ('C-7', 'C-7')")
        con.execute("INSERT INTO kept VALUES ('\u0001C-7', CAST('C-7' AS BLOB))")
        con.execute("INSERT INTO kept VALUES ('the parcel of C-7 came late', NULL)")
    assert [(where, found["raw"]) for where, found in in_tables(tmp_path / "runs.db", HERS)] == [
        ("table kept, column name", 3),
        ("table kept, column held", 2),
    ]
    with closing(sqlite3.connect(tmp_path / "runs.db")) as con, con:
        con.execute("PRAGMA secure_delete = OFF")
        con.execute("DELETE FROM kept")
    assert list(in_tables(tmp_path / "runs.db", HERS)) == []
    assert HERS.hits((tmp_path / "runs.db").read_bytes(), raw=True)["raw"] == 1, "what stands in a text"


def test_it_counts_as_json_writes_it_and_beside_the_colours_of_a_log() -> None:
    needles = Needles.of(form for form in asked({"customer": "Ü-7"}).forms if form.name == "raw")
    assert needles.hits(b'{"who": "\\u00dc-7"}\n', raw=True) == Counter(raw=1)
    needles = Needles.of(form for form in asked({"customer": "ÖZIL-1"}).forms if form.name == "raw")
    for text in ("ÖZIL-1", "Özil-1", "özil-1", json.dumps("Özil-1"), json.dumps("özil-1")):
        assert needles.hits(f"of {text}.".encode()) == Counter(raw=1), text
        assert "1" not in needles.masked(text) and "il" not in needles.masked(text)
    assert HERS.hits(b"\x00\x1b[32m id: C-7\x1b[0m\x00", raw=True) == Counter(raw=1)


def test_a_form_that_is_long_enough_counts_wherever_it_stands() -> None:
    needles = Needles.of(form for form in asked({"customer": "CR-07"}).forms if form.name == "raw")
    assert needles.hits(b"\xff\x00CR-07\xfe", raw=True) == Counter(raw=1)


@pytest.mark.parametrize(
    ("cells", "kind", "found"),
    [
        ([b"\x0a\x08no: CR-07\x10", b"nothing"], pa.binary(), True),
        ([b"\x0a\x05CR-07\x10"], pa.binary(), True),
        ([zlib.compress(b"\x05CR-07" * 9)], pa.binary(), True),
        ([[b"\x05CR-07\xff"]], pa.list_(pa.binary()), True),
        ([b"\x05CR-070\xff", b"", None], pa.binary(), False),
        (["CR-07"], pa.string(), True),
    ],
)
def test_a_column_of_bytes_is_looked_at_by_its_values_whatever_packs_them(
    tmp_path: Path, cells: list[Any], kind: pa.DataType, found: bool
) -> None:
    pq.write_table(pa.table({"held": pa.array(cells, kind)}), tmp_path / "a.parquet", compression="zstd")
    needles = Needles.of(form for form in asked({"customer": "CR-07"}).forms if form.name == "raw")
    with duckdb.connect() as con:
        assert [(where, [*forms]) for where, forms in in_parquet(con, tmp_path / "a.parquet", needles)] == (
            [("column held", ["raw"])] if found else []
        )


def test_short_identifiers_side_by_side_in_a_column_of_bytes_are_seen_and_hashes_are_not(tmp_path: Path) -> None:
    for name, cells in (
        ("short", [f"C-{i}".encode() for i in range(5, 10)]),
        ("hashes", [b"\xfeC-7\xcf" + bytes([i] * 11) for i in range(9)]),
    ):
        pq.write_table(pa.table({name: pa.array(cells, pa.binary())}), tmp_path / f"{name}.parquet", compression="zstd")
    with duckdb.connect() as con:
        assert [where for where, _ in in_parquet(con, tmp_path / "short.parquet", HERS)] == ["column short"]
        assert [*in_parquet(con, tmp_path / "hashes.parquet", HERS)] == []
