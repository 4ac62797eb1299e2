"""What the control database told, kept until what it was told from is another.

Two looks stand before a question: whether anybody committed anything, and, where somebody did, whether it was about this. Each costs a
few microseconds where the question costs hundreds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from mesh_platform.state.database import Database

T = TypeVar("T")
MOST = 1_000


class Told:
    """Answers of one database. Threads may share them.

    Args:
        database: the control database.
        changes: a SELECT of one row that is another one whenever an answer may be; its `?` are the question.
    """

    def __init__(self, database: Database, changes: str) -> None:
        self._database, self._changes = database, changes
        self._answers: dict[tuple[Hashable, ...], tuple[object, object, Any]] = {}

    def ask(self, ask: Callable[[], T], *question: Hashable) -> T:
        """What `ask` reads of the database: asked again after a change, and each time where the engine does not tell of commits."""
        mark = self._database.mark()  # both looks before it is asked: what is committed meanwhile is seen at the next question
        known = self._answers.get(question)
        if mark is None:
            return ask()
        if known is None or known[0] != mark:
            seen = self._database.glance(self._changes, question)
            known = mark, seen, known[2] if known is not None and known[1] == seen else ask()
            if len(self._answers) >= MOST:
                self._answers.clear()
            self._answers[question] = known
        answer: T = known[2]
        return answer
