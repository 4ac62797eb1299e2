"""A request for access as a value: what is asked for, by whom and for whom, and who may say yes to it. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mesh_platform.access.grants import READERS, Consumer, Kind
from mesh_platform.actor import Actor, Role, same_person
from mesh_platform.classify.written import personal
from mesh_platform.errors import Denied, UsageProblem
from mesh_platform.product import Mesh, Product, ProductKey, Sensitivity

APPROVERS = (Role.STEWARD, Role.PRIVACY)
MOST_REASON = 500
ORGANISATION, INTERFACE = "accessControl.requireApproval", "interfaces.requireApproval"
"""The rules that approve requests for public and internal columns where somebody wrote `false` there."""


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: these columns of one product, for one purpose, until then. `raw` are those wanted unmasked."""

    product: ProductKey
    consumer: Consumer
    purpose: str
    columns: tuple[str, ...]
    until: datetime
    reason: str
    raw: tuple[str, ...] = ()
    region: str | None = None
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A wish on record, and what was said to it. `person` and `decided_person` are who stands behind those principals."""

    id: str
    wish: Wish
    by: str
    person: str
    asked_at: datetime
    due: datetime
    state: State = State.OPEN
    decided_by: str | None = None
    decided_person: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    grant: str | None = None

    def at(self, now: datetime) -> State:
        """Its state at that moment: one that nobody decided before its wished end has expired."""
        return State.EXPIRED if self.state is State.OPEN and now >= self.wish.until else self.state

    def as_json(self, now: datetime) -> dict[str, object]:
        wish = self.wish
        return {
            "id": self.id,
            "kind": "renewal" if wish.renews else "new",
            "product": str(wish.product),
            "consumer": asdict(wish.consumer),
            "purpose": wish.purpose,
            "columns": list(wish.columns),
            "raw": list(wish.raw),
            "region": wish.region,
            "until": wish.until.isoformat(),
            "reason": wish.reason,
            "renews": wish.renews,
            "by": self.by,
            "person": self.person,
            "asked_at": self.asked_at.isoformat(),
            "due": self.due.isoformat(),
            "state": self.at(now).value,
            "decided_by": self.decided_by,
            "decided_person": self.decided_person,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
            "note": self.note,
            "grant": self.grant,
        }


def words(reason: str, where: str, product: str) -> str:
    """`reason` where it may be kept.

    Raises:
        UsageProblem: ACCESS-21, where it is missing, too long, or quotes a value.
    """
    if not reason.strip() or len(reason) > MOST_REASON:
        why = f"It says why, in at most {MOST_REASON} characters."
        raise UsageProblem.because("ACCESS-21", where, why, "Give it in a sentence.", product)
    if quoted := personal(reason):
        why = f"It quotes a value of the kind {quoted}, which would stay in the control database."
        raise UsageProblem.because("ACCESS-21", where, why, "Say why without a value out of the data.", product)
    return reason.strip()


def checked(wish: Wish, mesh: Mesh, product: Product, now: datetime) -> Wish:
    """The wish, where it can be granted at all.

    Raises:
        UsageProblem: ACCESS-21 and ACCESS-22, where it cannot.
    """
    where, declared = str(wish.product), product.descriptor.columns
    if unknown := [name for name in wish.columns if name not in declared]:
        raise _cannot(where, f"The product declares no column {unknown[0]!r}.", f"`mesh show {where}` lists them.")
    if not wish.columns:
        raise _cannot(where, "It names no column.", "Name some with --columns, or leave it out for all.")
    if strange := [name for name in wish.raw if name not in wish.columns]:
        raise _cannot(where, f"{strange[0]!r} is wanted raw and is not among the columns.", "Add it to --columns.")
    longest = timedelta(days=mesh.governance.policies.access_control.grant_days)
    if not now < wish.until <= now + longest + timedelta(days=1):
        why = f"Its end has passed, or lies more than {longest.days} days ahead (accessControl.grantDays)."
        raise _cannot(where, why, "Name an earlier one with --until or --days; a renewal goes on from there.")
    if wish.region is not None and not mesh.governance.regions.known(wish.region):
        raise _cannot(where, "Its region stands not in governance/regions.yaml.", "Name one that does.")
    if not _exists(wish.consumer, mesh):
        why = f"There is no {wish.consumer.kind} of the name that it is for, in this mesh."
        raise _cannot(where, why, "Name a domain's folder, domain/product, a role, or a person.")
    words(wish.reason, "--reason", where)
    return wish


def _exists(consumer: Consumer, mesh: Mesh) -> bool:
    match consumer.kind:
        case Kind.DOMAIN:
            return consumer.name in mesh.domains
        case Kind.PRODUCT:
            return consumer.name in {str(key) for key in mesh.products}
        case Kind.ROLE:
            return consumer.name in tuple(READERS)
        case Kind.PERSON:
            return bool(consumer.name.strip())


def may_ask(consumer: Consumer, by: Actor) -> None:
    """Nobody asks for somebody else.

    Raises:
        Denied: ACCESS-23, where `by` is not of that consumer, or would read nothing under the grant.
    """
    if consumer.kind is Kind.PRODUCT:
        allowed = by.may(Role.OWNER, consumer.name.partition("/")[0])
        fix = "Its domain's owner asks for what a product reads."
    else:
        allowed = consumer.is_person(by)
        fix = f"Ask for yourself, your domain or your role; rows are read in the roles {' and '.join(READERS)}."
    if not allowed:
        why = f"{by.name} does not read as {consumer}."
        raise Denied.because("ACCESS-23", str(consumer), why, fix)


def named_as_approver(mesh: Mesh, domain: str, by: Actor) -> bool:
    """Whether the domain's approvers name this principal, or a role that it has there: by name, or by an address that begins with it."""
    entries = {entry.strip().casefold() for entry in mesh.approvers(domain)}
    entries |= {entry.partition("@")[0] for entry in entries}
    mine = {by.name.casefold(), *(str(role) for role in APPROVERS if by.may(role, domain))}
    return not mine.isdisjoint(entries)


