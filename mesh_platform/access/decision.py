"""The decision: what one caller gets of one product for one purpose. Pure, and closed wherever nothing opens it.

Rules go from the caller to the column: a purpose (CORE-14), the entry of the recipient whose people ask (VENDOR-01), the region (CORE-07), a grant in force (CORE-13), the purposes of the product and of
each column (CORE-08), the fields that the grants list and exclude (CORE-09), and what the sensitivity binds. The first that refuses is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from mesh_platform.access.aggregates.groups import GROUP_MEAN, Groups, Part, in_force, part_of, stricter_groups
from mesh_platform.access.combining import unjudged
from mesh_platform.access.grants import Consumer, Grant, Kind, inside
from mesh_platform.access.masks import REDACT, mask_of
from mesh_platform.access.outsiders import outsider
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, Finding
from mesh_platform.ledger.purposes import HEARS_OBJECTIONS
from mesh_platform.policy.at_reads import Hidden
from mesh_platform.product import Column, Governance, LegalBasis, Product, ProductKey, Sensitivity
from mesh_platform.product.bases import basis_for

EXCLUDED = "The contract excludes it."


class Treatment(StrEnum):
    """What becomes of a column's values."""

    RAW = "raw"
    MASK = "mask"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class ColumnAccess:
    """One column: its treatment, the rule that decided it, and why."""

    name: str
    treatment: Treatment
    rule: str
    why: str
    mask: str = ""
    sensitivity: Sensitivity = Sensitivity.RESTRICTED

    @property
    def granted(self) -> bool:
        return self.treatment is not Treatment.DENY

    def as_json(self) -> dict[str, str]:
        told = {"treatment": self.treatment.value, "rule": self.rule, "why": self.why, "sensitivity": self.sensitivity.value}
        return told | ({"mask": self.mask} if self.mask else {})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a principal, or the publication of a product; and from where."""

    name: str
    region: str | None
    actor: Actor | None = None
    product: ProductKey | None = None

    @classmethod
    def person(cls, actor: Actor) -> Caller:
        return cls(actor.name, actor.region, actor=actor)

    @classmethod
    def publication(cls, key: ProductKey, location: str | None) -> Caller:
        return cls(str(key), location, product=key)

    def reads_under(self, grant: Grant) -> bool:
        if self.product is not None:
            return not grant.break_glass and grant.consumer.is_product(self.product)
        if grant.break_glass:
            return self.actor is not None and grant.consumer == Consumer(Kind.PERSON, self.actor.name)
        return self.actor is not None and grant.consumer.is_person(self.actor)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one caller gets of one product for one purpose."""

    product: ProductKey
    purpose: str
    refusal: Finding | None = None
    """Why nothing is given. Where that is because no column is, `columns` tell of each."""
    columns: Mapping[str, ColumnAccess] = field(default_factory=dict)
    grants: tuple[str, ...] = ()
    basis: LegalBasis | None = None
    expires: date | None = None
    groups: Groups | None = None
    """How the groups are formed that the caller gets in place of rows."""
    about_people: bool = False
    """Whether its rows name people: then those of people who do not allow the purpose are left out."""

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    @property
    def granted(self) -> tuple[ColumnAccess, ...]:
        return tuple(column for column in self.columns.values() if column.granted)

    def durable(self, names: Iterable[str]) -> bool:
        """Whether a record of the read must be durable before rows of these columns leave."""
        return any(self.columns[name].sensitivity is Sensitivity.RESTRICTED for name in names)

    def as_json(self) -> dict[str, object]:
        return {
            "product": str(self.product),
            "purpose": self.purpose,
            "decision": "allow" if self.allowed else "deny",
            "rule": self.refusal.rule if self.refusal else "CORE-13",
            "why": self.refusal.why if self.refusal else f"Granted by {', '.join(self.grants)}.",
            **({"fix": self.refusal.fix} if self.refusal else {}),
            "columns": {name: column.as_json() for name, column in self.columns.items()},
            "legal_basis": self.basis.value if self.basis else None,
            "expires": self.expires.isoformat() if self.expires else None,
            "groups": self.groups.as_json() if self.groups else None,
            "rows": left_out(self.purpose, self.basis) if self.allowed and self.about_people else [],
        }


