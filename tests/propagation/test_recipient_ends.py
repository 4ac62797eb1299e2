"""The privacy team is told before the entry of a recipient ends, and no more once it was reviewed; what ended is still told of erasures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mesh_platform.product import Governance
from mesh_platform.product.governance.recipients import Recipient
from mesh_platform.propagation.recipient_ends import tell_of_ending
from mesh_platform.state import Database
from mesh_platform.tasks import Tasks

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def tasks(tmp_path: Path) -> Iterator[Tasks]:
    database = Database(tmp_path / "control.db")
    database.migrate()
    yield Tasks(database, (), lambda: NOW)
    database.close()


def until(expires: date) -> Governance:
    return Governance(recipients={"mailer": Recipient(role="controller", reviewed=date(2026, 1, 1), expires=expires)})


def test_a_task_stands_from_thirty_days_before_the_end_until_the_entry_is_reviewed(tasks: Tasks) -> None:
    assert tell_of_ending(tasks, until(date(2026, 12, 23)), NOW) == 0
    for _ in range(2):
        assert tell_of_ending(tasks, until(date(2026, 12, 22)), NOW) == 1
    [task] = tasks.listed(kind="recipient_end")
    assert (task.product, task.role, task.rule, task.command) == ("mailer", "privacy", "VENDOR-03", "mesh vendor show mailer")
    assert task.due.date() == date(2026, 12, 22)
    assert tell_of_ending(tasks, until(date(2026, 12, 20)), NOW) == 1, "another day is another occasion"
    assert [one.due.date() for one in tasks.listed(kind="recipient_end")] == [date(2026, 12, 20)]
    assert tell_of_ending(tasks, until(date(2027, 12, 22)), NOW) == 0
    assert not tasks.listed(kind="recipient_end")


def test_an_entry_that_has_ended_or_was_never_reviewed_is_a_task_that_says_so(tasks: Tasks) -> None:
    tell_of_ending(tasks, until(date(2026, 11, 21)), NOW)
    [task] = tasks.listed(kind="recipient_end")
    assert "ended on 2026-11-21" in task.reason
    assert task.overdue(NOW)
    tell_of_ending(tasks, Governance(recipients={"mailer": Recipient(role="controller")}), NOW)
    assert "Nobody has reviewed it" in tasks.listed(kind="recipient_end")[0].reason
