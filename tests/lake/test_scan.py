"""A scan shows what lies on the disk: rows that are deleted and still there, versions that are held, files that nobody needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import NotFound
from mesh_platform.lake import Doomed, Lake, Place
from mesh_platform.lake import purge as purging
from tests.lake.conftest import ORDERS, Publish, orders

PERSON = Doomed(where="email = 'person7@v1.test'")


def found(lake: Lake) -> int:
    """Rows of the person, over all files."""
    with lake.scan(ORDERS) as scan:
        union = " UNION ALL ".join(f"SELECT email FROM {file}" for file in scan.files)
        [[rows]] = scan.con.execute(f"SELECT count(*) FROM ({union}) WHERE email = 'person7@v1.test'").fetchall()
        return int(rows)


def test_it_reads_every_held_version_and_tells_what_a_catalog_says_of_values(lake: Lake, publish: Publish) -> None:
    publish(orders(20))
    publish(orders(20))
    assert found(lake) == 2
    with lake.scan(ORDERS) as scan:
        told = {text for _, relation in scan.told for (text,) in scan.con.execute(f"SELECT told FROM {relation}").fetchall()}
        assert {"person0@v1.test", "person9@v1.test"} <= told, "least and greatest value stand in the statistics"
        assert (len(scan.versions), scan.hidden, scan.unknown) == (2, 0, 0)


def test_rows_that_were_deleted_and_not_written_anew_are_seen(
    lake: Lake, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(orders(20))
    with monkeypatch.context() as patch:
        patch.setattr(purging, "rewritten", lambda own, *more: 0)
        patch.setattr(purging, "check_gone", lambda own, *more: None)
        lake.purge(ORDERS, PERSON, "dpo", "a purge that only hides")
    assert found(lake) == 1
    with lake.scan(ORDERS) as scan:
        assert scan.hidden == 1
    publish(orders(20, mark="v2"))
    lake.purge(ORDERS, Doomed(where="false"), "dpo", "older versions go")
    assert found(lake) == 0


def test_a_file_that_no_version_needs_is_counted(lake: Lake, publish: Publish, home: Path) -> None:
    publish(orders(20))
    file = next((home / "data").rglob("*.parquet"))
    file.with_name("left.parquet").write_bytes(file.read_bytes())
    with lake.scan(ORDERS) as scan:
        assert scan.unknown == 1


def test_nothing_is_scanned_where_nothing_was_published(lake: Lake) -> None:
    with pytest.raises(NotFound, match="LAKE-11"), lake.scan(Place("westeurope", "sales", "none")):
        pass
