"""A table scanned batch by batch: bounded in memory, and nothing rare is lost."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.mesh import Known
from mesh_platform.classify.sketch import RARE, Sketch
from mesh_platform.classify.table import TableScan


def scanned(values: list[str], size: int = 20_000, known: Known | None = None) -> list[Entity]:
    table = pa.table({"c7": values})
    scan = TableScan("shop__t", table.schema)
    for batch in table.to_batches(max_chunksize=size):
        scan.feed(batch)
    return scan.finish(known)[0].entities


@pytest.mark.parametrize(
    ("rare", "entity"),
    [
        ("call +44 20 7946 0958 back", Entity.PHONE),
        ("asked by ines.q@example.net", Entity.EMAIL),
        ("GB33 BUKB 2020 1555 5555 55", Entity.IBAN),
        ("from 89.160.20.112 at night", Entity.IP_ADDRESS),
        ("card 5555-5555-5555-4444 refused", Entity.CREDIT_CARD),
        ('{"mail": "ines.q@example.net"}', Entity.EMAIL),
    ],
)
def test_what_is_rare_is_found_among_many_distinct_values(rare: str, entity: Entity) -> None:
    values = [f"batch {i} left hall {i % 7}" for i in range(30_000)]
    values[27_234] = rare
    assert scanned(values) == [entity]


def test_many_distinct_values_are_counted_without_being_kept() -> None:
    sketch = Sketch(most=1_000)
    for start in range(0, 200_000, 10_000):
        sketch.feed(pa.array([f"value {i}" for i in range(start, start + 10_000)] * 2))
    assert len(sketch.counts) <= 2_000
    assert 190_000 < sketch.distinct < 210_000
    assert set(sketch.counts.values()) == {2}


def test_a_frequent_kind_is_closed_and_the_sample_speaks_for_it() -> None:
    sketch = Sketch(most=500)
    sketch.feed(pa.array([f"user{i}@example.org" for i in range(20_000)]))
    sketch.feed(pa.array([f"user{i}@example.org" for i in range(20_000, 40_000)]))
    assert "address" in sketch.rare.closed
    assert len(sketch.rare.counts) <= 2 * RARE


def test_ids_under_a_meaningless_name_are_found_in_what_the_mesh_holds() -> None:
    known = Known()
    known.learn(Entity.USER_ID, [f"Q{3_000_000 + i * 37}" for i in range(500)])
    values = [f"Q{3_000_000 + i * 37}" for i in range(100, 400)]
    assert scanned(values) == []
    assert scanned(values, known=known) == [Entity.USER_ID]
