"""Which reads a port counts as answered, which as failed, and which as neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from mesh_platform.access.levels import Levels
from mesh_platform.errors import CheckFailed, Denied, Finding, NotFound, Unavailable, UsageProblem
from mesh_platform.product import ProductKey
from mesh_platform.registry import Registry
from mesh_platform.registry.service_levels import ServiceLevel
from mesh_platform.state import Database

A, B = ProductKey("sales", "orders"), ProductKey("sales", "stock")
BOTH = "select * from sales.orders join sales.stock using (id)"
Asked = Callable[[str, BaseException | None], None]


class Gone(Exception):
    """The caller went away."""


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


@pytest.fixture
def levels(database: Database) -> Iterator[Levels]:
    with Levels(Registry(database), "API", lambda: {A, B}, (Gone,)) as opened:
        yield opened


def counted(levels: Levels, database: Database) -> dict[ProductKey, ServiceLevel]:
    levels.flush()
    return {key: found for key, (found,) in Registry(database).service_levels().items()}


def fail(levels: Levels, sql: str, error: BaseException) -> None:
    with suppress(type(error)), levels.measured(sql):
        raise error


def test_an_answer_counts_with_the_time_until_its_first_rows(levels: Levels, database: Database) -> None:
    with levels.measured("select * from sales.orders") as measured:
        measured.came([A])
    found = counted(levels, database)[A]
    assert (found.reads, found.failed) == (1, 0)
    assert found.p95_seconds is not None
    assert found.p95_seconds < 1


def test_an_answer_over_two_products_counts_for_both_without_a_time(levels: Levels, database: Database) -> None:
    with levels.measured(BOTH) as measured:
        measured.came([A, B])
    found = counted(levels, database)
    assert [(key, each.reads, each.p95_seconds) for key, each in found.items()] == [(A, 1, None), (B, 1, None)]


@pytest.mark.parametrize("error", [Unavailable(Finding("LEDGER-01", "", "", "")), RuntimeError("unforeseen")])
def test_what_is_out_of_order_fails_every_product_of_the_statement(
    levels: Levels, database: Database, error: BaseException
) -> None:
    fail(levels, BOTH, error)
    assert {key: each.failed for key, each in counted(levels, database).items()} == {A: 1, B: 1}


@pytest.mark.parametrize(
    "error",
    [
        *(kind(Finding("X-01", "", "", "")) for kind in (Denied, NotFound, UsageProblem, CheckFailed)),
        Unavailable(Finding("ACCESS-05", "", "", "")),
        Gone(),
        KeyboardInterrupt(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_caller_brought_about_counts_nowhere(levels: Levels, database: Database, error: BaseException) -> None:
    fail(levels, BOTH, error)
    assert counted(levels, database) == {}


@pytest.mark.parametrize("sql", ["select * from sales.secrets", "select ) from sales.orders", "select 1"])
def test_a_name_that_is_no_products_is_never_written_down(levels: Levels, database: Database, sql: str) -> None:
    fail(levels, sql, RuntimeError())
    assert counted(levels, database) == {}


def test_a_caller_who_goes_once_rows_came_was_answered(levels: Levels, database: Database) -> None:
    with suppress(Gone), levels.measured(BOTH) as measured:
        measured.came([A])
        raise Gone
    assert counted(levels, database)[A].failed == 0


def test_counts_wait_for_a_database_that_is_away(levels: Levels, database: Database) -> None:
    from sqlalchemy import text

    def rename(old: str, new: str) -> None:
        with database.write() as con:
            con.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    rename("service_levels", "elsewhere")
    fail(levels, BOTH, RuntimeError())
    levels.flush()
    rename("elsewhere", "service_levels")
    assert counted(levels, database)[A].failed == 1


def test_failures_wait_for_a_mesh_that_cannot_be_read(database: Database) -> None:
    broken = [True]

    def known() -> set[ProductKey]:
        if broken:
            raise CheckFailed(Finding("YAML-01", "", "", ""))
        return {A, B}

    with Levels(Registry(database), "API", known) as levels:
        fail(levels, BOTH, RuntimeError())
        assert counted(levels, database) == {}
        broken.clear()
        assert {key: each.failed for key, each in counted(levels, database).items()} == {A: 1, B: 1}


def test_statements_that_wait_are_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_platform.access.levels.MOST_HELD", len(BOTH))
    with Levels(Registry(database), "API", lambda: {A, B}) as levels:
        for _ in range(3):
            fail(levels, BOTH, RuntimeError())
        fail(levels, f"{BOTH} ", RuntimeError())
        assert counted(levels, database)[A].failed == 3
