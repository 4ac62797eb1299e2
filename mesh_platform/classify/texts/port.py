"""A site's own engine for texts (Presidio, spaCy, GLiNER, a service) beside what comes with the package. None is used unless it is named.

An engine is an installed entry point in the group `mesh_platform.text_engines` that makes an object with `find`. Whatever goes wrong in it
is an `EngineFailed`: a text that an engine should have read and did not is not a clean one.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Protocol

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts.span import Span
from mesh_platform.errors import Unavailable

GROUP = "mesh_platform.text_engines"


class Engine(Protocol):
    """What a site plugs in."""

    name: str

    def find(self, text: str) -> Iterable[tuple[int, int, str, float]]:
        """Start, end (code points, end exclusive), the name of an `Entity`, confidence from 0 to 1."""
        ...


class EngineFailed(Unavailable):
    """The engine is not there, stumbled, or answered in another form."""


def _failed(name: str, why: str) -> EngineFailed:
    return EngineFailed.because(
        "CLASS-02", f"text engine {name}", why, "Mend or remove the engine; texts are not passed without it."
    )


def load(name: str) -> Engine:
    """The engine of that name; raises `EngineFailed` where none is installed or it does not start."""
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        raise _failed(name, f"No installed package offers it in the group {GROUP}.")
    try:
        engine: Engine = found.load()()
    except Exception:  # noqa: BLE001 - foreign code; its words may hold values
        raise _failed(name, "It does not start.") from None
    return engine


def asked(engine: Engine, text: str) -> list[Span]:
    """What the engine finds in `text`, held against the form it was promised in."""
    try:
        answer = list(engine.find(text))
    except Exception:  # noqa: BLE001 - foreign code; its words may hold values
        raise _failed(engine.name, "It stumbled over a text.") from None
    spans = []
    for one in answer:
        try:
            start, end, kind, sure = one
            span = Span(int(start), int(end), Entity(kind), float(sure), f"engine {engine.name}")
        except (TypeError, ValueError):
            raise _failed(engine.name, "It answered in another form than start, end, kind, confidence.") from None
        if not (0 <= span.start < span.end <= len(text) and 0 <= span.confidence <= 1):
            raise _failed(engine.name, "It named a place that the text does not have.")
        spans.append(span)
    return spans
