"""A pattern: what finds candidates, what decides on them, and whether one hit is enough."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from mesh_platform.classify.entities import Entity

LONGEST_CELL = 200_000
"""Characters of one text that are searched; what lies behind is reported as not scanned."""


@dataclass(frozen=True, eq=False, slots=True)
class Pattern:
    """One kind of value: `regex` finds candidates, `valid` decides on the text found. `proof`: one hit is enough."""

    entity: Entity
    name: str
    regex: re.Pattern[str]
    valid: Callable[[str], bool]
    proof: bool

    def whole(self, text: str) -> bool:
        """Whether `text` is nothing but such a value."""
        return self.regex.fullmatch(text) is not None and self.valid(text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where such values stand in `text`."""
        for match in self.regex.finditer(text, 0, LONGEST_CELL):
            if self.valid(match.group()):
                yield match.span()


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


@lru_cache(maxsize=65536)
def standard(module: str, text: str) -> bool:
    """What python-stdnum says of `text`."""
    try:
        return bool(import_module(f"stdnum.{module}").is_valid(text))
    except Exception:  # noqa: BLE001 - a validator that stumbles over a text does not know it
        return False


def checked(module: str) -> Callable[[str], bool]:
    return lambda text: standard(module, text)


def always(_text: str) -> bool:
    return True


def pattern(
    entity: Entity, name: str, expression: str, valid: Callable[[str], bool] = always, proof: bool = True, flags: int = 0
) -> Pattern:
    return Pattern(entity, name, re.compile(expression, flags), valid, proof)


BEFORE = r"(?<![\w.@+-])"
BEHIND = r"(?![\w@]|[.-]\w)"
