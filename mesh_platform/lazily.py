"""Rooms whose names are loaded when they are first used: whoever needs one part does not pay for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def loaded(room: str, home: Mapping[str, str], names: dict[str, Any]) -> Callable[[str], object]:
    """The `__getattr__` of a room.

    Args:
        room: its name.
        home: the module within the room in which each name stands.
        names: the room's `globals()`, where what was loaded stays.
    """

    def get(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        found: object = getattr(import_module(f"{room}.{home[name]}"), name)
        names[name] = found
        return found

    return get
