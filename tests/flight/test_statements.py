"""Statements over the port for SQL tools, asked by the ADBC driver on a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from adbc_driver_manager import Error

from mesh_platform.api.service import Service
from mesh_platform.flight import streaming
from tests.access.shop import PROFILES
from tests.flight.conftest import Ask, Connect
from tests.ports.answers import Refused
from tests.ports.flight import refused

SQL = "select segment, email from customer.profiles order by segment, email"
MANY = "select a.segment, b.email, c.postcode from customer.profiles a" + "".join(
    f" cross join customer.profiles {name}" for name in "bcdefghijkl"
)
"""3^12 rows."""


class TestRows:
    def test_come_raw_or_masked_as_the_contract_says(self, ask: Ask) -> None:
        assert ask(SQL) == [("gold", "…@firm.test"), ("gold", "…@mail.test"), ("silver", "…@mail.test")]

    def test_of_a_star_are_the_granted_columns(self, connection: Connect) -> None:
        with connection().cursor() as cursor:
            cursor.execute("select * from customer.profiles")
            assert [each[0] for each in cursor.description] == [
                "customer_id",
                "email",
                "card",
                "postcode",
                "birth_date",
                "latitude",
                "segment",
            ]

    def test_in_great_number_come_in_many_messages(self, connection: Connect) -> None:
        with connection().cursor() as cursor:
            cursor.execute(MANY)
            batches = list(cursor.fetch_record_batch())
        assert sum(batch.num_rows for batch in batches) == 3**12
        assert max(batch.nbytes for batch in batches) < 3 << 20 < sum(batch.nbytes for batch in batches)

    def test_of_every_type_are_what_was_told_of_them(self, connection: Connect) -> None:
        values = (
            "true a, 1::tinyint b, 2::hugeint c, 1.5::float d, 2.25::decimal(9,2) e, 'x' f, date '2026-01-02' g, time '10:00' h, "
            "timestamp '2026-01-02 03:04:05' i, [1, 2] j, {'k': 1, 'l': ['m']} k, map {'a': 1} l, null m, interval 1 month n, "
            "'\\xAB'::blob o, uuid '00000000-0000-0000-0000-000000000001' p, timestamptz '2026-01-02 03:04:05+00' q, [timestamptz '2026-01-02 03:04:05+00'] r, "
            "'a'::enum('a', 'b') s, bitstring '101' t, '1'::json u, [1, 2]::int[2] v"
        )
        sql = f"select {values} from customer.profiles limit 1"
        with connection().cursor() as cursor:
            told = cursor.adbc_execute_schema(sql)
            cursor.execute(sql)
            found = cursor.fetch_arrow_table()
        assert found.schema == told
        assert found["e"].to_pylist() == [Decimal("2.25")]

    def test_none_still_have_their_names_and_types(self, connection: Connect) -> None:
        with connection().cursor() as cursor:
            cursor.execute("select segment, latitude from customer.profiles where false")
            assert cursor.fetch_arrow_table().schema == pa.schema([("segment", pa.string()), ("latitude", pa.float64())])

    def test_beyond_the_bound_end_in_an_error(self, refusal: Callable[..., Refused], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streaming, "MOST_ROWS", 1000)
        found = refusal(MANY)
        assert (found.rule, found.status) == ("FLIGHT-08", 5)

    def test_as_many_as_the_bound_are_all(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streaming, "MOST_ROWS", 3)
        assert len(ask(SQL)) == 3


class TestRefusals:
    def test_name_column_and_rule(self, refusal: Callable[..., Refused]) -> None:
        found = refusal("select segment, region from customer.profiles")
        assert (found.rule, found.status) == ("CORE-09", 3)
        assert "customer/profiles.region" in found.text
        assert "no request opens it" in found.text

    @pytest.mark.parametrize(
        ("sql", "purpose", "rule", "status"),
        [
            (SQL, None, "CORE-14", 3),
            (SQL, "nonsense", "CORE-14", 3),
            (SQL, "marketing", "CORE-08", 3),
            ("selec", "service", "SQL-01", 2),
            ("select nothing from customer.profiles", "service", "SQL-08", 2),
            ("select * from customer.elsewhere", "service", "NAME-02", 4),
            ("select * from read_csv('/etc/passwd')", "service", "SQL-04", 3),
            ("delete from customer.profiles", "service", "SQL-05", 3),
            ("select 1; select 2", "service", "SQL-05", 3),
            ("select segment::int from customer.profiles", "service", "SQL-10", 2),
        ],
    )
    def test_are_those_of_every_port(
        self, refusal: Callable[..., Refused], sql: str, purpose: str | None, rule: str, status: int
    ) -> None:
        found = refusal(sql, purpose=purpose)
        assert (found.rule, found.status) == (rule, status)

    def test_of_a_caller_from_elsewhere(self, refusal: Callable[..., Refused]) -> None:
        assert refusal(SQL, who="abroad").rule == "CORE-07"

    def test_of_an_update_say_that_the_port_reads(self, connection: Connect) -> None:
        with connection().cursor() as cursor:
            cursor.adbc_statement.set_sql_query("update customer.profiles set segment = 'x'")
            with pytest.raises(Error) as caught:
                cursor.adbc_statement.execute_update()
        assert refused(caught.value).rule == "FLIGHT-06"

    def test_of_rows_that_are_brought(self, connection: Connect) -> None:
        with connection().cursor() as cursor, pytest.raises(Error) as caught:
            cursor.adbc_ingest("profiles", pa.table({"segment": ["x"]}), mode="append")
        assert refused(caught.value).rule == "FLIGHT-06"

    def test_of_a_transaction(self, connection: Connect) -> None:
        with pytest.raises(Error):
            connection().adbc_connection.set_autocommit(False)


class TestBoundValues:
    @pytest.mark.parametrize(
        ("condition", "value", "count"),
        [
            ("segment = ?", "gold", 2),
            ("latitude > ?", 51.0, 2),
            ("latitude > ?", 51, 2),
            ("(latitude > 51) = ?", True, 2),
            ("segment is not distinct from ?", None, 0),
            ("birth_date >= cast(? as date)", "1990-01-01", 2),
            ("segment = ?", "' or true --", 0),
        ],
    )
    def test_are_values(self, ask: Ask, condition: str, value: object, count: int) -> None:
        assert ask(f"select count(*) from customer.profiles where {condition}", [value]) == [(count,)]

    def test_are_bound_to_one_execution(self, connection: Connect) -> None:
        with connection().cursor() as cursor:
            for segment, count in (("gold", 2), ("silver", 1), ("gold", 2)):
                cursor.execute("select count(*) from customer.profiles where segment = ?", [segment])
                assert cursor.fetchall() == [(count,)]

    def test_that_are_missing_are_told(self, refusal: Callable[..., Refused]) -> None:
        assert refusal("select count(*) from customer.profiles where segment = ?").status == 2

    @pytest.mark.parametrize("value", [date(2026, 1, 1), Decimal("1.5"), b"x"])
    def test_of_other_types_are_cast_in_the_statement(self, refusal: Callable[..., Refused], value: object) -> None:
        found = refusal("select count(*) from customer.profiles where ? is null", [value])
        assert (found.rule, found.status) == ("FLIGHT-07", 2)
        assert "CAST" in found.text

    def test_in_many_rows_are_refused(self, refusal: Callable[..., Refused]) -> None:
        rows = pa.record_batch({"1": ["gold", "silver"]})
        assert refusal("select count(*) from customer.profiles where segment = ?", rows).rule == "FLIGHT-07"

    def test_are_counted_when_the_statement_is_prepared(self, connection: Connect) -> None:
        with connection().cursor() as cursor:
            found = cursor.adbc_prepare("select segment from customer.profiles where segment = ? or email = ?")
        assert found is not None
        assert len(found) == 2


class TestWhoGoesAway:
    @pytest.fixture
    def idle(self, service: Service) -> Iterator[Callable[[], None]]:
        """Waits until a read can be begun on every worker."""

        def wait() -> None:
            until = time.monotonic() + 20
            workers = service.workers
            while len(workers._idle) != workers._alive:
                assert time.monotonic() < until
                time.sleep(0.05)

        yield wait

    def test_leaves_no_statement_running(self, connection: Connect, idle: Callable[[], None], ask: Ask) -> None:
        with connection().cursor() as cursor:
            cursor.execute(MANY + " cross join customer.profiles m")
            reader = cursor.fetch_record_batch()
            assert reader.read_next_batch().num_rows
            del reader
        idle()
        assert len(ask(SQL)) == 3

    def test_may_cancel_from_another_thread(self, connection: Connect, idle: Callable[[], None]) -> None:
        with connection().cursor() as cursor:
            cursor.execute(MANY + " cross join customer.profiles m")
            timer = threading.Timer(0.2, cursor.adbc_cancel)
            timer.start()
            with pytest.raises((Error, OSError, pa.ArrowException)):
                for _ in cursor.fetch_record_batch():
                    time.sleep(0.05)
            timer.join()
        idle()


def test_reads_count_for_the_service_level_of_the_port(service: Service, ask: Ask) -> None:
    def reads() -> int:
        service.levels.flush()
        levels = service.registry.service_levels().get(PROFILES, ())
        return sum(level.reads for level in levels)

    before = reads()
    ask("select segment from customer.profiles")
    assert reads() == before + 1
