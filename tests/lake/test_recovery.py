"""After a kill, a copy, a loss: what is removed, what is refused, and what opens elsewhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mesh_platform.errors import Finding, NotFound, Unavailable
from mesh_platform.lake import Lake, Place, Recovery
from mesh_platform.lake.temp import TempFolder
from tests.lake.child import hold_lock, processes, spawn
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, files_below, orders


def killed_in_the_middle(home: Path) -> None:
    staged = processes.Event()
    child = spawn(hold_lock, home, staged)
    assert staged.wait(60)
    child.kill()
    child.join()


def test_what_a_killed_writer_left_is_seen_and_removed(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    killed_in_the_middle(home)
    report = lake.file_report(ORDERS)
    assert report.copies and report.unknown and not report.missing
    recovered = lake.recover_all()[ORDERS]
    assert isinstance(recovered, Recovery) and recovered.copies_removed >= 1 and recovered.files_removed == len(report.unknown)
    assert lake.file_report(ORDERS).clean
    assert count(lake) == 10


def test_the_next_publication_cleans_up_by_itself(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    killed_in_the_middle(home)
    publish(orders(20))
    assert lake.file_report(ORDERS).clean


def test_clean_up_of_a_clean_product_does_nothing(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    before = files_below(home)
    assert lake.recover(ORDERS) == Recovery(busy=False)
    assert [name for name in files_below(home) if not name.startswith("tmp/")] == [
        name for name in before if not name.startswith("tmp/")
    ]


def test_a_product_whose_name_begins_with_anothers_keeps_its_files(lake: Lake, publish: Publish) -> None:
    longer = Place("westeurope", "sales", "orders_late")
    publish(orders(10))
    publish(orders(5), longer)
    with lake.writer(longer) as writer:
        writer.stage(orders(6), COLUMNS)
        lake.recover(ORDERS)
        writer.publish("ana", "kept")
    assert count(lake, longer) == 6


def test_a_copied_home_opens_where_it_lands(lake: Lake, home: Path, publish: Publish, open_lake: Open, tmp_path: Path) -> None:
    publish(orders(10))
    shutil.copytree(home, tmp_path / "elsewhere" / "mesh")
    shutil.rmtree(home)
    moved = open_lake(tmp_path / "elsewhere" / "mesh")
    assert count(moved) == 10
    with moved.writer(ORDERS) as writer:
        writer.stage(orders(20), COLUMNS)
        writer.publish("ana", "there")
    assert count(moved) == 20 and moved.file_report(ORDERS).clean


def test_a_lost_catalog_is_told_and_neither_begun_anew_nor_cleaned_away(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    catalog = home / "catalogs" / "westeurope" / "sales" / "orders.ducklake"
    kept = catalog.read_bytes()
    catalog.unlink()
    for attempt in (lambda: publish(orders(1)), lambda: lake.recover(ORDERS), lambda: count(lake)):
        with pytest.raises(Unavailable) as refused:
            attempt()
        assert refused.value.finding.rule == "LAKE-13"
    assert isinstance(lake.recover_all()[ORDERS], Finding)
    catalog.write_bytes(kept)
    assert count(lake) == 10


def test_a_lost_key_is_told_and_no_new_one_made(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    key = home / "catalogs" / "westeurope" / "sales" / "orders.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(Unavailable, match="LAKE-13"):
        publish(orders(1))
    key.write_bytes(kept)
    assert count(lake) == 10


@pytest.mark.parametrize("damage", ["cut", "flip", "zero"])
def test_a_damaged_catalog_is_refused_and_nothing_is_removed(lake: Lake, home: Path, publish: Publish, damage: str) -> None:
    publish(orders(10))
    catalog = home / "catalogs" / "westeurope" / "sales" / "orders.ducklake"
    content = bytearray(catalog.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flip":
        for at in range(4096, len(content), 512):
            content[at] ^= 255
    else:
        content = bytearray(len(content))
    catalog.write_bytes(content)
    before = files_below(home / "data")
    with pytest.raises(Unavailable):
        lake.recover(ORDERS)
    with pytest.raises(Unavailable):
        count(lake)
    assert files_below(home / "data") == before


def test_a_retired_product_is_gone_with_its_key_and_can_begin_anew(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    publish(orders(1), Place("westeurope", "sales", "returns"))
    assert lake.retire(ORDERS) == 1
    assert [name for name in files_below(home / "catalogs") + files_below(home / "data") if "orders" in name] == []
    with pytest.raises(NotFound):
        count(lake)
    publish(orders(3))
    assert count(lake) == 3


@pytest.mark.parametrize("next_step", ["recover", "publish", "retire"])
def test_an_interrupted_retirement_is_finished(lake: Lake, home: Path, publish: Publish, next_step: str) -> None:
    publish(orders(10))
    folder = home / "catalogs" / "westeurope" / "sales"
    (folder / "orders.retired").touch()
    (folder / "orders.key").unlink()
    if next_step == "recover":
        assert lake.recover(ORDERS) == Recovery(busy=False, files_removed=1, retired=True)
    elif next_step == "retire":
        lake.retire(ORDERS)
    else:
        publish(orders(3))
        assert count(lake) == 3
    assert not (folder / "orders.retired").exists()
    assert lake.published(ORDERS) == (next_step == "publish")


def test_retiring_what_is_not_there_is_quiet(lake: Lake, home: Path) -> None:
    assert lake.retire(ORDERS) == 0
    assert files_below(home / "catalogs") == []


def test_provisioning_makes_closed_folders_and_the_domains_key_once(lake: Lake, home: Path) -> None:
    for _ in range(2):
        lake.provision_domain("sales", "westeurope")
    keys = [path for path in files_below(home / "keys") if path.endswith(".kek")]
    assert keys == ["sales@westeurope.kek"]
    folders = [path for path in home.rglob("*") if path.is_dir()]
    assert (home / "data" / "westeurope" / "sales") in folders and (home / "catalogs" / "westeurope" / "sales") in folders
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


def test_temporary_folders_of_ended_processes_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    living, other = TempFolder(tmp_path / "tmp"), TempFolder(tmp_path / "tmp")
    folder = living.new()
    (folder / "spill").write_bytes(b"rows")
    dead = tmp_path / "tmp" / "1-dead"
    dead.mkdir()
    (dead / ".lock").touch()
    (dead / "spill").write_bytes(b"rows")
    assert other.sweep() == 1
    assert folder.exists() and not dead.exists()
    living.close()
    assert not folder.exists()
    assert TempFolder(tmp_path / "none").sweep() == 0


def test_a_temporary_folder_of_a_parent_process_is_not_used_by_its_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = TempFolder(tmp_path / "tmp")
    mine = folder.new()
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert folder.new().parent != mine.parent
