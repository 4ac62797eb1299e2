"""Rotation of a domain's key: what is rewritten, what opens, what is listed, and what goes on meanwhile."""

from __future__ import annotations

import queue
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.lake import Lake
from mesh_platform.lake.catalog import opens
from mesh_platform.lake.engine import EnginePool
from tests.lake.child import hold_stage, processes, read_until, spawn
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, orders
from tests.lake.domain_keys.conftest import ROWS, SALES, catalog_keys, hashes, kek_files, killed_at, rotate_once, rows


def test_a_rotation_rewrites_the_catalogs_of_one_domain_in_one_place_and_no_data_file(published: Lake, home: Path) -> None:
    data, catalogs = hashes(home / "data"), hashes(home / "catalogs")
    done = published.domain_keys.rotate(*SALES)
    assert (done.complete, done.version, done.rewritten, done.unchanged) == (True, 2, 2, 0)
    assert done.bytes == sum(
        (home / "catalogs/westeurope/sales" / f"{name}.ducklake").stat().st_size for name in ("orders", "returns")
    )
    assert hashes(home / "data") == data
    changed = {name for name, digest in hashes(home / "catalogs").items() if catalogs[name] != digest}
    assert changed == {f"westeurope/sales/{name}.{kind}" for name in ("orders", "returns") for kind in ("ducklake", "key")}
    assert rows(published) == ROWS


