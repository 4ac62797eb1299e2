"""What a table of groups holds, whatever the rows are: groups of enough people, nothing of one of them, one answer for one content."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access.aggregates.groups_of import Row, Table

DAY = date(2026, 1, 10)
_spent = st.one_of(st.none(), st.integers(-50, 500).map(float), st.sampled_from([float("nan"), float("inf")]))
_rows = st.lists(
    st.tuples(
        st.sampled_from([None, *(f"P{i}" for i in range(24))]),
        st.sampled_from(["north", "south", None]),
        st.sampled_from(["gold", "silver", "bronze"]),
        st.sampled_from([date(2026, 1, 3), date(2026, 1, 30), date(2026, 2, 1)]),
        _spent,
    ),
    max_size=90,
)
_often = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def group(name: str, size: int, spent: float = 100.0) -> list[Row]:
    """So many people of one region and segment who spent between half and one and a half of it."""
    return [(f"{name}-{i}", name, "gold", DAY, spent * (0.5 + i / size)) for i in range(size)]


@pytest.fixture(scope="module")
def table() -> Table:
    return Table(by=3)


class TestGroups:
    @_often
    @given(rows=_rows)
    def test_each_is_of_enough_people_and_each_row_is_in_one_at_most(self, table: Table, rows: list[Row]) -> None:
        members: dict[Row, set[str]] = defaultdict(set)
        counted = 0
        for *found, person, n in table.hold(rows).inside("person", "level, d0, d1, d2, p0, n"):
            members[tuple(found)].add(person)
            counted += n
        assert all(len(people) >= 5 for people in members.values())
        assert counted <= sum(row[0] is not None for row in rows)
        assert all(n % 5 == 0 and n >= 5 for (n,) in table.inside("rounded", "people"))

    @_often
    @given(rows=_rows)
    def test_what_is_shown_is_made_of_the_totals_of_groups_alone(self, table: Table, rows: list[Row]) -> None:
        groups = table.hold(rows).inside("grouped", "d0, d1, d2, level")
        shown = table.ask("SELECT DISTINCT region, segment, day, spent FROM shown")
        assert {row[:3] for row in shown} <= {row[:3] for row in groups}
        assert len(shown) <= 2 * len(groups)  # each group's mean, and an absent one for those who gave no number

    def test_people_of_small_groups_fall_in_with_others_and_are_told_without_the_column(self) -> None:
        rows = group("north", 20)
        rows += [(f"b{i}", "north", "silver", DAY, 10.0) for i in range(3)]
        rows += [(f"c{i}", "north", "bronze", DAY, 10.0) for i in range(4)]
        rows += [(f"d{i}", "south", "gold", DAY, 10.0) for i in range(4)]
        found = Table().hold(rows).inside("grouped", "d0, d1, persons")
        assert sorted(found, key=str) == [("north", "gold", 20), ("north", None, 7)]

    def test_rows_of_one_person_make_no_group(self) -> None:
        assert Table().hold([("one", "north", "gold", DAY, 10.0)] * 50).ask("SELECT * FROM shown") == []

    def test_a_date_is_cut_to_its_period(self) -> None:
        found = Table(by=3).hold([(f"p{i}", "north", "gold", date(2026, 1, 1 + i), 10.0) for i in range(20)])
        assert found.ask("SELECT DISTINCT day FROM shown") == [(date(2026, 1, 1),)]


class TestNumbers:
    def test_the_same_content_is_told_in_the_same_way_in_whatever_order_it_lies(self) -> None:
        rows = group("north", 33) + group("south", 41, 70.0) + group("west", 17, 900.0)
        told = {tuple(sorted(Table().hold(random.sample(rows, len(rows))).ask("SELECT * FROM shown"))) for _ in range(5)}
        assert len(told) == 1

    def test_one_changed_row_draws_every_number_anew(self) -> None:
        rows = group("north", 33) + group("south", 41, 70.0)
        before = Table().hold(rows)
        changed = [Table().hold([*rows[:-1], (*rows[-1][:4], 50.0 + i)]) for i in range(12)]
        asked = "SELECT count(*), sum(spent) FROM shown WHERE region = 'north'"  # where nothing changed
        assert {tuple(table.ask(asked)) for table in changed} - {tuple(before.ask(asked))}

    def test_rounding_goes_up_and_down_so_that_the_expectation_stays(self) -> None:
        rows = group("north", 33)
        table = Table()
        draws = ([*rows, ("x", "south", "gold", DAY, float(i))] for i in range(60))
        told = [table.hold(draw).ask("SELECT count(*), avg(spent) FROM shown")[0] for draw in draws]
        count, spent = zip(*told, strict=True)
        assert sum(count) / len(count) == pytest.approx(33, abs=1.5)
        truth = sum(row[4] for row in rows) / 33
        assert sum(spent) / len(spent) == pytest.approx(truth, rel=0.02)

    def test_a_sum_that_is_mostly_of_one_person_is_withheld(self) -> None:
        rows = [*group("north", 20, 1.0), ("rich", "north", "gold", DAY, 1e6)]
        assert Table().hold(rows).ask("SELECT sum(spent), count(*) >= 20 FROM shown") == [(None, True)]

    def test_a_sum_to_which_few_people_gave_is_withheld(self) -> None:
        rows = [(f"p{i}", "north", "gold", DAY, 50.0 if i < 4 else None) for i in range(40)]
        assert Table().hold(rows).ask("SELECT sum(spent), count(spent) FROM shown") == [(None, 0)]

    def test_what_is_no_number_counts_as_absent(self) -> None:
        odd = [(f"o{i}", "north", "gold", DAY, value) for i, value in enumerate([float("nan"), float("inf"), None] * 5)]
        [(count, total)] = Table().hold(group("north", 30) + odd).ask("SELECT count(spent), sum(spent) FROM shown")
        assert 20 <= count <= 40
        assert total == pytest.approx(3000, rel=0.4)

    def test_one_person_of_many_rows_is_rounded_away_as_one_of_large_sums_is(self) -> None:
        rows = [(f"p{i}", "north", "gold", DAY, 1.0) for i in range(20)] + [("busy", "north", "gold", DAY, 1.0)] * 100
        [(step, people, count)] = Table().hold(rows).inside("stepped JOIN rounded USING (d0)", "n_step, people, rounded.n")
        assert step == 50
        assert people in (20, 25)
        assert count % 50 == 0


class TestNoCombinationOfAnswers:
    """Brute force on small tables: how each answer hangs on each person's number, before anything is rounded."""

    @settings(max_examples=4, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_weighs_fewer_than_the_least_people_otherwise_than_others(self, seed: int) -> None:
        draw = random.Random(seed)
        rows = [
            (f"p{i}", draw.choice(["north", "south"]), draw.choice(["gold", "silver", "bronze"]), DAY, float(draw.randint(1, 9)))
            for i in range(26)
        ]
        questions = [_question(draw) for _ in range(12)]
        table = Table()
        exact = table.hold(rows).inside
        before = _answers(table, questions)
        columns: dict[tuple[float, ...], int] = defaultdict(int)
        for i, row in enumerate(rows):
            table.hold([*rows[:i], (*row[:4], row[4] + 1000), *rows[i + 1 :]])
            moved = _answers(table, questions)
            columns[tuple(round(b - a, 3) for a, b in zip(before, moved, strict=True))] += 1
        # any combination of the answers weighs people with equal columns alike: it isolates whole classes of them, and no smaller set
        columns.pop((0.0,) * len(questions), 0)
        assert all(people >= 5 for people in columns.values())
        assert exact("grouped", "count(*)")


def _question(draw: random.Random) -> str:
    """A filter of comparisons on grouping columns, nested at will."""
    if draw.random() < 0.35:
        return f"{draw.choice(['', 'NOT '])}({_question(draw)} {draw.choice(['AND', 'OR'])} {_question(draw)})"
    return draw.choice(
        [
            "d0 = 'north'",
            "d0 = 'south'",
            "d1 = 'gold'",
            "d1 <> 'silver'",
            "d1 IS NULL",
            "d1 IN ('gold', 'bronze')",
            "d0 > 'o'",
            "d1 < 'h'",
        ]
    )


def _answers(table: Table, questions: list[str]) -> list[float]:
    asked = ", ".join(f"coalesce(sum(m0_s) FILTER ({question}), 0)" for question in questions)
    return [float(value) for value in table.inside("grouped", asked)[0]]


class TestVersions:
    def test_who_joined_since_the_last_version_cannot_be_told_by_what_changed(self) -> None:
        """The attacker knows that one person joined between two versions, and that nobody else did, and looks for the group and the amount."""
        draw = random.Random(7)
        table, places = Table(), [(r, s) for r in ("north", "south", "west") for s in ("gold", "silver", "bronze")]
        found = near = 0.0
        tries = 40
        for _ in range(tries):
            rows = [(f"p{i}", *draw.choice(places), DAY, draw.lognormvariate(5, 0.6)) for i in range(250)]
            new = ("new", *draw.choice(places), DAY, draw.lognormvariate(5, 0.6))
            before, after = _told(table.hold(rows)), _told(table.hold([*rows, new]))
            grown = {place: after.get(place, (0, 0.0))[0] - before.get(place, (0, 0.0))[0] for place in places}
            best = [place for place, by in grown.items() if by == max(grown.values())]
            found += (new[1:3] in best) / len(best)
            amount = after.get(new[1:3], (0, 0.0))[1] - before.get(new[1:3], (0, 0.0))[1]
            near += abs(amount - new[4]) < 0.15 * new[4]
        assert found / tries < 0.3  # one in nine by chance
        assert near / tries < 0.15


def _told(table: Table) -> dict[Row, tuple[int, float]]:
    rows = table.ask("SELECT region, segment, count(*), coalesce(sum(spent), 0) FROM shown GROUP BY ALL")
    return {row[:2]: (row[2], row[3]) for row in rows}
