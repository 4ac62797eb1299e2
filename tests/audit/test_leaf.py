"""A record's bytes: canonical, closed, and without anything that the schema does not know."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.audit.leaf import LARGEST, Act, Phase, Record, What, Who, decoded, eid_of, new_eid
from mesh_platform.errors import UsageProblem

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,40}", fullmatch=True)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


records = st.builds(
    Record,
    eid=st.uuids().map(lambda each: each.hex),
    ts=numbers,
    act=st.sampled_from(Act),
    phase=st.sampled_from(Phase),
    actor=st.builds(Who, sub=codes, by=maybe(codes), role=maybe(codes), purpose=maybe(codes)),
    obj=st.builds(
        What, product=maybe(names), domain=maybe(names), region=maybe(codes), what=maybe(codes), fields=st.lists(names, max_size=5).map(tuple),
        ref=maybe(codes), policy=maybe(codes), code=maybe(codes), consent=maybe(numbers), subject=maybe(codes),
    ),
    dec=maybe(codes), reason=maybe(codes), n=maybe(numbers), parent=maybe(codes), pd=maybe(codes),
)  # fmt: skip


@given(records)
def test_the_bytes_are_those_of_rfc_8785(record: Record) -> None:
    body = record.encoded()
    assert body == rfc8785.dumps(json.loads(body))
    assert decoded(body)["eid"] == record.eid and b"\n" not in body


@given(records)
def test_nothing_but_the_schemas_own_keys_stands_in_a_record(record: Record) -> None:
    said = decoded(record.encoded())
    assert set(said) <= {"v", "eid", "ts", "act", "phase", "actor", "obj", "dec", "reason", "n", "parent", "pd"}
    assert set(said["actor"]) <= set(Who.__slots__) and set(said["obj"]) <= set(What.__slots__)


REFUSED: list[dict[str, object]] = [
    {"eid": "x"},
    {"ts": 1.5},
    {"n": True},
    {"n": 2**53},
    {"n": "3"},
    {"dec": "somebody@example.org"},
    {"reason": "line\nbreak"},
    {"reason": "x" * 121},
    {"act": "gate"},
    {"phase": "maybe"},
    {"actor": Who("Zoë")},
    {"obj": What(ref="\u202e")},
    {"obj": What(product="\ud800")},
    {"obj": What(fields=("x" * 251,))},
    {"obj": What(fields=["a"])},  # type: ignore[arg-type]
    {"obj": What(fields=("y" * 250,) * 400)},
    {"obj": What(consent=1.0)},  # type: ignore[arg-type]
]


@pytest.mark.parametrize("wrong", REFUSED, ids=lambda wrong: f"{next(iter(wrong))}-{str(next(iter(wrong.values())))[:12]!a}")
def test_what_the_schema_does_not_know_is_refused(wrong: dict[str, object]) -> None:
    fine: dict[str, object] = {"eid": new_eid(), "ts": 1, "act": Act.READ, "phase": Phase.DONE, "actor": Who("mesh")}
    assert len(Record(**fine).encoded()) < LARGEST  # type: ignore[arg-type]
    with pytest.raises(UsageProblem, match="AUDIT-13"):
        Record(**(fine | wrong)).encoded()  # type: ignore[arg-type]


def test_what_equals_an_object_that_was_recorded_is_still_looked_at() -> None:
    def record(consent: object) -> Record:
        return Record(new_eid(), 1, Act.READ, Phase.DONE, Who("mesh"), What(product="sales/orders", consent=consent))  # type: ignore[arg-type]

    assert b'"consent":1' in record(1).encoded()
    for wrong in (True, 1.0):
        with pytest.raises(UsageProblem, match="AUDIT-13"):
            record(wrong).encoded()


def test_ids_are_version_7_in_the_order_of_time_and_unlike() -> None:
    made = [new_eid() for _ in range(500)]
    assert len(set(made)) == 500 and {each[12] for each in made} == {"7"} and {each[16] for each in made} <= set("89ab")
    assert [each[:12] for each in made] == sorted(each[:12] for each in made)
    assert eid_of("gate", "a") != eid_of("key", "a") and len(eid_of("gate", "a")) == 64
