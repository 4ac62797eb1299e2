"""Rotation, revocation and a new start of a domain's key: what is rewritten, what opens, and what a kill at any step leaves."""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place
from mesh_platform.lake.catalog import opens
from mesh_platform.lake.engine import EnginePool
from tests.lake.child import hold_stage, processes, read_until, spawn
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, lake_at, orders
from tests.lake.test_faults import sample

RETURNS = Place("westeurope", "sales", "returns")
NORTH = Place("northeurope", "sales", "orders")
VISITS = Place("westeurope", "health", "visits")
SALES = ("sales", "westeurope")
ROTATE_STEPS = [
    "keys.renewed", "lake.locked", "rekey.written", "rekey.wrapped", "rekey.renamed", "rekey.named", "keys.rewritten", "keys.dropped",
]  # fmt: skip
REVOKE_STEPS = ["keys.marked", "keys.destroyed", "lake.locked"]
START_STEPS = ["lake.locked", "keys.cleared", "keys.unmarked"]


@pytest.fixture(scope="session")
def four(engines: EnginePool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two products of sales in one place, one in another, and one of health; copied by each test."""
    home = tmp_path_factory.mktemp("four") / "home"
    lake = lake_at(home)
    lake._engines = engines
    for place, rows in ((ORDERS, 30), (ORDERS, 40), (RETURNS, 5), (NORTH, 6), (VISITS, 7)):
        with lake.writer(place) as writer:
            writer.stage(orders(rows), COLUMNS)
            writer.publish("ana", "a version", {"publication": "p-1"})
    return home


@pytest.fixture
def published(four: Path, home: Path, lake: Lake) -> Lake:
    """The lake over a copy of that home."""
    shutil.copytree(four, home, dirs_exist_ok=True)
    return lake


def hashes(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def catalog_keys(home: Path, place: Place = ORDERS) -> bytes:
    wrapped = (home / "catalogs" / place.location / place.domain / f"{place.product}.key").read_bytes()
    return LocalKeyring(home / "keys").unwrap(place.domain, place.location, wrapped)


def kek_files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "keys").glob("*.kek"))


def rows(lake: Lake) -> dict[Place, int]:
    return {place: count(lake, place) for place in (ORDERS, RETURNS, NORTH, VISITS)}


ROWS = {ORDERS: 40, RETURNS: 5, NORTH: 6, VISITS: 7}


def rotate_once(home: Path, env: dict[str, str]) -> None:
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).domain_keys.rotate(*SALES)


def revoke_once(home: Path, env: dict[str, str]) -> None:
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).domain_keys.revoke(*SALES)


def start_once(home: Path, env: dict[str, str]) -> None:
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).domain_keys.start(*SALES)


def killed_at(target: Callable[..., None], home: Path, step: str) -> None:
    process = spawn(target, home, {"MESH_FP": f"{step}=kill"})
    process.join()
    assert process.exitcode == -signal.SIGKILL


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


@pytest.fixture(scope="session")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published product of sales; copied by each test."""
    home = tmp_path_factory.mktemp("sold") / "home"
    lake = lake_at(home)
    for _ in range(2):
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(30), COLUMNS)
            writer.publish("ana", "v1")
    lake.close()
    return home


def steps_of(target: Callable[..., None], home: Path, trace: Path) -> list[str]:
    process = spawn(target, home, {"MESH_FP_TRACE": str(trace)})
    process.join()
    assert process.exitcode == 0
    return trace.read_text(encoding="utf-8").split()


@pytest.mark.nightly
def test_the_steps_are_all_listed(sold: Path, home: Path, tmp_path: Path) -> None:
    shutil.copytree(sold, home)
    for target, steps in ((rotate_once, ROTATE_STEPS), (revoke_once, REVOKE_STEPS), (start_once, START_STEPS)):
        found = steps_of(target, home, tmp_path / target.__name__)
        assert [step for step in found if not step.startswith("retire.")] == steps  # those have their own tests


