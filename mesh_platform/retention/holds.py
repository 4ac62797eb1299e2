"""Legal holds: who keeps what from deletion, for which matter, and until when. Subjects stand in them as keyed tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mesh_platform.keys.tokens import subject63_of
from mesh_platform.lake import quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.product import DataProduct
from mesh_platform.retention.clocks import CLOCK_TYPES, INGESTED

PURPOSE = "legal claims"
"""For what alone rows are kept that only a hold keeps."""
ARTICLE = "Art. 17(3)(e) GDPR"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a hold covers: what satisfies every kind of selector that it names, and of each kind one of those named.

    Attributes:
        products: `domain/product`; with `domains`, one kind.
        domains: all of their products.
        subjects: keyed tokens with their namespaces.
        categories: products with a column of one of these data categories, or of one below it.
        since: rows from that day on, by the clock of the product's retention; a row without a day is covered.
        until: rows up to that day.
    """

    products: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    subjects: tuple[tuple[str, bytes], ...] = ()
    categories: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.products or self.domains or self.subjects or self.categories or self.since or self.until)

    def touches(self, key: str, descriptor: DataProduct | None) -> bool:
        """Whether rows of that product can be covered; one whose descriptor is not known is, where its name does not speak against it."""
        domain = key.partition("/")[0]
        if (self.products or self.domains) and key not in self.products and domain not in self.domains:
            return False
        if descriptor is None:
            return True
        if self.categories and not any(_within(one.category, self.categories) for one in descriptor.columns.values()):
            return False
        namespaces = {namespace for namespace, _ in self.subjects}
        return not namespaces or bool(namespaces & set(descriptor.subject_columns.values()))

    def names(self, subjects: Iterable[bytes]) -> bool:
        """Whether one of these tokens is named; of nobody in particular, everybody is."""
        return not self.subjects or bool({token for _, token in self.subjects} & set(subjects))

    @property
    def told(self) -> str:
        """In words: of people how many identifiers, and never which."""
        named = ", ".join((*self.products, *(f"all of {domain}" for domain in self.domains)))
        people = f"people of {len(self.subjects)} identifiers" if self.subjects else ""
        categories = f"data of {', '.join(self.categories)}" if self.categories else ""
        days = (f"from {self.since}" if self.since else "", f"until {self.until}" if self.until else "")
        return "; ".join(part for part in (named or "every product", people, categories, *days) if part)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "products": list(self.products),
            "domains": list(self.domains),
            "subjects": [[namespace, token.hex()] for namespace, token in self.subjects],
            "categories": list(self.categories),
            "from": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Scope:
        days = (date.fromisoformat(said[name]) if said[name] else None for name in ("from", "until"))
        tokens = tuple((namespace, bytes.fromhex(token)) for namespace, token in said["subjects"])
        return cls(tuple(said["products"]), tuple(said["domains"]), tokens, tuple(said["categories"]), *days)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold; open until it is closed. `by` opened it, and `person` stands behind that principal."""

    id: str
    matter: str
    owner: str
    reason: str
    scope: Scope
    by: str
    person: str
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    closing_reason: str = field(default="")

    @property
    def open(self) -> bool:
        return self.closed_at is None

    def as_json(self) -> dict[str, Any]:
        """As it is told: of subjects, how many identifiers of which namespace."""
        told = self.scope.as_json()
        namespaces = [namespace for namespace, _ in self.scope.subjects]
        told["subjects"] = {name: namespaces.count(name) for name in sorted(set(namespaces))}
        return {
            "id": self.id,
            "matter": self.matter,
            "owner": self.owner,
            "reason": self.reason,
            "scope": told,
            "purpose": PURPOSE,
            "state": "open" if self.open else "closed",
            "by": self.by,
            "opened_at": self.opened_at.isoformat(),
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
            "closed_by": self.closed_by,
            "closing_reason": self.closing_reason,
        }


@dataclass(frozen=True, slots=True)
class Holder:
    """What has to be known of a product to tell which of its rows are held: its name, what it says of itself, its columns with their types."""

    key: str
    descriptor: DataProduct | None
    columns: Mapping[str, str]


def covered(holds: Iterable[Hold], one: Holder, subjects: Iterable[bytes] | None = None) -> str:
    """The condition of SQL, over the table with the platform's columns, that a row is held.

    Args:
        holds: those that are open.
        one: the product.
        subjects: the identifiers of one person: only holds that name the person, or nobody in particular, count then, and those that do cover
            every row of theirs, by whichever identifier it is found.
    """
    known = None if subjects is None else tuple(subjects)
    touching = (hold.scope for hold in holds if hold.open and hold.scope.touches(one.key, one.descriptor))
    parts = [_covered(scope, one, known) for scope in touching if known is None or scope.names(known)]
    return " OR ".join(f"({part})" for part in parts) or "false"


def _covered(scope: Scope, one: Holder, person: tuple[bytes, ...] | None) -> str:
    parts = [*_within_days(scope, one)]
    if scope.subjects and person is None:
        parts.append(_theirs(scope, one))
    return " AND ".join(parts) or "true"


def _theirs(scope: Scope, one: Holder) -> str:
    """The rows of those people; all of them where rows do not say whose they are."""
    if one.descriptor is None:
        return "true"
    parts = []
    for column, namespace in one.descriptor.subject_columns.items():
        marks = sorted(subject63_of(token) for space, token in scope.subjects if space == namespace)
        if marks and SUBJECTS + column not in one.columns:
            return "true"
        if marks:
            parts.append(f"coalesce({quote_name(SUBJECTS + column)} IN ({', '.join(map(str, marks))}), false)")
    return f"({' OR '.join(parts)})" if parts else "false"


def _within_days(scope: Scope, one: Holder) -> Iterable[str]:
    """The days, by the clock of the product's retention; where it has none, every row may be of such a day."""
    column = _day_column(one)
    if column is None:
        return
    day = f"CAST({quote_name(column)} AS DATE)"
    if "ZONE" in one.columns[column]:  # of which day it was depends on where: a day more at both ends
        early, late = (
            f"epoch_us({quote_name(column)}) >= epoch_us(DATE '{{}}' - INTERVAL 1 DAY)",
            f"epoch_us({quote_name(column)}) < epoch_us(DATE '{{}}' + INTERVAL 2 DAY)",
        )
    else:
        early, late = f"{day} >= DATE '{{}}'", f"{day} <= DATE '{{}}'"
    if scope.since is not None:
        yield f"coalesce({early.format(scope.since.isoformat())}, true)"
    if scope.until is not None:
        yield f"coalesce({late.format(scope.until.isoformat())}, true)"


def _day_column(one: Holder) -> str | None:
    retention = one.descriptor.retention if one.descriptor else None
    if retention is None:
        return None
    named = retention.from_ if isinstance(retention.from_, str) else retention.from_.column
    return named if named and named != INGESTED and one.columns.get(named, "") in CLOCK_TYPES else None


def _within(category: str | None, wanted: Iterable[str]) -> bool:
    """Whether a category is one of those, or below one."""
    return category is not None and any(category == one or category.startswith(f"{one}.") for one in wanted)
