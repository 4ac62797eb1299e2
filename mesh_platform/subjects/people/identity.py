"""By what else a person is known: keys that stand in one row with a key of theirs, and what hashing or encoding makes of those.

A key is followed where nothing speaks for a second person behind it. Where a namespace may be shared, one key leads to more others than one
person has, or to the number of somebody else, it is told as a weak link and nothing is followed or erased over it: that is decided by people.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.lake import Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms, normal_form
from mesh_platform.subjects.people.hashes import candidates
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.people.registers import is_row_of_somebody, numbers_of_people
from mesh_platform.subjects.requests.values import Closure, Identifier, Weak

FAN_OUT = 20
"""Keys of one namespace to which one key may lead; more belong to more than one person."""
MOST = 500
"""Identifiers of one person; a closure that grows beyond is no person's."""
Namespaces = Mapping[str, Namespace]


def in_all_forms(tokens: SubjectTokens, namespaces: Namespaces, named: Identifier) -> Iterator[Identifier]:
    """The identifier, and what other namespaces make of it."""
    yield named
    text = named.spellings[0]
    for name, held in derived_forms(namespaces, named.namespace, text):
        yield Identifier(name, tokens.token(name, held), (held,), "form", named.confidence)
    namespace = namespaces[named.namespace]
    if namespace.derived_from and namespace.transform == "base64":
        try:
            base = base64.b64decode(normal_form(namespace, text), validate=True).decode()
            token = tokens.token(namespace.derived_from, base)
        except (binascii.Error, UnicodeDecodeError):
            return
        yield Identifier(namespace.derived_from, token, (base,), "form", named.confidence)


def close(
    named: Iterable[Identifier],
    held: Sequence[Held],
    reader: Reader,
    tokens: SubjectTokens,
    namespaces: Namespaces,
    people: int = 1,
) -> Closure:
    """The closure of the identifiers that were named over the products that hold two in one row; `people` is how many they are of.

    A key behind which somebody else turns out to stand is left aside, however it was come by, and all is followed again without it: the closure may
    be empty, where nothing that was named is one person's own.
    """
    given, shared = tuple(named), dict[bytes, Weak]()
    while True:
        walk = _Walk(held, reader, tokens, namespaces, MOST * people, shared=shared, numbers=numbers_of_people(held))
        walk.go(given, people)
        if walk.found_shared.keys() <= shared.keys():
            return Closure(tuple(walk.known.values()), tuple(dict.fromkeys((*walk.weak, *walk.doubted()))))
        shared = shared | walk.found_shared


