"""The rows of one person out of every product: by any key of theirs, and where a text names them in a row that is nobody's by key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Reader, quote_name
from mesh_platform.product.governance import Namespace
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.people.locate import theirs
from mesh_platform.subjects.requests.values import Closure, Identifier
from mesh_platform.subjects.verifier.forms import Form, wanted

Row = dict[str, Any]
_TEXTS = ("VARCHAR", "JSON")


@dataclass(frozen=True, slots=True)
class Part:
    """What one product holds: rows by key, which are the person's, and rows in which a text names them."""

    held: Held
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    mentions: tuple[Row, ...] = ()

    @property
    def key(self) -> str:
        return self.held.key

    def __len__(self) -> int:
        return len(self.rows) + len(self.mentions)


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads the published version of every product, restricted and suppressed rows included: the person may know of those too."""

    reader: Reader
    tokens: SubjectTokens
    namespaces: dict[str, Namespace]
    closure: Closure
    identifiers: Sequence[Identifier]

    def part(self, one: Held) -> Part:
        """What that product holds of the person."""
        shown = self.reader.columns(one.place)
        names = tuple(name for name, _ in shown)
        texts = [name for name, kind in shown if kind.startswith(_TEXTS) and name not in one.subjects]
        condition = theirs(one, self.closure)
        rows = tuple(row for row in self._by_key(one, names, condition) if self.own(one, row))
        return Part(one, names, rows, tuple(self._mentions(one, names, texts, condition)))

    def own(self, one: Held, row: Row) -> bool:
        """Whether a key of the row is the person's: 63 bits may stand for a second one."""
        return any(
            self.token(namespace, row[column]) in self.closure.tokens(namespace) for column, namespace in one.subjects.items()
        )

    def strange(self, one: Held, row: Row) -> list[str]:
        """The key columns of a row that hold somebody else's identifier."""
        each = ((column, namespace, self.token(namespace, row[column])) for column, namespace in one.subjects.items())
        return [column for column, namespace, token in each if token is not None and token not in self.closure.tokens(namespace)]

    def token(self, namespace: str, value: object) -> bytes | None:
        return None if value is None else self.tokens.maker(namespace)(str(value))

    def _by_key(self, one: Held, names: Sequence[str], condition: str | None) -> list[Row]:
        if condition is None:
            return []
        return rows_over(self.reader, one, f"SELECT {', '.join(map(quote_name, names))} FROM {{t}} WHERE {condition}")

    def _mentions(self, one: Held, names: Sequence[str], texts: Sequence[str], condition: str | None) -> Iterator[Row]:
        """Rows without a key of theirs in which a text holds an identifier of theirs; of a row that is somebody else's that text alone."""
        forms = [form for form in wanted(self.identifiers, self.tokens, self.namespaces).forms if form.name != "keyed token"]
        if not texts or not forms:
            return
        tests, values = list[str](), list[str]()
        for name in texts:
            text = f"CAST({quote_name(name)} AS VARCHAR)"
            for form in forms:
                digits = f"regexp_replace({text}, '[^0-9]', '', 'g')" if form.digits else f"lower({text})"
                tests.append(f"contains({digits}, ?)")
                values.append(form.text)
        chosen = ", ".join(map(quote_name, names))
        apart = f"NOT coalesce({condition}, false) AND " if condition else ""

        sql = f"SELECT {chosen} FROM {{t}} WHERE {apart}({' OR '.join(tests)})"
        found = self.reader.follow(
            {"t": one.place}, lambda con, over: con.execute(sql.replace("{t}", over["t"]), values).to_arrow_table().to_pylist()
        )
        for row in found:
            named = {name for name in texts if _names(forms, row[name])}
            if named:
                whole = not self.strange(one, row)
                yield {name: row[name] if whole or name in named else None for name in names}


def _names(forms: Sequence[Form], cell: object) -> bool:
    return cell is not None and any(form.stands_in(str(cell)) for form in forms)
