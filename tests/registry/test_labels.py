"""What people say of the scan's findings: kept in order, by those who may, and never changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, UsageProblem
from mesh_platform.registry.doubts import draw, entries, waiting
from mesh_platform.registry.label_values import ColumnScan, FoundKind, Label, SiteModel, Source, Verdict
from mesh_platform.registry.labels import Labels
from mesh_platform.state import Database
from tests.registry.conftest import Clock
from tests.registry.samples import CUSTOMERS, NOON, ORDERS

PAM = Actor("pam", ("privacy",))
SHAPE = {"values": 200.0, "length": 12.0, "letters": 0.9, "digits": 0.0, "blanks": 0.1}
READ = FoundKind("PERSON", 180, 0.9, "read as personal names (92.0%)")
PROVEN = FoundKind("IBAN", 200, 1.0, "all of distinct values are: IBAN")


def scan(column: str, *found: FoundKind, **changes: object) -> ColumnScan:
    return replace(ColumnScan(CUSTOMERS, column, found, False, SHAPE, "scanner-1", NOON), **changes)  # type: ignore[arg-type]


def label(**changes: object) -> Label:
    plain = Label(CUSTOMERS, "note", "PERSON", Verdict.CONFIRM, "p1", {"share": 0.9}, "s1", Source.REVIEW, "Seen.", "", "", NOON)
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def labels(database: Database, clock: Clock) -> Labels:
    return Labels(database, clock)


def test_the_last_scan_of_a_product_takes_the_place_of_the_one_before(labels: Labels) -> None:
    labels.remember(CUSTOMERS, [scan("name", READ), scan("note")])
    labels.remember(ORDERS, [scan("total", product=ORDERS)])
    labels.remember(CUSTOMERS, [scan("iban", PROVEN)])
    assert labels.scans(CUSTOMERS) == (scan("iban", PROVEN),)
    assert [one.column for one in labels.scans()] == ["iban", "total"]


def test_a_label_says_who_gave_it_and_who_is_behind_that(labels: Labels) -> None:
    given = labels.give(label(), replace(PAM, impersonated_by="os-user"))
    assert (given.by, given.person, given.id) == ("pam", "os-user", 1)
    assert labels.all() == labels.of(CUSTOMERS) == (given,)
    assert labels.of(ORDERS) == ()


def test_the_newest_label_on_a_profile_counts_and_another_profile_is_another_matter(labels: Labels) -> None:
    labels.give(label(), PAM)
    other = labels.give(label(profile="p2"), PAM)
    last = labels.give(label(verdict=Verdict.REJECT), PAM)
    assert labels.standing() == (last, other)
    assert len(labels.all()) == 3


@pytest.mark.parametrize("by", [Actor("ona", ("owner",), ("customer",)), Actor("sam", ("steward",), ("sales",)), Actor("joe")])
def test_who_is_no_steward_of_the_domain_may_not_label(labels: Labels, by: Actor) -> None:
    with pytest.raises(Denied, match="LABEL-01"):
        labels.give(label(), by)
    assert labels.all() == ()


@pytest.mark.parametrize("reason", ["  ", "x" * 501])
def test_a_label_says_why_in_a_few_words(labels: Labels, reason: str) -> None:
    with pytest.raises(UsageProblem, match="LABEL-02"):
        labels.give(label(reason=reason), PAM)


def test_a_column_is_drawn_once_for_a_profile(labels: Labels) -> None:
    scans = [scan(f"c{i}") for i in range(30)] + [scan("iban", PROVEN), scan("cut", not_scanned=True)]
    first = draw(scans, labels.draws(), 10, 7, "pam", NOON)
    assert labels.draw(first, PAM) == 10
    assert labels.draw(first, PAM) == 0
    again = draw(scans, labels.draws(), 100, 8, "pam", NOON)
    assert {one.column for one in first}.isdisjoint(one.column for one in again)
    assert len(again) == 20
    assert (first[0].drawn_from, first[0].found_beside, first[0].clean_beside) == (30, 1, 30)


def test_the_recorded_seed_draws_the_same_columns_again() -> None:
    scans = [scan(f"c{i}") for i in range(50)]
    drawn = [[one.column for one in draw(scans, (), 5, seed, "pam", NOON)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_last_model_is_in_force_until_it_is_withdrawn(labels: Labels) -> None:
    assert labels.model() is None
    first = labels.keep(SiteModel({"bias": 0.5}, {"labels": 40}, 40), PAM)
    second = labels.keep(SiteModel({"bias": 0.7}, {"labels": 90}, 90), PAM)
    assert labels.model() == second
    assert labels.back(PAM) == first == labels.model()
    assert labels.back(PAM) is None
    with pytest.raises(CheckFailed, match="LABEL-03"):
        labels.back(PAM)


def test_what_rests_on_no_proof_waits_and_what_proves_itself_does_not() -> None:
    rare = FoundKind("EMAIL", 2, 0.004, "2 distinct values hold: e-mail address")
    found = waiting(entries([scan("name", READ), scan("iban", PROVEN), scan("log", rare), scan("empty")], (), (), None))
    assert [(one.scan.column, one.kind) for one in found] == [("name", "PERSON"), ("log", "EMAIL")]


def test_a_word_settles_an_entry_until_its_profile_changes() -> None:
    [waits] = waiting(entries([scan("name", READ)], (), (), None))
    said = label(column="name", profile=waits.profile)
    assert waiting(entries([scan("name", READ)], [said], (), None)) == []
    for changed in (
        scan("name", replace(READ, share=0.3)),
        scan("name", READ, PROVEN),
        scan("name", READ, shape={**SHAPE, "length": 80.0}),
        scan("name", replace(READ, why="named as a person, and read as names (60.0%)")),
    ):
        assert any(one.kind == "PERSON" for one in waiting(entries([changed], [said], (), None)))


def test_a_model_of_the_site_can_ask_for_more_and_never_for_less() -> None:
    scans = [scan("name", READ), scan("iban", PROVEN), scan("empty")]
    sure, wary = (waiting(entries(scans, (), (), lambda _, says=says: says)) for says in (0.99, 0.1))
    assert [one.scan.column for one in sure] == ["empty", "name"]
    assert sorted(one.scan.column for one in wary) == ["iban", "name"]


def test_a_reason_quotes_no_value(labels: Labels) -> None:
    with pytest.raises(UsageProblem, match="LABEL-02") as refused:
        labels.give(label(reason="values such as ana.smith@example.com are counters"), PAM)
    assert "ana.smith" not in str(refused.value)
