"""What separates two judgements of a mesh: products that would be blocked or open, and what becomes of each of their consumers. Values alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mesh_platform.access.decision import Decision
from mesh_platform.errors import Finding
from mesh_platform.policy import NotEvaluated
from mesh_platform.product import ProductKey
from mesh_platform.publish.checking import Looked
from mesh_platform.publish.foresight import NOTHING, Judgement, Outsider, Reader
from mesh_platform.publish.row_effects import AT_PUBLICATION, RowEffect, told_of, waiting


@dataclass(frozen=True, slots=True)
class Left:
    """A file that left with rows of a product, and the grants under which they were read."""

    id: str
    product: ProductKey
    grants: frozenset[str]


@dataclass(frozen=True, slots=True)
class Turned:
    """A product that would be blocked, or open; `findings` are those that do it, or that go."""

    product: ProductKey
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, object]:
        return {"product": str(self.product), "findings": [finding.as_json() for finding in self.findings]}


@dataclass(frozen=True, slots=True)
class Affected:
    """One reader of one product, and what becomes of it.

    `effect` is `refused`, `allowed` or `no new version` of the product as a whole, `denied`, `masked` or `opened` of one `column`. Somebody outside
    of the mesh reads nothing here: `closed` and `reopened` say whether they may be served.
    """

    reader: Reader | Outsider
    effect: str
    rule: str
    why: str
    fix: str = ""
    column: str = ""
    before: str = ""
    after: str = ""
    exports: tuple[str, ...] = ()
    """Files that left under what is taken away."""

    def as_json(self) -> dict[str, object]:
        reader = self.reader
        return {
            "product": str(reader.product),
            "consumer": reader.consumer,
            "purpose": reader.purpose,
            "through": reader.through,
            "effect": self.effect,
            "column": self.column or None,
            "before": self.before or None,
            "after": self.after or None,
            "rule": self.rule,
            "why": self.why,
            "fix": self.fix,
            "exports": list(self.exports),
        }


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would change. `further` are blocking findings that come or go where the product is blocked either way, and warnings that come."""

    blocked: tuple[Turned, ...] = ()
    opened: tuple[Turned, ...] = ()
    further: tuple[Turned, ...] = ()
    consumers: tuple[Affected, ...] = ()
    rows: tuple[RowEffect, ...] = ()
    unchanged: int = 0
    not_evaluated: tuple[NotEvaluated, ...] = ()

    @property
    def harmless(self) -> bool:
        """Whether nobody loses anything."""
        return not self.blocked and not any(one.effect in LOSSES for one in self.consumers)

    def as_json(self) -> dict[str, object]:
        return {
            "blocked": [one.as_json() for one in self.blocked],
            "opened": [one.as_json() for one in self.opened],
            "further": [one.as_json() for one in self.further],
            "consumers": [one.as_json() for one in self.consumers if not one.column],
            "columns": [one.as_json() for one in self.consumers if one.column],
            "rows": [one.as_json() for one in self.rows],
            "unchanged": self.unchanged,
            "not_evaluated": [one.as_json() for one in self.not_evaluated],
        }


LOSSES = frozenset({"refused", "no new version", "denied", "masked", "closed"})
_STRENGTH = {"raw": 0, "mask": 1, "deny": 2}


def foreseen(before: Judgement, after: Judgement, left: Iterable[Left] = ()) -> Foreseen:
    """What separates two judgements, product by product and reader by reader; `left` are files that left with rows and are not gone."""
    keys = sorted({*before.products, *after.products})
    was = {key: before.products.get(key, NOTHING) for key in keys}
    now = {key: after.products.get(key, NOTHING) for key in keys}
    gone = [key for key in keys if not now[key].open and (was[key].open or key not in before.products)]
    come = [key for key in keys if now[key].open and not was[key].open]
    further = [Turned(key, _new(was[key], now[key])) for key in keys if key not in (*gone, *come)]
    further = [one for one in further if one.findings]
    exports = tuple(left)
    told = (*_affected(before, after, frozenset(gone)), *_outside(before, after))
    consumers = tuple(replace(one, exports=_under(one, before, exports)) for one in told)
    known = {one for looked in was.values() for one in looked.not_evaluated}
    unjudged = {key: [one for one in now[key].not_evaluated if one not in known] for key in keys}
    own = (*_rows(before, after), *_unjudged(after, unjudged))
    rows = (*own, *_derived(after, own))
    touched = {*gone, *come, *(one.product for one in further), *(one.reader.product for one in consumers)}
    touched |= {ProductKey.as_written(one.product) for one in rows}
    return Foreseen(
        tuple(Turned(key, now[key].blocking) for key in gone),
        tuple(Turned(key, was[key].blocking) for key in come),
        tuple(further),
        consumers,
        rows,
        len([key for key in keys if key not in touched]),
        tuple(one for key in keys for one in unjudged[key]),
    )


def _rows(before: Judgement, after: Judgement) -> Iterator[RowEffect]:
    """What becomes of the rows of readers who are allowed both before and after."""
    for reader, now in after.rows.items():
        if (was := before.rows.get(reader)) is not None:
            for acts, rules, why in told_of(was, now, reader.purpose):
                yield RowEffect(str(reader.product), reader.consumer, reader.purpose, acts, rules, why)


