"""A purge: the person is in no row, no version and no file, and everybody else is untouched."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from mesh_platform.errors import CheckFailed, NotFound, Unavailable
from mesh_platform.lake import Doomed, Lake, Mended
from mesh_platform.lake import purge as purge_module
from mesh_platform.lake.layout import SPLIT_FROM_ROWS
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, files_below, orders

PERSON = "person7@v1.test"
OF_PERSON = Doomed(column="email", values=pa.array([PERSON]))


def rows(lake: Lake) -> list[dict[str, object]]:
    with lake.reader() as reader:
        return list(reader.fetch(ORDERS, "SELECT * FROM {t} ORDER BY ALL").to_pylist())


def test_a_purged_person_is_gone_and_every_other_row_is_as_it_was(lake: Lake, publish: Publish) -> None:
    publish(orders(100))
    before = rows(lake)
    purged = lake.purge(ORDERS, OF_PERSON, "dpo", "erase")
    assert rows(lake) == [row for row in before if row["email"] != PERSON]
    assert (purged.rows, purged.files_rewritten) == (1, 1)


def test_no_older_version_can_be_read_any_more(lake: Lake, publish: Publish) -> None:
    first = publish(orders(100))
    publish(orders(100, mark="v2"))
    purged = lake.purge(ORDERS, OF_PERSON, "dpo", "erase")
    assert (purged.rows, purged.versions_expired > 0) == (0, True)
    assert len(lake.versions(ORDERS)) == 1
    with lake.reader() as reader, pytest.raises(NotFound):
        reader.fetch(ORDERS, "SELECT * FROM {t}", version=first.snapshot_id)


def test_the_files_that_held_the_person_are_gone_and_the_rest_are_the_same_files(
    lake: Lake, home: Path, publish: Publish
) -> None:
    publish(orders(SPLIT_FROM_ROWS), bucket_by="email")
    before = set(files_below(home / "data"))
    purged = lake.purge(ORDERS, OF_PERSON, "dpo", "erase")
    after = set(files_below(home / "data"))
    assert (len(before - after), len(after - before), len(before & after)) == (1, 1, 15)
    assert purged.files_removed >= 1
    assert lake.file_report(ORDERS).clean


def test_what_is_left_on_disk_is_what_the_catalog_needs_and_holds_no_trace_of_the_person(open_lake: Open, home: Path) -> None:
    lake = open_lake(compression="uncompressed")
    for mark in ("v1", "v1"):
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(1_000, mark=mark), COLUMNS)
            writer.publish("ana", "plain")
    lake.purge(ORDERS, OF_PERSON, "dpo", "erase")
    assert lake.file_report(ORDERS).clean  # so reading every row through the engine reads every file
    assert count(lake, where=f"email = '{PERSON}' OR amount::VARCHAR = '{PERSON}'") == 0
    assert PERSON.encode() not in b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_the_catalog_is_written_anew_so_that_no_free_page_keeps_statistics(lake: Lake, home: Path, publish: Publish) -> None:
    for number in range(3):
        publish(orders(50 + number))
    catalog = home / "catalogs" / "westeurope" / "sales" / "orders.ducklake"
    before = catalog.stat()
    lake.purge(ORDERS, OF_PERSON, "dpo", "erase")
    assert catalog.stat().st_ino != before.st_ino and catalog.stat().st_size <= before.st_size
    assert catalog.stat().st_mode & 0o777 == 0o600


def test_a_person_whose_file_goes_as_a_whole_bounds_no_column_any_more(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    publish(f"SELECT * REPLACE ('zoe@v1.test' AS email) FROM ({orders(1, first=10)})", append=True)
    lake.purge(ORDERS, Doomed(where="email = 'zoe@v1.test'"), "dpo", "erase")
    with lake.scan(ORDERS) as scan:
        told = [row for _, relation in scan.told for row in scan.con.execute(f"SELECT told FROM {relation}").fetchall()]
    assert not [value for (value,) in told if value is not None and "zoe" in value]
    assert count(lake) == 10


def test_a_purged_version_keeps_telling_which_publication_it_is(lake: Lake, publish: Publish) -> None:
    published = publish(orders(10))
    purged = lake.purge(ORDERS, OF_PERSON, "dpo", "erasure r-1")
    assert purged.version.extra == published.extra
    assert (purged.version.author, purged.version.message) == ("dpo", "erasure r-1")


def test_rows_can_be_named_by_a_condition_with_bound_values(lake: Lake, publish: Publish) -> None:
    publish(orders(100))
    assert lake.purge(ORDERS, Doomed("order_id < ? AND email LIKE ?", (10, "person%")), "dpo", "erase").rows == 10
    assert count(lake) == 90


def test_a_column_with_an_awkward_name_can_be_purged_by(lake: Lake, publish: Publish) -> None:
    publish('SELECT i::VARCHAR AS "e""mail 😀" FROM range(5) t(i)', columns=[('e"mail 😀', "VARCHAR")])
    assert lake.purge(ORDERS, Doomed(column='e"mail 😀', values=pa.array(["3"])), "dpo", "erase").rows == 1


def test_every_row_can_be_purged(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    assert lake.purge(ORDERS, Doomed("true"), "dpo", "erase").rows == 10
    assert (count(lake), files_below(home / "data")) == (0, [])


def test_a_purge_of_nobody_still_drops_the_older_versions(lake: Lake, publish: Publish) -> None:
    for _ in range(2):
        publish(orders(10))
    purged = lake.purge(ORDERS, Doomed("false"), "dpo", "nobody")
    assert (purged.rows, len(lake.versions(ORDERS)), count(lake)) == (0, 1, 10)
    assert lake.file_report(ORDERS).clean


def test_a_purge_can_be_repeated(lake: Lake, publish: Publish) -> None:
    publish(orders(100))
    assert [lake.purge(ORDERS, OF_PERSON, "dpo", "erase").rows for _ in range(3)] == [1, 0, 0]
    assert count(lake) == 99


def test_appended_files_are_reached_too(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    publish(orders(10), append=True)
    assert lake.purge(ORDERS, OF_PERSON, "dpo", "erase").rows == 2
    publish(orders(5, first=100), append=True)
    assert count(lake) == 23


def test_a_condition_that_fails_leaves_everything_as_it_was(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    with pytest.raises(CheckFailed):
        lake.purge(ORDERS, Doomed("no_such_column = 1"), "dpo", "erase")
    assert count(lake) == 10 and lake.file_report(ORDERS).clean


def test_rows_left_after_all_are_never_reported_as_purged(lake: Lake, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(orders(10))
    monkeypatch.setattr(purge_module, "_erase", lambda *_: (1, 1))
    with pytest.raises(Unavailable, match="LAKE-19"):
        lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")
    assert count(lake) == 10 and lake.file_report(ORDERS).clean


def test_an_unpublished_product_cannot_be_purged(lake: Lake) -> None:
    with pytest.raises(NotFound):
        lake.purge(ORDERS, OF_PERSON, "dpo", "erase")


def test_a_mended_row_stays_without_what_went_and_every_other_row_is_as_it_was(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(100))
    before = rows(lake)

    def mend(found: pa.Table) -> pa.Table:
        changed = [{**row, "email": "gone"} for row in found.to_pylist() if row["email"] == PERSON]
        return pa.Table.from_pylist(changed, schema=found.schema)

    purged = lake.purge(ORDERS, Doomed("false", mended=Mended("starts_with(email, ?)", mend, ("person",))), "dpo", "erase")
    assert purged.rows == 1
    after = [{**row, "email": "gone"} if row["email"] == PERSON else row for row in before]
    assert sorted(rows(lake), key=repr) == sorted(after, key=repr)
    assert lake.file_report(ORDERS).clean and len(lake.versions(ORDERS)) == 1

    def restless(found: pa.Table) -> pa.Table:
        return pa.Table.from_pylist([{**row, "email": row["email"] + "x"} for row in found.to_pylist()], schema=found.schema)

    with pytest.raises(Unavailable, match="LAKE-19"):
        lake.purge(ORDERS, Doomed("false", mended=Mended("true", restless)), "dpo", "erase")
    assert sorted(rows(lake), key=repr) == sorted(after, key=repr), "nothing of it is published"
