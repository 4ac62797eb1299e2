"""What a kill or a failing disk at any step of a rotation leaves, and what settles it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.lake.conftest import COLUMNS, ORDERS, Open, count, orders
from tests.lake.domain_keys.conftest import (
    REVOKE_STEPS,
    ROTATE_STEPS,
    SALES,
    START_STEPS,
    catalog_keys,
    hashes,
    kek_files,
    killed_at,
    revoke_once,
    rotate_once,
    start_once,
    steps_of,
)
from tests.lake.test_faults import sample


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