def decide(
    caller: Caller, product: Product, purpose: str | None, grants: Sequence[Grant], governance: Governance, today: date
) -> Decision:
    """What `caller` gets of `product` for `purpose` under `grants`.

    Args:
        caller: who asks.
        product: the product, as served or as its files stand.
        purpose: key or alias of a registered purpose.
        grants: every grant on the product, whoever its consumer is.
        governance: purposes and regions.
        today: the day on which a grant must be in force, or the moment: some end within a day.
    """
    asked = governance.purpose(purpose) if purpose else None
    closed = Decision(product.key, asked or purpose or "")
    if asked is None:
        return replace(closed, refusal=_no_purpose(product, purpose))
    if caller.actor and (out := outsider(governance, today, product.key, caller.actor.name, caller.actor.person)):
        return replace(closed, refusal=out)
    covering = [grant for grant in grants if caller.reads_under(grant) and governance.purpose_covers(grant.purpose, asked)]
    if abroad := _region(caller, product, governance):
        grants = [grant for grant in grants if grant.groups is not None]  # what tells of no person may be told elsewhere
        if not any(caller.reads_under(grant) for grant in grants):
            return replace(closed, refusal=abroad)
    basis = basis_for(product.descriptor.purposes, asked, governance)
    if basis is None:
        return replace(closed, refusal=_not_served(product, asked, product.descriptor.purposes))
    mine = [grant for grant in grants if caller.reads_under(grant)]
    standing = [grant for grant in mine if grant.holds_on(today) and grant.holds_in(caller.region, governance)]
    covered = [grant for grant in standing if governance.purpose_covers(grant.purpose, asked)]
    held = [grant for grant in covered if grant.refused is None]
    if covered and not held:
        return replace(closed, refusal=next(grant.refused for grant in covered))
    if not held:
        return replace(closed, refusal=abroad or _no_grant(caller, product, asked, mine, today, governance))
    held, groups, other = in_force(held, standing)
    if other is not None:
        return replace(closed, refusal=_other_groups(product, asked, other))
    # what any of them excludes stays excluded, whichever of them is read under: else an end or a border would reveal what another one lists
    excluded = frozenset[str]().union(*(grant.excluded for grant in covering))
    apart = {} if groups else unjudged(product, [grant for grant in standing if grant.groups is None])
    columns = {
        name: _in_groups(_column(name, column, asked, held, name in excluded, apart.get(name), governance), column, groups)
        for name, column in product.descriptor.columns.items()
    }
    if caller.product is not None:
        columns = {name: _for_a_product(column) for name, column in columns.items()}
    return _not_nothing(
        replace(
            closed,
            columns=columns,
            grants=tuple(grant.id for grant in held),
            basis=basis,
            expires=max((grant.expires for grant in held if grant.expires), default=None)
            if all(grant.expires for grant in held)
            else None,
            groups=groups,
            about_people=bool(product.descriptor.subject_columns),
        )
    )


def _not_nothing(found: Decision) -> Decision:
    """A decision that gives at least one column; else a refusal (CORE-09), which says of each column why not."""
    if found.granted:
        return found
    telling = sorted((one for one in found.columns.values() if one.rule != "CORE-09"), key=lambda one: one.rule == "CORE-08")
    why = next((f" {column.name} ({column.rule}): {column.why}" for column in telling), "")
    fix = f"Ask for what is missing: `{asking(found.product, found.purpose)}`."
    where = str(found.product)
    refusal = Finding("CORE-09", where, f"No column of it is for this caller and {found.purpose}.{why}", fix, where)
    return Decision(found.product, found.purpose, refusal, found.columns)


def _in_groups(found: ColumnAccess, column: Column, groups: Groups | None) -> ColumnAccess:
    """What becomes of a column where the caller gets groups."""
    if groups is None or not found.granted:
        return found
    part, why = part_of(found.name, column, groups)
    if part is Part.BY:
        return replace(found, why=f"{found.why} {why}")
    if part is Part.MEAN:
        return replace(found, treatment=Treatment.MASK, rule="ACCESS-30", why=why, mask=GROUP_MEAN)
    return replace(found, treatment=Treatment.DENY, rule="ACCESS-30", why=why, mask="")


