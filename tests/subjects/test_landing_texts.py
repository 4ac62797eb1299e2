"""Landing files whose rows stay: keys, texts and documents lose the person in CSV, JSON lines and Parquet, and every other record stays byte for byte."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.product.models import Source
from mesh_platform.subjects.erasure.landing_texts import TextLanding
from mesh_platform.subjects.erasure.recognise import of_person
from mesh_platform.subjects.erasure.redaction import Redactor, names_pattern
from mesh_platform.subjects.erasure.stores import ANY, Landing
from tests.subjects.test_stores import ANA, NAMESPACES, TOKENS

REDACTOR = Redactor(of_person(ANA.identifiers, TOKENS, NAMESPACES), names_pattern(["Ana Souza"]))


def redacted(root: Path, path: str, keys: dict[str, str] | None = None, firm: bool = False) -> tuple[int, list[int]]:
    told: list[int] = []
    landing = TextLanding(root, "help/tickets", Source(path=path), keys or {"id": "customer"}, REDACTOR, firm)
    return landing.erase(ANA, TOKENS, told.append), told


CSV_FILE = 'id,body\r\nC-7,"Ana Souza wrote, twice"\r\nC-8,"mail of ANA@ex.test, again"\r\nC-77,"ann@ex.test; C-78"\r\n'


def test_a_csv_file_keeps_its_rows_and_every_byte_of_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV_FILE.encode())
    assert redacted(tmp_path, "a.csv") == (2, [2])
    first, second, third, fourth, _ = (tmp_path / "a.csv").read_bytes().decode().split("\r\n")
    assert (first, fourth) == ("id,body", 'C-77,"ann@ex.test; C-78"')
    assert second.startswith(",") and "Souza" not in second and "twice" in second
    assert third.startswith("C-8,") and "ex.test" not in third and "again" in third
    assert redacted(tmp_path, "a.csv") == (0, [])


def test_where_a_key_has_to_be_there_the_row_goes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV_FILE.encode())
    assert redacted(tmp_path, "a.csv", firm=True) == (2, [2])
    assert "C-7," not in (tmp_path / "a.csv").read_text() and "C-8," in (tmp_path / "a.csv").read_text()


def test_compressed_json_lines_lose_keys_and_words_in_depth(tmp_path: Path) -> None:
    lines = [
        '{"id":"C-7","n":1.50}\n',
        '{"id":"C-8","u":{"mail":"ana@ex.test","k":[1]}}\n',
        '{"id": "C-9", "t": "ann@ex.test"}\n',
    ]
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress("".join(lines).encode()))
    assert redacted(tmp_path, "a.ndjson.gz") == (2, [2])
    found = gzip.decompress((tmp_path / "a.ndjson.gz").read_bytes()).decode().splitlines(keepends=True)
    assert found[0] == '{"id":null,"n":1.50}\n' and found[2] == lines[2]
    assert "ana@" not in found[1] and '"k":[1]' in found[1]


def test_a_parquet_file_loses_them_within_lists_and_structs_and_keeps_its_types(tmp_path: Path) -> None:
    rows = [
        {"id": "C-7", "said": ["Ana Souza called", "nothing"], "at": {"mail": "ana@ex.test"}},
        {"id": "C-8", "said": ["to ana@ex.test"], "at": {"mail": "ann@ex.test"}},
        {"id": "C-9", "said": None, "at": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", compression="snappy", row_group_size=2)
    before = pq.read_schema(tmp_path / "a.parquet")
    assert redacted(tmp_path, "a.parquet") == (2, [2])
    found = pq.read_table(tmp_path / "a.parquet")
    assert found.schema.equals(before) and found.num_rows == 3
    assert found["id"].to_pylist() == [None, "C-8", "C-9"]
    told = str(found.to_pylist())
    assert "Souza" not in told and "ana@" not in told and "nothing" in told and "ann@ex.test" in told


def test_a_form_that_cannot_be_written_anew_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id":"C-7"}]')
    with pytest.raises(CheckFailed, match="DSAR-11"):
        redacted(tmp_path, "a.json")


def test_a_column_of_any_namespace_is_read_by_what_each_value_says(tmp_path: Path) -> None:
    text = "who,said\ncustomer:c-7 ,yes\nemail:ANA@ex.test,no\nemail:ann@ex.test,yes\ndevice:C-7,no\nC-7,no\n"
    (tmp_path / "consents.csv").write_text(text)
    landing = Landing(tmp_path, "crm/people", Source(path="consents.csv"), {"who": ANY})
    assert landing.erase(ANA, TOKENS, lambda rows: None) == 2
    assert (tmp_path / "consents.csv").read_text() == "who,said\nemail:ann@ex.test,yes\ndevice:C-7,no\nC-7,no\n"
