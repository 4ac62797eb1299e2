"""`mesh classify scan`: findings as JSON, a table with evidence on the screen, no value anywhere."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.cli import main

EMAILS = [f"ann{i}@example.org" for i in range(20)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file of each kind, and one that is broken."""
    made = tmp_path / "landing"
    made.mkdir()
    pq.write_table(pa.table({"c1": EMAILS, "n": range(20)}), made / "shop__people.parquet")
    (made / "orders.csv").write_text("id;mail\n" + "\n".join(f"{i};{email}" for i, email in enumerate(EMAILS)))
    with gzip.open(made / "events.jsonl.gz", "wt") as stream:
        stream.writelines(json.dumps({"who": {"mail": email}}) + "\n" for email in EMAILS)
    (made / "app.log").write_bytes(b"\xff started\n" + "\n".join(f"login by {email}" for email in EMAILS).encode())
    (made / "broken.parquet").write_bytes(b"PAR1 no")
    return made


def test_a_folder_of_files_is_scanned_to_json(folder: Path, tmp_path: Path) -> None:
    assert main(["classify", "scan", str(folder), "-o", str(tmp_path / "c.json")]) == 1  # one file is broken
    found = json.loads((tmp_path / "c.json").read_text())
    emails = {key for key, column in found["columns"].items() if column["entities"] == ["EMAIL"]}
    assert emails == {"shop__people.c1", "orders.mail", "events.who", "app.line"}
    assert found["columns"]["shop__people.c1"]["sensitivity"] == "confidential"
    assert list(found["not_scanned"]) == ["broken.parquet"]


def test_the_screen_shows_the_evidence_and_no_value(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "scan", str(folder)]) == 1
    shown = capsys.readouterr()
    assert "all of distinct values are: e-mail address" in shown.out
    assert "broken.parquet" in shown.out + shown.err
    assert "ann1@" not in shown.out + shown.err


def test_where_nothing_was_scanned_the_answer_is_no(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing that is read")
    assert main(["classify", "scan", str(tmp_path)]) == 1


def test_a_place_for_the_answer_that_is_not_there_is_told_before_any_work(folder: Path) -> None:
    assert main(["classify", "scan", str(folder), "-o", str(folder / "nowhere" / "c.json")]) == 2


@pytest.mark.parametrize("name", ["md5", "sha256", "checksum", "firmware_version"])
def test_sums_of_files_and_versions_are_nothing_of_a_person(tmp_path: Path, name: str) -> None:
    made = [
        hashlib.md5(str(i).encode()).hexdigest() if name != "firmware_version" else f"52.3.{i % 9}.{i % 4}" for i in range(300)
    ]
    pq.write_table(pa.table({name: made}), tmp_path / "files.parquet")
    assert main(["classify", "scan", str(tmp_path), "-o", str(tmp_path / "c.json")]) == 0
    assert json.loads((tmp_path / "c.json").read_text())["columns"][f"files.{name}"]["entities"] == []


def test_a_first_line_of_values_is_no_header_and_is_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people.csv").write_text("ana1@mail.test,4\nben2@mail.test,5\n")
    assert main(["classify", "scan", str(tmp_path), "-o", str(tmp_path / "c.json")]) == 0
    found = json.loads((tmp_path / "c.json").read_text())["columns"]
    assert found["people.column_1"]["entities"] == ["EMAIL"]
    assert "ana1" not in (tmp_path / "c.json").read_text() + capsys.readouterr().out