@dataclass(slots=True)
class _Walk:
    """What is known so far, and what was not followed yet.

    `shared` are the keys that are left aside, with what is told of them; `whose` tells for each that is known from which person of those that
    were named it was come to.
    """

    held: Sequence[Held]
    reader: Reader
    make: SubjectTokens
    namespaces: Namespaces
    most: int = MOST
    known: dict[bytes, Identifier] = field(default_factory=dict)
    waiting: dict[bytes, Identifier] = field(default_factory=dict)
    weak: list[Weak] = field(default_factory=list)
    doubtful: dict[Weak, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    shared: Mapping[bytes, Weak] = field(default_factory=dict)
    found_shared: dict[bytes, Weak] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    whose: dict[bytes, int] = field(default_factory=dict)
    held_by: dict[tuple[int, str], set[bytes]] = field(default_factory=lambda: defaultdict(set))
    forms: dict[bytes, set[bytes]] = field(default_factory=lambda: defaultdict(set))

    def go(self, named: Iterable[Identifier], people: int) -> None:
        """Follow what was named until nothing new is met; rows of a person's own before others."""
        for number, one in enumerate(named):
            self.take([one], number if people > 1 else 0)
        while self.waiting:
            given, self.waiting = self.waiting, {}
            for product in sorted(self.held, key=lambda one: not one.person_keys):
                self.follow(product, given)
            self.hashed(given)

    def take(self, found: Iterable[Identifier], whose: int) -> None:
        """What is new of these, in all forms; another spelling of what is known is kept with it."""
        for each in found:
            every = tuple(in_all_forms(self.make, self.namespaces, each))
            if aside := next((one.token for one in every if one.token in self.shared), None):
                self.weak.append(self.shared[aside])
                continue
            for one in every:
                before = self.known.get(one.token)
                spellings = dict.fromkeys((*before.spellings, *one.spellings) if before else one.spellings)
                self.known[one.token] = replace(before or one, spellings=tuple(spellings))
                self.forms[one.token].update(form.token for form in every)
                if before is None:
                    self.waiting[one.token] = one
                    self.whose[one.token] = whose
                    self.held_by[whose, one.namespace].add(one.token)

    def follow(self, product: Held, given: Mapping[bytes, Identifier]) -> None:
        """The keys that stand in one row with those given."""
        for column, namespace in product.subjects.items():
            starting = {token for token, one in given.items() if one.namespace == namespace}
            if not starting or column not in product.marked:
                continue
            met: dict[tuple[bytes, str], dict[bytes, set[str]]] = defaultdict(lambda: defaultdict(set))
            for row in self._rows(product, column, [given[token].subject63 for token in starting]):
                source = self._token(namespace, row[column])
                if source in starting:  # 63 bits may stand for a second person
                    self.take([replace(self.known[source], spellings=(str(row[column]),))], self.whose[source])
                    for other, held_as in product.subjects.items():
                        token = self._token(held_as, row[other])
                        if other != column and token is not None:
                            met[source, other][token].add(str(row[other]))
            for (source, other), found in met.items():
                self._met(product, source, other, found)

    def _met(self, product: Held, source: bytes, column: str, found: Mapping[bytes, set[str]]) -> None:
        """Take what one key led to in one column, unless a second person may stand behind it."""
        namespace, whose = product.subjects[column], self.whose[source]
        each = [Identifier(namespace, token, tuple(sorted(texts)), product.key) for token, texts in found.items()]
        most = 1 if column in product.person_keys else FAN_OUT
        new = found.keys() - self.known.keys()
        if not new:
            self.take(each, whose)
        elif namespace == self.known[source].namespace:
            self.weak.append(Weak(product.key, namespace, "a row holds two of them, which may be two people's"))
        elif len(found) > most or (namespace in self.numbers and len(found.keys() | self.held_by[whose, namespace]) > 1):
            why = "too many" if most > 1 and len(found) > most else "two or more people"
            self.weak.append(Weak(product.key, namespace, f"one key leads to {why}"))
            self._is_shared(product, source, column)
        elif self.namespaces[namespace].weak:
            self.doubtful[Weak(product.key, namespace, "two people may share such an identifier")] |= found.keys()
        elif len(self.known) + len(new) > self.most:
            self.weak.append(Weak(product.key, namespace, "it leads to more identifiers than one person has"))
        else:
            self.take(each, whose)

    def _is_shared(self, product: Held, source: bytes, column: str) -> None:
        """Leave the key aside that stands in the rows of several people, with its forms; a number of a person's own is theirs all the same."""
        if is_row_of_somebody(product, column) and self.known[source].namespace not in self.numbers:
            weak = Weak(product.key, self.known[source].namespace, "two or more people are known by it")
            self.found_shared |= dict.fromkeys(self.forms[source] | {source}, weak)

    def doubted(self) -> Iterator[Weak]:
        """The links over identifiers that may be shared behind which a row stands that is not known to be the person's."""
        for weak, tokens in self.doubtful.items():
            if any(self._stands_alone(product, weak.namespace, tokens) for product in self.held):
                yield weak

    def _stands_alone(self, product: Held, namespace: str, tokens: set[bytes]) -> bool:
        for column, held_as in product.subjects.items():
            if held_as != namespace or column not in product.marked:
                continue
            for row in self._rows(product, column, [subject63_of(token) for token in tokens]):
                keys = {self._token(other, row[name]) for name, other in product.subjects.items() if name != column}
                if self._token(namespace, row[column]) in tokens and not keys & self.known.keys():
                    return True
        return False

    def hashed(self, given: Mapping[bytes, Identifier]) -> None:
        """Whose hash was met: looked for among the keys of the namespace that was hashed."""
        for name, namespace in self.namespaces.items():
            wanted = {one.token for one in given.values() if one.namespace == name}
            if not wanted or namespace.derived_from is None or namespace.transform in (None, "base64"):
                continue
            for product in self.held:
                for column, held_as in product.subjects.items():
                    if held_as == namespace.derived_from:
                        for whose, found in self._of_hash(product, column, name, wanted):
                            self.take([found], whose)

    def _of_hash(self, product: Held, column: str, name: str, wanted: set[bytes]) -> list[tuple[int, Identifier]]:
        base = product.subjects[column]
        hashes = {text for token in wanted for text in self.known[token].spellings}
        found = []
        for text in self._values(product, column, candidates("text", name, hashes, self.namespaces)):
            for held_as, form in derived_forms(self.namespaces, base, text):
                token = self._token(held_as, form)
                if held_as == name and token in wanted:
                    found.append((self.whose[token], Identifier(base, self.make.token(base, text), (text,), product.key)))
        return found

    def _rows(self, product: Held, column: str, subjects: list[int]) -> list[dict[str, object]]:
        keys = ", ".join(map(quote_name, product.subjects))
        whose = f"{quote_name(SUBJECTS + column)} IN ({', '.join(map(str, subjects))})"
        return rows_over(self.reader, product, f"SELECT DISTINCT {keys} FROM {{t}} WHERE {whose} LIMIT {self.most * 10}")

    def _values(self, product: Held, column: str, condition: str) -> list[str]:
        each = f"SELECT DISTINCT CAST({quote_name(column)} AS VARCHAR) AS text FROM {{t}}"
        sql = f"SELECT text FROM ({each}) WHERE text IS NOT NULL AND {condition}"
        return [str(text) for text in self.reader.fetch(product.place, sql).column(0).to_pylist()]

    def _token(self, namespace: str, value: object) -> bytes | None:
        return None if value is None else self.make.maker(namespace)(str(value))
