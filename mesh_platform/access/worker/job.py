"""One statement for a worker: the views it reads, the keys of the catalogs below them, and its bounds."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.lake import FileId, Place


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one statement."""

    seconds: float = 60.0
    rows: int = 1_000_000


@dataclass(frozen=True, slots=True)
class View:
    """A governed view: its name, the product below it, and its SELECT over `{t}`."""

    name: str
    place: Place
    select: str
    filtered: bool = False
    """Whether it leaves rows out: then a statement that fails may have failed on one of those."""
    file: FileId | None = None
    """The catalog's file that it was decided for; over another one it does not stand."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is asked. `keys` are the catalogs' keys, by what they are wrapped in."""

    text: str
    views: tuple[View, ...]
    parameters: tuple[object, ...] = ()
    limits: Limits = Limits()
    keys: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    barrier: bool = False
    """Whether it runs over views that no condition is moved below: on rows that are shown, and on no other."""

    @property
    def tells(self) -> bool:
        """Whether what it costs may come of a row that is not shown."""
        return not self.barrier and any(view.filtered for view in self.views)

    def packed(self) -> bytes:
        views = [
            [view.name, view.place.location, view.place.domain, view.place.product, view.select, view.filtered, view.file]
            for view in self.views
        ]
        told: dict[str, Any] = {
            "text": self.text,
            "views": views,
            "parameters": list(self.parameters),
            "limits": [self.limits.seconds, self.limits.rows],
            "keys": [[_text(wrapped), _text(key)] for wrapped, key in self.keys.items()],
            "barrier": self.barrier,
        }
        return json.dumps(told).encode()

    @staticmethod
    def read(packed: bytes | bytearray) -> Job:
        told = json.loads(packed)
        views = tuple(
            View(name, Place(location, domain, product), select, filtered, tuple(file) if file else None)
            for name, location, domain, product, select, filtered, file in told["views"]
        )
        keys = {b64decode(wrapped): b64decode(key) for wrapped, key in told["keys"]}
        return Job(told["text"], views, tuple(told["parameters"]), Limits(*told["limits"]), keys, told["barrier"])


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
