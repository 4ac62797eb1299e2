"""What is broken, huge or meant to hurt: bounded, told, and never a crash."""

from __future__ import annotations

import base64
import gzip
import time
import tracemalloc
import zlib
from pathlib import Path

import pyarrow as pa
import pytest

from mesh_platform.classify.columns import Column
from mesh_platform.classify.decode import MOST, chains
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import MOST_KEYS
from mesh_platform.classify.patterns import LONGEST_CELL
from mesh_platform.classify.table import TableScan


def held(array: pa.Array, name: str = "c3") -> Column:
    table = pa.table({name: array})
    scan = TableScan("shop__t", table.schema)
    for batch in table.to_batches():
        scan.feed(batch)
    return scan.finish()[0]


@pytest.mark.parametrize(
    "array",
    [
        pa.array([], pa.string()),
        pa.nulls(7),
        pa.array([None, None], pa.string()),
        pa.array([], pa.struct([("a", pa.string())])),
        pa.array([None, []], pa.list_(pa.string())),
        pa.array([None, float("nan"), float("inf")]),
        pa.array(["", "  ", "-"]),
    ],
)
def test_a_column_of_nothing_holds_nothing_and_leaves_nothing_out(array: pa.Array) -> None:
    found = held(array)
    assert (found.entities, found.skipped) == ([], [])


def test_a_table_without_rows_has_its_columns_all_the_same() -> None:
    schema = pa.schema([("a", pa.int64()), ("b", pa.string())])
    assert [column.name for column in TableScan("t", schema).finish()] == ["a", "b"]


def test_bytes_that_are_no_text_are_read_and_told() -> None:
    found = held(pa.array([b"\xff\xfeivo.k@example.net" + bytes([i]) * 60 for i in range(40)]))
    assert found.entities == [Entity.EMAIL]
    assert found.skipped == ["40 binary cells are no UTF-8 and were read byte by byte"]


def test_text_that_lies_about_its_encoding_is_read_and_told() -> None:
    data = [b"caf\xe9", b"ivo.k@example.net"]
    offsets = pa.array([0, len(data[0]), len(data[0]) + len(data[1])], pa.int32())
    array = pa.StringArray.from_buffers(2, offsets.buffers()[1], pa.py_buffer(b"".join(data)))
    found = held(array)
    assert found.entities == [Entity.EMAIL]
    assert found.skipped == ["1 binary cells are no UTF-8 and were read byte by byte"]


def test_of_a_huge_cell_the_beginning_is_scanned_and_the_rest_told() -> None:
    found = held(pa.array(["ivo.k@example.net " + "lorem " * 2_000_000, "short"]))
    assert found.entities == [Entity.EMAIL]
    assert found.skipped == [f"1 cells have more than {LONGEST_CELL:,} characters; what lies behind these was not scanned"]


def test_what_is_nested_too_deep_is_told() -> None:
    kind: pa.DataType = pa.string()
    value: object = "ivo.k@example.net"
    for _ in range(15):
        kind, value = pa.list_(kind), [value]
    assert held(pa.array([value], kind)).skipped == ["1 cells nested deeper than 12 were not scanned"]


def test_a_map_of_endless_keys_is_scanned_without_their_names() -> None:
    rows = [[(f"key{i}", "ivo.k@example.net" if i == 900 else "x")] for i in range(1_000)]
    found = held(pa.array(rows, pa.map_(pa.string(), pa.string())))
    assert found.entities == [Entity.EMAIL]
    assert found.skipped == [
        f"{1_000 - MOST_KEYS} entries under keys beyond the first {MOST_KEYS} were scanned without their names"
    ]


@pytest.mark.by_day("objects", "at", "token", "entities")
@pytest.mark.parametrize(
    "cell",
    [
        "[" * 60_000 + "]" * 60_000,
        '{"a":' * 9_000 + "1" + "}" * 9_000,
        "<a>" * 30_000 + "</a>" * 30_000,
        "k=" * 60_000,
        "a@" * 30_000,
        "+1 " * 9_000,
        "eyJ" + "A" * 90_000 + "." * 9,
        "((((" * 20_000 + "POINT",
        "::" * 60_000,
        "=" * 100_000,
        "%41" * 9_000,
        "&#x" * 40_000,
    ],
    ids=["lists", "objects", "tags", "keys", "at", "numbers", "token", "points", "colons", "equals", "percent", "entities"],
)
def test_no_cell_is_slow_however_it_is_built(cell: str) -> None:
    began = time.process_time()
    held(pa.array([cell + str(i) for i in range(3)]))
    assert time.process_time() - began < 4


@pytest.mark.parametrize("shut", [gzip.compress, zlib.compress])
def test_a_bomb_opens_up_to_its_limit(shut: object) -> None:
    bomb = base64.b64encode(shut(b"a" * 12_000_000)).decode()  # type: ignore[operator]
    tracemalloc.start()
    opened = [len(out) for _, out in chains(bomb)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert opened and max(opened) <= MOST
    assert peak < 40_000_000


def test_memory_stays_flat_however_long_the_values() -> None:
    scan = TableScan("t", pa.schema([("c", pa.string())]))
    tracemalloc.start()
    for start in range(0, 6_000, 1_000):
        scan.feed(pa.record_batch({"c": [f"{i} " + "word " * 1_000 for i in range(start, start + 1_000)]}))
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 24_000_000


@pytest.mark.nightly
def test_memory_stays_flat_however_many_the_rows() -> None:
    scan = TableScan("t", pa.schema([("c", pa.string())]))
    sizes = []
    for start in range(0, 60 * 20_000, 20_000):
        scan.feed(pa.record_batch({"c": [f"{i:0200d}" for i in range(start, start + 20_000)]}))
        sizes.append(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096)
    assert sizes[-1] - sizes[20] < 80_000_000  # the batches between hold 160 MB