def test_after_a_rotation_the_old_keyring_opens_nothing_of_the_new_catalogs(
    published: Lake, home: Path, tmp_path: Path, engines: EnginePool, open_lake: Open
) -> None:
    shutil.copytree(home / "keys", tmp_path / "leaked")
    old = catalog_keys(home)
    published.domain_keys.rotate(*SALES)
    assert catalog_keys(home) != old
    engine = engines.take()
    assert not opens(engine.con, home / "catalogs/westeurope/sales/orders.ducklake", old)
    assert opens(engine.con, home / "catalogs/westeurope/sales/orders.ducklake", catalog_keys(home))
    engine.close()
    shutil.copytree(home, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy/keys")
    shutil.copytree(tmp_path / "leaked", tmp_path / "copy/keys")
    with pytest.raises(Unavailable, match="KEY-03"):
        count(open_lake(tmp_path / "copy"))
    assert kek_files(home) == ["health@westeurope.kek", "sales@northeurope.kek", "sales@westeurope@2.kek"]


def test_versions_history_and_layout_survive_and_the_next_publication_goes_on(
    published: Lake, publish: Publish, home: Path
) -> None:
    before = published.versions(ORDERS)
    published.domain_keys.rotate(*SALES)
    assert published.versions(ORDERS) == before and len(before) == 2
    publish(orders(50))
    publish(orders(1, first=100), append=True)
    assert count(published) == 51 and published.file_report(ORDERS).clean
    published.domain_keys.rotate(*SALES)
    assert count(published) == 51 and kek_files(home)[-1] == "sales@westeurope@3.kek"


def test_every_key_is_listed_with_its_state_and_the_catalogs_that_it_wraps(published: Lake) -> None:
    published.domain_keys.rotate(*SALES)
    published.domain_keys.revoke("health", "westeurope")
    told = [(key.domain, key.region, key.version, key.state, key.catalogs) for key in published.domain_keys.listed()]
    assert told == [
        ("health", "westeurope", 1, "revoked", 1),
        ("sales", "northeurope", 1, "active", 1),
        ("sales", "westeurope", 2, "active", 2),
    ]


def test_a_revocation_that_the_provider_did_not_finish_is_not_shown_as_done(
    published: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark stands, and the key goes on opening every copy that has none."""

    def down(*_: object) -> None:
        raise Unavailable.because("KEY-05", "the keys", "It does not answer.", "Wait.")

    with monkeypatch.context() as patched:
        patched.setattr(published.keys, "destroy", down)
        with pytest.raises(Unavailable, match="KEY-05"):
            published.domain_keys.revoke(*SALES)
    [key] = [key for key in published.domain_keys.listed() if (key.domain, key.region) == SALES]
    assert (key.version, key.state, key.catalogs, bool(key.name)) == (1, "revoking", 2, True)
    assert published.domain_keys.revoke(*SALES).recallable_until is None
    assert [key.state for key in published.domain_keys.listed() if (key.domain, key.region) == SALES] == ["revoked"]


def test_until_when_a_service_can_take_it_back_is_told(published: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(published.keys), "recallable_days", 7)
    until = published.domain_keys.revoke(*SALES).recallable_until
    assert until is not None and timedelta(days=6) < until - utc_now() <= timedelta(days=7)


def test_an_interrupted_rotation_shows_both_versions(published: Lake, home: Path) -> None:
    killed_at(rotate_once, home, "rekey.named")
    told = [(key.version, key.state, key.catalogs) for key in published.domain_keys.listed() if key.region == "westeurope"][1:]
    assert told == [(1, "replaced", 1), (2, "active", 1)]


def test_a_domain_without_a_key_is_not_found(lake: Lake) -> None:
    for call in (lake.domain_keys.rotate, lake.domain_keys.revoke):
        with pytest.raises(NotFound, match="KEY-08"):
            call("nobody", "westeurope")
    with pytest.raises(UsageProblem, match="KEY-09"):
        lake.domain_keys.start("nobody", "westeurope")


@pytest.mark.nightly
def test_readers_and_publications_go_on_while_keys_rotate(sold: Path, home: Path, open_lake: Open) -> None:
    shutil.copytree(sold, home)
    lake = open_lake()
    stop, results = processes.Event(), processes.Queue()
    readers = [spawn(read_until, home, ORDERS, stop, results) for _ in range(2)]
    failed: queue.Queue[str] = queue.Queue()

    def publish() -> None:
        other = open_lake()
        try:
            for _ in range(4):
                with other.writer(ORDERS, wait=60) as writer:
                    writer.stage(orders(30), COLUMNS)
                    writer.publish("ana", "beside")
        except MeshError as error:
            failed.put(str(error))

    beside = threading.Thread(target=publish)
    beside.start()
    rotations = [lake.domain_keys.rotate(*SALES, wait=60) for _ in range(8)]
    beside.join()
    stop.set()
    said = [results.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join()
    assert failed.empty() and all(one.complete and one.rewritten == 1 for one in rotations)
    assert all(reads > 5 and torn == 0 and errors == [] for reads, torn, errors in said), said
    assert count(lake) == 30 and lake.file_report(ORDERS).clean


@pytest.mark.nightly
def test_a_busy_product_keeps_the_old_key_and_the_next_rotation_finishes(published: Lake, home: Path) -> None:
    staged, go, done = processes.Event(), processes.Event(), processes.Queue()
    child = spawn(hold_stage, home, staged, go, done)
    assert staged.wait(60)
    half = published.domain_keys.rotate(*SALES, wait=0.05)
    assert not half.complete and half.rewritten == 1 and [finding.rule for finding in half.findings] == ["LAKE-10"]
    assert len([name for name in kek_files(home) if name.startswith("sales@west")]) == 2
    assert count(published) == 40
    go.set()
    child.join()
    again = published.domain_keys.rotate(*SALES)
    assert (again.complete, again.version, again.rewritten, again.unchanged) == (True, 2, 1, 1)
    assert count(published) == 50


def test_a_product_that_does_not_open_keeps_the_old_key_and_is_named(published: Lake, home: Path) -> None:
    (home / "catalogs/westeurope/sales/returns.ducklake").write_bytes(bytes(40_000))
    done = published.domain_keys.rotate(*SALES)
    assert not done.complete and [(f.rule, f.product) for f in done.findings] == [("LAKE-12", "sales/returns")]
    assert count(published) == 40 and len(kek_files(home)) == 4
