"""The verifier: reads everything that is held of every product, and finds the person in it or does not.

It shares no code with what erases and takes nothing from what that wrote: it opens each data file of each held version itself, with the rows that
are deleted and still lie there, the statistics of the catalogs, and the files that sources would be read from again. A value never leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from sqlalchemy import func, select

from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Lake, Place, Scan, quote_name, scan_source
from mesh_platform.ledger import suppressed_now
from mesh_platform.product import DataProduct, ProductKey
from mesh_platform.product.governance import Namespace
from mesh_platform.product.models import Aggregate, Source, served_descriptor
from mesh_platform.registry import Registry
from mesh_platform.retention import Holder
from mesh_platform.state.tables import ledger_events
from mesh_platform.subjects.keeping import Keeping, in_files
from mesh_platform.subjects.requests.values import Identifier
from mesh_platform.subjects.verifier.forms import Wanted, wanted
from mesh_platform.subjects.verifier.in_columns import Found, found_in

_E = ledger_events.c
_REMADE = ("rebuild", "aggregate_exempt")


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
            return len(every - suppressed_now(con, every))

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
        for where, form, rows in _added(found_in(scan.con, file, asked, subjects, self.tokens) for file in files.values()):
            yield Residue(place.key, where, form, rows)
        for table, relation in () if keeping.touching(about) else scan.told:  # a value of what is kept stands there too
            for _, form, rows in found_in(scan.con, relation, asked, {}, self.tokens):
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
                found = list(found_in(con, f"({select_})", asked, descriptor.subject_columns, self.tokens))
        except (MeshError, duckdb.Error) as error:
            told = error.finding.rule if isinstance(error, MeshError) else type(error).__name__
            yield Residue(place.key, "its source, which cannot be read", told, 0, landing=True)
            return
        for where, form, rows in found:
            appends = descriptor.load == "append"
            yield Residue(place.key, f"its source, {where}", form, rows, landing=True, appends=appends)


def _types(scan: Scan, file: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in scan.con.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()}


def _added(each: Iterable[Iterable[Found]]) -> Iterator[Found]:
    """The same place and form in several files, as one."""
    rows: dict[tuple[str, str], int] = {}
    for found in each:
        for where, form, count in found:
            rows[where, form] = rows.get((where, form), 0) + count
    for (where, form), count in sorted(rows.items()):
        yield where, form, count
