"""Which rows a read leaves out: those whose people do not allow the purpose, by the bits of the publication, and by what the ledger says since.

A product whose rows name people is never read without: where the bits are missing, or mean something else by now, the read is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.access.decision import Decision
from mesh_platform.errors import Denied, Finding
from mesh_platform.lake.hidden import CONSENT, SUBJECTS
from mesh_platform.ledger.closing import Closings, Watermark
from mesh_platform.ledger.fold import micros
from mesh_platform.ledger.purposes import Asked, Purposes
from mesh_platform.product import Governance, Product
from mesh_platform.product.bases import basis_for
from mesh_platform.product.sql_engine import quoted
from mesh_platform.state import Database

LEDGER = "ledger"
"""Where a version tells for which sequence and moment of the ledger its bits hold, and which they are."""
ABSORBED = "absorbed"
"""Where it tells the ledger's sequence from before its inputs were read: whom they left out by then is not in it."""
_CLOSED = "_mesh_closed"


@dataclass(frozen=True, slots=True)
class RowFilter:
    """The rows that a view shows.

    Attributes:
        bit: of the purpose, in the publication's own bits.
        subjects: the lake's columns that say whose a row is.
        closed: those who were closed for the purpose since, with commas between; empty where there is nobody.
        synthetic: the canaries that nobody is shown, with commas between.
    """

    bit: int
    subjects: tuple[str, ...]
    closed: str
    synthetic: str = ""

    def over(self, relation: str) -> str:
        """A relation of the rows of `relation` that are shown."""
        mask = 1 << self.bit
        select, where = f"SELECT _mesh_rows.* FROM {relation} AS _mesh_rows", f" WHERE ({CONSENT} & {mask}) <> 0"
        if self.synthetic:
            canary = (f"coalesce(_mesh_rows.{quoted(name)} IN ({self.synthetic}), false)" for name in self.subjects)
            where += f" AND NOT ({' OR '.join(canary)})"
        if not self.closed:
            return f"({select}{where})"
        joins = (f" ANTI JOIN {_CLOSED} AS c{i} ON _mesh_rows.{quoted(name)} = c{i}.who" for i, name in enumerate(self.subjects))
        closed = f"WITH {_CLOSED} AS (SELECT unnest(CAST('[{self.closed}]' AS BIGINT[])) AS who) "
        return f"({closed}{select}{''.join(joins)}{where})"


class Filters:
    """The filters of one mesh. Threads may share them.

    Args:
        governance: its purposes.
        database: where the ledger stands.
    """

    def __init__(self, governance: Governance, database: Database) -> None:
        self._governance, self._purposes, self._closings = governance, Purposes(governance), Closings(database)

    def of(
        self,
        product: Product,
        standing: Product | None,
        extra: Mapping[str, object],
        types: Mapping[str, str],
        decision: Decision,
        synthetic: Collection[int] = (),
    ) -> RowFilter | None:
        """The filter of a read that is allowed; None where no row names a person.

        Args:
            product: as it is served.
            standing: as its files say now.
            extra: what the served version tells.
            types: columns of the served table, those of the platform among them.
            decision: what the caller gets.
            synthetic: the canaries that are left out, by the lake's 63 bits.

        Raises:
            Denied: ACCESS-40, where the served rows say of nobody whether they allow the purpose; ACCESS-41, where its legal basis changed.
            Unavailable: where the ledger cannot be read.
        """
        subjects = {name: space for name, space in product.descriptor.subject_columns.items() if name in types}
        told = subjects if standing is None else {n: s for n, s in standing.descriptor.subject_columns.items() if n in types}
        columns = tuple(SUBJECTS + name for name in subjects)
        if not subjects and not told:
            return None
        ledger = extra.get(LEDGER)
        if told != subjects and standing is not None and {**subjects, **told} != subjects:
            raise _unfiltered(product, "Its files name people in columns of which the served rows do not say whose they are.")
        if not isinstance(ledger, dict) or not {*columns, CONSENT} <= types.keys():
            raise _unfiltered(product, "It was published before rows said whose they are, so nobody could be left out.")
        if unsaid := unsaid_of(product, ledger, decision.purpose):
            raise Denied(unsaid)
        asked = self._asked(product, standing, decision, ledger)
        watermark = Watermark(int(ledger["sequence"]), micros(datetime.fromisoformat(ledger["at"])) or 0)
        closed, canaries = self._closings.since(watermark, asked), ",".join(map(str, sorted(synthetic)))
        return RowFilter(int(ledger["bits"][decision.purpose]), columns, closed, canaries if columns else "")

    def _asked(self, product: Product, standing: Product | None, decision: Decision, ledger: Mapping[str, object]) -> Asked:
        """The purpose on the basis that the bits were written for, which is the one it rests on."""
        bases = ledger["bases"]
        assert isinstance(bases, dict)
        if told := off_its_basis(product, standing, decision, self._governance, self._purposes, bases):
            raise Denied(told)
        return self._purposes.asked(decision.purpose, [decision.basis] if decision.basis else [])


def unsaid_of(product: Product, ledger: Mapping[str, object], purpose: str) -> Finding | None:
    """ACCESS-40: why rows that tell this of the ledger may not be read for the purpose; None where they say who allows it."""
    bits = ledger["bits"]
    assert isinstance(bits, dict)
    if purpose in bits:
        return None
    return _unfiltered(product, f"It was published before {purpose} was registered, so no row says who allows it.").finding


def off_its_basis(
    product: Product,
    standing: Product | None,
    decision: Decision,
    governance: Governance,
    purposes: Purposes,
    published: Mapping[str, object] | None = None,
) -> Finding | None:
    """ACCESS-41: why rows about people may not be read for the purpose on the basis that the decision found; None where they may.

    Args:
        product: as it is served.
        standing: as its files stand, None where they are gone.
        decision: one that allows.
        governance: which purpose may rest on what, and `purposes` of it.
        published: purpose → the basis for which its rows say who allows it; None: as it would be published now.
    """
    basis, where = decision.basis, str(product.key)
    if not purposes.asked(decision.purpose, [basis] if basis else []).lawful:
        why = f"{decision.purpose} cannot rest on {basis or 'nothing'} any more."
        return Finding("ACCESS-41", where, why, "See governance/purposes.yaml.", where)
    now = basis_for((standing or product).descriptor.purposes, decision.purpose, governance)
    if basis == now and (published is None or published.get(decision.purpose) == basis):
        return None
    why = f"{decision.purpose} rests on another legal basis than when it was published, and its rows say who allowed that one."
    return Finding("ACCESS-41", where, why, f"`mesh run {product.key}` publishes it anew.", where)


def _unfiltered(product: Product, why: str) -> Denied:
    return Denied.because("ACCESS-40", str(product.key), why, f"`mesh run {product.key}` publishes it anew.", str(product.key))
