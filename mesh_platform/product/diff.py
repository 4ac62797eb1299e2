"""What changed between two versions of a descriptor, sorted into breaking, privacy-relevant, compatible and cosmetic.

Pure, and closed: a key that changed and that no judge has weighed is privacy-relevant. Where a change is both breaking and
privacy-relevant there are two records of it, since its consumers and the privacy review both have to hear of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mesh_platform.product import changes as weigh
from mesh_platform.product.changes import BREAKING, COMPATIBLE, COSMETIC, PRIVACY, ChangeKind, Judge
from mesh_platform.product.model import Model
from mesh_platform.product.models import (
    Aggregate,
    Column,
    DataContract,
    DataProduct,
    Erasure,
    Grouping,
    Input,
    Interface,
    QualityMetrics,
    Residency,
    Retention,
    RowCheck,
    RowCount,
    Sla,
    Source,
    as_document,
)
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.product.values import from_to


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its kind, the key that changed, why it is of that kind, and from what to what it went."""

    kind: ChangeKind
    path: str
    why: str
    values: str = ""

    @property
    def told(self) -> str:
        """Why, with the values."""
        return f"{self.why} [{self.values}]" if self.values else self.why

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "path": self.path, "why": self.why, "values": self.values}


def diff(old: DataProduct, new: DataProduct) -> tuple[Change, ...]:
    """Every change from `old` to `new`, the weightiest kind first; nothing where they say the same."""
    if old == new:
        return ()
    old, new = _stored(old), _stored(new)
    found: list[Change] = []
    for name, field in DataProduct.model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            path = field.alias or name
            found += list(_PRODUCT.get(name, _UNWEIGHED)(before, after, path)) or [
                Change(COSMETIC, path, "written in another order")
            ]
    return tuple(sorted(found, key=lambda change: list(ChangeKind).index(change.kind)))


def _stored(descriptor: DataProduct) -> DataProduct:
    """As the catalog keeps it, in JSON: a date of `min:` is a text there, and what was read from a file is no other for that."""
    return DataProduct.model_validate(as_document(descriptor), by_alias=True, by_name=False)


Walk = Callable[[Any, Any, str], Iterator[Change]]


def _leaf(judge: Judge) -> Walk:
    def walk(old: Any, new: Any, path: str) -> Iterator[Change]:
        for kind, why in judge(old, new):
            yield Change(kind, path, why, from_to(old, new))

    return walk


_UNWEIGHED = _leaf(weigh.always(PRIVACY, "it changed, and nothing here says how much that weighs"))


def _fields(table: Mapping[str, Walk], old: Model, new: Model, path: str) -> Iterator[Change]:
    for name, field in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield from table.get(name, _UNWEIGHED)(before, after, f"{path}.{field.alias or name}")


def _nested(table: Mapping[str, Walk], empty: Model | None = None, appears: Walk | None = None, goes: Walk | None = None) -> Walk:
    """A model below a key. `empty` stands for its absence; else `appears` and `goes` weigh it as a whole."""

    def walk(old: Model | None, new: Model | None, path: str) -> Iterator[Change]:
        if old is not None and new is not None:
            yield from _fields(table, old, new, path)
        elif empty is not None:
            yield from _fields(table, old or empty, new or empty, path)
        elif appears is not None and goes is not None:
            yield from (appears if old is None else goes)(old, new, path)

    return walk


def _keyed(key: Callable[[Any], str], table: Mapping[str, Walk], added: Walk, removed: Walk) -> Walk:
    """A list whose items are told apart by `key`, the n-th of one key from the n-th."""

    def walk(old: Iterable[Any], new: Iterable[Any], path: str) -> Iterator[Change]:
        before, after = _numbered(key, old), _numbered(key, new)
        for name in dict.fromkeys([*before, *after]):
            here = f"{path}[{name}]"
            if name not in before:
                yield from added(None, after[name], here)
            elif name not in after:
                yield from removed(before[name], None, here)
            elif before[name] != after[name]:
                yield from _fields(table, before[name], after[name], here)

    return walk


