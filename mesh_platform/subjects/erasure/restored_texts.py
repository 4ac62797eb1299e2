"""Texts that came back with a backup: everybody who is suppressed goes from them, as each went by the erasure that the backup did not see.

The ledger keeps tokens and no spelling, so each word is brought to its normal form and asked by its token. Names, which no token tells, go where they
stand right beside an identifier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import select

from mesh_platform.lake import Doomed, Scan, quote_name
from mesh_platform.ledger import Ledger
from mesh_platform.product import DataProduct
from mesh_platform.state.tables import ledger_events
from mesh_platform.subjects.erasure.mending import Mending, texts_of
from mesh_platform.subjects.erasure.recognise import Recogniser
from mesh_platform.subjects.erasure.redaction import Redactor
from mesh_platform.subjects.keeping import without
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.plan import TEXT, strategy_of
from mesh_platform.subjects.requests.values import Closure, Identifier

_E = ledger_events.c


def goes_by_text(one: Held) -> bool:
    return strategy_of(one.descriptor) == TEXT


def doomed_in_texts(one: Held, gone: Collection[bytes], ledger: Ledger, kept: str) -> Doomed:
    """What goes of these people from the rows of a product whose texts are redacted, but for rows that are kept."""
    assert one.descriptor is not None
    everybody = _everybody(gone, ledger)
    mending = Mending(one, one.descriptor, everybody, ledger.tokens, Redactor(_recogniser(everybody, ledger)))
    found = mending.doomed()
    assert found.mended is not None
    return without(replace(found, mended=replace(found.mended, where="true", parameters=())), kept or "false")


def told_of(scan: Scan, descriptor: DataProduct, gone: Collection[bytes], ledger: Ledger, kept: str) -> Iterator[str]:
    """The columns of texts in which one of these people is told of still."""
    found, but = _recogniser(_everybody(gone, ledger), ledger), f" AND NOT coalesce(({kept}), true)" if kept else ""
    for column in texts_of(descriptor, lists=True):
        name = quote_name(column)
        for file in scan.files:
            query = f"SELECT DISTINCT CAST({name} AS VARCHAR) FROM {file} WHERE {name} IS NOT NULL{but}"
            if any(found.spans(text) for (text,) in scan.con.execute(query).fetchall()):
                yield column
                break


def _everybody(gone: Collection[bytes], ledger: Ledger) -> Closure:
    query = select(_E.subject, _E.namespace).where(_E.kind == "suppression").distinct()
    with ledger.database.read() as con:
        each = ((row.namespace, bytes(row.subject)) for row in con.execute(query))
        return Closure(tuple(Identifier(namespace, token) for namespace, token in each if token in gone))


def _recogniser(everybody: Closure, ledger: Ledger) -> Recogniser:
    held = {(one.namespace, one.token) for one in everybody.identifiers}
    names = {one.namespace for one in everybody.identifiers}
    return Recogniser(ledger.tokens, ledger.governance.namespaces, names, lambda name, token: (name, token) in held)
