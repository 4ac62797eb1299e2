"""The law of proposals: the very file that a descriptor was proposed from passes the contract that was proposed."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh

CELLS = {
    "whole": st.integers(-(10**17), 10**17).map(str),
    "money": st.decimals(-(10**6), 10**6, places=2).map(str),
    "real": st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    "day": st.dates().map(str),
    "moment": st.datetimes().map(lambda moment: moment.isoformat(sep=" ")),
    "zoned": st.datetimes(timezones=st.timezones(no_cache=True)).map(lambda moment: moment.isoformat()),
    "flag": st.sampled_from(["true", "false", "TRUE", "False"]),
    "uuid": st.uuids().map(str),
    "code": st.from_regex(r"[A-Z]{2}-[0-9]{1,4}", fullmatch=True),
    "zip": st.from_regex(r"[0-9]{5}", fullmatch=True),
    "word": st.sampled_from(["gold", "silver", "bronze", ""]),
    "text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=20),
    "document": st.sampled_from(['{"a": 1}', "[1, 2]", '{"b": {"c": null}}']),
    "slashed": st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
    "odd": st.sampled_from(
        ["1", "01", "1.0", " 1", "1e3", "0x1", "-0", "+5", "1_000", "inf", "NaN", "null", "12:30", "2024-02-30"]
    ),
}
NAMES = ["id", "total", "Customer Name", "zip", "updated_at", "e-mail 😀", "select", "Größe", "note"]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """A header and rows; each column is of one kind, now and then with a hole or a stranger."""
    header = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    count = draw(st.integers(1, 60))
    columns = []
    for _ in header:
        kind = draw(st.sampled_from(sorted(CELLS)))
        cells = draw(st.lists(CELLS[kind], min_size=count, max_size=count))
        for _ in range(draw(st.integers(0, 2))):
            cells[draw(st.integers(0, count - 1))] = draw(st.sampled_from(["", "x", "0"]))
        columns.append(cells)
    return header, [list(row) for row in zip(*columns, strict=True)]


@settings(
    max_examples=100 if os.environ.get("MESH_NIGHTLY") else 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.nightly
@given(tables())
def test_a_file_passes_what_was_proposed_from_it(
    mesh: Mesh, project: Path, tmp_path: Path, table: tuple[list[str], list[list[str]]]
) -> None:
    header, rows = table
    shutil.rmtree(project / "domains/shop/made", ignore_errors=True)
    shutil.rmtree(project / "landing", ignore_errors=True)
    shutil.rmtree(project / ".mesh", ignore_errors=True)  # else each example is a change of the one before
    file = tmp_path / "given.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)
    said = mesh("new", "product", "shop/made", "--from", str(file), "--purpose", "service", "--notice", "n1", "--json")
    assert said.code == 0, said.out
    blocking = [f for f in said.json["findings"] if f["severity"] == "block"]
    if blocking:
        assert {f["rule"] for f in blocking} == {"CORE-10"}, "only what a person has to decide"
        return
    with open_runtime(load_settings(project)) as runtime:
        outcome = publish(load_mesh(project), ProductKey("shop", "made"), runtime)
    if {finding.rule for finding in outcome.findings if finding.blocks} == {"CORE-18"}:
        return  # the rows single somebody out, which a person has to decide and no proposal can
    assert outcome.status == "published", (
        outcome.findings,
        (project / "domains/shop/made/product.yaml").read_text(encoding="utf-8"),
    )
    assert outcome.rows == len(rows)
