"""Which version is published: recorded once, rebuilt from the lake after a kill, withdrawn when the lake's history is another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.registry import LineageEdge, Measure, Reached, Registry
from tests.registry.samples import ACCOUNTS, CUSTOMERS, NOON, Version, entry, publication, version


def test_the_newest_snapshot_is_the_latest_publication(registry: Registry) -> None:
    for number in (1, 3, 2):
        registry.record_published(publication(number, published_at=NOON))
    assert registry.latest(CUSTOMERS) == publication(3, published_at=NOON)
    assert [found.snapshot_id for found in registry.publications(CUSTOMERS)] == [3, 2, 1]


def test_a_product_without_publication_has_no_latest_one(registry: Registry) -> None:
    registry.register([entry()])
    assert registry.latest(CUSTOMERS) is None
    assert registry.publications(CUSTOMERS) == ()
    assert registry.latest_publications() == {}


def test_the_latest_of_every_product_comes_at_once(registry: Registry) -> None:
    for given in (publication(1), publication(2), publication(7, ACCOUNTS)):
        registry.record_published(given)
    assert registry.latest_publications() == {CUSTOMERS: publication(2), ACCOUNTS: publication(7, ACCOUNTS)}


def test_recording_a_publication_twice_keeps_one(registry: Registry) -> None:
    first = registry.record_published(publication(1))
    assert registry.record_published(publication(1)) == first
    assert registry.publications(CUSTOMERS) == (publication(1),)


def test_the_same_snapshot_under_another_id_is_the_same_publication(registry: Registry) -> None:
    registry.record_published(publication(1))
    assert registry.record_published(publication(1, id="another")) == publication(1)
    assert len(registry.publications(CUSTOMERS)) == 1


def test_an_id_cannot_name_two_publications(registry: Registry) -> None:
    registry.record_published(publication(1))
    with pytest.raises(CheckFailed, match="REGISTRY-02"):
        registry.record_published(replace(publication(2), id=publication(1).id))
    assert registry.publications(CUSTOMERS) == (publication(1),)


def test_a_publication_is_recorded_before_its_product_is_registered(registry: Registry) -> None:
    registry.record_published(publication(1))
    assert registry.latest(CUSTOMERS) == publication(1)


def test_a_publication_is_recorded_with_all_that_belongs_to_it_or_not_at_all(registry: Registry) -> None:
    measure = Measure(CUSTOMERS, publication(1).id, "accuracy", 99.0, NOON)
    edge = LineageEdge(CUSTOMERS, ACCOUNTS, "id", "id")
    with pytest.raises(ValueError, match="an edge of another product"):
        registry.record_published(publication(1), measures=[measure], lineage=[edge, LineageEdge(ACCOUNTS, CUSTOMERS)])
    assert (registry.latest(CUSTOMERS), registry.measures(CUSTOMERS), registry.upstream(CUSTOMERS)) == (None, (), ())
    for _ in range(2):
        assert registry.record_published(publication(1), measures=[measure], lineage=[edge]) == publication(1)
    registry.record_published(publication(2))
    assert registry.measures(CUSTOMERS) == (measure,)
    assert registry.upstream(CUSTOMERS, "id") == (Reached(ACCOUNTS, "id", 1),)


def test_a_row_that_a_kill_left_out_is_rebuilt_from_the_lake(registry: Registry) -> None:
    registry.record_published(publication(1))
    lake = [version(publication(1)), version(publication(2)), version(publication(3))]
    assert registry.reconcile(CUSTOMERS, lake) == 2
    assert registry.publications(CUSTOMERS) == (publication(3), publication(2), publication(1))
    assert registry.reconcile(CUSTOMERS, lake) == 0


def test_a_control_database_that_was_lost_is_rebuilt_from_the_lake(registry: Registry) -> None:
    assert registry.reconcile(CUSTOMERS, [version(publication(4)), version(publication(5))], under_lock=True) == 2
    assert registry.latest(CUSTOMERS) == publication(5)


def test_a_rebuilt_row_takes_its_location_from_the_product_where_the_commit_has_none(registry: Registry) -> None:
    registry.register([entry(location="northeurope")])
    registry.reconcile(CUSTOMERS, [version(publication(1), location=None)])
    assert registry.latest(CUSTOMERS) == publication(1, location="northeurope")


def test_maintenance_in_the_lake_is_no_publication(registry: Registry) -> None:
    registry.record_published(publication(2))
    purge = Version(3, NOON, {"purge": "request-7"})
    repeated = replace(version(publication(2)), snapshot_id=4)
    assert registry.reconcile(CUSTOMERS, [Version(0, NOON, {}), purge, repeated], under_lock=True) == 0
    assert registry.publications(CUSTOMERS) == (publication(2),)


def test_publications_that_the_lake_has_expired_stay_recorded(registry: Registry) -> None:
    for number in (1, 2, 3):
        registry.record_published(publication(number))
    assert registry.reconcile(CUSTOMERS, [version(publication(3))], under_lock=True) == 0
    assert len(registry.publications(CUSTOMERS)) == 3


def test_a_place_in_the_ledger_that_nobody_recorded_is_not_zero(registry: Registry) -> None:
    without = version(publication(1)).extra.items() - {("ledger_seq", None)}
    registry.reconcile(CUSTOMERS, [Version(1, publication(1).published_at, dict(without))])
    assert registry.reconcile(CUSTOMERS, [version(publication(1)), version(publication(2), ledger_seq=7)]) == 1
    assert [found.ledger_seq for found in registry.publications(CUSTOMERS)] == [7, None]


@pytest.mark.parametrize("missing", ["version", "spec_hash", "rows", "sensitivity"])
def test_a_commit_that_is_half_a_publication_is_refused_by_name(registry: Registry, missing: str) -> None:
    said = dict(version(publication(2)).extra)
    del said[missing]
    with pytest.raises(CheckFailed) as refused:
        registry.reconcile(CUSTOMERS, [version(publication(1)), Version(2, NOON, said)])
    assert refused.value.finding.rule == "REGISTRY-03"
    assert refused.value.finding.product == "customer/customer_360"
    assert refused.value.finding.where == "snapshot 2"
    assert registry.publications(CUSTOMERS) == ()


@pytest.mark.parametrize("odd", [{"rows": "12"}, {"rows": True}, {"sensitivity": "secret"}])
def test_a_commit_with_odd_facts_is_refused(registry: Registry, odd: dict[str, object]) -> None:
    with pytest.raises(CheckFailed, match="REGISTRY-03"):
        registry.reconcile(CUSTOMERS, [version(publication(1), **odd)])


def test_a_catalog_restored_from_a_backup_withdraws_what_came_after_it(registry: Registry) -> None:
    for number in (1, 2, 3):
        registry.record_published(publication(number))
    assert registry.reconcile(CUSTOMERS, [version(publication(1)), version(publication(2))], under_lock=True) == 0
    assert registry.latest(CUSTOMERS) == publication(2)
    assert [found.withdrawn_at is not None for found in registry.publications(CUSTOMERS, withdrawn=True)] == [True, False, False]


def test_without_the_lock_a_newer_publication_is_not_taken_for_a_stale_one(registry: Registry) -> None:
    """Versions were listed, then another process published, and only then the rows were compared."""
    listed = [version(publication(1))]
    for number in (1, 2):
        registry.record_published(publication(number))
    assert registry.reconcile(CUSTOMERS, listed) == 0
    assert registry.latest(CUSTOMERS) == publication(2)


def test_a_catalog_made_anew_counts_from_one_and_its_publications_take_over(registry: Registry) -> None:
    for number in (1, 2):
        registry.record_published(publication(number))
    anew = publication(1, id="anew", rows=7)
    assert registry.reconcile(CUSTOMERS, [version(anew)], under_lock=True) == 1
    assert registry.publications(CUSTOMERS) == (anew,)
    assert len(registry.publications(CUSTOMERS, withdrawn=True)) == 3


def test_a_publisher_on_a_catalog_made_anew_is_not_stopped_by_the_old_rows(registry: Registry) -> None:
    registry.record_published(publication(1))
    anew = publication(1, id="anew", rows=7)
    assert registry.record_published(anew) == anew
    assert registry.publications(CUSTOMERS) == (anew,)


def test_a_withdrawn_publication_stands_again_when_its_snapshot_is_back(registry: Registry) -> None:
    for number in (1, 2):
        registry.record_published(publication(number))
    registry.reconcile(CUSTOMERS, [], under_lock=True)
    assert registry.latest(CUSTOMERS) is None
    assert registry.reconcile(CUSTOMERS, [version(publication(1)), version(publication(2))], under_lock=True) == 0
    assert registry.publications(CUSTOMERS) == (publication(2), publication(1))


def test_one_product_is_reconciled_without_touching_another(registry: Registry) -> None:
    registry.record_published(publication(9, ACCOUNTS))
    registry.reconcile(CUSTOMERS, [version(publication(1))], under_lock=True)
    assert registry.latest(ACCOUNTS) == publication(9, ACCOUNTS)
