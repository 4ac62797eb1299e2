"""Texts of people in what leaves: what looks like personal data is cut out of them, and its kind stands in its place.

Two kinds of text. What people wrote (a title, a compensating control, the description of a purpose) is read by the classifier of texts, names among it. What
the platform says in words of its own may quote what somebody wrote: there only what proves itself by its form is cut (addresses, numbers with a checksum).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts import people_in
from mesh_platform.classify.written import quoted

UNREAD = "[withheld: it is too long to be looked at]"


@lru_cache(maxsize=8192)
def without_persons(text: str) -> str:
    """What somebody wrote, without what looks like personal data; a text too long to be read through is withheld as a whole."""
    found = people_in(text)
    if found is None:
        return UNREAD
    return without_values(_cut(text, [(one.start, one.end, one.entity) for one in found]))


@lru_cache(maxsize=8192)
def without_values(text: str) -> str:
    """What the platform says, without values of people that it quotes."""
    return _cut(text, quoted(text))


def _cut(text: str, found: Iterable[tuple[int, int, Entity]]) -> str:
    parts, at = list[str](), 0
    for start, end, entity in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= at:
            parts += (text[at:start], f"[withheld: looks like {entity.value.lower().replace('_', ' ')}]")
        at = max(at, end)
    return "".join([*parts, text[at:]])


Written = Annotated[str, AfterValidator(without_persons)]
"""A text that people wrote."""
Said = Annotated[str, AfterValidator(without_values)]
"""Words of the platform that may quote one."""
