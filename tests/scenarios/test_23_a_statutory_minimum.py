"""Scenario 23: of an erased person the law keeps what it needs and the rest is emptied; the row goes on the day after ten calendar years, not before."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from mesh_platform.clock import utc_now
from tests.retention.books import ANA, BEN, BY, INVOICES, LAST, books_at, publish_all, rows, suppress


def test_an_invoice_keeps_what_the_law_needs_until_the_day_after_its_ten_years(published_books: Path, tmp_path: Path) -> None:
    with books_at(shutil.copytree(published_books, tmp_path / "project")) as (runtime, keeper):
        suppress(runtime, ANA)
        [due] = keeper.plan(utc_now(), [INVOICES])
        assert (due.overdue, due.reduced, due.minimum) == (2, 1, 1)
        [done] = keeper.apply(utc_now(), BY, [INVOICES])
        assert (done.rows, done.left) == ({"delete": 2, "reduce": 1}, 0)
        kept = [("I-2", None, "Ana", LAST), ("I-3", BEN, "Ben", LAST)]
        assert rows(runtime, INVOICES) == kept, "ten years ago today is the last day on which they stay"
        publish_all(runtime, INVOICES)
        assert kept[0] in rows(runtime, INVOICES), "delivered again, it is emptied again"
        [tomorrow] = keeper.plan(utc_now() + timedelta(days=1), [INVOICES])
        assert (tomorrow.rows, tomorrow.overdue) == (3, 3), "of hers that is past its minimum nothing came back"
