"""What a statement costs must not tell of rows that are not shown: one that runs out of time or memory on such a row is answered as if the row were not there.

The engine reads a product's rows for a join before it leaves rows out, where it expects that to be faster; so a condition can meet a hidden row there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mesh_platform.access.worker import Job, Limits, View, Workers
from mesh_platform.errors import CheckFailed, MeshError, Unavailable
from tests.access.test_worker import PLACE, home, workers

__all__ = ["home", "workers"]

VIEW = "SELECT i, v FROM {t} WHERE ((CASE WHEN shown THEN 3 ELSE 0 END) & 1) <> 0"
COSTLY = "SELECT count(*) AS n FROM __mesh_v a JOIN range(39990, 40010) r(x) ON a.i = r.x WHERE CASE WHEN v = '{}' THEN {} ELSE true END"
LONG = "list_sum(list_transform(range(i * 500), x -> length(v || x))) > 0"
LARGE = "length(repeat(v, 200000000) || repeat(v, 200000001)) > 0"
DEAF = "length(rpad(v, CAST(2000000000 + i AS INTEGER), 'x')) > 0"
WRONG = "CAST(v AS INTEGER) > 0"


@pytest.fixture
def answered(workers: Workers) -> Callable[..., object]:
    """`answered(guess, cost)`: rows or the error of a statement that costs that much where a row has the guessed value."""

    def ask(guess: str, cost: str, seconds: float = 0.5, select: str = VIEW) -> object:
        job = Job(COSTLY.format(guess, cost), (View("__mesh_v", PLACE, select, True),), limits=Limits(seconds))
        try:
            return workers.run(job).table().to_pylist()
        except MeshError as refusal:
            return refusal.finding.as_json()

    return ask


@pytest.mark.parametrize(
    "cost",
    [
        pytest.param(LONG, id="time"),
        pytest.param(WRONG, id="error"),
        pytest.param(LARGE, id="memory"),
        pytest.param(DEAF, id="death"),
    ],
)
@pytest.mark.by_day("time", "error")
def test_a_right_guess_of_a_hidden_row_costs_the_answer_nothing(answered: Callable[..., object], cost: str) -> None:
    assert answered("hidden", cost) == answered("nobody", cost) == [{"n": 19}]


def test_a_statement_that_is_too_much_for_what_is_shown_is_refused_and_told_to_have_ended_once(workers: Workers) -> None:
    told: list[tuple[int | None, bool]] = []

    def ask(text: str) -> int:
        job = Job(text, (View("__mesh_v", PLACE, VIEW, True),), limits=Limits(0.5))
        return int(workers.run(job, lambda rows, whole: told.append((rows, whole))).table().num_rows)

    assert ask(COSTLY.format("hidden", LONG)) == 1
    with pytest.raises(Unavailable, match="ACCESS-05"):
        ask("SELECT count(*) FROM range(10000000000) a, __mesh_v b")
    with pytest.raises(CheckFailed, match="LAKE-32"):
        ask(COSTLY.format("40001", "CAST(v || 'x' AS INTEGER) > 0"))
    assert told == [(1, True), (0, False), (0, False)]
