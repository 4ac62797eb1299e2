"""`mesh classify texts`: spans as JSON, counts on the screen, no value anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.cli import main

TEXTS = {"7": "Write to ann.lee@example.org, please.", "9": "The lamp is out of stock.", "12": None}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.parquet"
    pq.write_table(pa.table({"id": [int(key) for key in TEXTS], "text": list(TEXTS.values())}), path)
    return path


def test_spans_are_written_by_id(file: Path, tmp_path: Path) -> None:
    assert main(["classify", "texts", str(file), "-o", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text()) == {"7": [[9, 28, "EMAIL"]], "9": []}


def test_the_screen_shows_counts_and_no_value(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "texts", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "1 spans in 2 texts; 1 without text" in shown
    assert "ann.lee" not in shown


def test_as_json_the_counts_are_a_document(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "texts", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spans"] == {"EMAIL": 1}


def test_text_that_is_no_utf8_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "raw.parquet"
    pq.write_table(pa.table({"id": ["a"], "text": pa.array([b"mail \xff ann@example.org"], pa.binary())}), path)
    assert main(["classify", "texts", str(path), "-o", str(tmp_path / "out.json")]) == 0
    assert [kind for _, _, kind in json.loads((tmp_path / "out.json").read_text())["a"]] == ["EMAIL"]


@pytest.mark.parametrize("content", [b"", b"no parquet"])
def test_a_file_of_another_kind_is_a_usage_problem(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    assert main(["classify", "texts", str(path)]) == 2
    assert "CLASS-01" in capsys.readouterr().err


def test_a_file_without_the_columns_is_a_usage_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"body": ["hello"]}), path)
    assert main(["classify", "texts", str(path)]) == 2
