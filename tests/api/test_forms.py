"""Each form holds what the engine can answer with, also where the form has no type for it."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.access.plain import cells, plain
from mesh_platform.api.forms import ARROW, CSV, FORMS, JSON, PARQUET

SQL = """
SELECT interval '1 month 3 days 1.5 seconds' AS span, [interval '-2 seconds'] AS spans, union_value(x := 1) AS either,
    'infinity'::timestamp AS never, NULL AS none, 'a'::ENUM ('a', 'b') AS one, '\\x00'::BLOB AS bytes
"""


def written(form: str, sql: str = SQL) -> bytes:
    with duckdb.connect() as con:
        table = con.execute(sql).to_arrow_table()
    writer = FORMS[form](table.schema, {"products": []})
    return writer.begin() + b"".join(map(writer.rows, table.to_batches())) + writer.end(table.num_rows, False)


def test_json_has_intervals_as_iso_8601() -> None:
    [row] = json.loads(written(JSON))["rows"]
    assert row == ["P1M3DT1.5S", ["P0M0DT-2S"], 1, "infinity", None, "a", "00"]


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=1), "P0M1DT0S"),
        (timedelta(hours=1, microseconds=5), "P0M0DT3600.000005S"),
        (timedelta(days=-1, seconds=-2), "P0M-1DT-2S"),
        (timedelta(seconds=-2), "P0M0DT-2S"),
        (timedelta(0), "P0M0DT0S"),
    ],
)
def test_a_length_of_time_is_an_interval_too(length: timedelta, text: str) -> None:
    assert plain(length) == text


def test_csv_has_them_too() -> None:
    lines = written(CSV).decode().splitlines()
    assert lines[1].startswith('"P1M3DT1.5S","[""P0M0DT-2S""]","1",')


def test_parquet_has_text_where_it_has_no_type() -> None:
    [row] = pq.read_table(io.BytesIO(written(PARQUET)), columns=["span", "spans", "either", "one"]).to_pylist()
    assert row == {"span": "P1M3DT1.5S", "spans": '["P0M0DT-2S"]', "either": "1", "one": "a"}


@pytest.mark.parametrize("sql", [SQL, f"FROM ({SQL}) WHERE false"])
def test_arrow_has_them_as_they_are_and_its_end(sql: str) -> None:
    with pa.ipc.open_stream(written(ARROW, sql)) as stream:
        *batches, end = _all(stream)
    assert json.loads(end.custom_metadata[b"mesh"])["count"] == sum(each.batch.num_rows for each in batches)


def _all(stream: pa.ipc.RecordBatchStreamReader) -> list[pa.ipc.RecordBatchWithMetadata]:
    found = []
    while True:
        try:
            found.append(stream.read_next_batch_with_custom_metadata())
        except StopIteration:
            return found


def test_a_struct_whose_fields_have_no_names_of_their_own_is_a_list_and_fails_no_answer() -> None:
    unnamed = pa.struct([pa.field("", pa.string()), pa.field("", pa.int64())])
    held = pa.StructArray.from_arrays([pa.array(["a"]), pa.array([1])], fields=list(unnamed))
    assert cells(held) == [["a", 1]]
    assert cells(pa.array([{"x": 1}])) == [{"x": 1}]