def levels_of(names: Iterable[str], files: Product, served: Product) -> dict[str, Sensitivity]:
    """How sensitive each of these columns is: as its files say or as it is served, whichever is higher.

    A label that was lowered in the files counts once it was reviewed and published, since the rows are read under the one that they were
    published with.
    """
    both = files.descriptor.columns, served.descriptor.columns
    told = {name: [each[name].sensitivity or Sensitivity.RESTRICTED for each in both if name in each] for name in names}
    return {name: Sensitivity.highest(each or [Sensitivity.RESTRICTED]) for name, each in told.items()}


def restricted_raw(levels: Mapping[str, Sensitivity], raw: Iterable[str]) -> bool:
    """Whether restricted values would be handed out as they are."""
    return any(levels[name] is Sensitivity.RESTRICTED for name in raw)


def may_decide(mesh: Mesh, request: AccessRequest, restricted: bool, by: Actor) -> None:
    """Who says yes or no: an approver of the product's domain, neither the requester nor somebody of the consumer alone.

    Args:
        mesh: whom its domain names as approvers.
        request: what is decided on.
        restricted: whether restricted values would be handed out as they are.
        by: who decides.

    Raises:
        Denied: ACCESS-24, where `by` may not.
    """
    where, wish = request.id, request.wish
    domain = wish.product.domain
    fix = f"Leave it to {', '.join(mesh.approvers(domain)) or 'an approver, whom the domain has yet to name'}."

    def refuse(why: str) -> Denied:
        return Denied.because("ACCESS-24", where, why, fix, str(wish.product))

    if not any(by.may(role, domain) for role in APPROVERS):
        raise refuse(f"{by.name} has not the role {' or '.join(APPROVERS)} for the domain {domain}.")
    if not named_as_approver(mesh, domain, by):
        raise refuse(f"The approvers of {domain} do not name {by.name}.")
    if same_person(request.by, request.person, by):
        raise refuse("Nobody decides on what they asked for themselves.")
    if wish.consumer.is_person(by) or (wish.consumer.kind is Kind.PERSON and wish.consumer.name.casefold() == by.name.casefold()):
        raise refuse(f"{by.name} would read under the grant.")
    theirs = wish.consumer.name.partition("/")[0] if wish.consumer.kind in (Kind.DOMAIN, Kind.PRODUCT) else None
    if theirs is not None and theirs != domain and by.domains and set(by.domains) <= {theirs}:
        raise refuse(f"{by.name} is of the domain that asks, and of no other.")
    if restricted and not by.may(Role.PRIVACY, domain):
        raise refuse("It hands out restricted values as they are, which takes the role privacy.")


def automatic(mesh: Mesh, files: Product, served: Product, wish: Wish) -> str | None:
    """The rule that approves the wish without a person; None where one is needed. Never for what is confidential or higher.

    An interface's word counts where the served version has it, which was reviewed (CORE-16), and the files have not taken it back.
    """
    if any(level >= Sensitivity.CONFIDENTIAL for level in levels_of(wish.columns, files, served).values()):
        return None
    if not mesh.governance.policies.access_control.require_approval:
        return ORGANISATION
    waived = [{port.type for port in each.descriptor.interfaces if not port.require_approval} for each in (files, served)]
    return INTERFACE if waived[0] & waived[1] else None


def _cannot(where: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem.because("ACCESS-22", where, why, fix, where)
