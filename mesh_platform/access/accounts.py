"""What the audit log is told of reads: who asked for what and for which purpose before the first row leaves, and how many rows left.

A read of restricted data waits until its record is on the disk; one of confidential or internal data is recorded with others, within 50 ms. Public
data is read without a record. Where a record cannot be written, no row leaves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mesh_platform.access.decision import Caller, Decision, Treatment
from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, Receipt, What
from mesh_platform.errors import Denied, Unavailable
from mesh_platform.product import Sensitivity


@dataclass(frozen=True, slots=True)
class Read:
    """What is about to be read of one product.

    Attributes:
        decision: what the caller gets.
        version: that is read.
        words: every name that the statement holds; None where it may take columns that it does not name.
        code: hash of the files by which the version was published.
    """

    decision: Decision
    version: str
    words: frozenset[str] | None
    code: str | None = None


def read_of(decision: Decision, published: Mapping[str, object], words: frozenset[str] | None) -> Read:
    """The read of a version, by what its publication wrote down."""
    code = published.get("spec_hash")
    return Read(decision, str(published.get("version", "")), words, None if code is None else str(code))


def record_reads(
    audit: AuditLog, caller: Caller, purpose: str | None, reads: Sequence[Read], policy: str
) -> Callable[[int | None, bool], None]:
    """Record what is about to be read, under which version of the policy; gives what records that it was.

    Raises:
        Unavailable: AUDIT-12, where the record does not stand: nothing may be released then.
    """
    begun: list[tuple[Receipt, What]] = []
    for read in reads:
        decision, version, words = read.decision, read.version, read.words
        if all(column.sensitivity is Sensitivity.PUBLIC for column in decision.granted):
            continue
        every = tuple(column.name for column in decision.granted)
        fields = every if words is None else tuple(name for name in every if name.casefold() in words) or every
        obj = What(
            product=f"{decision.product}@{version}" if version else str(decision.product),
            what=decision.basis.value if decision.basis else None,
            fields=fields,
            masked=tuple(name for name in fields if decision.columns[name].treatment is not Treatment.RAW),
            under=decision.grants,
            policy=policy,
            code=read.code,
        )
        durable = decision.durable(column.name for column in decision.granted)
        receipt = audit.record(Act.READ, Phase.INTENT, _actor(caller), obj, "allow", "CORE-13", durable=durable, purpose=purpose)
        begun.append((receipt, What(product=obj.product)))

    def ended(rows: int | None, whole: bool) -> None:
        for receipt, obj in begun:
            phase = Phase.DONE if whole else Phase.FAILED
            with contextlib.suppress(Unavailable):  # the rows have left: the intent stands, and says so
                audit.record(
                    Act.READ, phase, _actor(caller), obj, "allow", n=rows, parent=receipt.eid, durable=False, purpose=purpose
                )

    return ended


def record_refusal(audit: AuditLog, caller: Caller, purpose: str | None, refusal: Denied) -> None:
    """Record that a read was refused, by which rule and of which product; the statement itself is not kept."""
    finding = refusal.finding
    what = What(product=finding.product or None, what="statement" if not finding.product else None)
    audit.record(Act.READ, Phase.DENIED, _actor(caller), what, "deny", finding.rule, durable=False, purpose=purpose)
    refusal.on_record = True


def _actor(caller: Caller) -> Actor:
    return caller.actor or Actor(caller.name)