def _unjudged(after: Judgement, new: Mapping[ProductKey, Iterable[NotEvaluated]]) -> Iterator[RowEffect]:
    """Whom rules may close that come and need rows: nothing of it is foreseen, and nobody is left out of what is told."""
    found = {key: waiting(come, after.biting) for key, come in new.items()}
    why = "Whether these rules keep the product back or close this consumer is told by its rows alone."
    each: Iterable[Reader | Outsider] = (*after.reads, *after.outside)
    for reader in each:
        if rules := found.get(reader.product):
            yield RowEffect(str(reader.product), reader.consumer, reader.purpose, AT_PUBLICATION, rules, why)


def _derived(after: Judgement, rows: Iterable[RowEffect]) -> Iterator[RowEffect]:
    """Readers of products that are made of rows which change, however far down; told once for each input."""
    moved = {(one.product, one.consumer) for one in rows}
    below: dict[str, set[str]] = {}
    for reader in after.reads:
        if reader.through == "input":
            below.setdefault(str(reader.product), set()).add(reader.consumer.partition(" ")[2])
    steps = [(product, consumer.partition(" ")[2]) for product, consumer in moved if consumer.startswith("product ")]
    seen: set[tuple[str, str]] = set()
    while steps:
        step = source, made = steps.pop()
        if step in seen:
            continue
        seen.add(step)
        steps += [(made, further) for further in below.get(made, ())]
        for reader in after.reads:
            if str(reader.product) == made:
                why = f"It is made of rows of {source}, and these change."
                yield RowEffect(made, reader.consumer, reader.purpose, AT_PUBLICATION, (), why)


def _new(was: Looked, now: Looked) -> tuple[Finding, ...]:
    told = {(finding.rule, finding.why, finding.severity) for finding in was.findings}
    return tuple(finding for finding in now.findings if (finding.rule, finding.why, finding.severity) not in told)


def _under(one: Affected, before: Judgement, left: Iterable[Left]) -> tuple[str, ...]:
    """The files that were read under what is taken away."""
    was = before.reads.get(one.reader) if isinstance(one.reader, Reader) else None
    if was is None or one.effect not in LOSSES - {"no new version"}:
        return ()
    return tuple(file.id for file in left if file.product == one.reader.product and file.grants & {*was.grants})


def _outside(before: Judgement, after: Judgement) -> Iterator[Affected]:
    for one in dict.fromkeys((*before.outside, *after.outside)):
        was, now = before.outside.get(one), after.outside.get(one)
        if now is not None and was is None:
            yield Affected(one, "closed", now.rule, now.why, now.fix)
        elif was is not None and now is None:
            yield Affected(one, "reopened", was.rule, f"It goes: {was.why}")


def _affected(before: Judgement, after: Judgement, gone: frozenset[ProductKey]) -> Iterator[Affected]:
    """What becomes of each reader; of one for a purpose below another, only where that is otherwise than for the one above."""
    told = {reader: _all_of(reader, before, after, gone) for reader in dict.fromkeys((*before.reads, *after.reads))}
    for reader, found in told.items():
        above = told.get(replace(reader, purpose=reader.under)) if reader.under else None
        if above is None or [_gist(one) for one in above] != [_gist(one) for one in found]:
            yield from found


def _gist(one: Affected) -> tuple[str, ...]:
    return one.effect, one.column, one.before, one.after


def _all_of(reader: Reader, before: Judgement, after: Judgement, gone: frozenset[ProductKey]) -> tuple[Affected, ...]:
    was, now = before.reads.get(reader), after.reads.get(reader)
    found = tuple(_between(reader, was, now))
    if reader.product not in gone or not any(one is not None and one.allowed for one in (was, now)):
        return found
    first = after.products.get(reader.product, NOTHING).blocking[:1]
    rule, why = (first[0].rule, first[0].why) if first else ("NAME-02", "The product is not there any more.")
    return Affected(reader, "no new version", rule, why, first[0].fix if first else ""), *found


def _between(reader: Reader, was: Decision | None, now: Decision | None) -> Iterator[Affected]:
    could, can = was is not None and was.allowed, now is not None and now.allowed
    if could and not can:
        told = now.refusal if now is not None else None
        rule, why, fix = (told.rule, told.why, told.fix) if told else ("CORE-13", "Nothing grants it any more.", "")
        yield Affected(reader, "refused", rule, why, fix)
    elif can and not could:
        assert now is not None
        yield Affected(reader, "allowed", "CORE-13", f"Granted by {', '.join(now.grants)}.")
    elif could and can:
        assert was is not None and now is not None
        yield from _columns(reader, was, now)


def _columns(reader: Reader, was: Decision, now: Decision) -> Iterator[Affected]:
    for name in dict.fromkeys((*was.columns, *now.columns)):
        old, new = was.columns.get(name), now.columns.get(name)
        said = [one.treatment.value if one else "deny" for one in (old, new)]
        if (said[0], old.mask if old else "") == (said[1], new.mask if new else ""):
            continue
        weaker = _STRENGTH[said[1]] < _STRENGTH[said[0]]
        effect = "opened" if weaker else {"mask": "masked", "deny": "denied"}[said[1]]
        rule, why = (new.rule, new.why) if new else ("CORE-09", "The product does not declare it any more.")
        yield Affected(reader, effect, rule, why, column=name, before=said[0], after=said[1])
