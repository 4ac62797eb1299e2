"""A site's own engine beside ours: it adds, and where it fails nothing passes."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from mesh_platform.classify.texts import read
from mesh_platform.classify.texts.port import EngineFailed, load


class Fixed:
    """An engine with one answer."""

    name = "fixed"

    def __init__(self, *answer: object) -> None:
        self.answer = answer

    def find(self, text: str) -> Iterable[tuple[int, int, str, float]]:
        return self.answer  # type: ignore[return-value] - tests of wrong answers too


class Broken:
    name = "broken"

    def find(self, text: str) -> Iterable[tuple[int, int, str, float]]:
        raise RuntimeError(text)


def test_an_engine_adds_to_what_is_found() -> None:
    spans = read("zork likes ann@example.org", Fixed((0, 4, "PERSON", 0.9))).spans
    assert [(s.start, s.end, str(s.entity)) for s in spans] == [(0, 4, "PERSON"), (11, 26, "EMAIL")]


def test_an_engine_never_takes_away_what_a_form_proves() -> None:
    spans = read("mail ann@example.org", Fixed((5, 20, "PERSON", 1.0))).spans
    assert [str(s.entity) for s in spans] == ["EMAIL"]


def test_an_engine_that_stumbles_is_an_error_without_the_text() -> None:
    with pytest.raises(EngineFailed) as failed:
        read("a secret text", Broken())
    assert "secret text" not in str(failed.value)
    assert failed.value.__cause__ is None


@pytest.mark.parametrize(
    "answer",
    [
        (0, 4),
        (0, 400, "PERSON", 0.9),
        (3, 1, "PERSON", 0.9),
        (0, 4, "NOBODY", 0.9),
        (0, 4, "PERSON", 7.0),
        None,
        (0, 4, "PERSON", float("nan")),
    ],
)
def test_an_answer_in_another_form_is_an_error(answer: object) -> None:
    with pytest.raises(EngineFailed):
        read("some text", Fixed(answer))


def test_an_engine_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(EngineFailed, match=r"CLASS-02|No installed package"):
        load("presidio")