def stricter(one: Decision, other: Decision) -> Decision:
    """What both allow: a product is read as it is served, and what its files take back counts at once."""
    if not (one.allowed and other.allowed):
        return other if one.allowed else one
    columns = {name: _narrower(column, other.columns.get(name)) for name, column in one.columns.items()}
    ends = [end for end in (one.expires, other.expires) if end]
    groups = stricter_groups(one.groups, other.groups)
    return _not_nothing(replace(one, columns=columns, expires=min(ends, default=None), groups=groups))


def _narrower(one: ColumnAccess, other: ColumnAccess | None) -> ColumnAccess:
    if other is None:
        why = "The product's files do not declare it any more."
        return replace(one, treatment=Treatment.DENY, rule="CORE-09", why=why, mask="")
    strength = {Treatment.RAW: 0, Treatment.MASK: 1, Treatment.DENY: 2}
    first, second = (one, other) if strength[one.treatment] >= strength[other.treatment] else (other, one)
    if first.treatment is second.treatment is Treatment.MASK and first.mask != second.mask:
        why = "Its mask is another one in the product's files than as served."
        first = replace(first, mask=REDACT, why=why)
    return replace(first, sensitivity=Sensitivity.highest((one.sensitivity, other.sensitivity)))


def left_out(purpose: str, basis: LegalBasis | None) -> list[dict[str, str]]:
    """Whose rows are left out, in words, with the rule."""
    words = ["Rows of suppressed people are left out, and, unless the purpose goes on then, of those whose data is restricted."]
    if basis is LegalBasis.CONSENT:
        words.append(f"Rows are left out unless their person agreed to {purpose}, and neither withdrew nor objected since.")
    elif basis in HEARS_OBJECTIONS:
        words.append(f"Rows of people who objected to {purpose} are left out.")
    return [{"rule": "LEDGER-11", "why": why} for why in words]


def refused(decision: Decision) -> Denied:
    """The refusal of a decision that allows nothing."""
    assert decision.refusal is not None
    return Denied(decision.refusal)


def _column(
    name: str,
    column: Column,
    asked: str,
    held: Sequence[Grant],
    excluded: bool,
    apart: frozenset[str] | None,
    governance: Governance,
) -> ColumnAccess:
    """`apart` are the grants that do not give the column to this caller, since what it would hold with them was never judged together."""
    level = column.sensitivity or Sensitivity.RESTRICTED
    naming = [grant for grant in held if grant.names(name)]
    listing = [grant for grant in naming if grant.lists(name, column) and grant.id not in (apart or ())]

    def as_(treatment: Treatment, rule: str, why: str, mask: str = "") -> ColumnAccess:
        return ColumnAccess(name, treatment, rule, why, mask, level)

    if excluded:
        return as_(Treatment.DENY, "CORE-09", EXCLUDED)
    fits = column.purposes is None or any(governance.purpose_covers(one, asked) for one in column.purposes)
    unfit = f"It is not for {asked}, but for {', '.join(column.purposes or ()) or 'nothing'}."
    if not naming:
        return as_(Treatment.DENY, *(("CORE-09", "No grant lists it.") if fits else ("CORE-08", unfit)))
    if not listing and any(grant.lists(name, column) for grant in naming):
        why = "With what the caller holds of the product under other grants, it tells people apart, and nobody judged that together."
        return as_(Treatment.DENY, "CORE-18", why)
    if not listing:
        why = f"It is {level} now, more than when it was granted: it has to be approved anew."
        return as_(Treatment.DENY, "ACCESS-20", why)
    if not fits:
        return as_(Treatment.DENY, "CORE-08", unfit)
    if told := _hidden(name, listing):
        return as_(Treatment.MASK, told.finding.rule, told.finding.why, REDACT if told.redact else mask_of(column))
    if level < Sensitivity.CONFIDENTIAL:
        return as_(Treatment.RAW, "CORE-04", f"It is {level}, and a grant lists it.")
    if any(name in grant.raw and name not in grant.hidden for grant in listing):
        return as_(Treatment.RAW, "CORE-04", f"It is {level}, and a grant lists it as raw.")
    return as_(Treatment.MASK, "CORE-04", f"It is {level}, which is masked unless a grant lists it as raw.", mask_of(column))


