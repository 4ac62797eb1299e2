"""Canaries put into the landing files of products that governance names, as a delivering system would bring them.

The row is looked at where it counts: the whole source is read again as a publication reads it, its statement run over it, and a row that breaks the reading,
or comes out without a key, is taken back. What is planted nowhere is named, with why.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import duckdb

from mesh_platform.actor import MESH, Actor, Role
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import CheckFailed, MeshError
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import quote_name, quote_text
from mesh_platform.lake.sources import scan_source
from mesh_platform.ledger.canaries import canary_tokens
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.product.governance import Canary
from mesh_platform.product.mesh import SqlTransform
from mesh_platform.product.models import Column, Source
from mesh_platform.product.sql import SOURCE
from mesh_platform.publish.runtime import Runtime
from mesh_platform.subjects.erasure.landing_added import Row, added
from mesh_platform.subjects.erasure.stores import Landing
from mesh_platform.subjects.requests.values import Closure, Identifier

PLATFORM = Actor(MESH, (Role.PRIVACY,))
PLANTED, THERE, NOT = "planted", "there", "not planted"
_SECONDS = 120.0
_TYPED: Mapping[str, object] = {
    "boolean": False,
    "date": "{today}",
    "timestamp": "{now}",
    "timestamptz": "{now}",
    "string": "canary",
}


@dataclass(frozen=True, slots=True)
class Planted:
    """What became of one canary at one product that reads a source; `canary` is empty where none is named for it."""

    product: str
    canary: str
    state: str
    why: str = ""

    def as_json(self) -> dict[str, str]:
        return {"product": self.product, "canary": self.canary, "state": self.state, "why": self.why}


@dataclass(frozen=True, slots=True)
class Planting:
    """The canaries of a mesh, and the sources into which they go."""

    mesh: Mesh
    runtime: Runtime
    tokens: SubjectTokens

    def plant(self, now: datetime, but: frozenset[str] = frozenset()) -> tuple[Planted, ...]:
        """Every canary in every product that its `plant` names, but for those canaries that are being erased.

        Raises:
            Unavailable: where the audit log cannot be had.
        """
        each = [
            self._planted(name, canary, key, now)
            for name, canary in self.mesh.governance.canaries.items()
            if name not in but
            for key in canary.plant
        ]
        return (*each, *unplanted(self.mesh))

    def _planted(self, name: str, canary: Canary, key: str, now: datetime) -> Planted:
        try:
            product = self.mesh.product(ProductKey.parse(key))
            landing = landing_of(self.mesh, product)
            person = Closure(tuple(Identifier(space, token) for token, space in canary_tokens(self.tokens, canary).items()))
            if landing.held(person, self.tokens):
                return Planted(key, name, THERE)
            row = synthetic(product, landing, canary, now)
            about = What(product=key, what="canary planted")
            self.runtime.audit.record(Act.REQUEST, Phase.INTENT, PLATFORM, about, n=1)
            added(landing, row)
            if problem := self._unfit(product, canary):
                landing.erase(person, self.tokens, lambda rows: None)
                return Planted(key, name, NOT, f"{problem} It was taken back.")
        except MeshError as error:
            return Planted(key, name, NOT, f"{error.finding.rule}: {error.finding.why}")
        except (OSError, ValueError) as error:
            return Planted(key, name, NOT, f"Its file cannot be written ({type(error).__name__}).")
        return Planted(key, name, PLANTED)

    def _unfit(self, product: Product, canary: Canary) -> str:
        """Why a publication could not read the source with it; empty where it can, and finds it by a key."""
        names = {namespace: text.strip().lower() for namespace, text in canary.identifiers.items()}
        asked = [
            f"lower(trim(CAST({quote_name(column)} AS VARCHAR))) = {quote_text(names[namespace])}"
            for column, namespace in product.descriptor.subject_columns.items()
            if namespace in names
        ]
        if not asked:
            return "The canary has no identifier in a namespace of its keys."
        try:
            with self._rows(product) as (con, select):
                # each cell is made, so that one that cannot be read stops here and not in a publication
                query = f"SELECT bit_xor(hash(r)), count(*) FILTER (WHERE {' OR '.join(asked)}) FROM ({select}) AS r"
                found = con.execute(query).fetchone()
        except MeshError as error:
            return f"The source cannot be read with it ({error.finding.rule})."
        except duckdb.Error as error:
            return f"The source cannot be read with it ({type(error).__name__})."
        return "" if found and found[1] else "No row of the product shows it by a key."

    @contextmanager
    def _rows(self, product: Product) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
        """The rows as a publication stages them, on a connection of their own that ends after a time."""
        declared = {name: column.type.duckdb for name, column in product.descriptor.columns.items()}
        sql = product.transform.sql.rstrip().rstrip(";") if isinstance(product.transform, SqlTransform) else None
        assert product.descriptor.source is not None
        with self.runtime.lake.engine() as con:
            overdue = threading.Timer(_SECONDS, con.interrupt)
            overdue.daemon = True
            overdue.start()
            try:
                source = product.descriptor.source
                with scan_source(con, self.mesh.root, source, declared, strict=sql is None, product=str(product.key)) as select:
                    if sql is None:
                        yield con, select
                        return
                    con.execute(f"CREATE OR REPLACE TEMP VIEW {quote_name(SOURCE)} AS {select}")
                    cells = ", ".join(
                        f"CAST({quote_name(name)} AS {kind}) AS {quote_name(name)}" for name, kind in declared.items()
                    )
                    yield con, f"SELECT {cells} FROM ({sql})"
            finally:
                overdue.cancel()
                con.execute(f"DROP VIEW IF EXISTS {quote_name(SOURCE)}")


def landing_of(mesh: Mesh, product: Product) -> Landing:
    """The landing files of the product, into which a canary may go.

    Raises:
        CheckFailed: CONSENT-13, saying why none may.
    """
    if why := _closed(product):
        fix = "Have it carried by the system that delivers, or declare its landing files as a store."
        raise CheckFailed.because("CONSENT-13", product.where, why, fix, str(product.key))
    source = product.descriptor.source
    assert source is not None
    return Landing(mesh.root, str(product.key), source, _keys(source))


def unplanted(mesh: Mesh) -> tuple[Planted, ...]:
    """Every product that reads a source and into which no canary is planted, with why."""
    named = {key for canary in mesh.governance.canaries.values() for key in canary.plant}
    return tuple(
        Planted(str(key), "", NOT, _closed(product) or "No canary names it under `plant`.")
        for key, product in sorted(mesh.products.items())
        if product.descriptor.source is not None and str(key) not in named
    )


def _closed(product: Product) -> str:
    """Why nothing is planted into a product; empty where it can be."""
    descriptor, transform = product.descriptor, product.transform
    source = descriptor.source
    if source is None:
        return "It reads no source."
    if source.path is None:
        return "Its source is a table of another system, into which the platform writes nothing."
    if not _keys(source):
        return "Its landing files are not declared as a store with keys, so an erasure would not reach what was planted."
    if descriptor.load == "append":
        return "Its rows are added to, and nothing is taken out of published files again."
    if descriptor.inputs or (transform is not None and not isinstance(transform, SqlTransform)):
        return "Its rows are made by code or with other products, so it cannot be seen beforehand that the row fits."
    if not descriptor.subject_columns:
        return "Its rows do not say whose they are, so a canary would be counted as a person."
    return ""


def _keys(source: Source) -> dict[str, str]:
    return {column: name for store in source.own_stores for column, name in store.keys.items()}


def synthetic(product: Product, landing: Landing, canary: Canary, now: datetime) -> Row:
    """The canary's row: keys as the canary has them, values as governance gives them; where the file has the declared columns, what is given for none is
    made up by what is declared of it.
    """
    strict = product.transform is None
    made = {name: _made(column) for name, column in product.descriptor.columns.items() if strict and not column.nullable}
    keys = {column: canary.identifiers.get(namespace) for column, namespace in landing.keys.items()}
    moments = {"{now}": now.strftime("%Y-%m-%d %H:%M:%S"), "{today}": now.strftime("%Y-%m-%d")}
    row = made | dict(canary.plant[str(product.key)]) | keys
    return {name: moments.get(value, value) if isinstance(value, str) else value for name, value in row.items()}


def _made(column: Column) -> object:
    if column.values:
        return column.values[0]
    return column.min if column.min is not None else _TYPED.get(column.type.text, 0)
