"""What stands beside each staged row for the reads that follow: whose it is, what they allow, and the tokens shown in place of values.

Rows of a suppressed person, and of one on whose word nothing is left for them to rest on, are left out while they are staged, but where a legal hold or
a statutory minimum keeps them. The version keeps which sequence of the ledger its bits hold for: a read leaves out
whom something was recorded of since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import select

from mesh_platform.access.filters import ABSORBED, LEDGER
from mesh_platform.access.masks import TOKEN
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.keys.batches import TokenColumn, subjects63
from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.lake import Hidden, Spared, Version, Writer
from mesh_platform.lake.hidden import CONSENT, SUBJECTS, TOKENS
from mesh_platform.lake.pinned import MOVED
from mesh_platform.ledger import Kind, Ledger, mesh_tokens
from mesh_platform.ledger.bits import Standing, standing
from mesh_platform.ledger.journal import highest
from mesh_platform.product import Governance, LegalBasis, Product
from mesh_platform.product.bases import bases_of
from mesh_platform.publish.runtime import Runtime
from mesh_platform.retention import Holds, spared
from mesh_platform.state import Database
from mesh_platform.state.tables import ledger_events
from mesh_platform.subjects.erasure.mending import TEXT_REDACT, texts_of
from mesh_platform.subjects.erasure.recognise import Recogniser
from mesh_platform.subjects.erasure.redaction import Redactor

MOST_BEHIND = 100_000
"""Events of the ledger after which an appended product is written anew: a read looks at everybody who was closed since its bits were written."""
_IDENTIFIERS = frozenset({"string", "uuid", "int8", "int16", "int32", "integer"})
_ledgers: WeakKeyDictionary[Database, Ledger] = WeakKeyDictionary()
Ints = NDArray[np.int64]


@dataclass(slots=True)
class People:
    """One publication's view of the ledger.

    `suppressed` counts the rows that were left out, once they are staged.
    """

    product: Product
    columns: Mapping[str, TokenColumn]
    tokens: SubjectTokens
    ledger: Ledger
    bases: Mapping[str, LegalBasis]
    standing: Standing | None
    spared: Spared | None = None
    redactor: Redactor | None = None
    suppressed: int = 0
    _subjects: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._subjects = tuple(self.product.descriptor.subject_columns)

    @property
    def hidden(self) -> Hidden | None:
        """The columns to be written; None where no row is about a person or masked by a token."""
        if not self.columns and self.redactor is None:
            return None
        written = [(SUBJECTS + name, "BIGINT") for name in self._subjects]
        written += [(CONSENT, "BIGINT")] if self._subjects else []
        written += [(TOKENS + name, "VARCHAR") for name in self.masked]
        beside = (*self.columns, *self.texts)
        return Hidden(tuple(written), beside, self._made, self._begin, self.spared, self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns out of which suppressed people are taken, wherever somebody tells of them."""
        return texts_of(self.product.descriptor) if self.redactor is not None else ()

    @property
    def masked(self) -> tuple[str, ...]:
        """The columns of which a consumer sees tokens."""
        return tuple(name for name, column in self.product.descriptor.columns.items() if column.mask == TOKEN)

    @property
    def _kept_by_law(self) -> bool:
        """Whether a statutory minimum may ask for rows whose people took their word back."""
        retention = self.product.descriptor.retention
        return retention is not None and retention.minimum is not None

    def _begin(self) -> None:
        self.suppressed = 0

    def _made(self, texts: Sequence[pa.Array]) -> tuple[Sequence[pa.Array], pa.Array]:
        size = len(texts[0])
        keyed, told = texts[: len(self.columns)], texts[len(self.columns) :]
        tokens = {name: column.tokens(given) for (name, column), given in zip(self.columns.items(), keyed, strict=True)}
        made: list[pa.Array] = []
        kept = np.ones(size, dtype=bool)
        if self.standing is not None:
            subjects = [subjects63(tokens[name]) for name in self._subjects]
            bits, gone = self.standing.of_rows(subjects)
            made = [*(pa.array(column, mask=column < 0) for column in subjects), pa.array(bits)]
            kept = ~gone
            if self.spared is None:
                self.suppressed += int(np.count_nonzero(gone))
            if not self._kept_by_law:
                kept = ~(gone | self.standing.ended(subjects))
        made += [self.tokens.shown(tokens[name]) for name in self.masked]
        made += [self._without(given) for given in told]
        return made, pa.array(kept)

    def _without(self, texts: pa.Array) -> pa.Array:
        assert self.redactor is not None
        return pa.array([None if text is None else self.redactor.cell(text) for text in texts.to_pylist()], pa.string())

    def fenced(self, writer: Writer) -> int:
        """Take out of the staged rows who was suppressed since the bits were made; how many rows went."""
        if self.standing is None or self.spared is not None or self.ledger.sequence() == self.standing.sequence:
            return 0
        now = standing(self.ledger, ())
        gone = pa.array(np.setdiff1d(now.known[now.suppressed], self.standing.known[self.standing.suppressed]))
        if not len(gone):
            return 0
        return sum(writer.remove(SUBJECTS + name, gone) for name in self._subjects)

    def fit_beside(self, served: Version) -> bool:
        """Whether the served rows may stay as they are beside new ones: their bits mean the same, and are not too far behind."""
        if self.standing is None:
            return True
        told = served.extra.get(LEDGER)
        return (
            isinstance(told, dict)
            and told.get("bits") == dict(self.standing.of)
            and told.get("bases") == self._told_bases()
            and self.standing.sequence - int(told["sequence"]) <= MOST_BEHIND
        )

    def told(self, beside: Version | None) -> dict[str, object]:
        """What the version keeps; where its rows were added to those of `beside`, for which sequence those hold."""
        if self.standing is None:
            return {}
        if beside is not None:
            return {LEDGER: beside.extra[LEDGER]}
        return {
            LEDGER: {
                "sequence": self.standing.sequence,
                "at": self.standing.at.astimezone(UTC).isoformat(),
                "bits": dict(self.standing.of),
                "bases": self._told_bases(),
            }
        }

    def _told_bases(self) -> dict[str, str]:
        return {purpose: basis.value for purpose, basis in self.bases.items()}


