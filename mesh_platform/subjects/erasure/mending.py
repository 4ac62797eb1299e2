"""Rows that stay when a person goes: their keys become null, and what tells of them goes from every text and document of the product.

A row of theirs whose key has to be there is deleted. A value that identifies by itself (a name, an address in a column of its own) goes with the
key; texts of other people's rows lose the person's identifiers, and keep every other word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Row
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from mesh_platform.access.masks import TOKEN
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Doomed, Mended, Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS, TOKENS
from mesh_platform.policy.people import identifiability
from mesh_platform.product import DataProduct
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.models import Column
from mesh_platform.subjects.erasure.readings import HIDDEN
from mesh_platform.subjects.erasure.redaction import MARK, Redactor
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.people.locate import theirs
from mesh_platform.subjects.requests.values import Closure

TEXT_REDACT = "text_redact"
_NAME, _WRITTEN = "user.name", "user.content"
_MOST_NAMES = 5_000


@dataclass(frozen=True, slots=True)
class Mending:
    """How the rows of one product change for one person."""

    one: Held
    descriptor: DataProduct
    closure: Closure
    tokens: SubjectTokens
    redactor: Redactor

    def doomed(self) -> Doomed:
        """The person's rows whose key cannot be null go; the others, and all that tell of the person, are written anew."""
        firm = {name: held for name, held in self.one.subjects.items() if not self.descriptor.columns[name].nullable}
        gone = theirs(replace(self.one, subjects=firm), self.closure)
        where, parameters = self._looked_at()
        return Doomed(where=gone or "false", mended=Mended(where, self._mended, parameters))

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns in which words may stand."""
        return texts_of(self.descriptor, lists=True)

    def row(self, row: Row[str, Any]) -> dict[str, Any]:
        """The row as it is from now on; equal where nothing of it tells of the person."""
        changed: dict[str, Any] = {name: None for name, held in self.one.subjects.items() if self._is_theirs(held, row[name])}
        own = bool(changed)
        for name, column in self.descriptor.columns.items():
            if own and _says_who(column):
                if row[name] not in (None, MARK) and (column.nullable or column.type.text == "string"):
                    changed[name] = None if column.nullable else MARK
            elif name in self.texts and row[name] is not None:
                bare = _each(row[name], lambda text: self.redactor.cell(text, own))
                if bare != row[name]:
                    changed[name] = bare
        return {**row, **changed, **self._beside(row, changed)} if changed else dict(row)

    def _is_theirs(self, namespace: str, value: object) -> bool:
        return value is not None and self.tokens.maker(namespace)(str(value)) in self.closure.tokens(namespace)

    def _looked_at(self) -> tuple[str, tuple[object, ...]]:
        """Rows in which the person may be told of; each is then read."""
        spelled = self.redactor.found.spelled
        expression = f"(?i:{spelled})|{HIDDEN}" if spelled else HIDDEN
        parts = [f"regexp_matches(CAST({quote_name(name)} AS VARCHAR), ?)" for name in self.texts]
        own = theirs(self.one, self.closure)
        return " OR ".join([*([own] if own else []), *parts]) or "false", (expression,) * len(parts)

    def _mended(self, table: pa.Table) -> pa.Table:
        rows = [(before, self.row(before)) for before in table.to_pylist()]
        return pa.Table.from_pylist([after for before, after in rows if after != before], schema=table.schema)

    def _beside(self, row: Row[str, Any], changed: Row[str, Any]) -> dict[str, Any]:
        """What the platform wrote beside the columns that change."""
        beside: dict[str, Any] = {}
        for name, value in changed.items():
            if SUBJECTS + name in row:
                beside[SUBJECTS + name] = None
            if TOKENS + name in row:
                beside[TOKENS + name] = self._shown(name, value)
        return beside

    def _shown(self, name: str, value: object) -> str | None:
        column = self.descriptor.columns[name]
        if value is None or column.mask != TOKEN:
            return None
        make = self.tokens.value_maker(self.one.place.key, column.category or name)
        return str(self.tokens.shown(pa.array([make(str(value))], pa.binary(16)))[0].as_py())


def names_of(held: Sequence[Held], closure: Closure, reader: Reader) -> tuple[str, ...]:
    """The person's own names, as the columns of names in their rows tell them."""
    found: dict[str, None] = {}
    for one in held:
        condition = theirs(one, closure)
        columns = one.descriptor.columns if one.descriptor else {}
        named = [
            name for name, column in columns.items() if (column.category or "").startswith(_NAME) and name not in one.subjects
        ]
        if condition is None or not named:
            continue
        listed = ", ".join(map(quote_name, named))
        for row in rows_over(reader, one, f"SELECT DISTINCT {listed} FROM {{t}} WHERE {condition} LIMIT {_MOST_NAMES}"):
            found |= dict.fromkeys(str(value) for value in row.values() if value)
    return tuple(found)


def texts_of(descriptor: DataProduct, lists: bool = False) -> tuple[str, ...]:
    """The columns in which words may stand: texts and documents that hold no key and no closed list of values; `lists` of them too."""
    return tuple(
        name for name, one in descriptor.columns.items() if one.subject is None and not one.values and _is_text(one, lists)
    )


def _is_text(column: Column, lists: bool) -> bool:
    kind = column.type.text
    return (kind.removeprefix("list<").removesuffix(">") if lists else kind) in ("string", "json")


def _says_who(column: Column) -> bool:
    """Whether the column's value is about the person by itself, and is no text that they wrote."""
    return (
        column.subject is None
        and identifiability(column) is Identifiability.DIRECT
        and not (column.category or "").startswith(_WRITTEN)
    )


def _each(value: Any, made: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return made(value)
    return [None if item is None else made(item) for item in value] if isinstance(value, list) else value
