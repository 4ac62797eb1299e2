"""Hold before statutory minimum before erasure before greatest age: as a function, and as what the engine makes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.retention import Conditions, Standing, Verdict, verdict

NAMES = ("held", "within_minimum", "erased", "aged")
ROWS = st.builds(Standing, **{name: st.booleans() for name in NAMES})


@given(ROWS)
def test_the_first_that_speaks_decides(row: Standing) -> None:
    ends = row.erased or row.aged
    if row.held:
        assert verdict(row) is (Verdict.HELD if ends else Verdict.KEPT)
    elif row.within_minimum:
        assert verdict(row) is (Verdict.REDUCED if row.erased else Verdict.KEPT)
    else:
        assert verdict(row) is (Verdict.ENDED if ends else Verdict.KEPT)


@given(ROWS)
def test_nothing_is_taken_from_a_row_that_is_held(row: Standing) -> None:
    assert verdict(replace(row, held=True)) in (Verdict.HELD, Verdict.KEPT)


def test_the_engine_gives_each_row_the_one_verdict_that_the_function_gives() -> None:
    con = duckdb.connect()
    columns = ", ".join(f"{name} BOOLEAN" for name in NAMES)
    con.execute(f"CREATE TABLE rows ({columns})")
    con.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", [list(row) for row in product((True, False), repeat=4)])
    conditions = Conditions(*NAMES)
    for asked in Verdict:
        found = {tuple(row) for row in con.execute(f"SELECT * FROM rows WHERE {conditions.of(asked)}").fetchall()}
        assert found == {row for row in product((True, False), repeat=4) if verdict(Standing(*row)) is asked}


def test_what_is_unknown_of_a_row_keeps_it() -> None:
    con = duckdb.connect()
    for held, minimum, erased, aged in product((True, False, None), repeat=4):
        if None not in (held, minimum, erased, aged):
            continue
        known = Standing(held is not False, minimum is not False, erased is True, aged is True)
        row = ", ".join(
            f"CAST({'NULL' if cell is None else cell} AS BOOLEAN) AS {n}"
            for n, cell in zip(NAMES, (held, minimum, erased, aged), strict=True)
        )
        found = [
            asked
            for asked in Verdict
            if con.execute(f"SELECT {Conditions(*NAMES).of(asked)} FROM (SELECT {row})").fetchall() == [(True,)]
        ]
        assert found == [verdict(known)]
