"""The verifier: reads everything that is held of every product, and finds the person in it or does not.

It shares no code with what erases and takes nothing from what that wrote: it opens each data file of each held version itself, with the rows that
are deleted and still lie there, the statistics of the catalogs, and the files that sources would be read from again. A value never leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from sqlalchemy import func, select

from mesh_platform.classify.decode import chains
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Lake, Place, Scan, is_hidden, quote_name, scan_source
from mesh_platform.product import DataProduct, ProductKey
from mesh_platform.product.governance import Namespace
from mesh_platform.product.models import Aggregate, Source, served_descriptor
from mesh_platform.registry import Registry
from mesh_platform.retention import Holder
from mesh_platform.state.tables import ledger_events, ledger_state
from mesh_platform.subjects.forms import Form, Wanted, wanted
from mesh_platform.subjects.keeping import Keeping, in_files
from mesh_platform.subjects.requests import Identifier

_E, _S = ledger_events.c, ledger_state.c
_REMADE = ("rebuild", "aggregate_exempt")
_NO_TEXT = ("BOOLEAN", "DATE", "TIME", "FLOAT", "DOUBLE", "DECIMAL", "INTERVAL")
_MAY_STAND_FOR = r"%[0-9A-Fa-f]{2}|&#x?[0-9A-Fa-f]+;|\\u00|[A-Za-z0-9+/_-]{16,}"
_WORDS = re.compile(r"(?=[^\s\"'<>(){}\[\],|]*(?:[%&\\\\]|[A-Za-z0-9+/_-]{16}))[^\s\"'<>(){}\[\],|]{8,}")
_BINDING = re.compile(r"[=:/&?#;]+")
_DEPTH, _SHORTEST = 2, 8
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


@dataclass(frozen=True, slots=True)
class Residue:
    """The person found: in which product, where in it, in which form and how often.

    `landing`: in what its source would be read from again; `appends`: and would be added to what is there, were it changed.
    """

    product: str
    where: str
    form: str
    rows: int
    landing: bool = False
    appends: bool = False

    def as_json(self) -> dict[str, object]:
        return {"product": self.product, "where": self.where, "form": self.form, "rows": self.rows, "landing": self.landing}


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look came to: what was found, and how much was read."""

    residues: tuple[Residue, ...]
    products: int
    files: int

    def of(self, product: str, landing: bool = False) -> tuple[Residue, ...]:
        return tuple(one for one in self.residues if one.product == product and one.landing is landing)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Everything it looks at is opened by itself; `root` is the folder below which sources lie."""

    lake: Lake
    registry: Registry
    root: Path
    tokens: SubjectTokens
    namespaces: Mapping[str, Namespace]
    salts: tuple[bytes, ...] = ()

    def look(self, identifiers: Iterable[Identifier]) -> Looked:
        """Read every product and every source for every form of these identifiers; one that does not open is told as if it held them."""
        asked = wanted(identifiers, self.tokens, self.namespaces, self.salts)
        residues, files = list[Residue](), 0
        places = [place for place in self.lake.places() if self.lake.published(place)]
        for place in places:
            try:
                with self.lake.scan(place) as scan:
                    descriptor = served_descriptor(scan.versions[-1].extra)
                    residues += self._in_place(place, scan, descriptor, asked)
                    files += len(scan.files)
            except Unavailable as error:
                residues.append(Residue(place.key, "a catalog that does not open", error.finding.rule, 0))
                continue
            if descriptor is not None and descriptor.source is not None:
                residues += self._in_source(place, descriptor, descriptor.source, asked)
                for store in descriptor.source.stores:
                    if store.path is not None:
                        residues += self._in_source(place, descriptor, Source(path=store.path), asked)
        return Looked(tuple(residues), len(places), files)

    def unsuppressed(self, identifiers: Iterable[Identifier]) -> int:
        """How many of these identifiers (and of their forms) no suppression of the ledger stands for."""
        asked = wanted(identifiers, self.tokens, self.namespaces)
        every = set().union(*asked.tokens.values()) if asked.tokens else set()
        with self.registry.database.read() as con:
            query = select(_S.subject).where(_S.kind == "suppression", _S.decision == "imposed", _S.subject.in_(sorted(every)))
            return len(every - {bytes(row.subject) for row in con.execute(query)})

    def stale(self, identifiers: Iterable[Identifier], holders: Iterable[str]) -> tuple[Residue, ...]:
        """Products that are made again, derive from one of `holders`, and were published before the suppression.

        Where nobody can be looked for, what was published after the person was left out of every input is the proof.
        """
        since = self._suppressed_at(identifiers)
        published = {place.key: (place, descriptor) for place, descriptor in self._published()}
        inputs = {key: descriptor for key, (_, descriptor) in published.items()}
        reached, found = set(holders), []
        for _ in inputs:
            reached |= {key for key, one in inputs.items() if one and {str(i.product) for i in one.inputs} & reached}
        for key in sorted(reached & inputs.keys()):
            descriptor = inputs[key]
            if descriptor is None or not descriptor.inputs or (descriptor.erasure and descriptor.erasure.strategy not in _REMADE):
                continue
            if descriptor.aggregate is not None and not self._small_groups(published[key][0], descriptor.aggregate):
                continue
            latest = next(iter(self.registry.publications(ProductKey.parse(key))), None)
            if latest is None or since is None or latest.published_at < since:
                found.append(Residue(key, "the whole of it", "made before the suppression", 0))
        return tuple(found)

    def _small_groups(self, place: Place, aggregate: Aggregate) -> bool:
        """Whether a file that is held shows a group that is too small, or none that can be counted."""
        name = quote_name(aggregate.count)
        query = f"SELECT count(*) FROM {{}} WHERE {name} IS NULL OR {name} < {aggregate.min_group}"
        try:
            with self.lake.scan(place) as scan:
                return any(scan.con.execute(query.format(file)).fetchone() != (0,) for file in scan.files)
        except (MeshError, duckdb.Error):
            return True

    def _published(self) -> Iterator[tuple[Place, DataProduct | None]]:
        for place in self.lake.places():
            if self.lake.published(place):
                try:
                    yield place, served_descriptor(self.lake.versions(place)[-1].extra)
                except Unavailable:  # told by `look`
                    yield place, None

    def _suppressed_at(self, identifiers: Iterable[Identifier]) -> datetime | None:
        asked = wanted(identifiers, self.tokens, self.namespaces)
        every = sorted(set().union(*asked.tokens.values())) if asked.tokens else []
        with self.registry.database.read() as con:
            query = select(func.max(_E.sequence)).where(_E.kind == "suppression", _E.decision == "imposed", _E.subject.in_(every))
            last = con.execute(query).scalar()
            return con.execute(select(_E.recorded_at).where(_E.sequence == last)).scalar() if last else None

    def _in_place(self, place: Place, scan: Scan, descriptor: DataProduct | None, asked: Wanted) -> Iterator[Residue]:
        subjects = descriptor.subject_columns if descriptor else {}
        about = Holder(place.key, descriptor, {})
        keeping = Keeping.of(self.registry.database, set().union(*asked.tokens.values()))
        files = in_files(keeping, about, {file: _types(scan, file) for file in scan.files})
        for where, form, rows in _added(_found(scan.con, file, asked, subjects, self.tokens) for file in files.values()):
            yield Residue(place.key, where, form, rows)
        for table, relation in () if keeping.touching(about) else scan.told:  # a value of what is kept stands there too
            for _, form, rows in _found(scan.con, relation, asked, {}, self.tokens):
                yield Residue(place.key, f"the catalog ({table})", form, rows)
        if scan.hidden:
            yield Residue(place.key, "rows that are hidden and not removed", "deleted rows", scan.hidden)
        if scan.unknown:
            yield Residue(place.key, "files that no version needs", "unknown", scan.unknown)

    def _in_source(self, place: Place, descriptor: DataProduct, source: Source, asked: Wanted) -> Iterator[Residue]:
        """What the next publication would be made of, or what lies beside it; where it is not there any more there is nothing to find."""
        if source.path is not None and not any(self.root.glob(source.path)):
            return
        try:
            with self.lake.engine() as con, scan_source(con, self.root, source, {}, strict=False, product=place.key) as select_:
                found = list(_found(con, f"({select_})", asked, descriptor.subject_columns, self.tokens))
        except (MeshError, duckdb.Error) as error:
            told = error.finding.rule if isinstance(error, MeshError) else type(error).__name__
            yield Residue(place.key, "its source, which cannot be read", told, 0, landing=True)
            return
        for where, form, rows in found:
            appends = descriptor.load == "append"
            yield Residue(place.key, f"its source, {where}", form, rows, landing=True, appends=appends)


def _types(scan: Scan, file: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in scan.con.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()}


Found = tuple[str, str, int]


def _added(each: Iterable[Iterable[Found]]) -> Iterator[Found]:
    """The same place and form in several files, as one."""
    rows: dict[tuple[str, str], int] = {}
    for found in each:
        for where, form, count in found:
            rows[where, form] = rows.get((where, form), 0) + count
    for (where, form), count in sorted(rows.items()):
        yield where, form, count


def _found(
    con: duckdb.DuckDBPyConnection, relation: str, asked: Wanted, subjects: Mapping[str, str], tokens: SubjectTokens
) -> Iterator[Found]:
    """Where in a relation the person stands, column by column."""
    for column, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall():
        name = quote_name(column)
        if kind in _NUMBERS:
            yield from _as_mark(con, relation, column, name, asked)
        elif not kind.startswith(_NO_TEXT):
            yield from _as_text(con, relation, column, name, asked.forms)
            yield from _as_hash(con, relation, column, name, asked.hashes)
            if column not in subjects and not is_hidden(column):
                yield from _encoded(con, relation, column, name, asked.forms)
        namespace = subjects.get(column)
        if namespace is not None and namespace in asked.tokens:
            yield from _as_key(con, relation, column, name, namespace, asked, tokens)


def _as_mark(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, asked: Wanted) -> Iterator[Found]:
    if not asked.marks:
        return
    marks = ", ".join(map(str, sorted(asked.marks)))
    [[rows]] = con.execute(f"SELECT count(*) FROM {relation} WHERE {name} IN ({marks})").fetchall()
    if rows:
        yield f"column {column}", "keyed token", rows


def _as_text(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, forms: Sequence[Form]) -> Iterator[Found]:
    """Cells in which a form may stand are found by the engine, and looked at one by one."""
    whole, digits = [form for form in forms if not form.digits], [form for form in forms if form.digits]
    text = f"CAST({name} AS VARCHAR)"
    tests = [f"contains(lower({text}), ?)" for _ in whole]
    tests += [f"contains(regexp_replace({text}, '[^0-9]', '', 'g'), ?)" for _ in digits]
    if not tests:
        return
    query = f"SELECT {text}, count(*) FROM {relation} WHERE {' OR '.join(tests)} GROUP BY 1"
    counts: dict[str, int] = {}
    for cell, rows in con.execute(query, [form.text for form in (*whole, *digits)]).fetchall():
        for form in forms:
            if form.stands_in(cell):
                counts[form.name] = counts.get(form.name, 0) + rows
    for form_name, rows in counts.items():
        yield f"column {column}", form_name, rows


def _as_hash(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, hashes: Mapping[str, str]) -> Iterator[Found]:
    """Hashes that an identifier makes, of whatever function and registered salt."""
    runs = f"regexp_extract_all(lower(CAST({name} AS VARCHAR)), '[0-9a-f]{{32,128}}')"
    query = f"SELECT run, count(*) FROM (SELECT unnest({runs}) AS run FROM {relation} WHERE length(CAST({name} AS VARCHAR)) > 31) WHERE run IN (SELECT unnest(?::VARCHAR[])) GROUP BY 1"
    for run, rows in con.execute(query, [sorted(hashes)]).fetchall():
        yield f"column {column}", hashes[run], rows


def _encoded(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, forms: Sequence[Form]) -> Iterator[Found]:
    """Words that stand for something else, decoded as the classifier decodes them: an address in Base64, hexadecimal, a URL, compressed."""
    text, counts = f"CAST({name} AS VARCHAR)", dict[str, int]()
    query = f"SELECT {text}, count(*) FROM {relation} WHERE regexp_matches({text}, ?) GROUP BY 1"
    for cell, rows in con.execute(query, [_MAY_STAND_FOR]).fetchall():
        words = {piece for word in _WORDS.findall(cell) for piece in (word, *_BINDING.split(word)) if len(piece) >= _SHORTEST}
        plains = {(how[0], plain) for word in words for how, plain in chains(word, _DEPTH)}
        for how in {how for how, plain in plains if any(form.stands_in(plain) for form in forms)}:
            counts[how] = counts.get(how, 0) + rows
    for how, rows in counts.items():
        yield f"column {column}", f"behind {how}", rows


def _as_key(
    con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, namespace: str, asked: Wanted, tokens: SubjectTokens
) -> Iterator[Found]:
    """Each value of a subject key brought to its normal form, whatever its spelling."""
    make, held = tokens.maker(namespace), asked.tokens[namespace]
    query = f"SELECT CAST({name} AS VARCHAR), count(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1"
    rows = sum(count for text, count in con.execute(query).fetchall() if make(text) in held)
    if rows:
        yield f"column {column}", "key in its normal form", rows
