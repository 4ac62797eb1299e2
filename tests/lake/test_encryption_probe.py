"""The probe of encryption: it tries the files, so what opens without the key is seen, whatever anybody declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place, catalog
from mesh_platform.lake import writer as writing
from tests.lake.conftest import COLUMNS, ORDERS, Publish, orders


def newest_data_file(home: Path) -> Path:
    return max((home / "data").rglob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)


def test_a_published_product_is_seen_to_be_encrypted(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    assert lake.encrypted(ORDERS) is True
    publish(orders(20))
    assert lake.encrypted(ORDERS) is True


def test_of_what_was_never_published_nothing_is_seen(lake: Lake) -> None:
    assert lake.encrypted(ORDERS) is None


def test_staged_rows_are_seen_to_be_encrypted_before_they_are_served(lake: Lake, publish: Publish) -> None:
    for first in (True, False):
        with lake.writer(ORDERS) as writer:
            assert writer.encrypted() is None, "nothing is staged yet"
            writer.stage(orders(10), COLUMNS)
            assert writer.encrypted() is True
            assert writer.encrypted() is True
            assert writer.con.execute(f"SELECT count(*) FROM {writer.table}").fetchone() == (10,), "the transaction goes on"
            if not first:
                writer.rollback()
            else:
                writer.publish("ana", "v1")
    assert lake.file_report(ORDERS).clean


def without_encryption(con: Any, alias: str, place: Place, file: Path, data: Path, key: bytes, read_only: bool) -> Any:
    """As `attach`, but the data files are written in the clear."""
    con.execute(
        f"ATTACH 'ducklake:{file}' AS {alias} (DATA_PATH '{data}/', OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0,"
        f" META_ENCRYPTION_KEY '{catalog.engine_key(key)}')"
    )
    return catalog.Catalog(con, alias, place)


def test_data_files_in_the_clear_are_seen_before_and_after_they_are_served(
    lake: Lake, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "attach", without_encryption)
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(10), COLUMNS)
        assert writer.encrypted() is False
        writer.publish("ana", "in the clear")
    assert duckdb.sql(f"SELECT count(*) FROM '{newest_data_file(home)}'").fetchone() == (10,), "or nothing is tested"
    assert lake.encrypted(ORDERS) is not True


@pytest.mark.parametrize("content", [b"order_id,email\n1,ana@v1.test\n", b"PAR1cut off", b""], ids=["CSV", "damaged", "empty"])
def test_a_file_that_opens_for_nobody_is_not_taken_for_an_encrypted_one(
    lake: Lake, home: Path, publish: Publish, content: bytes
) -> None:
    publish(orders(10))
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(20), COLUMNS)
        newest_data_file(home).write_bytes(content)
        assert writer.encrypted() is False


def test_a_data_file_that_somebody_wrote_in_the_clear_is_seen(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    publish(orders(2), append=True)
    earlier = min((home / "data").rglob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    newest = newest_data_file(home)
    content = newest.read_bytes()
    duckdb.sql(
        f"COPY (SELECT 1::BIGINT AS order_id, 'ana@v1.test' AS email, 1.5::DECIMAL(12,2) AS amount) TO '{newest}' (FORMAT parquet)"
    )
    assert lake.encrypted(ORDERS) is not True
    newest.write_bytes(content)
    assert lake.encrypted(ORDERS) is True and earlier.exists()


def test_a_catalog_in_the_clear_is_seen(lake: Lake, home: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(con: Any, alias: str, place: Place, file: Path, data: Path, key: bytes, read_only: bool) -> Any:
        con.execute(f"ATTACH 'ducklake:{file}' AS {alias} (DATA_PATH '{data}/', ENCRYPTED, DATA_INLINING_ROW_LIMIT 0)")
        return catalog.Catalog(con, alias, place)

    monkeypatch.setattr(writing, "attach", plain)
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(10), COLUMNS)
        assert writer.encrypted() is False


def test_a_key_that_lies_open_beside_its_catalog_is_seen(lake: Lake, home: Path, publish: Publish) -> None:
    class Careless(LocalKeyring):
        def wrap(self, domain: str, region: str, key: bytes) -> bytes:
            return b"open:" + key

        def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
            return wrapped.removeprefix(b"open:")

    careless = Lake(home, Careless(home / "keys"), "500MB", 2)
    careless._engines = lake._engines
    with careless.writer(ORDERS) as writer:
        writer.stage(orders(10), COLUMNS)
        assert writer.encrypted() is False
        writer.publish("ana", "v1")
    assert careless.encrypted(ORDERS) is False


def test_without_the_key_the_trial_shows_nothing_and_never_that_all_is_well(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    (home / "keys/sales@westeurope.kek").unlink()
    assert lake.encrypted(ORDERS) is None
    with pytest.raises(Unavailable), lake.writer(ORDERS):
        pass


def test_a_damaged_catalog_shows_nothing(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    (home / "catalogs/westeurope/sales/orders.ducklake").write_bytes(bytes(40_000))
    assert lake.encrypted(ORDERS) is None
