"""Governed reads of published rows: what leaves, masked below whatever is written over it, and what is refused whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Size, Workers
from mesh_platform.errors import Denied, NotFound, Unavailable, UsageProblem
from mesh_platform.keys import open_keys
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.state.tables import audit_leaves
from tests.access.shop import CONTRACTS, PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """customer/profiles, published once."""
    root = tmp_path_factory.mktemp("governed") / "project"
    mesh = write_project(root)
    with open_runtime(Settings(project=root)) as runtime:
        outcome = publish(mesh, PROFILES, runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings
        yield runtime


@pytest.fixture(scope="module")
def workers(published: Runtime) -> Iterator[Workers]:
    settings = published.settings
    with Workers(settings.home_path, open_keys(settings), published.confinement, Size(1)) as opened:
        yield opened


@pytest.fixture
def read(workers: Workers, published: Runtime) -> Iterator[Any]:
    """`read(sql, purpose, who)`: the rows."""
    mesh = load_mesh(published.settings.project)
    with Reading(mesh, published.lake, published.registry, workers, published.audit) as reading:

        def rows(
            sql: str, purpose: str | None = "service", who: str = "analyst", *parameters: object
        ) -> list[tuple[object, ...]]:
            caller = Caller.person(principal_of(mesh.governance, who, "somebody"))
            found = reading.query(caller, purpose, sql, NOW, parameters).rows.table()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

        yield rows


class TestWhatLeaves:
    def test_a_star_is_the_granted_columns_in_their_order(self, read: Any) -> None:
        [(token, *others)] = read("select * from customer.profiles order by segment, postcode limit 1")
        assert others == ["…@mail.test", "411111…1111", "101…", datetime(1990, 1, 1).date(), 52.5, "gold"]
        assert len(token) == 32 and "C-1" not in token

    def test_a_raw_field_is_raw_for_the_purpose_of_its_contract(self, read: Any) -> None:
        assert read("select customer_id from customer.profiles order by 1", "analytics") == [("C-1",), ("C-2",), ("C-3",)]

    def test_predicates_joins_and_orders_see_masked_values(self, read: Any) -> None:
        assert read("select count(*) from customer.profiles where email = 'ana@mail.test'") == [(0,)]
        assert read("select count(*) from customer.profiles where email like 'ana%'") == [(0,)]
        assert read("select count(*) from customer.profiles where birth_date = date '1990-05-17'") == [(0,)]
        assert read("select count(*) from customer.profiles a join (values ('ana@mail.test')) v(m) on a.email = v.m") == [(0,)]
        assert read("select email, count(*) from customer.profiles group by 1 order by 2") == [
            ("…@firm.test", 1),
            ("…@mail.test", 2),
        ]

    def test_a_whole_row_holds_the_granted_columns_alone(self, read: Any) -> None:
        [(row,)] = read("select p from customer.profiles p where segment = 'silver'")
        assert set(row) == {"customer_id", "email", "card", "postcode", "birth_date", "latitude", "segment"}
        assert row["email"] == "…@mail.test"

    def test_values_are_bound_to_questions(self, read: Any) -> None:
        assert read("select count(*) from customer.profiles where segment = ?", "service", "analyst", "gold") == [(2,)]


class TestWhatIsRefusedWhole:
    @pytest.mark.parametrize(
        "sql",
        [
            "select region from customer.profiles",
            "select segment from customer.profiles where region = 'north'",
            "select segment from customer.profiles order by region",
            "select * exclude (region) from customer.profiles",
            "select count(*) filter (where p.region = 'north') from customer.profiles p",
            "select customer.profiles.region from customer.profiles",
            "select columns(c -> c = 'region') , region from customer.profiles",
            "select segment from customer.profiles a join (select region as r from customer.profiles) b on true",
            "select p.segment from customer.profiles p join customer.profiles q using (region)",
            "select segment from customer.profiles group by segment having max(region) = 'north'",
            "from customer.profiles select REGION",
        ],
    )
    def test_a_statement_that_names_an_excluded_column(self, read: Any, sql: str) -> None:
        with pytest.raises(Denied, match=r"CORE-09 customer/profiles\.region") as refused:
            read(sql)
        assert "north" not in str(refused.value)

    def test_an_alias_of_that_name_is_no_such_column(self, read: Any) -> None:
        assert read("select region from (select segment as region from customer.profiles) where region = 'silver'") == [
            ("silver",)
        ]

    @pytest.mark.parametrize(
        ("purpose", "who", "rule"),
        [
            (None, "analyst", "CORE-14"),
            ("service", "abroad", "CORE-07"),
            ("service", "engineer", "CORE-13"),
            ("marketing", "analyst", "CORE-08"),
        ],
    )
    def test_a_caller_who_gets_nothing(self, read: Any, purpose: str | None, who: str, rule: str) -> None:
        with pytest.raises(Denied, match=rule):
            read("select count(*) from customer.profiles", purpose, who)

    def test_a_column_that_is_not_there(self, read: Any) -> None:
        with pytest.raises(UsageProblem, match="SQL-08"):
            read("select surname from customer.profiles")

    def test_what_fails_on_rows_is_told_without_a_value(self, read: Any) -> None:
        with pytest.raises(UsageProblem, match="SQL-10") as refused:
            read("select cast(segment as integer) from customer.profiles")
        assert "gold" not in str(refused.value)
        assert "silver" not in str(refused.value)

    def test_a_product_that_was_never_published(self, workers: Workers, published: Runtime) -> None:
        write_product(published.settings.project, "customer/drafts", descriptor(name="Drafts"))
        mesh = load_mesh(published.settings.project)
        caller = Caller.person(principal_of(mesh.governance, "analyst", "somebody"))
        with (
            Reading(mesh, published.lake, published.registry, workers, published.audit) as reading,
            pytest.raises(NotFound, match="ACCESS-01"),
        ):
            reading.query(caller, "service", "select * from customer.drafts", NOW)

    def test_a_contract_that_the_files_have_taken_back_since(self, workers: Workers, published: Runtime) -> None:
        mesh = load_mesh(published.settings.project)
        caller = Caller.person(principal_of(mesh.governance, "analyst", "somebody"))
        write_product(published.settings.project, str(PROFILES), descriptor(dataContracts=CONTRACTS[1:]))
        try:
            now = load_mesh(published.settings.project)
            with (
                Reading(now, published.lake, published.registry, workers, published.audit) as reading,
                pytest.raises(Denied, match="CORE-13"),
            ):
                reading.query(caller, "service", "select segment from customer.profiles", NOW)
        finally:
            write_product(published.settings.project, str(PROFILES), descriptor())


class TestWhatIsOnRecord:
    @pytest.fixture
    def told(self, published: Runtime) -> Callable[[int], list[dict[str, Any]]]:
        """`told(n)`: the next n records, once they stand there: those of unrestricted reads come within 50 ms."""
        query = select(audit_leaves.c.body).order_by(audit_leaves.c.seq)

        def bodies() -> list[bytes]:
            with published.database.read() as con:
                return [bytes(body) for body in con.execute(query).scalars()]

        before = -1
        while before != (before := len(bodies())):  # those of the tests before come late
            time.sleep(0.3)

        def wait(count: int) -> list[dict[str, Any]]:
            for _ in range(200):
                if len(found := bodies()[before:]) >= count:
                    return [json.loads(body) for body in found]
                time.sleep(0.05)
            raise AssertionError("the records do not come")

        return wait

    def test_a_read_is_said_before_it_and_after_it(self, told: Any, read: Any) -> None:
        read("select segment from customer.profiles where email like '%mail%'")
        intent, done = told(2)
        assert (intent["act"], intent["phase"], intent["obj"]["fields"]) == ("read", "intent", ["email", "segment"])
        assert (intent["actor"]["purpose"], intent["dec"], intent["obj"]["product"]) == (
            "service",
            "allow",
            "customer/profiles@1.0.0",
        )
        assert (done["phase"], done["n"], done["parent"]) == ("done", 2, intent["eid"])
        assert "mail" not in json.dumps(done) + json.dumps(intent).replace("email", "")

    @pytest.mark.parametrize(
        "sql",
        [
            "select * from customer.profiles where segment = 'gold'",
            "from customer.profiles order by segment",
            "select p.segment, p from customer.profiles p",
            "select segment, unnest(profiles) from customer.profiles",
            "select segment, columns('.*mail') from customer.profiles",
            "select segment, #1 from customer.profiles",
            "select b, segment from customer.profiles as p(segment, b)",
            "select a.segment from customer.profiles a natural join customer.profiles b",
            "select * from customer.profiles a join customer.profiles b using (segment)",
        ],
    )
    def test_a_read_that_takes_columns_without_naming_them_is_on_record_with_all_it_may_have_taken(
        self, told: Any, read: Any, sql: str
    ) -> None:
        read(sql)
        assert "email" in told(2)[0]["obj"]["fields"]

    def test_a_refusal_is_on_record_with_its_rule_and_without_the_statement(self, told: Any, read: Any) -> None:
        with pytest.raises(Denied):
            read("select region from customer.profiles where region = 'Geheim'")
        [refused] = told(1)
        assert (refused["phase"], refused["dec"], refused["reason"]) == ("denied", "deny", "CORE-09")
        assert "Geheim" not in json.dumps(refused)

    def test_where_the_record_cannot_be_written_no_row_leaves(self, workers: Workers, published: Runtime) -> None:
        class Broken:
            def record(self, *_: object, **__: object) -> None:
                raise Unavailable.because("AUDIT-12", "audit log", "The disk is full.", "Make room.")

        mesh = load_mesh(published.settings.project)
        caller = Caller.person(principal_of(mesh.governance, "analyst", "somebody"))
        with (
            Reading(mesh, published.lake, published.registry, workers, Broken()) as reading,
            pytest.raises(Unavailable, match="AUDIT-12"),
        ):  # type: ignore[arg-type]
            reading.query(caller, "service", "select segment from customer.profiles", NOW)