@pytest.mark.nightly
@pytest.mark.kill
@pytest.mark.parametrize("step", sample(ROTATE_STEPS, set(ROTATE_STEPS[1::2])))
def test_a_rotation_killed_at_any_step_leaves_everything_readable_and_is_finished_by_the_next(
    sold: Path, home: Path, open_lake: Open, step: str
) -> None:
    shutil.copytree(sold, home)
    old, data = catalog_keys(home), hashes(home / "data")
    killed_at(rotate_once, home, step)
    lake = open_lake()
    assert count(lake) == 30
    assert len(kek_files(home)) == (1 if step == "keys.dropped" else 2), "the old key goes last"
    if step != "keys.dropped":
        done = lake.domain_keys.rotate(*SALES)
        assert (done.complete, done.version) == (True, 2), "it goes on with the version that it began"
    assert kek_files(home) == ["sales@westeurope@2.kek"]
    assert catalog_keys(home) != old and count(lake) == 30 and hashes(home / "data") == data
    assert lake.file_report(ORDERS).clean
    assert sorted(path.name for path in (home / "catalogs/westeurope/sales").iterdir()) == ["orders.ducklake", "orders.key"]


@pytest.mark.kill
@pytest.mark.by_day("publish-rekey.renamed", "purge-rekey.written", "recover-rekey.wrapped")
@pytest.mark.parametrize("step", ["rekey.written", "rekey.wrapped", "rekey.renamed"])
@pytest.mark.parametrize("next_step", ["publish", "purge", "recover"])
def test_what_comes_after_a_killed_rotation_settles_the_key(
    sold: Path, home: Path, open_lake: Open, step: str, next_step: str
) -> None:
    from mesh_platform.lake import Doomed

    shutil.copytree(sold, home)
    killed_at(rotate_once, home, step)
    lake = open_lake()
    if next_step == "publish":
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(31), COLUMNS)
            writer.publish("ana", "after")
    elif next_step == "purge":
        lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")
    else:
        lake.recover(ORDERS)
    assert count(lake) == {"publish": 31, "purge": 29, "recover": 30}[next_step]
    assert not (home / "catalogs/westeurope/sales/orders.key.new").exists()
    assert lake.domain_keys.rotate(*SALES).complete
    assert count(lake) == {"publish": 31, "purge": 29, "recover": 30}[next_step] and lake.file_report(ORDERS).clean