def _hidden(name: str, listing: Sequence[Grant]) -> Hidden | None:
    """The rule that masks a column under every grant that lists it."""
    told = [grant.hidden[name] for grant in listing if name in grant.hidden]
    return max(told, key=lambda one: one.redact) if len(told) == len(listing) else None


def _for_a_product(column: ColumnAccess) -> ColumnAccess:
    """A product computes with values: what it makes of them is masked when it is read, by sensitivity and rules that hold for its own columns."""
    if column.treatment is not Treatment.MASK or column.mask == GROUP_MEAN:
        return column
    why = f"It is {column.sensitivity}, and a product reads it as it is: its own columns keep the sensitivity."
    return replace(column, treatment=Treatment.RAW, mask="", why=why)


def _region(caller: Caller, product: Product, governance: Governance) -> Finding | None:
    """CORE-07: a caller reads within the product's region; public data goes anywhere."""
    if product.descriptor.sensitivity is Sensitivity.PUBLIC:
        return None
    theirs = caller.region
    home = product.descriptor.data_residency.region or governance.regions.around(product.location)
    if home and inside(theirs, home, governance):
        return None
    whence = f"the caller is in {theirs}" if theirs else "where the caller is, is not known"
    why = f"Cross-region access not permitted: the product stays in {home or 'a region that nothing names'}, and {whence}."
    return Finding(
        "CORE-07", str(product.key), why, "Read it from within its region, or ask its owner for an aggregate.", str(product.key)
    )


def _no_purpose(product: Product, purpose: str | None) -> Finding:
    why = f"{purpose!r} is no registered purpose." if purpose else "The read states no purpose."
    fix = f"State one that the product serves: {', '.join(product.descriptor.purposes) or 'it serves none'}."
    return Finding("CORE-14", str(product.key), why, fix, str(product.key))


def _not_served(product: Product, asked: str, served: Iterable[str]) -> Finding:
    why = f"The product is not for {asked}."
    return Finding("CORE-08", str(product.key), why, f"It serves {', '.join(served) or 'no purpose'}.", str(product.key))


def _other_groups(product: Product, asked: str, other: Grant) -> Finding:
    why = f"The caller has other groups of it for {other.purpose}: both ways of forming them together would tell people apart."
    fix = f"Read it for {other.purpose}, or ask its owner to form the same groups for {asked} (`aggregate:` of the contracts)."
    return Finding("ACCESS-31", str(product.key), why, fix, str(product.key))


def _no_grant(
    caller: Caller, product: Product, asked: str, mine: Sequence[Grant], today: date, governance: Governance
) -> Finding:
    where = str(product.key)
    if mine and not any(grant.holds_on(today) for grant in mine):
        why = f"The grants of {caller.name} have ended."
    elif any(governance.purpose_covers(grant.purpose, asked) and not grant.holds_on(today) for grant in mine):
        why = f"The grants of {caller.name} for {asked} have ended."
    elif any(governance.purpose_covers(grant.purpose, asked) for grant in mine):
        where_to = ", ".join(sorted({grant.region for grant in mine if grant.region}))
        why = f"The grants of {caller.name} for {asked} are for reads from {where_to}, and the caller is in {caller.region or 'no region'}."
    elif mine:
        why = f"{caller.name} has no grant for {asked}, but for {', '.join(sorted({grant.purpose for grant in mine}))}."
    else:
        why = f"{caller.name} has no grant on it."
    return Finding("CORE-13", where, why, f"Ask for one: `{asking(product.key, asked)}`.", where)


def asking(product: ProductKey, purpose: str, columns: Sequence[str] = ()) -> str:
    """The line that asks for access."""
    listed = f" --columns {','.join(columns)}" if columns else ""
    return f'mesh access request {product} --purpose {purpose}{listed} --reason "WHAT FOR"'
