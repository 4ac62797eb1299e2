"""The last look at a package before it may leave: is anybody else in it, or a number that must not be written out?

It takes nothing from what collected and redacted: it opens the finished archive, reads everything in it as text, and goes through the people one by one.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms, normal_form
from mesh_platform.subjects.packages.numbers import kept_back, numbers_in
from mesh_platform.subjects.packages.redact import may_name
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.requests.values import Closure

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody else, or a harmful number: by the product and the column that hold it, never by value."""

    product: str
    where: str
    times: int

    def as_json(self) -> dict[str, object]:
        return {"product": self.product, "where": self.where, "times": self.times}


class Text:
    """A text that many values are looked for in."""

    def __init__(self, text: str) -> None:
        self._text = " ".join(text.casefold().split())
        self._words = frozenset(_WORD.findall(self._text))

    def holds(self, value: str, mine: frozenset[str]) -> bool:
        """Whether it stands there by itself and is not the person's own; most people are ruled out by a word that is not there."""
        text = " ".join(value.casefold().split())
        if text in mine or not _telling(text) or not self._words.issuperset(_WORD.findall(text)) or text not in self._text:
            return False
        return re.search(rf"(?<!\w)(?<!\w[._%+@-]){re.escape(text)}(?!\w)(?![._+@-]\w)", self._text) is not None


@dataclass(frozen=True, slots=True)
class Check:
    """Everything it compares with is read by itself."""

    held: Sequence[Held]
    reader: Reader
    tokens: SubjectTokens
    namespaces: Mapping[str, Namespace]
    closure: Closure

    def look(self, archive: bytes) -> tuple[Found, ...]:
        """What must not be in the archive."""
        texts = dict(_texts(archive))
        everything, cells = Text("\n".join(texts.values())), Text("\n".join(self._cells(archive)))
        mine, columns = self._mine(), {one.key: one.descriptor.columns for one in self.held if one.descriptor}
        found = [
            Found(product, f"{'column ' if product else ''}{where}: a number or secret that is never written out", times)
            for (product, where), times in numbers_in(archive, columns, self._may_be_shown).items()
        ]
        for one in self.held:
            for column, namespace in one.subjects.items():
                times = sum(everything.holds(form, mine) for form in self._forms(one, column, namespace))
                found += [Found(one.key, f"column {column}", times)] if times else []
            for column in _people(one):
                times = sum(cells.holds(value, mine) for value in self._values(one, column))
                found += [Found(one.key, f"column {column}", times)] if times else []
        return tuple(found)

    def _forms(self, one: Held, column: str, namespace: str) -> Iterator[str]:
        """Every form of every identifier in the column that is not the person's."""
        make, own = self.tokens.maker(namespace), self.closure.tokens(namespace)
        for value in self._values(one, column):
            if make(value) not in own:
                yield value
                yield normal_form(self.namespaces[namespace], value)
                yield from (text for _, text in derived_forms(self.namespaces, namespace, value))

    def _may_be_shown(self, text: str) -> bool:
        """Whether it is an identifier of the person's own, of a kind that is written out: a telephone number may pass for a national one."""
        shown = self.closure.namespaces - kept_back(self.held)
        return any(self.tokens.maker(each)(text) in self.closure.tokens(each) for each in shown)

    def _values(self, one: Held, column: str) -> Iterator[str]:
        name = quote_name(column)
        sql = f"SELECT DISTINCT trim(CAST({name} AS VARCHAR)) AS v FROM {{t}} WHERE {name} IS NOT NULL"
        return (str(row["v"]) for row in rows_over(self.reader, one, sql))

    def _cells(self, archive: bytes) -> Iterator[str]:
        """What stands in columns that may name somebody: a town is not looked at for names, since people are called as towns are."""
        columns = {one.key: one.descriptor.columns if one.descriptor else {} for one in self.held}
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            document = json.loads(packed.read("package.json"))
        for product in document["products"]:
            said = columns.get(product["product"], {})
            for row in (*product["rows"], *product["mentions"]):
                yield from (
                    str(cell) for name, cell in row.items() if cell is not None and (name not in said or may_name(said[name]))
                )

    def _mine(self) -> frozenset[str]:
        """What points at people in rows that are this person's alone."""
        mine = set[str]()
        for one in self.held:
            marks = [(c, n) for c, n in one.subjects.items() if c in one.marked and c in one.person_keys]
            for column, namespace in marks:
                subjects = sorted(each.subject63 for each in self.closure.identifiers if each.namespace == namespace)
                if subjects:
                    names = [quote_name(name) for name in _people(one)]
                    if names:
                        where = f"{quote_name(SUBJECTS + column)} IN ({', '.join(map(str, subjects))})"
                        rows = rows_over(self.reader, one, f"SELECT {', '.join(names)} FROM {{t}} WHERE {where}")
                        mine |= {
                            " ".join(str(cell).casefold().split()) for row in rows for cell in row.values() if cell is not None
                        }
        return frozenset(mine)


def _people(one: Held) -> list[str]:
    """Columns that point at one person by their category and are no keys."""
    said = one.descriptor.columns.items() if one.descriptor else ()
    known = ((name, category(column.category)) for name, column in said if column.category and not column.subject)
    return [name for name, found in known if found is not None and found.identifiability is Identifiability.DIRECT]


def _telling(text: str) -> bool:
    if text.isdigit():
        return len(text) >= 7
    return len(text) >= (5 if text.isalpha() else 3)


def _texts(archive: bytes) -> Iterator[tuple[str, str]]:
    """Every member as text: JSON without its escapes, the page without its tags."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        for name in packed.namelist():
            text = packed.read(name).decode()
            if name.endswith(".json"):
                text = text.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\/", "/")
            yield name, unescape(re.sub(r"<[^>]*>", " ", text)) if name.endswith(".html") else text