@pytest.mark.ioerr
@pytest.mark.parametrize("step", sample(ROTATE_STEPS[1:], set(ROTATE_STEPS[2::3])))
def test_an_io_error_in_a_rotation_takes_nothing_away(
    sold: Path, home: Path, open_lake: Open, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(sold, home)
    lake = open_lake()
    with monkeypatch.context() as patch:
        patch.setenv("MESH_ENV", "test")
        patch.setattr("mesh_platform.failpoints._hits", {})
        patch.setenv("MESH_FP", f"{step}=errno:EIO")
        with pytest.raises(OSError, match=step):
            lake.domain_keys.rotate(*SALES)
    assert count(lake) == 30
    assert lake.domain_keys.rotate(*SALES).complete
    assert count(lake) == 30 and len(kek_files(home)) == 1


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


def test_after_a_revocation_nothing_of_the_domain_opens_there_and_the_rest_goes_on(
    published: Lake, home: Path, tmp_path: Path, open_lake: Open
) -> None:
    shutil.copytree(home, tmp_path / "backup", ignore=shutil.ignore_patterns("keys"))
    done = published.domain_keys.revoke(*SALES)
    assert (done.catalogs, done.findings) == (2, ())
    for place in (ORDERS, RETURNS):
        with pytest.raises(Unavailable, match="KEY-04"):
            count(published, place)
        with pytest.raises(Unavailable, match="KEY-04"), published.writer(place):
            pass
    with pytest.raises(Unavailable, match="KEY-04"):
        published.provision_domain(*SALES)
    with pytest.raises(Unavailable, match="KEY-04"):
        published.domain_keys.rotate(*SALES)
    assert count(published, NORTH) == 6 and count(published, VISITS) == 7
    shutil.copytree(home / "keys", tmp_path / "backup/keys")  # a copy made before, with the keys that are left
    copy = open_lake(tmp_path / "backup")
    with pytest.raises(Unavailable, match="KEY-01"):
        count(copy)
    assert count(copy, VISITS) == 7


def test_a_reader_that_stayed_attached_reads_no_new_statement_after_a_revocation(published: Lake, home: Path) -> None:
    with published.reader() as reader:
        assert reader.fetch(ORDERS, "SELECT count(*) AS n FROM {t}").column("n")[0].as_py() == 40
        published.domain_keys.revoke(*SALES)
        with pytest.raises(Unavailable, match="KEY-04"):
            reader.fetch(ORDERS, "SELECT count(*) AS n FROM {t}")


def test_a_publication_under_way_makes_no_key_for_a_revoked_domain(published: Lake, home: Path) -> None:
    with pytest.raises(Unavailable, match="KEY-04"), published.writer(Place("westeurope", "sales", "first")) as writer:
        writer.stage(orders(3), COLUMNS)
        done = published.domain_keys.revoke(*SALES, wait=0.05)
        assert [finding.rule for finding in done.findings] == ["LAKE-10"]
        writer.publish("ana", "too late")
    assert not published.published(Place("westeurope", "sales", "first"))
    assert published.domain_keys.revoke(*SALES).findings == ()
    assert kek_files(home) == ["health@westeurope.kek", "sales@northeurope.kek"]


@pytest.mark.kill
@pytest.mark.parametrize("step", REVOKE_STEPS)
def test_a_revocation_killed_at_any_step_is_finished_by_the_next(sold: Path, home: Path, open_lake: Open, step: str) -> None:
    shutil.copytree(sold, home)
    killed_at(revoke_once, home, step)
    lake = open_lake()
    with pytest.raises(Unavailable, match="KEY-04"):
        count(lake)
    lake.domain_keys.revoke(*SALES)
    assert kek_files(home) == []
    assert [key.state for key in lake.domain_keys.listed()] == ["revoked"]


def test_a_revoked_domain_begins_anew_when_it_is_told_to(published: Lake, publish: Publish, home: Path) -> None:
    published.domain_keys.revoke(*SALES)
    assert published.domain_keys.start(*SALES) == 3
    assert not (home / "data/westeurope/sales/orders").exists()
    with pytest.raises(NotFound, match="LAKE-11"):
        count(published)
    publish(orders(3))
    assert count(published) == 3 and count(published, NORTH) == 6
    assert [key.state for key in published.domain_keys.listed()] == ["active"] * 3


def test_a_revoked_domain_does_not_begin_anew_by_moving(published: Lake) -> None:
    published.domain_keys.revoke(*SALES)
    with pytest.raises(Unavailable, match="revoked in westeurope"):
        published.provision_domain("sales", "francecentral")
    assert published.domain_keys.start("sales", "francecentral") == 0
    published.provision_domain("sales", "francecentral")
    assert count(published, NORTH) == 6


@pytest.mark.nightly
@pytest.mark.kill
@pytest.mark.parametrize("step", START_STEPS)
def test_a_new_start_killed_at_any_step_is_finished_by_the_next_or_by_a_publication(
    sold: Path, home: Path, open_lake: Open, step: str
) -> None:
    shutil.copytree(sold, home)
    lake = open_lake()
    lake.domain_keys.revoke(*SALES)
    killed_at(start_once, home, step)
    if step != "keys.unmarked":
        lake.domain_keys.start(*SALES)
    lake.provision_domain(*SALES)
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(2), COLUMNS)
        writer.publish("ana", "anew")
    assert count(lake) == 2


def test_a_domain_whose_keyring_was_lost_gets_no_new_key_over_its_catalogs(published: Lake, home: Path) -> None:
    shutil.rmtree(home / "keys")
    with pytest.raises(Unavailable, match="KEY-01"):
        published.provision_domain(*SALES)
    assert not (home / "keys").exists()
    published.provision_domain("marketing", "westeurope")
    assert kek_files(home) == ["marketing@westeurope.kek"]


def test_a_mark_that_cannot_be_read_counts(published: Lake, home: Path) -> None:
    published.domain_keys.revoke(*SALES)
    (home / "revoked/westeurope/sales").write_bytes(b"\xff")
    with pytest.raises(Unavailable, match="KEY-04"):
        count(published)
    assert "revoked" in [key.state for key in published.domain_keys.listed()]
