"""Everybody else: which pieces of a text are identifiers, names or contacts of other people, as the products hold them.

The pieces are few and the people many, so the pieces are looked up among the people, product by product and column by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.lake import Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import normal_form, transformed
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.people.locate import theirs
from mesh_platform.subjects.requests.values import Closure

_WORD = re.compile(r"[^\s,;:\"'<>(){}\[\]|=]+")
_NUMBER = re.compile(r"\+?\d[\d\s().\-/]{5,}\d")
_PART = re.compile(r"\w+")
_EDGES = ".!?*_-/\\"
MOST_WORDS = 4
"""Words of a name or an address."""
FEWEST_DIGITS = 7
NAME = "user.name"
PHONE = "user.contact.phone_number"
_HASHED = re.compile(r"[0-9a-fA-F]{32,128}|[A-Za-z0-9+/]{12,}={0,2}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that may be somebody: where it stands, and how it is compared."""

    start: int = field(compare=False)
    end: int = field(compare=False)
    text: str
    name: str
    """Folded to one case and single spaces."""
    part: bool = False
    """A capitalised word, which may be half of a name."""


def pieces(text: str) -> Iterator[Piece]:
    """All of a text, from single words to a few in a row, and numbers however they are spaced."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    for at in range(len(words)):
        for to in range(at, min(at + MOST_WORDS, len(words))):
            start, end = _bare(text, words[at][0], words[to][1])
            if start < end:
                yield _piece(text, start, end)
    for match in _NUMBER.finditer(text):
        yield _piece(text, match.start(), match.end())
    for match in _PART.finditer(text):
        found = match.group()
        yield Piece(match.start(), match.end(), found, folded(found), len(found) > 2 and found[0].isupper())


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def digits_of(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def tells(text: str) -> bool:
    """Whether it can be told from any word or number; as the verifier of erasures has it."""
    if text.isdigit():
        return len(text) >= FEWEST_DIGITS
    return len(text) >= (5 if text.isalpha() else 3)


@dataclass(slots=True)
class Strangers:
    """Looks pieces up among all who are not the person of the closure."""

    held: Sequence[Held]
    reader: Reader
    tokens: SubjectTokens
    namespaces: Mapping[str, Namespace]
    closure: Closure
    own: frozenset[str] = field(init=False)
    """What stands in the person's own row of a product with a row for each person: their name, their address."""

    def __post_init__(self) -> None:
        self.own = frozenset(self._own())

    def among(self, found: Iterable[Piece]) -> tuple[frozenset[Piece], frozenset[Piece]]:
        """Those that are somebody else's: identifiers, and names and contacts."""
        each = set(found)
        telling = {piece for piece in each if tells(piece.name)}
        keys, values = self._by_key(telling) | self._by_hash(telling), self._by_value(each)
        return frozenset(filter(self._strange, keys)), frozenset(filter(self._strange, values))

    def _strange(self, piece: Piece) -> bool:
        return piece.name not in self.own and not self.is_own(piece)

    def is_own(self, piece: Piece) -> bool:
        """Whether it is an identifier of the person, or a part of their name."""
        for namespace in self.closure.namespaces:
            if self.tokens.maker(namespace)(piece.text) in self.closure.tokens(namespace):
                return True
        return any(piece.name == part for name in self.own for part in name.split()) if piece.part else False

    def _by_key(self, found: set[Piece]) -> set[Piece]:
        """Identifiers, whatever their spelling, by the marks beside the rows."""
        strange = set[Piece]()
        for namespace in sorted({name for one in self.held for name in one.subjects.values()}):
            make, marks = self.tokens.maker(namespace), dict[int, set[Piece]]()
            for piece in found:
                if (token := make(piece.text)) is not None:
                    marks.setdefault(subject63_of(token), set()).add(piece)
            for one in self.held:
                for column, held_as in one.subjects.items():
                    if held_as == namespace and column in one.marked and marks:
                        for mark in self._looked_up(one, f"{quote_name(SUBJECTS + column)}", pa.array(marks, pa.int64())):
                            strange |= marks[int(mark)]
        return strange

    def _by_hash(self, found: set[Piece]) -> set[Piece]:
        """What is hashed or encoded of somebody's identifier; looked for where there is anything that looks so."""
        hashes = {piece.text: piece for piece in found if _HASHED.fullmatch(piece.text)}
        folded_hashes = {text.lower(): piece for text, piece in hashes.items()}
        strange = set[Piece]()
        if not hashes:
            return strange
        ways = [(n.derived_from, n.transform) for n in self.namespaces.values() if n.derived_from and n.transform]
        for one, column, base in self._columns():
            for transform in {way for source, way in ways if source == base}:
                for value in self._values(one, column):
                    made = transformed(transform, self._normal(base, value))
                    piece = hashes.get(made) or folded_hashes.get(made.lower())
                    if piece is not None and self.tokens.token(base, value) not in self.closure.tokens(base):
                        strange.add(piece)
        return strange

    def _by_value(self, found: set[Piece]) -> set[Piece]:
        """Names and contacts, by the categories of columns that point at one person and are no keys."""
        by_name, by_part, by_digits = dict[str, set[Piece]](), dict[str, set[Piece]](), dict[str, set[Piece]]()
        for piece in found:
            (by_part if piece.part else by_name).setdefault(piece.name, set()).add(piece)
            if len(digits := digits_of(piece.text)) >= FEWEST_DIGITS:
                by_digits.setdefault(digits, set()).add(piece)
        strange = set[Piece]()
        for one, column, key in self.direct():
            name = quote_name(column)
            text = f"regexp_replace(lower(trim(CAST({name} AS VARCHAR))), '\\s+', ' ', 'g')"
            strange |= _of(by_name | by_part, self._looked_up(one, text, pa.array([*by_name, *by_part])))
            if key.startswith(NAME):
                part = f"unnest(regexp_split_to_array({text}, '[^\\w]+'))"
                strange |= _of(by_part, self._looked_up(one, part, pa.array(by_part)))
            if key.startswith(PHONE):
                bare = f"regexp_replace({text}, '[^0-9]', '', 'g')"
                strange |= _of(by_digits, self._looked_up(one, bare, pa.array(by_digits)))
        return strange

    def direct(self) -> Iterator[tuple[Held, str, str]]:
        """Columns of names, contacts and the like that are no keys: product, column, category."""
        for one in self.held:
            for column, said in one.descriptor.columns.items() if one.descriptor else ():
                known = category(said.category) if said.category else None
                if known is not None and not said.subject and known.identifiability is Identifiability.DIRECT:
                    yield one, column, known.key

    def _looked_up(self, one: Held, expression: str, wanted: pa.Array) -> list[Any]:
        """Those of `wanted` that stand in rows that are not the person's."""
        if not len(wanted):
            return []
        condition = theirs(one, self.closure)
        apart = f"WHERE NOT coalesce({condition}, false)" if condition else ""
        sql = f"SELECT DISTINCT v FROM (SELECT {expression} AS v FROM {{t}} {apart}) SEMI JOIN mesh_pieces ON v = piece"
        pieces_table = pa.table({"piece": wanted})

        def read(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> list[Any]:
            con.register("mesh_pieces", pieces_table)
            try:
                return [row[0] for row in con.execute(sql.replace("{t}", over["t"])).fetchall()]
            finally:
                con.unregister("mesh_pieces")

        return self.reader.follow({"t": one.place}, read)

    def _columns(self) -> Iterator[tuple[Held, str, str]]:
        for one in self.held:
            for column, namespace in one.subjects.items():
                yield one, column, namespace

    def _values(self, one: Held, column: str) -> list[str]:
        name = quote_name(column)
        sql = f"SELECT DISTINCT CAST({name} AS VARCHAR) AS v FROM {{t}} WHERE {name} IS NOT NULL"
        return [str(row["v"]) for row in rows_over(self.reader, one, sql)]

    def _normal(self, namespace: str, value: str) -> str:
        return normal_form(self.namespaces[namespace], value)

    def _own(self) -> Iterator[str]:
        """What points at one person in the rows that are theirs alone."""
        for one, column, _ in self.direct():
            condition = theirs(one, self.closure)
            if condition is None or not any(key in one.person_keys for key in one.marked):
                continue
            rows = rows_over(self.reader, one, f"SELECT CAST({quote_name(column)} AS VARCHAR) AS v FROM {{t}} WHERE {condition}")
            yield from (folded(str(row["v"])) for row in rows if row["v"] is not None)


def _piece(text: str, start: int, end: int) -> Piece:
    return Piece(start, end, text[start:end], folded(text[start:end]))


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def _of(by: Mapping[str, set[Piece]], found: Iterable[object]) -> set[Piece]:
    return {piece for text in found for piece in by.get(str(text), ())}
