"""Rows that leave as files: whole or not at all, on record with whose they may be, and asked back."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from mesh_platform.access import exporting
from mesh_platform.access.exporting import Exporting, harmless
from mesh_platform.access.exports import Export, Exports
from mesh_platform.access.telling import addressee_of, told_upto
from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, NotFound, Unavailable, UsageProblem
from mesh_platform.publish import Runtime, Status, publish
from mesh_platform.state.tables import audit_leaves
from tests.access.granting.conftest import ANALYST, OUTSIDER, PRIVACY, STEWARD, Desk
from tests.access.shop import CSV, PROFILES

pytestmark = pytest.mark.sqlite_by_day

SQL = "select email, segment, postcode from customer.profiles order by email"


@pytest.fixture
def exports(desk: Desk, tmp_path: Path) -> Exports:
    return Exports(desk.database, tmp_path, desk.tasks)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def export(desk: Desk, exports: Exports, path: Path, sql: str = SQL, by: Actor = ANALYST, **more: Any) -> Export:
    return Exporting(desk.mesh, desk.reading, exports, desk.audit).export(by, "service", sql, path, desk.now, **more)


@pytest.fixture
def shrinking(desk: Desk, shop: Runtime) -> Iterator[Callable[[], None]]:
    """Publishes the product without its first person; the shop is as it was afterwards."""
    landing = shop.settings.project / "landing" / "profiles.csv"

    def published(content: str) -> None:
        landing.write_text(content)
        assert publish(desk.mesh, PROFILES, shop).status is Status.PUBLISHED

    yield lambda: published("".join(line for line in CSV.splitlines(keepends=True) if "C-1" not in line))
    published(CSV)


def records(desk: Desk) -> list[dict[str, Any]]:
    desk.audit.checkpoint()
    with desk.database.read() as con:
        bodies: list[bytes] = [*con.execute(select(audit_leaves.c.body).order_by(audit_leaves.c.seq)).scalars()]
    told = [json.loads(bytes(body)) for body in bodies]
    return [record for record in told if record["act"] == "export"]


def test_a_file_holds_the_governed_rows_and_a_manifest_tells_of_it(desk: Desk, exports: Exports, out: Path) -> None:
    made = export(desk, exports, out / "profiles.parquet")
    with desk.database.read() as con:
        assert told_upto(con, addressee_of(made.id)) == exports.absorbed(), "from here on its holder is told"
    rows = pq.read_table(out / "profiles.parquet").to_pylist()
    assert [row["email"] for row in rows] == ["…@firm.test", "…@mail.test", "…@mail.test"]
    told = json.loads((out / "profiles.parquet.manifest.json").read_text())
    assert told["sha256"] == hashlib.sha256((out / "profiles.parquet").read_bytes()).hexdigest() == made.sha256
    assert (told["rows"], told["by"], told["purpose"], told["expires_at"]) == (
        3,
        "analyst",
        "service",
        (desk.now + timedelta(days=30)).isoformat(),
    )
    about = told["products"]["customer/profiles"]
    assert (about["version"], about["masked"]["email"], about["raw"]) == ("1.0.0", "email_domain", ["segment"])
    assert told["obligations"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert len(list(out.iterdir())) == 2


def test_it_is_on_record_before_and_after_and_its_removal_is_a_task(desk: Desk, exports: Exports, out: Path) -> None:
    made = export(desk, exports, out / "profiles.csv")
    intent, done = records(desk)
    assert (intent["phase"], done["phase"], done["obj"]["ref"], done["n"]) == ("intent", "done", made.id, 3)
    [task] = desk.tasks.listed(kind="external_recipient")
    assert (task.due, task.role, made.id in task.command) == (made.expires_at, "privacy", True)
    assert exports.listed() == (exports.get(made.id),)
    assert exports.get(made.id).subjects == 6
    assert made.id not in {one.id for one in exports.holders([0])}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])  # as OWASP lists them of CSV injection
def test_no_cell_of_a_csv_file_is_a_formula(start: str) -> None:
    assert harmless(f"{start}cmd|'/c calc'!A1") == f"'{start}cmd|'/c calc'!A1"
    assert harmless("plain") == "plain"


def test_csv_cells_are_text_that_nobody_runs_and_numbers_that_stay(desk: Desk, exports: Exports, out: Path) -> None:
    sql = "select '=1+1' as \"=a\", -3 as n, segment, [1, 2] as l, null as gone from customer.profiles where segment = 'silver'"
    export(desk, exports, out / "cells.csv", sql)
    with (out / "cells.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["'=a", "n", "segment", "l", "gone"], ["'=1+1", "-3", "silver", "[1, 2]", ""]]


def test_as_many_rows_as_it_may_have_are_not_more(desk: Desk, exports: Exports, out: Path) -> None:
    assert export(desk, exports, out / "a.parquet", rows=3).rows == 3


def test_a_bound_above_the_platforms_own_is_told_as_that(
    desk: Desk, exports: Exports, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    with pytest.raises(CheckFailed, match="more than 2 rows"):
        export(desk, exports, out / "a.parquet", rows=5)


def test_a_parquet_file_holds_intervals_as_text(desk: Desk, exports: Exports, out: Path) -> None:
    sql = "select interval 1 month as i, [interval 2 day] as l from customer.profiles limit 1"
    export(desk, exports, out / "a.parquet", sql)
    assert pq.read_table(out / "a.parquet").to_pylist() == [{"i": "P1M0DT0S", "l": '["P0M2DT0S"]'}]


class TestHowLongItMayBeKept:
    """Never longer than what it was read under holds."""

    def test_until_the_grant_ends(self, desk: Desk, exports: Exports, out: Path) -> None:
        asked = desk.ask("email", until=desk.now + timedelta(days=2))
        desk.granting.approve(asked.id, STEWARD)
        sql = "select email from customer.profiles"
        made = Exporting(desk.mesh, desk.reading, exports, desk.audit).export(ANALYST, "analytics", sql, out / "a.csv", desk.now)
        assert made.expires_at == asked.wish.until
        [task] = desk.tasks.listed(kind="external_recipient")
        assert task.due == asked.wish.until

    def test_until_the_contract_ends(self, desk: Desk, exports: Exports, out: Path) -> None:
        product = desk.mesh.products[PROFILES]
        contracts = [contract.model_copy(update={"expires": desk.now.date()}) for contract in product.descriptor.data_contracts]
        descriptor = product.descriptor.model_copy(update={"data_contracts": tuple(contracts)})
        desk.mesh.products[PROFILES] = replace(product, descriptor=descriptor)  # type: ignore[index]
        assert export(desk, exports, out / "a.csv").expires_at == datetime(2026, 11, 23, tzinfo=UTC)

    def test_not_at_all_where_the_grant_was_taken_back_while_the_rows_left(
        self, desk: Desk, exports: Exports, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = desk.granting.approve(desk.ask("email").id, STEWARD)
        filled = exporting._filled

        def meanwhile(*of: Any) -> int:
            count = filled(*of)
            desk.granting.revoke(given.id, STEWARD, "it is over")
            return count

        monkeypatch.setattr(exporting, "_filled", meanwhile)
        desk_of = Exporting(desk.mesh, desk.reading, exports, desk.audit)
        made = desk_of.export(ANALYST, "analytics", "select email from customer.profiles", out / "a.csv", desk.now)
        assert made.state(desk.now) == "overdue"

    def test_under_break_glass_for_its_minutes_and_the_task_names_it(self, desk: Desk, exports: Exports, out: Path) -> None:
        engineer = Actor("engineer", ("platform",), (), "EU", "a fifth")
        glass = desk.granting.break_glass(PROFILES, "service", 10, "an outage", engineer)
        made = export(desk, exports, out / "a.csv", by=engineer)
        assert made.expires_at == desk.now + timedelta(minutes=10)
        [task] = desk.tasks.listed(kind="external_recipient")
        assert f"break-glass ({glass.id})" in task.reason


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize(
        ("name", "sql", "more", "error", "rule"),
        [
            ("a.xlsx", SQL, {}, UsageProblem, "ACCESS-50"),
            ("missing/a.csv", SQL, {}, UsageProblem, "ACCESS-50"),
            ("a.csv", "select region from customer.profiles", {}, Denied, "CORE-09"),
            ("a.parquet", SQL, {"rows": 2}, CheckFailed, "ACCESS-51"),
            ("a.csv", "select cast(segment as integer) from customer.profiles", {}, UsageProblem, "SQL-10"),
        ],
    )
    def test_where_it_is_refused(
        self,
        desk: Desk,
        exports: Exports,
        out: Path,
        name: str,
        sql: str,
        more: dict[str, Any],
        error: type[Exception],
        rule: str,
    ) -> None:
        with pytest.raises(error, match=rule):
            export(desk, exports, out / name, sql, **more)
        assert not list(out.iterdir())
        assert not exports.listed()
        assert all(record["phase"] != "done" for record in records(desk))

    def test_a_file_that_stands_there_is_left_as_it_is(self, desk: Desk, exports: Exports, out: Path) -> None:
        (out / "a.csv").write_text("mine")
        with pytest.raises(UsageProblem, match="ACCESS-50"):
            export(desk, exports, out / "a.csv")
        assert (out / "a.csv").read_text() == "mine"

    @pytest.mark.nightly
    def test_by_an_error_that_nobody_foresaw_and_its_text_is_not_told(
        self, desk: Desk, exports: Exports, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise pa.ArrowInvalid("ana@mail.test does not fit")

        monkeypatch.setattr(exporting._Csv, "add", broken)
        with pytest.raises(UsageProblem, match="ACCESS-50") as told:
            export(desk, exports, out / "a.csv")
        assert "ArrowInvalid" in str(told.value) and "ana" not in str(told.value)
        assert not list(out.iterdir())
        assert [(record["phase"], record.get("reason")) for record in records(desk)] == [
            ("intent", None),
            ("failed", "ACCESS-50"),
        ]

    def test_where_it_cannot_be_remembered(
        self, desk: Desk, exports: Exports, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> None:
            raise Unavailable.because("STATE-01", "the control database", "It is away.", "Mend it.")

        monkeypatch.setattr(exports, "put", away)
        with pytest.raises(Unavailable):
            export(desk, exports, out / "a.csv")
        assert not list(out.iterdir())


class TestWhoHoldsIt:
    def test_a_list_of_people_finds_the_holder_and_one_that_is_lost_finds_everybody(self, exports: Exports, desk: Desk) -> None:
        made = Export("ex-1", "analyst", "somebody", "service", {}, "csv", 2, "0", None, desk.now, desk.now + timedelta(days=1))
        people = exports.keep_subjects("ex-1", [pa.array([7, 3]), pa.array([3, 9])])
        assert people == 3
        exports.put(replace(made, subjects=people), None, lambda con: None)
        exports.put(replace(made, id="ex-2"), None, lambda con: None)
        assert {one.id for one in exports.holders([9])} == {"ex-1", "ex-2"}
        assert {one.id for one in exports.holders([8])} == {"ex-2"}
        (exports._folder / "ex-1.subjects").unlink()
        assert {one.id for one in exports.holders([8])} == {"ex-1", "ex-2"}

    @pytest.mark.nightly
    def test_those_of_the_version_that_was_read_are_in_it_whatever_was_published_meanwhile(
        self, desk: Desk, exports: Exports, out: Path, shrinking: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = desk.reading.subjects(desk.reading.served(PROFILES))
        assert read is not None and len(read) == 6
        filled = exporting._filled

        def meanwhile(*given: Any) -> int:
            count = filled(*given)
            shrinking()
            return count

        monkeypatch.setattr(exporting, "_filled", meanwhile)
        made = export(desk, exports, out / "a.csv")
        left = desk.reading.subjects(desk.reading.served(PROFILES))
        assert left is not None and len(left) == 4
        for who in read.to_pylist():
            assert [one.id for one in exports.holders([who])] == [made.id]

    @pytest.mark.nightly
    def test_anybody_may_be_in_it_where_their_version_is_gone_before_they_are_listed(
        self, desk: Desk, exports: Exports, out: Path, shrinking: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = Exporting._known

        def meanwhile(*given: Any) -> Any:
            shrinking()
            return known(*given)

        monkeypatch.setattr(Exporting, "_known", meanwhile)
        made = export(desk, exports, out / "a.csv")
        assert exports.get(made.id).subjects is None
        assert [one.id for one in exports.holders([0])] == [made.id]

    @pytest.mark.parametrize(
        ("by", "may"),
        [
            (PRIVACY, True),
            (replace(PRIVACY, domains=("customer",)), True),
            (replace(PRIVACY, domains=("billing",)), False),
            (Actor("somebody", ("consumer",), ("sales",), "EU"), True),  # the person behind `analyst`
            (replace(ANALYST, name="ANALYST", impersonated_by=None), True),
            (Actor("another-analyst", ("consumer",), ("sales",), "EU", "somebody else"), False),
        ],
    )
    def test_who_may_say_that_it_is_gone(self, desk: Desk, exports: Exports, out: Path, by: Actor, may: bool) -> None:
        made = export(desk, exports, out / "a.csv")
        with nullcontext() if may else pytest.raises(Denied, match="ACCESS-27"):
            exports.ended(made.id, by, desk.now, lambda con: None)
        assert (exports.get(made.id).ended_at is not None) == may

    def test_its_holder_says_that_it_is_gone(self, desk: Desk, exports: Exports, out: Path) -> None:
        made = export(desk, exports, out / "a.csv")
        with pytest.raises(Denied, match="ACCESS-27"):
            exports.ended(made.id, OUTSIDER, desk.now, lambda con: None)
        assert exports.get(made.id).state(desk.now + timedelta(days=30)) == "overdue"
        assert exports.ended(made.id, ANALYST, desk.now, lambda con: None).state(desk.now + timedelta(days=30)) == "gone"
        assert not desk.tasks.listed(kind="external_recipient")
        [task] = [one for one in desk.tasks.listed(kind="external_recipient", resolved=True) if made.id in one.key]
        assert (task.decision, task.resolved_by, task.resolved_role) == ("gone", ANALYST.name, "consumer")
        assert not exports.holders([1])
        with pytest.raises(CheckFailed, match="ACCESS-28"):
            exports.ended(made.id, PRIVACY, desk.now, lambda con: None)
        with pytest.raises(NotFound, match="ACCESS-26"):
            exports.get("ex-0")
