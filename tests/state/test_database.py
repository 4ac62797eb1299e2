"""What a write promises, what a read sees, and what an error says; on both engines."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from mesh_platform.errors import MeshError, Unavailable, UsageProblem
from mesh_platform.state import Conflict, Database, UtcDateTime, insert
from mesh_platform.state.tables import lineage_edges, measures, product_columns, products
from tests.state.waiting import until_a_writer_waits

EDGE = {"product": "sales/orders", "column": "id", "upstream_product": "crm/accounts", "upstream_column": "id"}
OTHER = {**EDGE, "column": "other"}


def edges(database: Database) -> int:
    with database.read() as con:
        return con.execute(select(func.count()).select_from(lineage_edges)).scalar_one()


def put(database: Database, row: dict[str, str]) -> None:
    with database.write() as con:
        con.execute(lineage_edges.insert(), row)


def test_a_write_stands_once_its_block_is_left(database: Database, database_url: str) -> None:
    put(database, EDGE)
    assert edges(database) == edges(Database(database_url)) == 1


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        raise KeyError
    assert edges(database) == 0


def test_a_reader_sees_one_state_however_much_is_written_meanwhile(database: Database) -> None:
    with database.read() as con:
        count = select(func.count()).select_from(lineage_edges)
        assert con.execute(count).scalar_one() == 0
        put(database, EDGE)
        assert con.execute(count).scalar_one() == 0
    assert edges(database) == 1


def test_a_reader_never_waits_for_a_writer(database: Database) -> None:
    with database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        assert edges(database) == 0


def test_a_reader_cannot_write_and_the_next_writer_can(database: Database) -> None:
    with pytest.raises(Unavailable, match="STATE-08"), database.read() as con:
        con.execute(lineage_edges.insert(), EDGE)
    put(database, EDGE)
    assert edges(database) == 1


def test_a_mark_is_another_one_after_anybodys_commit_and_no_other_time(database: Database, database_url: str) -> None:
    first, other = database.mark(), Database(database_url)
    if database.dialect != "sqlite":
        assert first is None  # nobody may take silence for a mark
        return
    edges(database)
    with pytest.raises(KeyError), database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        raise KeyError
    assert database.mark() == first
    put(database, EDGE)
    second = database.mark()
    assert second not in (first, None)
    put(other, OTHER)
    assert database.mark() not in (first, second)
    database.close()
    assert database.mark() == database.mark()
    other.close()


def test_a_second_writer_waits_for_the_first(database: Database, database_url: str) -> None:
    order: list[str] = []
    second = threading.Thread(target=lambda: (put(database, OTHER), order.append("second")))
    with database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        second.start()
        until_a_writer_waits(database, database_url)
        order.append("first")
    second.join()
    assert order == ["first", "second"]
    assert edges(database) == 2


def test_who_waits_first_writes_first(database: Database, database_url: str) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with database.write():
            order.append(number)

    for _ in range(5):
        order.clear()
        waiting = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        with database.write():
            for thread in waiting:
                thread.start()
                until_a_writer_waits(database, database_url)
        for thread in waiting:
            thread.join()
        assert order == [0, 1]


def test_a_writer_that_waited_too_long_says_so(database: Database, database_url: str) -> None:
    impatient = Database(database_url, wait=0.1)
    with database.write(), pytest.raises(Unavailable, match="STATE-01"):
        put(impatient, EDGE)
    put(impatient, EDGE)
    assert edges(database) == 1


def test_a_write_inside_a_write_of_the_same_thread_is_refused_at_once(database: Database) -> None:
    with pytest.raises(UsageProblem, match="STATE-12"), database.write(), database.write():
        pass
    put(database, EDGE)


def test_a_broken_constraint_is_a_conflict_that_names_no_value(database: Database) -> None:
    put(database, {**EDGE, "column": "ana@example.com"})
    with pytest.raises(Conflict) as refused:
        put(database, {**EDGE, "column": "ana@example.com"})
    assert refused.value.finding.rule == "STATE-09"
    assert "ana@example.com" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_foreign_key_is_enforced_and_cascades(database: Database) -> None:
    column = {"product": "a/b", "position": 0, "name": "id", "type": "string", "sensitivity": "public", "description": ""}
    with pytest.raises(Conflict), database.write() as con:
        con.execute(product_columns.insert(), column)
    texts = [c.name for c in products.c if c.name not in ("document", "registered_at", "gone_at")]
    with database.write() as con:
        con.execute(
            products.insert(), {**dict.fromkeys(texts, ""), "key": "a/b", "document": {}, "registered_at": datetime.now(UTC)}
        )
        con.execute(product_columns.insert(), column)
    with database.write() as con:
        con.execute(products.delete())
        assert con.execute(select(func.count()).select_from(product_columns)).scalar_one() == 0


def test_a_row_with_an_unstorable_text_is_refused_without_showing_it(database: Database) -> None:
    with pytest.raises(MeshError) as refused, database.write() as con:
        con.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "ana@example.com"})
    assert refused.value.finding.rule == "STATE-10"
    assert "ana@" not in str(refused.value)


def test_going_on_after_a_failed_statement_is_not_taken_for_a_commit(database: Database) -> None:
    """SQLite may roll back by itself, PostgreSQL answers COMMIT with a silent rollback: both would lose the second row."""
    put(database, EDGE)
    again = "INSERT OR ROLLBACK INTO" if database.dialect == "sqlite" else "INSERT INTO"
    with pytest.raises(Unavailable, match="STATE-11"), database.write() as con:
        with pytest.raises(IntegrityError):
            con.exec_driver_sql(f"{again} lineage_edges SELECT * FROM lineage_edges")
        if database.dialect == "sqlite":
            con.execute(lineage_edges.insert(), OTHER)
    put(database, {**EDGE, "column": "third"})


def test_a_savepoint_lets_a_writer_go_on_after_a_failed_statement(database: Database) -> None:
    put(database, EDGE)
    with database.write() as con:
        with pytest.raises(IntegrityError), con.begin_nested():
            con.execute(lineage_edges.insert(), EDGE)
        con.execute(lineage_edges.insert(), OTHER)
    assert edges(database) == 2


def test_a_commit_inside_the_block_is_refused(database: Database) -> None:
    with pytest.raises(Unavailable, match="STATE-11"), database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        con.commit()
        con.execute(select(lineage_edges))


def test_a_closed_database_opens_again_by_itself(database: Database) -> None:
    put(database, EDGE)
    database.close()
    assert edges(database) == 1


def test_insert_knows_conflicts_on_both_engines(database: Database) -> None:
    row = [
        {"product": "a/b", "publication_id": "p", "metric": "m", "value": value, "measured_at": datetime.now(UTC)}
        for value in (1, 2)
    ]
    with database.write() as con:
        statement = insert(con, measures)
        kept = {"value": statement.excluded.value}
        con.execute(statement.on_conflict_do_update(index_elements=["publication_id", "product", "metric"], set_=kept), row)
        con.execute(insert(con, measures).on_conflict_do_nothing(), row)
        assert con.execute(select(measures.c.value)).scalars().all() == [2.0]


def test_a_moment_comes_back_in_utc_and_sorts_by_time(database: Database) -> None:
    moments = Table("moments", MetaData(), Column("at", UtcDateTime))
    early = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    given = [
        datetime(2026, 1, 1, tzinfo=UTC),
        early,
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(999, 1, 1, tzinfo=UTC),
        None,
    ]
    with pytest.raises(KeyError), database.write() as con:
        moments.create(con)
        con.execute(moments.insert(), [{"at": at} for at in given])
        found = con.execute(select(moments.c.at).where(moments.c.at.is_not(None)).order_by(moments.c.at)).scalars().all()
        assert found == sorted(filter(None, given))
        assert all(at.utcoffset() == timedelta(0) for at in found if at)
        raise KeyError


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    row = {"product": "a/b", "publication_id": "p", "metric": "m", "measured_at": datetime(2026, 1, 1)}
    with pytest.raises(StatementError, match="without a time zone"), database.write() as con:
        con.execute(measures.insert(), row)


def test_a_number_that_json_does_not_know_is_refused(database: Database) -> None:
    with pytest.raises((ValueError, StatementError), match="not JSON compliant"), database.write() as con:
        con.execute(products.insert(), {"key": "a/b", "document": {"share": float("nan")}})


def fork_and_write(url: str) -> None:
    """In a process of its own, which no server's threads share."""
    database = Database(url)
    with database.write() as con:
        con.execute(lineage_edges.insert(), EDGE)
        inherited = con.connection.dbapi_connection
    child = os.fork()
    if child == 0:
        try:
            with database.write() as con:
                con.execute(lineage_edges.insert(), OTHER)
                shared = con.connection.dbapi_connection is inherited
            os._exit(2 if shared else 0)
        finally:
            os._exit(1)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def test_a_forked_child_uses_connections_of_its_own(database: Database, database_url: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=fork_and_write, args=(database_url,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert edges(database) == 2


def test_many_threads_of_one_process_write_and_read(database: Database) -> None:
    def work(number: int) -> None:
        for step in range(10):
            put(database, {**EDGE, "column": f"{number}-{step}"})
            edges(database)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert edges(database) == 80


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:hunter2@host/db",
        "oracle+nothing://u:hunter2@h/d",
        "duckdb:///x",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        Database(url)
    assert refused.value.finding.rule == "STATE-13"
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_a_server_that_is_not_there_is_unavailable_and_its_password_stays_unsaid(scheme: str, tmp_path: Path) -> None:
    database = Database(f"{scheme}://ana:hunter2@/mesh?host={tmp_path}")
    assert "hunter2" not in repr(database)
    with pytest.raises(Unavailable) as refused:
        database.migrate()
    assert refused.value.finding.rule == "STATE-02"
    assert "hunter2" not in str(refused.value)
    assert "ana" not in str(refused.value)