def people_of(product: Product, governance: Governance, runtime: Runtime, at: datetime | None = None) -> People:
    """What a publication of the product writes about people, as the ledger stands now.

    Raises:
        MeshError: RUN-14, where a subject key's type holds no identifiers; LEDGER-06.
        Unavailable: where ledger or keys cannot be had.
    """
    descriptor, ledger = product.descriptor, ledger_of(runtime, governance)
    tokens, subjects = ledger.tokens, descriptor.subject_columns
    columns = dict[str, TokenColumn]()
    for name, column in descriptor.columns.items():
        if column.subject is not None:
            if column.type.text not in _IDENTIFIERS and not column.type.text.startswith("decimal"):
                why = f"A column of type {column.type.text} holds no identifiers that anybody could be found by."
                fix = "Declare the key as a string or a whole number, one person's in each row."
                raise MeshError.because("RUN-14", product.at("columns", name, "subject"), why, fix, str(product.key))
            columns[name] = TokenColumn(tokens.maker(column.subject))
        elif column.mask == TOKEN:
            columns[name] = TokenColumn(tokens.value_maker(str(product.key), column.category or name))
    bases = bases_of(descriptor.purposes, governance)
    stood = standing(ledger, {purpose: [basis] for purpose, basis in bases.items()}, at) if subjects else None
    left = (
        spared(str(product.key), descriptor, Holds(runtime.database).listed(only_open=True), at or utc_now())
        if subjects
        else None
    )
    return People(product, columns, tokens, ledger, bases, stood, left, _redactor(product, ledger, stood))


def _redactor(product: Product, ledger: Ledger, stood: Standing | None) -> Redactor | None:
    """What takes suppressed people out of texts that others wrote; None where the product's texts are not redacted, or nobody is suppressed."""
    erasure = product.descriptor.erasure
    if erasure is None or erasure.strategy != TEXT_REDACT:
        return None
    now = stood or standing(ledger, ())
    gone = frozenset(now.known[now.suppressed].tolist())
    names = ledger.governance.namespaces
    return Redactor(Recogniser(ledger.tokens, names, names, lambda _, token: subject63_of(token) in gone)) if gone else None


def ledger_of(runtime: Runtime, governance: Governance) -> Ledger:
    """The runtime's ledger under this governance; what it holds in memory serves every publication of the process."""
    known = _ledgers.get(runtime.database)
    if known is None or known.governance is not governance:
        tokens = mesh_tokens(runtime.database, runtime.lake.keys, governance)
        known = _ledgers[runtime.database] = Ledger(runtime.database, tokens, governance)
    return known


def begun_at(product: Product, runtime: Runtime) -> int | None:
    """The ledger's sequence before rows of others are read for a product that keeps no key by which a person could be taken out of it again; None
    for every other product.
    """
    if product.descriptor.subject_columns or not product.descriptor.inputs:
        return None
    with runtime.database.read() as con:
        return highest(con)


def absorbed_by(product: Product, runtime: Runtime) -> dict[str, object]:
    """What a version of a product with inputs tells of the ledger before they are read."""
    if not product.descriptor.inputs:
        return {}
    with runtime.database.read() as con:
        return {ABSORBED: highest(con)}


def refuse_overtaken(product: Product, runtime: Runtime, begun: int | None) -> None:
    """The fence of such a product: what was read before somebody was suppressed is not served, and all is read anew.

    Raises:
        Unavailable: ACCESS-07, where somebody was suppressed since.
    """
    if begun is None:
        return
    since = select(ledger_events.c.sequence).where(
        ledger_events.c.sequence > begun, ledger_events.c.kind == Kind.SUPPRESSION.value
    )
    with runtime.database.read() as con:
        if con.execute(since.limit(1)).scalar() is not None:
            why = "Somebody was suppressed while it was made of rows that may be theirs."
            raise Unavailable(Finding(MOVED, product.where, why, "Try again.", str(product.key)))
