"""Masks at publication: the rows are asked for as a read asks, and a version out of which a value comes is not served."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.access import masks, views
from mesh_platform.access.decision import Decision, Treatment
from mesh_platform.access.masks import KNOWN, MASKS, REDACT, TOKEN, masked
from mesh_platform.policy import Control
from mesh_platform.product import load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, place_of
from mesh_platform.publish.probes import probe_published
from mesh_platform.publish.probing import asked as probing
from mesh_platform.publish.probing.allowed import MAY_SHOW, leaking
from mesh_platform.publish.probing.record import RECORD, Probed
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, write_product
from tests.publish.conftest import ORDERS

Run = Callable[..., Outcome]
PEOPLE = """\
order_id,email,town,amount,at,phone,member,born,code,level
1,ana@mail.test,Lisbon,10,2026-01-01,+351912345678,M-1044-A,1980-05-17,1000-205,2.7223
2,ben@mail.test,Lisbon,20,2026-01-02,+351912345679,M-2091-K,1991-11-02,1100-101,3.7139
3,eva@mail.test,Porto,5,2026-01-03,,M-3007-B,2001-01-30,4000-008,1.1496
"""
MANY = {
    "email": ORDER_COLUMNS["email"] | {"mask": "token"},
    "phone": {"type": "string", "nullable": True, "category": "user.contact.phone_number", "mask": "last4"},
    "member": {"type": "string", "category": "user.unique_id", "mask": "redact"},
    "born": {"type": "date", "category": "user.demographic.date_of_birth", "mask": "year"},
    "code": {"type": "string", "category": "user.contact.address.postal_code", "mask": "zip3"},
    "level": {"type": "double", "category": "user.demographic", "mask": "geo"},
}


def of_people(project: Path, **columns: dict[str, Any]) -> None:
    """bakery/orders with columns of many masks, each restricted."""
    own = {name: {"sensitivity": "restricted"} | more | columns.get(name, {}) for name, more in MANY.items()}
    (project / "landing/orders.csv").write_text(PEOPLE, encoding="utf-8")
    write_product(project, "bakery/orders", order_descriptor(columns=ORDER_COLUMNS | own, dataContracts=None))


def seen(project: Path, runtime: Runtime) -> Probed:
    found = load_mesh(project)
    return probe_published(found, found.products[ORDERS], runtime.lake, runtime.settings, runtime.database)


def objections(outcome: Outcome) -> list[str]:
    return [finding.why for finding in outcome.findings if finding.blocks]


def test_columns_of_every_kind_of_mask_are_seen_masked_and_stay_so_on_record(project: Path, runtime: Runtime, run: Run) -> None:
    of_people(project)
    outcome = run(ORDERS)
    assert outcome.status is Status.PUBLISHED, objections(outcome)
    found = seen(project, runtime)
    assert found.holds[Control.MASKING] is True
    assert found.seen[Control.MASKING].columns == dict.fromkeys(("email", "phone", "member", "born", "code", "level"), "masked")
    assert found.seen[Control.MASKING].rows == 3


def test_what_is_kept_of_a_probe_holds_no_value_of_a_row(project: Path, runtime: Runtime, run: Run) -> None:
    of_people(project)
    run(ORDERS)
    kept = json.dumps(runtime.lake.versions(place_of(load_mesh(project).products[ORDERS]))[-1].extra[RECORD])
    values = {value for line in PEOPLE.splitlines()[1:] for value in line.split(",")[1:] if len(value) > 3}
    assert [value for value in values if value in kept] == []


@pytest.mark.parametrize("mask", ["last4", "year", "zip3", "geo"])
def test_a_mask_that_gives_its_value_away_keeps_the_version_back(
    project: Path, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch, mask: str
) -> None:
    of_people(project)
    monkeypatch.setitem(MASKS, mask, replace(MASKS[mask], sql=lambda column: column))
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    [why] = objections(outcome)
    [name] = [name for name, said in MANY.items() if said["mask"] == mask]
    assert f"To a reader who is granted nothing raw: {name} leaks." in why
    assert not runtime.lake.published(place_of(load_mesh(project).products[ORDERS]))


def test_a_view_without_masks_keeps_the_version_back(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    of_people(project)
    monkeypatch.setattr(views, "masked", lambda mask, name, kind, token: name)
    [why] = objections(run(ORDERS))
    assert all(f"{name} leaks" in why for name in MANY)


def test_a_decision_that_hands_out_restricted_values_keeps_the_version_back(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = probing.decided_on

    def generous(*asked: Any) -> Decision:
        made = decided(*asked)
        given = {name: replace(one, treatment=Treatment.RAW, mask="") for name, one in made.columns.items()}
        return replace(made, columns=given)

    monkeypatch.setattr(probing, "decided_on", generous)
    [why] = objections(run(ORDERS))
    assert "email handed out raw" in why


def test_a_mask_that_shows_a_little_more_than_it_says_is_seen(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    of_people(project)
    monkeypatch.setitem(MASKS, "zip3", replace(MASKS["zip3"], sql=lambda column: f"left({column}, 5) || '…'"))
    assert "code leaks" in objections(run(ORDERS))[0]


def test_tokens_that_are_the_values_are_seen(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    of_people(project)
    monkeypatch.setattr(
        views, "masked", lambda mask, name, kind, token: name if mask == TOKEN else masked(mask, name, kind, token)
    )
    assert "email leaks" in objections(run(ORDERS))[0]


def test_a_column_that_is_empty_in_the_first_rows_is_looked_for_further_down(
    project: Path, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_people(project)
    lines = "".join(f"{i},p{i}@mail.test,Lisbon,1,2026-01-01,,4,1980-05-17,1000,2.7\n" for i in range(10, 1200))
    (project / "landing/orders.csv").write_text(PEOPLE.splitlines()[0] + "\n" + lines + PEOPLE.splitlines()[2] + "\n")
    assert run(ORDERS).status is Status.PUBLISHED
    assert seen(project, runtime).seen[Control.MASKING].columns["phone"] == "masked"
    monkeypatch.setitem(MASKS, "last4", replace(MASKS["last4"], sql=lambda column: column))
    assert "phone leaks" in objections(run(ORDERS))[0]


def test_columns_without_a_value_prove_nothing(project: Path, runtime: Runtime, run: Run) -> None:
    columns = ORDER_COLUMNS | {"email": ORDER_COLUMNS["email"] | {"nullable": True}}
    write_product(project, "bakery/orders", order_descriptor(columns=columns))
    (project / "landing/orders.csv").write_text("order_id,email,town,amount,at\n1,,Lisbon,10,2026-01-01\n")
    assert run(ORDERS).status is Status.PUBLISHED
    found = seen(project, runtime)
    assert found.holds[Control.MASKING] is None and found.seen[Control.MASKING].columns == {"email": "empty"}
    said = runtime.registry.latest_decisions("publish")[ORDERS].not_evaluated
    assert {"No value of a masked column says whether its mask stands."} == {
        one["why"] for one in said if one["rule"] == "CORE-04 (mask_by_default)"
    }


def test_a_probe_counts_for_the_policy_and_the_files_that_it_was_made_under(project: Path, runtime: Runtime, run: Run) -> None:
    run(ORDERS)
    assert seen(project, runtime).holds[Control.MASKING] is True
    purposes = project / "governance/purposes.yaml"
    before = purposes.read_text(encoding="utf-8")
    purposes.write_text(yaml.safe_dump(yaml.safe_load(before) | {"purposes": {**yaml.safe_load(before)["purposes"], "more": {}}}))
    found = seen(project, runtime)
    assert found.holds[Control.MASKING] is None and "the policy has changed" in found.words[Control.MASKING]
    purposes.write_text(before, encoding="utf-8")
    assert seen(project, runtime).holds[Control.MASKING] is True
    write_product(project, "bakery/orders", order_descriptor(description="Another one."))
    assert "files have changed" in seen(project, runtime).words[Control.MASKING]


def test_every_mask_is_written_down_a_second_time() -> None:
    assert set(MAY_SHOW) == set(KNOWN)
    assert leaking("a mask that nobody knows", ["a"], ["b"]) == 1


ENGINE = duckdb.connect(config={"threads": 1})


def shown(mask: str, kind: str, values: list[Any]) -> tuple[list[str | None], list[str | None]]:
    """What the engine makes of the values, and the values, as text."""
    sql = f"SELECT CAST({masked(mask, 'v', kind, None)} AS VARCHAR), CAST(v AS VARCHAR) FROM (SELECT CAST(unnest(?) AS {kind}) AS v)"
    rows = ENGINE.execute(sql, [values]).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]


TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=30)
DAYS = st.lists(st.none() | st.dates(), min_size=1, max_size=30)
MOMENTS = st.lists(
    st.none() | st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), min_size=1, max_size=30
)
NUMBERS = st.lists(st.none() | st.floats(), min_size=1, max_size=30)
OF_TYPE = {"VARCHAR": TEXTS, "DATE": DAYS, "TIMESTAMP": MOMENTS, "TIMESTAMPTZ": MOMENTS, "DOUBLE": NUMBERS}
CASES = [
    (mask, kind)
    for mask, kinds in {
        **dict.fromkeys(("last4", "bin_last4", "email_domain", "zip3"), ("VARCHAR",)),
        **dict.fromkeys(("year", "month", "age_band"), ("DATE", "TIMESTAMP", "TIMESTAMPTZ")),
        "geo": ("DOUBLE",),
        REDACT: tuple(OF_TYPE),
    }.items()
    for kind in kinds
]


@pytest.mark.parametrize(("mask", "kind"), CASES)
@settings(max_examples=20)
@given(data=st.data())
def test_no_mask_as_it_stands_is_said_to_leak_whatever_the_values(mask: str, kind: str, data: st.DataObject) -> None:
    assert set(MASKS) <= {mask for mask, _ in CASES}
    out, values = shown(mask, kind, data.draw(OF_TYPE[kind]))
    assert leaking(mask, out, values) == 0


@pytest.mark.parametrize(
    ("mask", "values"),
    [
        ("last4", ["+351912345678", "12345678"]),
        ("bin_last4", ["4111111111111111", "4000000000000002"]),
        ("email_domain", ["ana@mail.test", "a@b@c.test"]),
        ("zip3", ["1000-205", "12345"]),
        ("year", [date(1980, 5, 17), datetime(1980, 1, 1, 12)]),
        ("month", [date(1980, 5, 17), datetime(1980, 5, 1, 12)]),
        ("age_band", [date(1980, 5, 17)]),
        ("geo", [38.7223, -9.1393]),
        ("token", ["ana@mail.test", "0" * 32]),
        ("redact", ["x", date(1980, 1, 1), 1]),
    ],
)
def test_a_value_handed_out_as_it_is_counts_as_a_leak(mask: str, values: list[object]) -> None:
    texts: list[str | None] = [str(value) for value in values]
    assert leaking(mask, texts, texts) == len(values)


def test_the_masks_are_the_ones_that_reads_use() -> None:
    assert views.masked is masks.masked
