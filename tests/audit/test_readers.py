"""Who has a role for some domains reads what is about those, and of what is about none their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.actor import Actor
from mesh_platform.audit.readers import READERS, for_every_domain, for_record, reads_all, sees
from mesh_platform.audit.reading import Told
from mesh_platform.errors import Denied

DOMAINS = ("sales", "sales2", "health", "mesh")
domains = st.lists(st.sampled_from(DOMAINS), max_size=3, unique=True).map(tuple)
roles = st.lists(st.sampled_from(["examiner", "privacy", "platform", "owner", "consumer"]), max_size=3, unique=True).map(tuple)
names = st.sampled_from(["ana", "ben", "mesh"])


@st.composite
def records(draw: st.DrawFn) -> Told:
    obj: dict[str, str] = {}
    if draw(st.booleans()):
        obj["product"] = f"{draw(st.sampled_from(DOMAINS))}/orders@1.0.0"
    if draw(st.booleans()):
        obj["domain"] = draw(st.sampled_from(DOMAINS))
    record = {"obj": obj} if draw(st.booleans()) or obj else {}
    return Told(1, "e", "", "read", "done", draw(names), None, "", None, None, None, record)


def named(told: Told) -> set[str]:
    return {value.partition("/")[0] for value in told.record.get("obj", {}).values()}


@given(names, roles, domains, records())
def test_nobody_sees_a_record_that_names_a_domain_for_which_they_have_no_such_role(
    name: str, held: tuple[str, ...], of: tuple[str, ...], told: Told
) -> None:
    actor = Actor(name, held, of)
    if not set(held) & set(READERS):
        assert not sees(actor, told) and not reads_all(actor)
    elif of:
        own = told.who == name != "mesh"
        assert sees(actor, told) == (named(told) <= set(of) if named(told) else own)
    else:
        assert sees(actor, told)


@given(names, roles, domains, st.sampled_from(DOMAINS), records())
def test_a_domain_more_never_takes_a_record_away(
    name: str, held: tuple[str, ...], of: tuple[str, ...], more: str, told: Told
) -> None:
    if of and sees(Actor(name, held, of), told):
        assert sees(Actor(name, held, (*of, more)), told)


@given(names, domains, records())
def test_what_is_not_seen_is_refused_and_what_is_not_there_alike(name: str, of: tuple[str, ...], told: Told) -> None:
    actor = Actor(name, ("examiner",), of)
    for one in (told, None):
        if (one is None and of) or (one is not None and not sees(actor, one)):
            with pytest.raises(Denied, match="has the role") as refused:
                for_record(actor, one)
            assert refused.value.finding.rule == "AUTH-03"
        else:
            for_record(actor, one)


def test_what_concerns_the_whole_log_is_for_those_whose_role_is_for_the_whole_mesh() -> None:
    for_every_domain(Actor("ana", ("platform",)), "It")
    with pytest.raises(Denied, match="sales alone"):
        for_every_domain(Actor("ana", ("platform",), ("sales",)), "It")
