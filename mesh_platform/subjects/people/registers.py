"""Which namespaces number people: a person has one number of each, and two numbers are two people, whatever address or telephone they share."""

from __future__ import annotations

from collections.abc import Iterable

from mesh_platform.subjects.people.held import Held

_SHARED = ("user.contact", "user.device")
"""Addresses and devices: a person has several, and a household shares one. They lead to people, and are nobody's number."""


def numbers_of_people(held: Iterable[Held]) -> frozenset[str]:
    """The namespaces of which some product has a row for each person."""
    return frozenset(one.subjects[column] for one in held for column in one.person_keys if not _is_shared(one, column))


def is_row_of_somebody(one: Held, column: str, category: str = "user.device") -> bool:
    """Whether a value of that column is a row of one person's own; several rows of devices may be one person's."""
    return column in one.person_keys and not _category(one, column).startswith(category)


def _is_shared(one: Held, column: str) -> bool:
    return _category(one, column).startswith(_SHARED)


def _category(one: Held, column: str) -> str:
    return (one.descriptor.columns[column].category or "") if one.descriptor else ""
