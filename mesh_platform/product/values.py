"""A value of a descriptor in a few words, for whoever has to decide on a change of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mesh_platform.product.model import Model
from mesh_platform.product.models import as_document
from mesh_platform.product.types import ColumnType

MOST = 400


def from_to(old: Any, new: Any) -> str:
    """From what to what: "3 years → 5 years"; of lists what came and what went."""
    if _many(old) and _many(new):
        before, after = list(map(in_words, old)), list(map(in_words, new))
        came, went = [one for one in after if one not in before], [one for one in before if one not in after]
        if came or went:
            told = [f"more: {', '.join(came)}"] if came else []
            return _short("; ".join([*told, f"less: {', '.join(went)}"] if went else told))
    return _short(f"{in_words(old)} → {in_words(new)}")


def in_words(value: Any) -> str:
    """One value; nothing at all is `none`."""
    if isinstance(value, Model):
        value = as_document(value)
    if isinstance(value, ColumnType):
        return value.text
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {in_words(one)}" for key, one in value.items()) or "none"
    if _many(value):
        return ", ".join(map(in_words, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == "" else str(value)


def _many(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | Mapping | Model)


def _short(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]}… ({len(text) - MOST} more characters)"
