"""What a case is: a statement, who asks it for what, and what must happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Must(StrEnum):
    """What must happen to a statement."""

    REFUSE = "refuse"
    """By the rule of the case."""
    HIDE = "hide"
    """It may be answered or refused, but no secret shows."""
    SAME = "same"
    """Asked with a right and with a wrong guess of a secret, it gives the same, to the byte."""
    ANSWER = "answer"
    """As the engine answers it over what the persona may see."""


STATUS = {"SQL-01": 2, "SQL-08": 2, "SQL-10": 2, "NAME-02": 4, "ACCESS-01": 4, "ACCESS-04": 5, "ACCESS-05": 5, "LAKE-31": 5}
"""Exit codes of rules that do not deny (3). A function that nobody knows is denied by SQL-08; a column that nobody knows does not bind."""


@dataclass(frozen=True, slots=True)
class Case:
    """One statement. `@p` stands for customer.profiles, `@v` for customer.visits, `{}` for the guess."""

    id: str
    sql: str
    must: Must
    rules: tuple[str, ...] = ()
    guesses: tuple[str, str] = ("", "")
    parameters: Sequence[object] = ()
    persona: str = "analyst"
    purpose: str | None = "service"
    late: bool = False
    """Whether it waits for the night."""

    def text(self, guess: str = "") -> str:
        return self.sql.replace("@p", "customer.profiles").replace("@v", "customer.visits").replace("{}", guess)


def lines(text: str | Iterable[str]) -> list[str]:
    """One statement a line."""
    return [line for line in (text.splitlines() if isinstance(text, str) else text) if line.strip()]


def refused(kind: str, rules: str, text: str | Iterable[str]) -> list[Case]:
    """Statements that are refused by one of `rules`, named with blanks between."""
    return [Case(f"{kind}-{i}", sql.strip(), Must.REFUSE, tuple(rules.split())) for i, sql in enumerate(lines(text), 1)]


def hidden(kind: str, text: str | Iterable[str]) -> list[Case]:
    """Statements of whose answers no secret may be part."""
    return [Case(f"{kind}-{i}", sql.strip(), Must.HIDE) for i, sql in enumerate(lines(text), 1)]


def same(kind: str, right: str, wrong: str, text: str | Iterable[str]) -> list[Case]:
    """Statements with a guess in them, a right one and a wrong one of the same form."""
    return [Case(f"{kind}-{i}", sql.strip(), Must.SAME, (), (right, wrong)) for i, sql in enumerate(lines(text), 1)]


def honest(kind: str, text: str | Iterable[str]) -> list[Case]:
    """Statements of analysts."""
    return [Case(f"{kind}-{i}", sql.strip(), Must.ANSWER) for i, sql in enumerate(lines(text), 1)]