def _numbered(key: Callable[[Any], str], items: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        name, n = key(item), 1
        while (name if n == 1 else f"{name} #{n}") in found:
            n += 1
        found[name if n == 1 else f"{name} #{n}"] = item
    return found


def _columns(old: Mapping[str, Column], new: Mapping[str, Column], path: str) -> Iterator[Change]:
    gone = max((_level(column) for name, column in old.items() if name not in new), default=None)
    for name in dict.fromkeys([*old, *new]):
        here = f"{path}.{name}"
        if name not in old:
            yield from _added_column(new[name], here)
            if gone is not None and _level(new[name]) < gone:
                yield Change(PRIVACY, here, f"a new column below {gone}, where a {gone} one goes: it may be that one, renamed")
        elif name not in new:
            yield Change(BREAKING, here, "the column is gone")
            if old[name].subject:
                yield Change(PRIVACY, here, "persons were found by it")
        elif old[name] != new[name]:
            lower = min(_level(old[name]), _level(new[name]))
            yield from _fields({**_COLUMN, "mask": _leaf(weigh.mask(lower))}, old[name], new[name], here)


def _level(column: Column) -> Sensitivity:
    return column.sensitivity or Sensitivity.RESTRICTED


def _added_column(column: Column, path: str) -> Iterator[Change]:
    level = _level(column)
    if level is Sensitivity.RESTRICTED or column.subject or column.category:
        yield Change(
            PRIVACY, path, f"a new column that is {level}" + (" and personal" if column.subject or column.category else "")
        )
    else:
        yield Change(COMPATIBLE, path, "a new column, excluded for every existing consumer")
    yield from overruled(path, column)


def overruled(path: str, column: Column) -> Iterator[Change]:
    """What a person's verdicts take from the findings of the scan; they need a review from the first publication on."""
    for _, why in weigh.verdicts({}, column.verdicts) if column.verdicts else ():
        yield Change(PRIVACY, f"{path}.verdicts", why)


def _purposes(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if name not in old:
            yield Change(PRIVACY, f"{path}.{name}", "a further purpose", from_to(None, new[name]))
        elif name not in new:
            yield Change(BREAKING, f"{path}.{name}", "a purpose is gone")
        elif old[name] != new[name]:
            yield Change(PRIVACY, f"{path}.{name}", f"its legal basis is {new[name]} and was {old[name]}")


_COLUMN: dict[str, Walk] = {
    "type": _leaf(weigh.column_type),
    "description": _leaf(weigh.always(COSMETIC, "described otherwise")),
    "nullable": _leaf(weigh.nullable),
    "unique": _leaf(weigh.unique),
    "min": _leaf(weigh.at_least(BREAKING, COMPATIBLE, "the smallest value")),
    "max": _leaf(weigh.at_most(BREAKING, COMPATIBLE, "the greatest value")),
    "min_length": _leaf(weigh.at_least(BREAKING, COMPATIBLE, "the smallest length")),
    "max_length": _leaf(weigh.at_most(BREAKING, COMPATIBLE, "the greatest length")),
    "pattern": _leaf(weigh.either((COMPATIBLE, "values follow a pattern"), (BREAKING, "values follow another pattern or none"))),
    "values": _leaf(weigh.values),
    "references": _leaf(weigh.either((COMPATIBLE, "values stand in another product"), (BREAKING, "another reference or none"))),
    "sensitivity": _leaf(weigh.sensitivity),
    "category": _leaf(weigh.either((COMPATIBLE, "it has a category"), (PRIVACY, "another category or none"))),
    "identifiability": _leaf(weigh.identifiability),
    "subject": _leaf(weigh.either((COMPATIBLE, "persons are found by it"), (PRIVACY, "persons are not found by it any more"))),
    "purposes": _leaf(weigh.members(PRIVACY, BREAKING, "its purposes", everything=None)),
    "mask": _leaf(weigh.mask(None)),
    "coarsen": _leaf(weigh.coarsen),
    "derived_from": _leaf(weigh.derived_from),
    "declassify": _leaf(weigh.declassifier),
    "verdicts": _leaf(weigh.verdicts),
}

_RESIDENCY: dict[str, Walk] = {
    "region": _leaf(weigh.region),
    "storage_locations": _leaf(weigh.members(PRIVACY, COMPATIBLE, "the places where it is stored", everything=())),
    "replicas": _leaf(weigh.members(PRIVACY, COMPATIBLE, "the places that its storage is copied to")),
    "backups": _leaf(weigh.members(PRIVACY, COMPATIBLE, "the places where its backups lie")),
    "redundancy": _leaf(weigh.always(PRIVACY, "its storage is kept more than once in another way")),
}

_RETENTION: dict[str, Walk] = {
    "period": _leaf(weigh.at_most(PRIVACY, BREAKING, "the retention period")),
    "from_": _leaf(weigh.always(PRIVACY, "the period begins with something else")),
    "action": _leaf(weigh.action),
    "minimum": _leaf(weigh.longest("the minimum")),
    "minimum_keeps": _leaf(weigh.always(PRIVACY, "the law is said to need other columns")),
    "time_zone": _leaf(weigh.always(PRIVACY, "days begin elsewhere")),
    "grace": _leaf(weigh.longest("the grace period")),
    "basis": _leaf(weigh.always(PRIVACY, "another basis for keeping it")),
}

_SLA: dict[str, Walk] = {
    "availability": _leaf(weigh.at_least(BREAKING, COMPATIBLE, "the availability")),
    "latency": _leaf(weigh.at_most(BREAKING, COMPATIBLE, "the latency")),
    "freshness": _leaf(weigh.at_most(BREAKING, COMPATIBLE, "the age of the data")),
    "freshness_column": _leaf(weigh.either((COMPATIBLE, "freshness is measured"), (BREAKING, "measured otherwise or not"))),
}

_QUALITY: dict[str, Walk] = {
    name: _leaf(weigh.at_least(BREAKING, COMPATIBLE, f"the floor of {name}")) for name in QualityMetrics.model_fields
}

_ROWS: dict[str, Walk] = {
    "min": _leaf(weigh.at_least(BREAKING, COMPATIBLE, "the smallest number of rows")),
    "max": _leaf(weigh.at_most(BREAKING, COMPATIBLE, "the greatest number of rows")),
}

_CHECK: dict[str, Walk] = {
    "name": _leaf(weigh.always(COSMETIC, "another name")),
    "sql": _leaf(weigh.always(BREAKING, "another rule over the rows")),
}

_AGGREGATE: dict[str, Walk] = {
    "min_group": _leaf(weigh.at_least(PRIVACY, COMPATIBLE, "the smallest group")),
    "count": _leaf(weigh.always(PRIVACY, "groups are counted by another column")),
}

_SOURCE: dict[str, Walk] = {
    **{name: _leaf(weigh.always(COMPATIBLE, "rows come from elsewhere")) for name in ("path", "connection", "table", "format")},
    **{name: _leaf(weigh.always(PRIVACY, f"another {name} of the collection")) for name in ("purpose", "basis", "notice")},
    "collected_at": _leaf(weigh.always(PRIVACY, "the time of collection is told by another column or none")),
    "stores": _leaf(weigh.always(PRIVACY, "an erasure reaches other places than before")),
}

_INPUT: dict[str, Walk] = {
    "product": _leaf(weigh.input_product),
    "fields": _leaf(weigh.members(PRIVACY, COMPATIBLE, "the fields that it reads", everything=())),
    "purpose": _leaf(weigh.always(PRIVACY, "read for another purpose")),
    "alias": _leaf(weigh.always(COSMETIC, "another name inside the transform")),
}

_INTERFACE: dict[str, Walk] = {
    "type": _leaf(weigh.always(BREAKING, "another kind of port")),
    "endpoint": _leaf(weigh.always(BREAKING, "another address")),
    "authentication": _leaf(weigh.either((BREAKING, "callers must authenticate"), (PRIVACY, "another authentication or none"))),
    "access_level": _leaf(weigh.always(PRIVACY, "another level of access")),
    "scopes": _leaf(weigh.members(BREAKING, PRIVACY, "the scopes that a caller needs")),
    "rate_limit": _leaf(weigh.at_most(COMPATIBLE, BREAKING, "the rate limit")),
    "require_approval": _leaf(weigh.always(PRIVACY, "whether requests wait for an approver")),
}

_GROUPING: dict[str, Walk] = {
    "by": _leaf(weigh.members(PRIVACY, BREAKING, "the fields by which groups are formed")),
    "period": _leaf(weigh.period),
    "min_group": _leaf(weigh.at_least(PRIVACY, COMPATIBLE, "the smallest group")),
}

_CONTRACT: dict[str, Walk] = {
    "consumer": _leaf(weigh.always(PRIVACY, "another consumer")),
    "purpose": _leaf(weigh.always(PRIVACY, "another purpose")),
    "fields": _leaf(weigh.members(PRIVACY, BREAKING, "its fields")),
    "excluded_fields": _leaf(weigh.members(BREAKING, PRIVACY, "its excluded fields")),
    "raw": _leaf(weigh.members(PRIVACY, BREAKING, "the fields that it shows unmasked")),
    "quality": _nested(_QUALITY, QualityMetrics()),
    "expires": _leaf(weigh.expires),
    "aggregate": _nested(
        _GROUPING,
        appears=_leaf(weigh.always(BREAKING, "its consumer gets groups in place of rows")),
        goes=_leaf(weigh.always(PRIVACY, "its consumer gets rows in place of groups")),
    ),
}

_ERASURE: dict[str, Walk] = {
    "strategy": _leaf(weigh.always(PRIVACY, "a person is removed in another way")),
    "reason": _leaf(weigh.always(COSMETIC, "another reason")),
}


def _whole(kind: ChangeKind, why: str) -> Walk:
    return _leaf(weigh.always(kind, why))


def _added_interface(old: None, new: Interface, path: str) -> Iterator[Change]:
    if new.authentication is None:
        yield Change(PRIVACY, path, "a further port, without authentication")
    elif not new.require_approval:
        yield Change(PRIVACY, path, "a further port, and requests for it need no approver")
    else:
        yield Change(COMPATIBLE, path, "a further port")


_PRODUCT: dict[str, Walk] = {
    **{name: _whole(COSMETIC, "a display name") for name in ("name", "domain")},
    **{name: _whole(COSMETIC, "told otherwise") for name in ("version", "description", "tags")},
    "owner": _whole(COMPATIBLE, "another owner"),
    "status": _leaf(weigh.status),
    "sunset": _leaf(weigh.sunset),
    "successor": _whole(COMPATIBLE, "another successor"),
    "data_residency": _nested(_RESIDENCY, Residency()),
    "pii_handling": _whole(COSMETIC, "a claim that no rule counts"),
    "purposes": _purposes,
    "privacy": _whole(PRIVACY, "what it declares for the laws that apply to it changed"),
    "retention": _nested(
        _RETENTION,
        appears=_whole(BREAKING, "rows go after a period now"),
        goes=_whole(PRIVACY, "rows are kept without end"),
    ),
    "columns": _columns,
    "primary_key": _leaf(weigh.primary_key),
    "unique": _leaf(weigh.members(COMPATIBLE, BREAKING, "the unique groups")),
    "rows": _nested(_ROWS, RowCount()),
    "checks": _keyed(
        lambda check: check.name, _CHECK, _whole(COMPATIBLE, "a further rule over the rows"), _whole(BREAKING, "the rule is gone")
    ),
    "aggregate": _nested(
        _AGGREGATE, appears=_whole(COMPATIBLE, "small groups are not shown"), goes=_whole(PRIVACY, "small groups may be shown")
    ),
    "source": _nested(
        _SOURCE, appears=_whole(PRIVACY, "it collects rows itself"), goes=_whole(COMPATIBLE, "it collects none any more")
    ),
    "inputs": _keyed(
        lambda entry: entry.name, _INPUT, _whole(PRIVACY, "a further input"), _whole(COMPATIBLE, "an input is gone")
    ),
    "transform": _whole(COMPATIBLE, "another transform"),
    "load": _whole(BREAKING, "rows are added to or replaced in another way"),
    "erasure": _nested(
        _ERASURE,
        appears=_whole(COMPATIBLE, "it says how a person is removed"),
        goes=_whole(PRIVACY, "nothing says how a person is removed"),
    ),
    "sla": _nested(_SLA, Sla()),
    "quality_metrics": _nested(_QUALITY, QualityMetrics()),
    "rate_limit": _leaf(weigh.at_most(COMPATIBLE, BREAKING, "the rate limit")),
    "interfaces": _keyed(lambda port: port.type, _INTERFACE, _added_interface, _whole(BREAKING, "the port is gone")),
    "data_contracts": _keyed(
        lambda contract: f"{contract.consumer}, {contract.purpose}",
        _CONTRACT,
        _whole(PRIVACY, "a further consumer or purpose"),
        _whole(BREAKING, "the contract is gone"),
    ),
    "engine": _whole(COMPATIBLE, "another engine"),
}

TABLES: Mapping[type[Model], Mapping[str, Walk]] = {
    DataProduct: _PRODUCT,
    Column: _COLUMN,
    Residency: _RESIDENCY,
    Retention: _RETENTION,
    Sla: _SLA,
    QualityMetrics: _QUALITY,
    RowCount: _ROWS,
    RowCheck: _CHECK,
    Aggregate: _AGGREGATE,
    Source: _SOURCE,
    Input: _INPUT,
    Interface: _INTERFACE,
    DataContract: _CONTRACT,
    Grouping: _GROUPING,
    Erasure: _ERASURE,
}
"""Which judge weighs each key of each model; a test holds that none is missing."""
