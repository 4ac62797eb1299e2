"""Products that are no more: retired with a receipt, or with a folder that is gone. What they were while they lived stands on record like that of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.audit import Act
from mesh_platform.interop.evidence.model import Decision, Gone
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.trail import Seen, Trail
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.publish import Runtime
from mesh_platform.registry import ProductEntry, Retirement, Retirements, evidence_of

_NONE = Seen()


def once_there(runtime: Runtime) -> frozenset[str]:
    """Every product that is or was: registered, retired, or judged by the gate."""
    registered = {str(one.key) for one in runtime.registry.products(gone=True)}
    retired = {str(one.product) for one in Retirements(runtime.database).listed()}
    return frozenset(registered | retired | {*map(str, runtime.registry.latest_decisions())})


def gone_of(mesh: Mesh, runtime: Runtime, scope: Scope, trail: Trail, decisions: Sequence[Decision]) -> tuple[Gone, ...]:
    """The products in scope that are no more and were there in the span, each retirement by itself."""
    standing = {*map(str, mesh.products)} | {*map(str, mesh.broken)}
    entries = {str(one.key): one for one in runtime.registry.products(gone=True) if str(one.key) not in standing}
    receipts = [one for one in reversed(Retirements(runtime.database).listed()) if scope.covers(str(one.product))]
    left = ({*entries} | {one.product for one in decisions}) - standing - {str(one.product) for one in receipts}
    found: list[tuple[str, Retirement | None]] = [(str(one.product), one) for one in receipts]
    found += [(key, None) for key in sorted(left) if scope.covers(key)]
    lives = [_life(runtime, key, entries.get(key), receipt, receipts) for key, receipt in found]
    told = (life.told(trail, decisions, scope) for life in lives if life.within(scope))
    return tuple(sorted(told, key=lambda one: (one.product, one.ended or "")))


def _life(
    runtime: Runtime, key: str, entry: ProductEntry | None, receipt: Retirement | None, receipts: Sequence[Retirement]
) -> _Life:
    """With the publications since it was last retired before, where it was."""
    until = receipt.finished_at if receipt else None
    ends = [one.finished_at for one in receipts if str(one.product) == key and one.finished_at]
    since = max((end for end in ends if until is None or end < until), default=None)
    published = sorted(one.published_at for one in runtime.registry.publications(ProductKey.parse(key), withdrawn=True))
    return _Life(
        key, entry, receipt, tuple(at for at in published if (until is None or at <= until) and (since is None or at > since))
    )


@dataclass(frozen=True, slots=True)
class _Life:
    """From when to when a product was there, as far as anything tells."""

    key: str
    entry: ProductEntry | None
    receipt: Retirement | None
    published: tuple[datetime, ...]

    @property
    def ended(self) -> datetime | None:
        return self.receipt.finished_at if self.receipt else self.entry.gone_at if self.entry else None

    def within(self, scope: Scope) -> bool:
        moments = (*self.published[:1], *((self.entry.registered_at,) if self.entry and self.entry.registered_at else ()))
        return (not moments or min(moments) < scope.end) and (self.ended is None or self.ended >= scope.first)

    def told(self, trail: Trail, decisions: Sequence[Decision], scope: Scope) -> Gone:
        key, entry, receipt = self.key, self.entry, self.receipt
        own = [one for one in decisions if one.product == key]
        reads = [one for (product, *_), one in trail.reads.items() if product == key]
        return Gone(
            product=key,
            state="gone" if receipt is None else "retired" if receipt.finished_at else "being retired",
            ended=_moment(self.ended),
            sensitivity=entry.sensitivity.value if entry else None,
            location=entry.location or None if entry else None,
            spec_hash=entry.spec_hash if entry else None,
            first_published=_moment(self.published[0]) if self.published else None,
            last_published=_moment(self.published[-1]) if self.published else None,
            decisions=len(own),
            kept_back=sum(not one.open for one in own),
            reads=sum(one.allowed.times for one in reads),
            refused=sum(one.refused for one in reads),
            **dict(_receipt(receipt, trail, scope)),  # type: ignore[arg-type]
        )


def _receipt(receipt: Retirement | None, trail: Trail, scope: Scope) -> Iterator[tuple[str, object]]:
    """What the receipt says, without who and why: its hash is over those too."""
    seen = trail.refs.get((Act.RETIRE, receipt.id), _NONE) if receipt else _NONE
    yield "receipt", receipt.id if receipt else None
    yield "evidence", receipt.evidence if receipt else None
    yield "proven", _proven(receipt, seen, scope) if receipt else None
    yield "versions", receipt.versions if receipt else ()
    yield "rows", receipt.rows if receipt else None
    yield "files", receipt.files if receipt else None
    yield "places", tuple(sorted(receipt.places)) if receipt else ()
    yield "records", seen.records


def _proven(receipt: Retirement, seen: Seen, scope: Scope) -> bool | None:
    """Whether the receipt is as it was when it was closed, and the log says that it was."""
    if receipt.finished_at is None or not scope.first <= receipt.finished_at < scope.end:
        return None
    return receipt.evidence == evidence_of(receipt) and bool(seen.times)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
