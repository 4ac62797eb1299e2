"""Held rows, read for legal claims: exactly those that the open holds of one matter cover in one product, by its counsel, on record before a row leaves.

It is the one port at which rows of suppressed and restricted people are shown: the worker, the views and the record of reads are those of every read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from mesh_platform.access.accounts import read_of, record_reads, record_refusal
from mesh_platform.access.decision import Caller, Decision, refused
from mesh_platform.access.for_claims import LEGAL_CLAIMS, decide_for_claims, refuse_who_may_not
from mesh_platform.access.reading import USUAL, Reading, settled
from mesh_platform.access.served import Answer, Served
from mesh_platform.access.standing import what_rules_do
from mesh_platform.access.statement import OURS
from mesh_platform.access.views import view
from mesh_platform.access.worker import Job, View, Workers
from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.lake import quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.policy.at_reads import AtReads
from mesh_platform.policy.version import policy_digest
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.publish.runtime import Runtime
from mesh_platform.retention import Hold, Holder, Holds, covered

MOST = 10_000
"""Rows of one read."""


@dataclass(frozen=True, slots=True)
class Matters:
    """Reads of held rows over one mesh."""

    mesh: Mesh
    runtime: Runtime
    reading: Reading
    workers: Workers

    def read(
        self, matter: str, key: ProductKey, actor: Actor, now: datetime, columns: Sequence[str] = (), limit: int = MOST
    ) -> Answer:
        """The rows of the product that the open holds of that matter (or the one of that id) cover; all columns where none is named.

        Raises:
            Denied: HOLD-07, for whoever is no counsel or opened the hold; CORE-07, from another region.
            NotFound: HOLD-03, where no such hold is open; HOLD-08, where it covers nothing of the product; as `Reading.served` else.
            UsageProblem: HOLD-08, for a column that there is not.
        """
        try:
            return settled(lambda: self._read(matter, key, actor, now, columns, limit))
        except Denied as refusal:
            record_refusal(self.runtime.audit, Caller.person(actor), LEGAL_CLAIMS, refusal)
            raise

    def _read(self, matter: str, key: ProductKey, actor: Actor, now: datetime, columns: Sequence[str], limit: int) -> Answer:
        holds = self._holds(matter, actor)
        served = self.reading.served(key)
        touching = tuple(hold for hold in holds if hold.scope.touches(str(key), served.product.descriptor))
        if not touching:
            raise NotFound.because("HOLD-08", str(key), f"The matter {matter} covers nothing of it.", "`mesh hold list` tells.")
        decision = self._decided(actor, served.product, touching[0].id, now)
        if not decision.allowed:
            raise refused(decision)
        names = _asked(decision, served, columns)
        name = f"{OURS}{token_hex(8)}"
        select = view(decision, served.types, "{t}", (self._held(served, touching),))
        shown = ", ".join(map(quote_name, names))
        text = f"SELECT {shown} FROM {quote_name(name)} LIMIT {int(min(limit, MOST))}"
        job = Job(text, (View(name, served.place, select, True, served.file),), (), USUAL)
        return Answer(self.workers.run(job, self._recorded(decision, served, touching, actor, names)), (decision,), (served,))

    def _decided(self, actor: Actor, served: Product, hold: str, now: datetime) -> Decision:
        """As it is served, whatever its files say by now, since these very rows are the matter; what rules mask by either of them is masked."""
        files = self.mesh.products.get(served.key)
        said = [what_rules_do(self.mesh, one, now.date()) for one in (served, files) if one is not None]
        hidden = tuple(one for each in said for one in each.hidden)
        rules = AtReads({}, hidden, next((each.broken for each in said if each.broken), None))
        return decide_for_claims(actor, served, hold, self.mesh.governance, now, rules)

    def _holds(self, matter: str, actor: Actor) -> tuple[Hold, ...]:
        found = [hold for hold in Holds(self.runtime.database).listed(only_open=True) if matter in (hold.id, hold.matter)]
        refuse_who_may_not(actor, matter, tuple((hold.by, hold.person) for hold in found))
        if not found:
            why = "No hold of that matter or id is open: what it kept is read by nobody any more."
            raise NotFound.because("HOLD-03", f"matter {matter}", why, "`mesh hold list` shows those that there are.")
        return tuple(found)

    def _held(self, served: Served, holds: Sequence[Hold]) -> str:
        """The condition of a held row; canaries are nobody's claim."""
        kept = covered(holds, Holder(str(served.product.key), served.product.descriptor, served.types))
        marks = ", ".join(map(str, sorted(self.reading.canaries)))
        whose = [quote_name(name) for name in served.types if name.startswith(SUBJECTS)] if marks else []
        return " AND ".join((f"coalesce(({kept}), true)", *(f"NOT coalesce({name} IN ({marks}), false)" for name in whose)))

    def _recorded(
        self, decision: Decision, served: Served, holds: Sequence[Hold], actor: Actor, names: Sequence[str]
    ) -> Callable[[int | None, bool], None]:
        """Say what is about to be read: under which holds, then as every read."""
        for hold in holds:
            about = What(product=str(served.product.key), what="held rows read", ref=hold.id)
            self.runtime.audit.record(Act.HOLD, Phase.INTENT, actor, about)
        words = frozenset(name.casefold() for name in names)
        read = read_of(decision, served.version.extra, words)
        return record_reads(self.runtime.audit, Caller.person(actor), LEGAL_CLAIMS, [read], policy_digest(self.mesh.governance))


def _asked(decision: Decision, served: Served, columns: Sequence[str]) -> list[str]:
    there = [column.name for column in decision.granted if column.name in served.types]
    if missing := sorted({*columns} - {*there}):
        why = f"It has no column {missing[0]}."
        raise UsageProblem.because("HOLD-08", str(served.product.key), why, f"Name some of {', '.join(there)}.")
    return [name for name in there if not columns or name in columns]
