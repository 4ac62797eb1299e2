"""What one consumer holds together: judged at approval over the served rows, and held to that at each read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mesh_platform.access.aggregates import Groups
from mesh_platform.access.combining import quasi_of, unjudged
from mesh_platform.access.decision import Caller, Treatment, decide
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.requests import State
from mesh_platform.errors import CheckFailed
from mesh_platform.product import Sensitivity
from tests.access.granting.conftest import NOW, OUTSIDER, PRIVACY, STEWARD, Desk
from tests.access.shop import COLUMNS, governance, profiles

PERSON = Consumer(Kind.PERSON, OUTSIDER.name)
LEVELS = {name: Sensitivity(column["sensitivity"]) for name, column in COLUMNS.items()}


class TestAtApproval:
    def test_two_grants_each_harmless_are_refused_together(self, desk: Desk) -> None:
        desk.granting.approve(desk.ask("postcode", by=OUTSIDER).id, STEWARD)
        second = desk.ask("latitude", by=OUTSIDER)
        with pytest.raises(CheckFailed, match=r"CORE-18.*'latitude', 'postcode'.*single out 1 people"):
            desk.granting.approve(second.id, STEWARD)
        assert desk.store.request(second.id).state is State.OPEN
        assert desk.granted(OUTSIDER) == {"postcode": "mask"}

    def test_it_is_granted_once_the_other_has_ended(self, desk: Desk) -> None:
        first = desk.granting.approve(desk.ask("postcode", by=OUTSIDER, until=NOW + timedelta(hours=1)).id, STEWARD)
        second = desk.ask("latitude", by=OUTSIDER)
        desk.granting.revoke(first.id, STEWARD, "for the other")
        desk.granting.approve(second.id, STEWARD)
        assert desk.granted(OUTSIDER) == {"latitude": "mask"}

    def test_contracts_of_the_domain_count_for_a_person_whom_the_mesh_knows(self, desk: Desk) -> None:
        asked = desk.ask("postcode")
        with pytest.raises(CheckFailed, match="CORE-18"):
            desk.granting.approve(asked.id, STEWARD)

    def test_privacy_may_grant_the_restricted_combination_as_what_it_is(self, desk: Desk) -> None:
        asked = desk.ask("postcode", "latitude", by=OUTSIDER)
        with pytest.raises(CheckFailed, match="CORE-18"):
            desk.granting.approve(asked.id, STEWARD)
        desk.granting.approve(asked.id, PRIVACY)
        assert desk.granted(OUTSIDER) == {"postcode": "mask", "latitude": "mask"}


def grant(id: str, *fields: str, judged: tuple[str, ...] | None = None, consumer: Consumer = PERSON) -> Grant:
    own = None if judged is None else frozenset(judged)
    return Grant(id, consumer, "analytics", frozenset(fields), levels=LEVELS, judged=own)


class TestAtARead:
    def test_what_nobody_judged_together_is_not_given_together(self) -> None:
        one, other = grant("a", "postcode", judged=("postcode",)), grant("b", "latitude", "region", judged=("latitude",))
        product = profiles(dataContracts=None)
        found = decide(Caller.person(OUTSIDER), product, "analytics", (one, other), governance(), NOW)
        assert {column.name for column in found.granted} == {"postcode", "region"}
        assert found.columns["latitude"].rule == "CORE-18"

    def test_what_was_judged_together_is(self) -> None:
        one, other = grant("a", "postcode", judged=("postcode",)), grant("b", "latitude", judged=("latitude", "postcode"))
        assert not unjudged(profiles(), (one, other))

    def test_break_glass_is_no_judgement_of_what_is_held_for_other_purposes(self) -> None:
        one, other = grant("a", "postcode", judged=("postcode",)), grant("b", "latitude", judged=("latitude",))
        glass = replace(grant("c", *COLUMNS, judged=tuple(QUASI)), purpose="service", raw=frozenset(COLUMNS), break_glass=True)
        grants, product = (one, other, glass), profiles(dataContracts=None)
        found = decide(Caller.person(OUTSIDER), product, "analytics", grants, governance(), NOW)
        assert {column.name for column in found.granted} == {"postcode"}
        under = decide(Caller.person(OUTSIDER), product, "service", grants, governance(), NOW)
        assert {column.name for column in under.granted if column.treatment is Treatment.RAW} == {*COLUMNS}

    def test_contracts_alone_are_the_gate_s_to_judge(self) -> None:
        assert not unjudged(profiles(), (grant("a", "postcode"), grant("b", "latitude")))


QUASI = sorted(quasi_of(profiles(), COLUMNS))
FIELDS = st.lists(st.sampled_from(sorted(COLUMNS)), max_size=4, unique=True)
GROUPS = [Groups(by, "month", 10, ("customer_id",)) for by in (("region",), ("region", "segment"))]
KINDS = ["rows", "rows", "groups", "glass"]
GRANTS = st.lists(
    st.builds(
        lambda kind, fields, judged, raw, excluded, hours, groups: Grant(
            f"gr-{hours}-{'-'.join(fields)}",
            PERSON,
            "service" if kind == "glass" else "analytics",
            frozenset(fields),
            frozenset(excluded),
            frozenset(raw) & frozenset(fields),
            until=NOW + timedelta(hours=hours),
            levels=LEVELS,
            judged=None if judged is None or kind == "groups" else frozenset(judged),
            break_glass=kind == "glass",
            groups=groups if kind == "groups" else None,
        ),
        st.sampled_from(KINDS),
        FIELDS,
        st.none() | st.lists(st.sampled_from(QUASI), max_size=3, unique=True),
        FIELDS,
        FIELDS,
        st.integers(-1, 2),
        st.sampled_from(GROUPS),
    ),
    max_size=4,
)


def of_rows(grants: list[Grant]) -> list[Grant]:
    """Those that give rows: groups follow laws of their own."""
    return [one for one in grants if one.groups is None]


RANK = {Treatment.DENY: 0, Treatment.MASK: 1, Treatment.RAW: 2}


def ranks(grants: list[Grant], now: datetime = NOW) -> dict[str, int]:
    found = decide(Caller.person(OUTSIDER), profiles(dataContracts=None), "analytics", grants, governance(), now)
    return {name: RANK[found.columns[name].treatment] if name in found.columns else 0 for name in COLUMNS}


@given(GRANTS, FIELDS)
def test_a_further_exclusion_of_a_grant_never_reveals_more_of_it(grants: list[Grant], fields: list[str]) -> None:
    more = [replace(one, excluded=one.excluded | {*fields}) for one in grants]
    before, after = ranks(grants), ranks(more)
    assert all(after[name] == 0 for name in fields)
    assert all(after[name] <= before[name] for name in COLUMNS if name not in QUASI)


@given(GRANTS, FIELDS, st.integers(0, 3))
def test_what_any_grant_of_the_purpose_excludes_is_not_given_whichever_is_read_under(
    grants: list[Grant], fields: list[str], which: int
) -> None:
    mine = [i for i, one in enumerate(grants) if one.purpose == "analytics"]
    assume(mine)
    chosen = mine[which % len(mine)]
    after = ranks([replace(one, excluded=one.excluded | {*fields}) if i == chosen else one for i, one in enumerate(grants)])
    assert all(after[name] == 0 for name in fields)


@given(GRANTS.map(of_rows))
def test_what_comes_from_grants_is_a_combination_that_somebody_judged(grants: list[Grant]) -> None:
    found = ranks(grants)
    held = {name for name in QUASI if found[name]}
    standing = [one for one in grants if one.holds_on(NOW) and not one.break_glass]
    contracts = {name for one in standing if one.judged is None for name in one.fields or () if name in QUASI}
    judged = [one.judged for one in standing if one.judged is not None]
    assert len(held) < 2 or held <= contracts or any(held <= each for each in judged)


@given(GRANTS.map(of_rows), st.integers(0, 3))
def test_time_alone_never_opens_a_column_that_no_judgement_held_back(grants: list[Grant], hours: int) -> None:
    before, after = ranks(grants), ranks(grants, NOW + timedelta(hours=hours))
    assert all(
        after[name] <= before[name] for name in COLUMNS if name not in QUASI and not any(name in g.excluded for g in grants)
    )
