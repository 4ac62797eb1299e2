"""Which reads on record are of what was asked about: a column, or a data category with all below it, in every product that is held or was registered.

A read is judged by the names of its columns and of its product as they stand in the record's bytes; one that stands there in any other way than the platform
writes it is handed on, to be read as a whole.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from mesh_platform.audit import Phase
from mesh_platform.audit.reading import Told
from mesh_platform.registry import Registry
from mesh_platform.subjects.people.held import Held

_BEGUN = f'"phase":"{Phase.INTENT}"'.encode()
_OTHERS = tuple(f'"phase":"{phase}"'.encode() for phase in (Phase.DONE, Phase.DENIED, Phase.FAILED))
_EID, _PARENT = re.compile(rb'"eid":"([0-9a-f]{32,64})"'), re.compile(rb'"parent":"([0-9a-f]{32,64})"')
# No quote stands in a text of JSON but behind a backslash: no name can be taken for this pattern. It ends with `_BEGUN`, so that each of these has its own.
_OF = re.compile(rb'"fields":(\[.*?\]),"(?:[a-z].*?,")?product":"([^"\\@]*)["@].*?"phase":"intent"')
_MOST = 50_000


@dataclass(slots=True)
class Meant:
    """Of one product: the columns that are known by what is held or registered, and those among them that were asked about under any of these."""

    known: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Whether it was asked about; a column of which nobody knows any more what it was may be."""
        return name in self.asked or name not in self.known

    def add(self, name: str, category: str | None, what: str) -> None:
        self.known.add(name)
        if name == what or _below(category, what):
            self.asked.add(name)


NOBODY_KNOWS = Meant()


@dataclass(slots=True)
class Reads:
    """The reads of what was asked about, one after another as the log has them; `may` tells whether those of a domain may be told of."""

    what: str
    meant: Mapping[str, Meant]
    may: Callable[[str], bool]
    _begun: set[bytes] = field(default_factory=set)
    _judged: dict[tuple[bytes, ...], bool] = field(default_factory=dict)

    def columns(self, product: str, fields: Iterable[str]) -> tuple[str, ...]:
        """Those of a read that were asked about."""
        if not self.may(product.partition("/")[0]):
            return ()
        asked = self.meant.get(product, NOBODY_KNOWS)
        return tuple(name for name in fields if name == self.what or asked.has(name))

    def keep(self, bodies: Sequence[bytes]) -> Iterable[int]:
        """Which of these records have to be read: those that begin such a read, and those that end one that had begun."""
        together = b"\n".join(bodies)
        begins, begun = [*_OF.finditer(together)], together.count(_BEGUN)
        as_written = (
            len(begins) == begun and together.count(b"\n") + 1 == len(bodies) and self._phased(together, begun, len(bodies))
        )
        if not as_written:  # at least one is written otherwise: each is looked at by itself
            return [i for i, body in enumerate(bodies) if self._kept(body)]
        found = [one.start() for one in begins if self._asked(one)]
        starts = [0, *accumulate(len(body) + 1 for body in bodies)]
        kept = {bisect_right(starts, at) - 1 for at in found}
        self._begun.update(eid[1] for i in kept if (eid := _EID.search(bodies[i])))
        ends = [one.start() for one in _PARENT.finditer(together) if one[1] in self._begun] if self._begun else []
        return sorted(kept.union(bisect_right(starts, at) - 1 for at in ends))

    @staticmethod
    def _phased(together: bytes, begun: int, records: int) -> bool:
        """Whether there are as many phases as records; what is common is counted first, since each look costs."""
        return any(found == records for found in accumulate(map(together.count, _OTHERS), initial=begun))

    def _kept(self, body: bytes) -> bool:
        if (parent := _PARENT.search(body)) is not None and parent[1] in self._begun:
            return True
        if _BEGUN in body:
            asked = (of := _OF.search(body)) is None or self._asked(of)
        else:
            asked = not any(phase in body for phase in _OTHERS)
        if asked:
            self._begun.update(_EID.findall(body))
        return asked

    def _asked(self, of: re.Match[bytes]) -> bool:
        which = of.groups()
        if which not in self._judged:
            if len(self._judged) >= _MOST:
                self._judged.clear()
            self._judged[which] = self._named(*which)
        return self._judged[which]

    def _named(self, fields: bytes, product: bytes) -> bool:
        try:
            return bool(self.columns(product.decode(), [str(one) for one in json.loads(fields)]))
        except (ValueError, TypeError):
            return True


def meant_by(what: str, held: Iterable[Held], registry: Registry) -> Mapping[str, Meant]:
    """By product. A column that was renamed, or whose category was changed, since somebody read it is looked for in all that is still known."""
    found = defaultdict[str, Meant](Meant)
    for one in held:
        for name, column in (one.descriptor.columns if one.descriptor else {}).items():
            found[one.place.key].add(name, column.category, what)
    for entry in registry.products(gone=True):
        for each in entry.columns:
            found[str(entry.key)].add(each.name, each.category, what)
    return dict(found)


def _below(category: str | None, what: str) -> bool:
    return category is not None and (category == what or category.startswith(f"{what}."))


def object_of(told: Told) -> dict[str, Any]:
    """What a record is about."""
    obj = told.record.get("obj")
    return obj if isinstance(obj, dict) else {}


def texts_of(told: Told, name: str) -> list[str]:
    """Names that stand in what a record is about."""
    found: object = object_of(told).get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def product_of(told: Told) -> str:
    """The product that a record is about, without its version."""
    return str(object_of(told).get("product", "")).partition("@")[0]
