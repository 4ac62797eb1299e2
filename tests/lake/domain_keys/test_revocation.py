"""Revocation and a new start of a domain's key: nothing opens, the rest goes on, and a kill at any step is finished."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesh_platform.errors import NotFound, Unavailable
from mesh_platform.lake import Lake, Place
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, orders
from tests.lake.domain_keys.conftest import (
    NORTH,
    RETURNS,
    REVOKE_STEPS,
    SALES,
    START_STEPS,
    VISITS,
    kek_files,
    killed_at,
    revoke_once,
    start_once,
)


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
