"""How many values of a special category stand in each class of people who share their quasi-identifiers."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from mesh_platform.classify import diversity as room
from mesh_platform.classify.diversity import diversity
from mesh_platform.classify.scan import scan


def table(rows: Sequence[tuple[str, str | None]]) -> pa.Table:
    return pa.table({"town": [town for town, _ in rows], "ill": pa.array([ill for _, ill in rows], pa.string())})


def test_l_is_that_of_the_class_with_the_fewest_values() -> None:
    rows = [("a", "gout"), ("a", "asthma"), ("a", "flu"), ("b", "gout"), ("b", "flu"), ("c", "flu"), ("c ", "flu")]
    [found] = diversity(table(rows).to_batches(max_chunksize=2), ["town"], ["ill"])
    assert (found.least, found.classes, round(found.bare, 2)) == (1, 3, 0.33)
    assert diversity(table(rows[:5]).to_batches(), ["town"], ["ill"])[0].least == 2


def test_an_absent_value_is_a_value_more_and_a_class_without_any_tells_nothing() -> None:
    rows: list[tuple[str, str | None]] = [("a", "gout"), ("a", None), ("b", None), ("b", None)]
    [found] = diversity(table(rows).to_batches(), ["town"], ["ill"])
    assert (found.least, found.classes) == (2, 1)
    assert diversity(table([]).to_batches(), ["town"], ["ill"])[0].classes == 0


def test_with_many_classes_whole_classes_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CLASSES", 100)
    rows = [(f"town {i % 1500}", ("gout", "flu")[i % 1500 % 3 == 0 and i >= 1500]) for i in range(3000)]
    [found] = diversity(table(rows).to_batches(max_chunksize=500), ["town"], ["ill"])
    assert 100 <= found.classes <= 200
    assert found.least == 1
    assert 0.5 < found.bare < 0.8  # two in three


def test_a_scan_tells_l_of_a_table_with_persons_and_diagnoses() -> None:
    people = pa.table(
        {
            "gender": ["female", "male"] * 30,
            "diagnosis": ["type 2 diabetes"] * 30 + ["asthma", "type 2 diabetes"] * 15,
        }
    )
    tables = scan([("clinic__visits", people)]).as_json()["tables"]
    assert tables["clinic__visits"]["quasi_columns"] == ["gender"]
    assert tables["clinic__visits"]["l"] == {"diagnosis": 1}
