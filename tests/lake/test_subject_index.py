"""The index of people: it finds whoever lies in a file, forgets whoever is purged, and is made anew where it does not belong to what is served."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from mesh_platform.lake import Doomed, Lake, SubjectIndex
from mesh_platform.lake.layout import SPLIT_FROM_ROWS
from tests.lake.conftest import ORDERS, Open, Publish

MAIL, PHONE = "_mesh_subject_mail", "_mesh_subject_phone"
COLUMNS = [("id", "BIGINT"), (MAIL, "BIGINT"), (PHONE, "BIGINT")]


def people(rows: int, first: int = 0) -> str:
    """Person `i` by mail, two rows each; by phone, of whom every third has none, a number of their own."""
    return (
        f"SELECT i AS id, i // 2 AS {MAIL}, CASE WHEN i % 6 < 4 THEN 1000000 + i // 2 END AS {PHONE}"
        f" FROM range({first}, {first + rows}) t(i)"
    )


def index(lake: Lake) -> SubjectIndex:
    found = lake.subject_index(ORDERS)
    assert found is not None
    return found


def rows(lake: Lake, **wanted: int) -> int:
    asked: Mapping[str, list[int]] = {name: [value] for name, value in wanted.items()}
    return index(lake).most(asked, [version.snapshot_id for version in lake.versions(ORDERS)])


def inode(home: Path) -> int:
    [file] = (home / "subjects").rglob("*.subjects")
    return file.stat().st_ino


def test_it_counts_each_row_of_a_person_once_by_whatever_they_are_known(lake: Lake, publish: Publish, home: Path) -> None:
    publish(people(60), columns=COLUMNS)
    assert (rows(lake, mail=7), rows(lake, phone=1_000_007), rows(lake, mail=7, phone=1_000_007)) == (2, 2, 2)
    assert rows(lake, mail=7, phone=1_000_009) == 4
    assert (rows(lake, mail=2, phone=1_000_002), rows(lake, phone=1_000_002)) == (2, 0), "nobody has that number"
    assert rows(lake, mail=30) == rows(lake, mail=-1) == rows(lake, other=7) - 1 == 0, (
        "a column that no file has may hold anybody"
    )
    [file] = (home / "subjects").rglob("*.subjects")
    assert file.stat().st_mode & 0o077 == 0


def test_whoever_stands_in_an_older_version_alone_is_found_and_in_the_version_that_has_most(lake: Lake, publish: Publish) -> None:
    publish(people(60), columns=COLUMNS)
    publish(people(30), columns=COLUMNS)
    assert (rows(lake, mail=20), rows(lake, mail=7)) == (2, 2)
    older, newer = (version.snapshot_id for version in lake.versions(ORDERS))
    assert (index(lake).count({"mail": [20]}, older), index(lake).count({"mail": [20]}, newer)) == (2, 0)
    publish(people(30), columns=COLUMNS)
    assert rows(lake, mail=20) == 0


def test_a_purge_forgets_the_person_and_says_in_which_files_they_were(lake: Lake, publish: Publish, home: Path) -> None:
    publish(people(SPLIT_FROM_ROWS), columns=COLUMNS, bucket_by="id", sort_by=[MAIL])
    before = index(lake)
    assert 1 <= len(before.files_with({"mail": [7]})) <= 2 and len(before.files) == 16
    lake.purge(ORDERS, Doomed(f"{MAIL} = 7"), "dpo", "erase")
    made = inode(home)
    assert (rows(lake, mail=7), rows(lake, phone=1_000_007), rows(lake, mail=8)) == (0, 0, 2)
    assert inode(home) == made, "the purge itself made it"
    assert {file.name for file in before.files} - {file.name for file in index(lake).files} == set(
        before.files_with({"mail": [7]})
    )


def test_it_is_made_anew_where_it_does_not_belong_to_what_is_served(
    lake: Lake, publish: Publish, home: Path, tmp_path: Path, open_lake: Open
) -> None:
    publish(people(60), columns=COLUMNS)
    [file] = (home / "subjects").rglob("*.subjects")
    older = file.read_bytes()
    publish(people(30), columns=COLUMNS)
    for content in (b"", file.read_bytes()[:-16], older):
        file.write_bytes(content)
        assert (rows(lake, mail=7), rows(lake, mail=20), rows(lake, mail=40)) == (2, 2, 0)
    file.unlink()
    assert rows(lake, mail=7) == 2
    assert rows(open_lake(shutil.copytree(home, tmp_path / "copied")), mail=7) == 2


def test_one_that_was_harmed_is_not_built_upon(lake: Lake, publish: Publish, home: Path) -> None:
    publish(people(60), columns=COLUMNS)
    [file] = (home / "subjects").rglob("*.subjects")
    content = bytearray(file.read_bytes())
    at = content.index((7).to_bytes(8, "little"))
    content[at : at + 8] = (6).to_bytes(8, "little")
    file.write_bytes(content)
    assert rows(lake, mail=7) == 0, "a harmed index says anything; whoever erases looks into the files as well"
    publish(people(30), columns=COLUMNS)
    assert rows(lake, mail=7) == 2


def test_a_file_that_does_not_say_whose_its_rows_are_may_hold_anybody(lake: Lake, publish: Publish) -> None:
    publish("SELECT i AS id FROM range(10) t(i)", columns=COLUMNS[:1])
    assert lake.subject_index(ORDERS) is None
    publish(people(60), columns=COLUMNS)
    assert (rows(lake, mail=7), rows(lake, mail=99)) == (2, 1)


def test_clean_up_and_retirement_take_it_away(lake: Lake, publish: Publish, home: Path) -> None:
    publish(people(60), columns=COLUMNS)
    [file] = (home / "subjects").rglob("*.subjects")
    left = file.with_name(f".{file.name}.left")
    left.write_bytes(b"")
    with lake.scan(ORDERS) as scan:
        assert scan.unknown == 1
        assert "subject index" in {name for name, _ in scan.told}
    lake.recover(ORDERS)
    assert file.exists() and not left.exists()
    file.write_bytes(file.read_bytes().replace(b"MESHSUB1", b"MESHSUB0"))
    lake.recover(ORDERS)
    assert not file.exists()
    assert rows(lake, mail=7) == 2
    lake.retire(ORDERS)
    assert not [one for one in (home / "subjects").rglob("*") if one.is_file()]
