"""What the control database told, kept until anybody commits to it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from mesh_platform.state.database import Database

T = TypeVar("T")
MOST = 1_000


class Told:
    """Answers of one database. Threads may share them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answers: dict[Hashable, tuple[object, Any]] = {}

    def ask(self, question: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` reads of the database: asked again after a commit of anybody, and each time where the engine does not tell of those."""
        mark = self._database.mark()  # before it is asked: what is committed meanwhile is seen at the next question
        known = self._answers.get(question)
        if mark is None or known is None or known[0] != mark:
            known = mark, ask()
            if len(self._answers) >= MOST:
                self._answers.clear()
            self._answers[question] = known
        answer: T = known[1]
        return answer
