"""By what else a person is known: keys that stand in one row with a key of theirs, and what hashing or encoding makes of those.

A key is followed where nothing speaks for a second person behind it. Where a namespace may be shared, or one key leads to more others than one
person has, it is told as a weak link and nothing is followed or erased over it: that is decided by people.
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
from mesh_platform.subjects.hashes import candidates
from mesh_platform.subjects.held import Held, rows_over
from mesh_platform.subjects.requests import Closure, Identifier, Weak

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
    """The closure of the identifiers that were named over the products that hold two in one row; `people` is how many they are of."""
    walk = _Walk(held, reader, tokens, namespaces, MOST * people)
    walk.take(named)
    while walk.waiting:
        given, walk.waiting = walk.waiting, {}
        for product in held:
            walk.follow(product, given)
        walk.hashed(given)
    return Closure(tuple(walk.known.values()), tuple(dict.fromkeys((*walk.weak, *walk.shared()))))


@dataclass(slots=True)
class _Walk:
    """What is known so far, and what was not followed yet."""

    held: Sequence[Held]
    reader: Reader
    make: SubjectTokens
    namespaces: Namespaces
    most: int = MOST
    known: dict[bytes, Identifier] = field(default_factory=dict)
    waiting: dict[bytes, Identifier] = field(default_factory=dict)
    weak: list[Weak] = field(default_factory=list)
    doubtful: dict[Weak, set[bytes]] = field(default_factory=lambda: defaultdict(set))

    def take(self, found: Iterable[Identifier]) -> None:
        """What is new of these, in all forms; another spelling of what is known is kept with it."""
        for each in found:
            for one in in_all_forms(self.make, self.namespaces, each):
                before = self.known.get(one.token)
                spellings = dict.fromkeys((*before.spellings, *one.spellings) if before else one.spellings)
                self.known[one.token] = replace(before or one, spellings=tuple(spellings))
                if before is None:
                    self.waiting[one.token] = one

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
                    self.take([replace(self.known[source], spellings=(str(row[column]),))])
                    for other, held_as in product.subjects.items():
                        token = self._token(held_as, row[other])
                        if other != column and token is not None:
                            met[source, other][token].add(str(row[other]))
            for (_, other), found in met.items():
                self._met(product, other, found)

    def _met(self, product: Held, column: str, found: Mapping[bytes, set[str]]) -> None:
        """Take what one key led to in one column, unless a second person may stand behind it."""
        namespace = product.subjects[column]
        most = 1 if column in product.person_keys else FAN_OUT
        new = found.keys() - self.known.keys()
        if not new:
            self.take(Identifier(namespace, token, tuple(sorted(each)), product.key) for token, each in found.items())
        elif len(found) > most:
            self.weak.append(
                Weak(product.key, namespace, f"one key leads to {'two or more people' if most == 1 else 'too many'}")
            )
        elif self.namespaces[namespace].weak:
            self.doubtful[Weak(product.key, namespace, "two people may share such an identifier")] |= found.keys()
        elif len(self.known) + len(new) > self.most:
            self.weak.append(Weak(product.key, namespace, "it leads to more identifiers than one person has"))
        else:
            self.take(Identifier(namespace, token, tuple(sorted(each)), product.key) for token, each in found.items())

    def shared(self) -> Iterator[Weak]:
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
                        self.take(self._of_hash(product, column, name, wanted))

    def _of_hash(self, product: Held, column: str, name: str, wanted: set[bytes]) -> list[Identifier]:
        base = product.subjects[column]
        hashes = {text for token in wanted for text in self.known[token].spellings}
        found = []
        for text in self._values(product, column, candidates("text", name, hashes, self.namespaces)):
            for held_as, form in derived_forms(self.namespaces, base, text):
                if held_as == name and self._token(held_as, form) in wanted:
                    found.append(Identifier(base, self.make.token(base, text), (text,), product.key))
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
