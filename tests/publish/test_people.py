"""What stands beside published rows: whose they are and what they allow, seen by no one who lists columns; and who is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime, place_of, publish
from mesh_platform.publish.people import ledger_of
from mesh_platform.settings import Settings
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, write_product, write_project

ORDERS = ProductKey("bakery", "orders")
BY = Actor("privacy-engineer", ("privacy",))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PURPOSES = {
    "service": {"bases": ["contract"]},
    "advice": {"bases": ["legitimate_interests"]},
    "marketing": {"bases": ["consent"]},
    "marketing.email": {"parent": "marketing", "bases": ["consent"]},
}
SERVED = {"service": "contract", "advice": "legitimate_interests", "marketing": "consent"}
COLUMNS = {**ORDER_COLUMNS, "email": {**ORDER_COLUMNS["email"], "mask": "token"}}
APPEND = {"load": "append", "purposes": SERVED, "columns": COLUMNS}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = write_project(tmp_path / "project")
    (root / "governance/purposes.yaml").write_text(yaml.safe_dump({"purposes": PURPOSES}))
    write_product(root, "bakery/orders", order_descriptor(purposes=SERVED, columns=COLUMNS))
    return root


@pytest.fixture
def runtime(project: Path) -> Iterator[Runtime]:
    with open_runtime(Settings(project=project)) as opened:
        yield opened


def published(runtime: Runtime) -> Outcome:
    outcome = publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    assert outcome.status is Status.PUBLISHED, outcome.findings
    return outcome


def ledger_at(runtime: Runtime) -> Ledger:
    return ledger_of(runtime, load_mesh(runtime.settings.project).governance)


def say(runtime: Runtime, who: str, kind: str, decision: str, purpose: str = "", number: list[int] = [0]) -> None:  # noqa: B006
    ledger, number[0] = ledger_at(runtime), number[0] + 1
    more: dict[str, Any] = {"notice_version": "v1", "captured_at": NOW} if decision == "granted" else {}
    token = ledger.tokens.token("email", who)
    ledger.append(Event(token, "email", Kind(kind), Decision(decision), "web", f"e{number[0]}", purpose, **more), by=BY)


def written(runtime: Runtime) -> list[dict[str, Any]]:
    """The lake's rows with the platform's columns, by order."""
    place = place_of(load_mesh(runtime.settings.project).products[ORDERS])
    with runtime.lake.reader() as reader:
        return reader.follow(
            {"t": place}, lambda con, over: con.execute(f"SELECT * FROM {over['t']} ORDER BY order_id").to_arrow_table()
        ).to_pylist()


def allowed(runtime: Runtime, purpose: str) -> list[int]:
    """The orders whose bit of the purpose is set."""
    place = place_of(load_mesh(runtime.settings.project).products[ORDERS])
    told = runtime.lake.versions(place)[-1].extra["ledger"]
    assert isinstance(told, dict)
    return [row["order_id"] for row in written(runtime) if row["_mesh_consent"] >> told["bits"][purpose] & 1]


def test_each_row_says_whose_it_is_and_what_they_allow(runtime: Runtime) -> None:
    say(runtime, "ana@mail.test", "consent", "granted", "marketing")
    say(runtime, "ben@mail.test", "objection", "objected", "advice")
    published(runtime)
    tokens, rows = ledger_at(runtime).tokens, written(runtime)
    assert [row["_mesh_subject_email"] for row in rows] == [tokens.subject63("email", row["email"]) for row in rows]
    assert allowed(runtime, "service") == [1, 2, 3]
    assert allowed(runtime, "advice") == [1, 3]
    assert allowed(runtime, "marketing") == allowed(runtime, "marketing.email") == [1]


def test_a_shown_token_is_not_what_the_ledger_knows_a_person_by(runtime: Runtime) -> None:
    published(runtime)
    for row in written(runtime):
        token = ledger_at(runtime).tokens.token("email", row["email"])
        assert len(row["_mesh_token_email"]) == 32 and bytes.fromhex(row["_mesh_token_email"]) != token
        assert subject63_of(bytes.fromhex(row["_mesh_token_email"])) != row["_mesh_subject_email"]


def test_who_lists_columns_sees_those_of_the_product_alone(runtime: Runtime) -> None:
    published(runtime)
    place = place_of(load_mesh(runtime.settings.project).products[ORDERS])
    with runtime.lake.reader() as reader:
        assert [name for name, _ in reader.columns(place)] == [*ORDER_COLUMNS]
        assert reader.fetch(place, "SELECT * FROM {t}").column_names == [*ORDER_COLUMNS]
        assert reader.stream(place, "SELECT * FROM {t}").schema.names == [*ORDER_COLUMNS]
    with runtime.lake.writer(place) as writer:
        assert [name for name, _ in writer.columns()] == [*ORDER_COLUMNS]
        assert writer.con.execute(f"SELECT * FROM {writer.table}").to_arrow_table().column_names == [*ORDER_COLUMNS]
        alias = writer.attach_input(place, "again")
        assert writer.con.execute(f"SELECT * FROM {alias}").to_arrow_table().column_names == [*ORDER_COLUMNS]


def test_rows_of_a_suppressed_person_are_left_out_and_counted(runtime: Runtime) -> None:
    say(runtime, "ben@mail.test", "suppression", "imposed")
    outcome = published(runtime)
    assert (outcome.rows, outcome.suppressed) == (2, 1)
    assert [row["order_id"] for row in written(runtime)] == [1, 3]


def test_rows_that_the_law_keeps_stay_and_no_read_shows_them(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"period": "12 years", "minimum": "10 years", "from": "ingested", "action": "delete"}
    write_product(runtime.settings.project, "bakery/orders", order_descriptor(purposes=SERVED, columns=COLUMNS, retention=kept))
    say(runtime, "ben@mail.test", "suppression", "imposed")
    monkeypatch.setattr(
        "mesh_platform.publish.flow.fp",
        lambda name: say(runtime, "eva@mail.test", "suppression", "imposed") if name == "publish.fencing" else None,
    )
    outcome = published(runtime)
    assert (outcome.rows, outcome.suppressed) == (3, 0)
    rows = {row["order_id"]: row["_mesh_consent"] for row in written(runtime)}
    assert rows.keys() == {1, 2, 3} and rows[2] == 0 and rows[1], "whoever was suppressed meanwhile is hidden by the ledger"


def test_who_is_suppressed_while_a_publication_runs_is_taken_out_before_it_is_served(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def suppress(name: str) -> None:
        if name == "publish.fencing":
            say(runtime, "eva@mail.test", "suppression", "imposed")

    monkeypatch.setattr("mesh_platform.publish.flow.fp", suppress)
    outcome = published(runtime)
    assert (outcome.rows, outcome.suppressed) == (2, 1)
    assert [row["order_id"] for row in written(runtime)] == [1, 2]
    assert runtime.registry.latest(ORDERS).rows == 2  # type: ignore[union-attr]


def test_who_is_suppressed_while_a_product_without_a_key_is_made_is_not_in_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(runtime)
    passed: list[str] = []

    def suppress(name: str) -> None:
        passed.append(name)
        if passed.count("publish.fencing") == 1 and name == "publish.fencing":
            say(runtime, "eva@mail.test", "suppression", "imposed")

    monkeypatch.setattr("mesh_platform.publish.flow.fp", suppress)
    mesh, towns = load_mesh(runtime.settings.project), ProductKey("office", "towns")
    outcome = publish(mesh, towns, runtime)
    assert (outcome.status, passed.count("publish.fencing")) == (Status.PUBLISHED, 2), outcome.findings
    with runtime.lake.reader() as reader:
        rows = reader.fetch(place_of(mesh.products[towns]), "SELECT * FROM {t}").to_pylist()
    assert rows == [{"town": "Lisbon", "total": 30}]


def deliver(runtime: Runtime, line: str) -> None:
    path = runtime.settings.project / "landing/orders.csv"
    path.write_text(f"order_id,email,town,amount,at\n{line}\n")


@pytest.mark.nightly
def test_added_rows_stand_beside_those_that_were_there(runtime: Runtime) -> None:
    write_product(runtime.settings.project, "bakery/orders", order_descriptor(**APPEND))
    published(runtime)
    say(runtime, "new@mail.test", "consent", "granted", "marketing")
    deliver(runtime, "9,new@mail.test,Porto,1,2026-01-04")
    published(runtime)
    assert [row["order_id"] for row in written(runtime)] == [1, 2, 3, 9]
    assert allowed(runtime, "marketing") == [9]
    place = place_of(load_mesh(runtime.settings.project).products[ORDERS])
    assert [version.extra["ledger"]["sequence"] for version in runtime.lake.versions(place)] == [0, 0]  # type: ignore[index]


def test_added_rows_write_the_others_anew_where_those_say_nothing_of_people(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_product(runtime.settings.project, "bakery/orders", order_descriptor(**APPEND))
    with monkeypatch.context() as before:
        before.setattr("mesh_platform.publish.people.People.hidden", None)
        before.setattr("mesh_platform.publish.people.People.told", lambda people, beside: {})
        published(runtime)
    assert "_mesh_consent" not in written(runtime)[0]
    deliver(runtime, "9,new@mail.test,Porto,1,2026-01-04")
    published(runtime)
    assert [row["order_id"] for row in written(runtime)] == [1, 2, 3, 9]
    assert allowed(runtime, "advice") == [1, 2, 3, 9]


def test_added_rows_write_the_others_anew_where_a_purpose_rests_on_something_else_now(runtime: Runtime) -> None:
    write_product(runtime.settings.project, "bakery/orders", order_descriptor(**APPEND))
    published(runtime)
    purposes = {"service": "contract", "advice": "legitimate_interests"}
    write_product(runtime.settings.project, "bakery/orders", order_descriptor(**{**APPEND, "purposes": purposes}))
    deliver(runtime, "9,new@mail.test,Porto,1,2026-01-04")
    published(runtime)
    assert [row["order_id"] for row in written(runtime)] == [1, 2, 3, 9]
    place = place_of(load_mesh(runtime.settings.project).products[ORDERS])
    assert runtime.lake.versions(place)[-1].extra["ledger"]["bases"] == purposes  # type: ignore[index]


class TestWithoutANewFile:
    """What `mesh run` is said to mend, it mends: served rows are written anew where reads cannot tell by them whom to leave out."""

    def test_rows_that_say_nothing_of_people_are_written_anew(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        write_product(runtime.settings.project, "bakery/orders", order_descriptor(**APPEND))
        with monkeypatch.context() as before:
            before.setattr("mesh_platform.publish.people.People.hidden", None)
            before.setattr("mesh_platform.publish.people.People.told", lambda people, beside: {})
            published(runtime)
        say(runtime, "ben@mail.test", "suppression", "imposed")
        outcome = published(runtime)
        assert (outcome.rows, outcome.suppressed) == (2, 1)
        assert [row["order_id"] for row in written(runtime)] == allowed(runtime, "advice") == [1, 3]
        assert self.again(runtime) is Status.UNCHANGED

    @pytest.mark.nightly
    def test_so_are_those_whose_purpose_rests_on_something_else_now(self, runtime: Runtime) -> None:
        write_product(runtime.settings.project, "bakery/orders", order_descriptor(**APPEND))
        published(runtime)
        purposes = {"service": "contract", "advice": "legitimate_interests"}
        write_product(runtime.settings.project, "bakery/orders", order_descriptor(**{**APPEND, "purposes": purposes}))
        published(runtime)
        assert [row["order_id"] for row in written(runtime)] == [1, 2, 3]
        place = place_of(load_mesh(runtime.settings.project).products[ORDERS])
        assert runtime.lake.versions(place)[-1].extra["ledger"]["bases"] == purposes  # type: ignore[index]
        assert self.again(runtime) is Status.UNCHANGED
        deliver(runtime, "9,new@mail.test,Porto,1,2026-01-04")
        assert published(runtime).rows == 1
        assert [row["order_id"] for row in written(runtime)] == [1, 2, 3, 9]

    def test_and_those_that_are_far_behind_the_ledger(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        write_product(runtime.settings.project, "bakery/orders", order_descriptor(**APPEND))
        published(runtime)
        say(runtime, "ben@mail.test", "suppression", "imposed")
        assert self.again(runtime) is Status.UNCHANGED
        monkeypatch.setattr("mesh_platform.publish.people.MOST_BEHIND", 0)
        published(runtime)
        assert [row["order_id"] for row in written(runtime)] == [1, 3]

    def again(self, runtime: Runtime) -> Status:
        return publish(load_mesh(runtime.settings.project), ORDERS, runtime).status


def test_a_subject_key_that_nobody_could_be_found_by_is_refused(runtime: Runtime) -> None:
    columns = {**COLUMNS, "amount": {"type": "double", "sensitivity": "internal", "subject": "email"}}
    write_product(runtime.settings.project, "bakery/orders", order_descriptor(columns=columns))
    outcome = publish(load_mesh(runtime.settings.project), ORDERS, runtime)
    assert outcome.status is Status.BLOCKED
    assert {"RUN-14", "CORE-05"} & {finding.rule for finding in outcome.findings}
