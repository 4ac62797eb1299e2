"""What is on disk is closed and ciphertext, what is said holds no key and no value, and without the key nothing opens."""

from __future__ import annotations

import base64
import logging
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Doomed, Lake, Place, engine
from mesh_platform.lake.catalog import attach
from mesh_platform.lake.engine import EnginePool, load_extension
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, orders

MARKER = b"@v1.test"
CATALOG = Path("catalogs/westeurope/sales/orders.ducklake")


def key_of(home: Path) -> bytes:
    wrapped = (home / CATALOG.with_suffix(".key")).read_bytes()
    return LocalKeyring(home / "keys").unwrap("sales", "westeurope", wrapped)


def everything(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_no_file_holds_a_value_in_the_clear_even_uncompressed(open_lake: Open, home: Path) -> None:
    lake = open_lake(compression="uncompressed")
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(2_000), COLUMNS)
        staged = everything(home)
        writer.publish("ana", "plain")
    lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")
    assert MARKER not in staged and MARKER not in everything(home)
    assert b"email" not in everything(home / "catalogs") + everything(home / "data")  # nor a column's name


def test_spilled_rows_are_encrypted_in_the_home(open_lake: Open, home: Path) -> None:
    from tests.lake.conftest import lake_at

    lake = lake_at(home, memory_limit="120MB", threads=1)
    with lake.engine() as con:
        con.execute(
            "CREATE TEMP TABLE spilled AS SELECT 'person' || i || '@v1.test' AS email, repeat('x' || i, 20) AS pad FROM range(1500000) t(i)"
        )
        files = [path for path in (home / "tmp").rglob("*") if path.suffix in (".tmp", ".block")]
        assert files, "nothing was spilled: the test shows nothing"
        assert all(MARKER not in path.read_bytes() for path in files)
    lake.close()
    assert not [path for path in (home / "tmp").iterdir() if path.is_dir()]


def test_every_folder_and_file_is_closed_to_others(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(100))
    lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")
    publish(orders(100), append=True)
    modes = {(path.is_dir(), oct(path.stat().st_mode & 0o777)) for path in home.rglob("*")}
    assert modes == {(True, "0o700"), (False, "0o600")}


def test_without_the_keyring_nothing_opens(lake: Lake, home: Path, publish: Publish, open_lake: Open) -> None:
    publish(orders(10))
    shutil.rmtree(home / "keys")
    stranger = open_lake()
    for attempt in (lambda: count(stranger), lambda: stranger.recover(ORDERS), lambda: stranger.file_report(ORDERS)):
        with pytest.raises(Unavailable):
            attempt()
    with pytest.raises(Unavailable), stranger.writer(ORDERS):
        pass
    assert not stranger.keys.has("sales", "westeurope")


def test_without_its_key_the_engine_itself_opens_neither_catalog_nor_data(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    con = duckdb.connect()
    load_extension(con, "ducklake")
    load_extension(con, "httpfs")
    with pytest.raises(duckdb.Error):
        con.execute(f"ATTACH 'ducklake:{home / CATALOG}' AS l (READ_ONLY)")
    with pytest.raises(duckdb.Error):
        con.execute(f"ATTACH '{home / CATALOG}' AS l (READ_ONLY)")
    for file in (home / "data").rglob("*.parquet"):
        with pytest.raises(duckdb.Error):
            con.execute(f"SELECT * FROM read_parquet('{file}')")


def test_another_domains_key_does_not_open_a_product(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    publish(orders(10), Place("westeurope", "health", "visits"))
    lake.keys.destroy("health", "westeurope")
    with pytest.raises(Unavailable, match="KEY-01"):
        count(lake, Place("westeurope", "health", "visits"))
    assert count(lake) == 10


def test_two_products_of_one_domain_have_different_keys(lake: Lake, home: Path, publish: Publish) -> None:
    returns = Place("westeurope", "sales", "returns")
    publish(orders(1))
    publish(orders(1), returns)
    wrapped = (home / "catalogs/westeurope/sales/returns.key").read_bytes()
    assert LocalKeyring(home / "keys").unwrap("sales", "westeurope", wrapped) != key_of(home)


def test_an_error_of_the_attach_holds_no_key(lake: Lake, home: Path, publish: Publish, engines: EnginePool) -> None:
    publish(orders(10))
    key = key_of(home)
    wrong = bytes(32)
    engine = engines.take()
    for given, file in ((wrong, home / CATALOG), (key, home / "not there"), (key, home / CATALOG.with_suffix(".key"))):
        with pytest.raises(MeshError) as refused:
            attach(engine.con, "x", ORDERS, file, home / "data", given, read_only=True)
        said = str(refused.value) + repr(refused.value.__cause__)
        assert refused.value.__suppress_context__
        assert all(text not in said for text in (base64.b64encode(given).decode(), given.hex(), str(home)))
    engine.close()


def test_nothing_that_is_logged_holds_a_key_or_a_value(
    lake: Lake, home: Path, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    publish(orders(10))
    with pytest.raises(MeshError):
        publish("SELECT 'ana@ex.com'::INTEGER AS order_id, '' AS email, NULL AS amount")
    lake.purge(ORDERS, Doomed(column="email", values=pa.array(["person7@v1.test"])), "dpo", "erase")
    assert "ana@" not in caplog.text and "person7" not in caplog.text
    assert base64.b64encode(key_of(home)).decode() not in caplog.text


def test_an_engine_given_back_has_nothing_of_its_last_user(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    with lake.engine() as con:
        con.execute("CREATE TEMP VIEW mine AS SELECT 1 AS a")
        con.register("rows_of_mine", pa.table({"a": [1]}))
        con.execute("CREATE TEMPORARY SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')")
        con.execute("ATTACH ':memory:' AS other")
    with lake.engine() as con:
        assert con.execute("SELECT count(*) FROM duckdb_secrets()").fetchone() == (0,)
        assert con.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall() == [("memory",)]
        for name in ("mine", "rows_of_mine"):
            with pytest.raises(duckdb.CatalogException):
                con.execute(f"SELECT * FROM {name}")


def test_an_engine_in_which_something_is_left_is_not_given_to_another(lake: Lake) -> None:
    with lake.engine() as con:
        con.execute("CREATE TABLE kept (a INTEGER)")
    with lake.engine() as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_an_extension_that_is_another_file_than_the_one_that_was_verified_is_verified_again(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lake.engine():
        pass
    true, forged = engine._file_of("ducklake"), tmp_path / "ducklake.duckdb_extension"
    content = bytearray(true.read_bytes())
    content[len(content) // 2] ^= 1
    forged.write_bytes(content)
    monkeypatch.setattr(engine, "_file_of", lambda name: forged)
    with pytest.raises(Unavailable), duckdb.connect(config={"allow_unsigned_extensions": "true"}) as con:
        load_extension(con, "ducklake")


def test_a_missing_extension_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match="duckdb-extension-no-such"):
        load_extension(duckdb.connect(), "no_such")
