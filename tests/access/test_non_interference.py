"""Two meshes that differ in hidden values alone answer every statement alike, to the byte: rows, names, types, errors, counts.

Hidden is what masks take away (the name before the @, a card's middle, a postcode's end, day and month, finer than a tenth of a degree) and what
no contract lists. Tokens are left out: each home has a key of its own for them. Statements are made by a small grammar that knows hidden values of both meshes and guesses with them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mesh_platform.access.worker import Size, Workers
from mesh_platform.keys import open_keys
from mesh_platform.keys.tokens import KEY_BYTES, SubjectTokens
from mesh_platform.product import load_mesh
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, write_project
from tests.ports import in_process
from tests.ports.mesh import Published

ROWS = 200
STATEMENTS = 20_000 if os.environ.get("MESH_NIGHTLY") else 120
SEED = 20_261_122
SEEN = ("email", "card", "postcode", "birth_date", "latitude", "segment")


def rows(secret: str) -> list[tuple[str, ...]]:
    """Rows that look alike whatever `secret` is, once they are masked."""
    shared, own = random.Random(1), random.Random(secret)
    return [
        (
            f"C-{i}",
            f"{own.choice('abcdefgh')}{own.randrange(10**6)}@{shared.choice(('mail', 'firm'))}.test",
            f"{shared.randrange(400000, 599999)}{own.randrange(10**6):06d}{shared.randrange(10**4):04d}",
            f"{shared.randrange(100, 999)}{own.randrange(100):02d}",
            f"{shared.randrange(1950, 2008)}-{own.randrange(1, 13):02d}-{own.randrange(1, 29):02d}",
            f"{shared.randrange(300, 600) / 10 + own.uniform(-0.04, 0.04):.4f}",
            shared.choice(("gold", "silver")),
            own.choice(("north", "south", "east")),
        )
        for i in range(ROWS)
    ]


@contextmanager
def mesh(root: Path, secret: str) -> Iterator[in_process.InProcess]:
    """The shop with the rows of `secret`, published, and a port to it."""
    write_project(root)
    head = (root / "landing" / "profiles.csv").read_text().splitlines()[0]
    (root / "landing" / "profiles.csv").write_text("\n".join([head, *(",".join(row) for row in rows(secret))]) + "\n")
    settings = Settings(project=root)
    with open_runtime(settings) as runtime:
        outcome = publish(load_mesh(root), PROFILES, runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings
        with (
            Workers(settings.home_path, open_keys(settings), runtime.confinement, Size(1)) as workers,
            in_process.opened(Published(load_mesh(root), runtime, workers)) as port,
        ):
            yield port


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[in_process.InProcess, in_process.InProcess]]:
    with ExitStack() as stack:
        patch = stack.enter_context(
            pytest.MonkeyPatch.context()
        )  # one key of tokens for both, since rows lie in the order of tokens
        patch.setattr("mesh_platform.ledger.opening.SubjectTokens", lambda key, names: SubjectTokens(bytes(KEY_BYTES), names))
        roots = (tmp_path_factory.mktemp(name) / "project" for name in ("one", "other"))
        one, other = (stack.enter_context(mesh(root, secret)) for root, secret in zip(roots, ("one", "other"), strict=True))
        yield one, other


class Grammar:
    """Statements over the shop's profiles, as an attacker would write them who knows part of what is hidden."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._guesses = [value for secret in ("one", "other") for row in rows(secret)[:20] for value in row]

    def statement(self) -> str:
        shape = self._random.choice((self._plain, self._grouped, self._joined, self._windowed, self._nested, self._failing))
        return shape()

    def _column(self) -> str:
        return self._random.choice((*SEEN, *SEEN, *SEEN, "region"))

    def _text(self) -> str:
        column = f"{self._column()}::varchar"
        forms = (
            "{}",
            "upper({})",
            "({})[1:4]",
            "reverse({})",
            "coalesce({}, '-')",
            "md5({})",
            "split_part({}, '@', 1)",
            "right({}, 5)",
        )
        return self._random.choice(forms).format(column)

    def _number(self) -> str:
        forms = ("length({})", "hash({}) % 97", "ascii({})", "try_cast({} as double)", "levenshtein({}, '" + self._guess() + "')")
        return self._random.choice(forms).format(f"{self._column()}::varchar")

    def _guess(self) -> str:
        return self._random.choice(self._guesses)

    def _condition(self) -> str:
        guess = self._guess()
        forms = (
            f"{self._text()} = '{guess}'",
            f"{self._text()} < '{guess}'",
            f"{self._text()} like '{guess[:4]}%'",
            f"{self._text()} in ('{guess}', '{self._guess()}')",
            f"contains({self._text()}, '{guess[1:5]}')",
            f"{self._number()} > {self._random.randrange(20)}",
            f"{self._column()} is null",
        )
        found = self._random.choice(forms)
        return f"({found} {self._random.choice(('and', 'or'))} not {self._condition()})" if self._random.random() < 0.3 else found

    def _plain(self) -> str:
        tail = self._random.choice(
            ("", " order by all limit 7", f" order by {self._text()}, card limit 3", " order by all limit 5 offset 2")
        )
        return f"select {self._text()}, {self._number()} from customer.profiles where {self._condition()}{tail}"

    def _grouped(self) -> str:
        measure = self._random.choice(("count(*)", f"min({self._text()})", "count(distinct segment)", f"max({self._number()})"))
        having = self._random.choice(("", " having count(*) > 1", f" having bool_or({self._condition()})"))
        return f"select {self._text()} as k, {measure} from customer.profiles group by k{having} order by all"

    def _joined(self) -> str:
        kind = self._random.choice(("join", "left join", "semi join", "anti join"))
        return f"select count(*) from customer.profiles p {kind} (values ('{self._guess()}'), ('{self._guess()}')) v(x) on p.{self._column()}::varchar = v.x"

    def _windowed(self) -> str:
        part, order = self._text(), self._text()
        return f"select row_number() over (partition by {part} order by {order}, card) as n, segment from customer.profiles order by all limit 9"

    def _nested(self) -> str:
        return f"with a as ({self._plain()}) select count(*), (select count(*) from customer.profiles where {self._condition()}) from a"

    def _failing(self) -> str:
        forms = (
            f"select sum(cast({self._text()} as integer)) from customer.profiles",
            f"select case when {self._condition()} then error('hit') end from customer.profiles",
            f"select count(*) from customer.profiles where cast({self._text()} as date) > date '1990-01-01'",
            f"select (select segment from customer.profiles where {self._condition()}) as one",
            f"select {self._number()} // (length({self._text()}) - 5) from customer.profiles order by all limit 4",
        )
        return self._random.choice(forms)


def test_meshes_that_differ_in_what_is_hidden_answer_alike(twins: tuple[in_process.InProcess, in_process.InProcess]) -> None:
    grammar, answered = Grammar(SEED), 0
    for _ in range(STATEMENTS):
        sql = grammar.statement()
        one, other = (repr(port.ask("analyst", sql, "service")) for port in twins)
        assert one == other, sql
        answered += one.startswith("Answered")
    assert answered > STATEMENTS // 4  # a grammar whose statements are all refused would prove nothing
