"""What reviewers said of a product's files, by the hash of those files: rows of the control database, and files below governance/reviews.

Both are read, and both count. A rejection wins over every approval, wherever either stands. An approval counts where its principal has the
role for that domain and neither owns the product nor wrote the change; one person counts once, under however many names. In a repository
it counts for files that a commit holds, since nobody knows who wrote others. What was approved once, published, and left again for other
files needs a new approval to come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, insert, select

from mesh_platform.actor import Actor, Role
from mesh_platform.classify.written import personal
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, UsageProblem
from mesh_platform.product import Mesh, Product
from mesh_platform.product.model import Model
from mesh_platform.product.parse import parse
from mesh_platform.product.yaml_file import Unreadable, read_yaml
from mesh_platform.registry.authors import Authors, authors_of
from mesh_platform.state import Database
from mesh_platform.state.tables import reviews
from mesh_platform.tasks import Tasks, refused_review_task, review_key

REVIEWERS = (Role.PRIVACY, Role.STEWARD)
MOST_REASON = 500
_TO_LOOK_INTO_IT = timedelta(days=7)
_T = reviews.c
_ZONES = timedelta(days=1)
"""How far a date that a person wrote may lie ahead: none of them thinks in UTC."""
_DATABASE = "database"
_UNCOMMITTED = "No commit holds the files as they are, so nobody knows who wrote them."


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One reviewer's word on one state of a product's files. `source` is `database`, or the file that it stands in."""

    by: str
    person: str
    verdict: Verdict
    reason: str
    at: datetime
    source: str

    def as_json(self) -> dict[str, object]:
        return {
            "by": self.by,
            "person": self.person,
            "decision": self.verdict.value,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Weighed:
    """All that was said, and what it comes to. `approved_by` has each person once; `discounted` tells why an approval does not count."""

    said: tuple[Reviewed, ...] = ()
    approved_by: tuple[str, ...] = ()
    rejected_by: tuple[str, ...] = ()
    discounted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class _Entry(Model):
    approver: str
    decision: Verdict
    reason: str
    at: AwareDatetime


class _File(Model):
    reviews: tuple[_Entry, ...]


class Reviews:
    """The reviews in a migrated control database, and in the project's files."""

    def __init__(self, db: Database, tasks: Tasks, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._tasks = tasks
        self._clock = clock

    def record(self, mesh: Mesh, product: Product, verdict: Verdict, reason: str, by: Actor, since: datetime | None) -> Weighed:
        """Write down what a reviewer says of the files as `product` holds them; resolves the task where that decides it.

        Args:
            mesh: the mesh that holds it.
            product: what was looked at; the review is bound to its hash.
            verdict: yes or no.
            reason: why, in at most 500 characters; no value out of the data.
            by: the authenticated principal.
            since: when the served version was published: who committed a change after that is an author of it.

        Raises:
            Denied: REVIEW-01, where this principal may not; REVIEW-02, where this person has approved these files under another name.
                Either is written down as a task of kind `audit_flag`. The same approval once more changes nothing.
            UsageProblem: REVIEW-03, where the reason is missing, too long, or quotes a value.
            CheckFailed: REVIEW-07, where files that no commit holds would be approved in a repository.
            Unavailable: REVIEW-08, where the repository does not tell who wrote them.
        """
        if not reason.strip() or len(reason) > MOST_REASON:
            why = f"A review says why, in at most {MOST_REASON} characters."
            raise UsageProblem.because("REVIEW-03", "the reason", why, "Give --reason TEXT.", str(product.key))
        if quoted := personal(reason):
            why = f"It quotes a value of the kind {quoted}, which would stay in the control database."
            raise UsageProblem.because(
                "REVIEW-03", "the reason", why, "Say why without a value out of the data.", str(product.key)
            )
        wrote = _authors(mesh, product, since)
        if why_not := refusal(mesh, product, by, wrote.names):
            fix = (
                "Leave it to somebody with the role privacy, or steward of the domain, who neither owns the product nor wrote it."
            )
            raise self._refused(product, by, Denied.because("REVIEW-01", str(product.key), why_not, fix, str(product.key)))
        if wrote.uncommitted and verdict is Verdict.APPROVE:
            raise CheckFailed.because("REVIEW-07", str(product.key), _UNCOMMITTED, "Commit them, then approve.", str(product.key))
        said = Reviewed(by.name, by.person, verdict, reason.strip(), self._clock(), _DATABASE)
        with self._db.write() as con:
            before = _rows(con, product)
            approved = [other for other in _standing(before, since) if _same(said, other)] if verdict is Verdict.APPROVE else []
            if any((other.by, other.person) == (said.by, said.person) for other in approved):
                return weighed(mesh, product, before, since, self._clock())
            if not approved:
                con.execute(insert(reviews), _row(product, said))
                found = weighed(mesh, product, (*before, said), since, self._clock())
                self._settle(con, mesh, product, found, said, by)
                return found
        why = "This person has approved these files already, under another name."
        raise self._refused(
            product, by, Denied.because("REVIEW-02", str(product.key), why, "Another person has to.", str(product.key))
        )

    def earlier(self, product: Product, since: datetime | None) -> tuple[tuple[str, Reviewed], ...]:
        """What was said of other states of the files since then, with the hash of each: it holds for those and not for these."""
        with self._db.read() as con:
            where = (_T.product == str(product.key), _T.spec_hash != product.spec_hash)
            rows: Any = con.execute(select(reviews).where(*where).order_by(_T.id)).mappings()
            found = tuple((str(row["spec_hash"]), _said(row)) for row in rows)
        return tuple((hash, said) for hash, said in found if since is None or said.at > since)

    def of(self, mesh: Mesh, product: Product, since: datetime | None) -> Weighed:
        """What reviewers said of the files as `product` holds them."""
        with self._db.read() as con:
            rows = _rows(con, product)
        return weighed(mesh, product, rows, since, self._clock())

    def _refused(self, product: Product, by: Actor, refusal: Denied) -> Denied:
        """The refusal, once it is written down as a task for the privacy team."""
        due = self._clock() + _TO_LOOK_INTO_IT
        self._tasks.open_task(refused_review_task(str(product.key), product.spec_hash, refusal.finding.rule, by, due))
        return refusal

    def _settle(self, con: Connection, mesh: Mesh, product: Product, found: Weighed, last: Reviewed, by: Actor) -> None:
        needed = mesh.governance.policies.reviews.approvals
        decision = "reject" if found.rejected_by else "approve" if len(found.approved_by) >= needed else None
        if decision is not None:
            person = None if last.person == last.by else last.person
            others = [name for name in (found.rejected_by or found.approved_by) if name != last.by]
            voice = voice_of(mesh, (*others, last.by), product.key.domain, by)
            self._tasks.resolve_in(
                con, review_key(str(product.key), product.spec_hash), decision, last.reason, last.by, person, voice
            )


def voice_of(mesh: Mesh, names: Iterable[str], domain: str, by: Actor | None = None) -> str:
    """As what these decided together: as the privacy team where one of them has that role, or is nobody whom `roles.yaml` knows."""
    principals = mesh.governance.roles.principals
    known = {name: Actor(name, one.roles, one.domains) for name, one in principals.items()}
    if by is not None:
        known[by.name] = by
    voices = [known[name].voice(domain) if name in known else Role.PRIVACY.value for name in names]
    return Role.PRIVACY.value if not voices or Role.PRIVACY.value in voices else voices[-1]


def weighed(mesh: Mesh, product: Product, rows: tuple[Reviewed, ...], since: datetime | None, now: datetime) -> Weighed:
    """What rows and files come to together.

    Role and ownership of the rows were judged when they were written, those of the files are judged here; authorship of both is.
    """
    in_files, unread = read_files(mesh, product)
    everything = (*rows, *in_files)
    approvals = [said for said in everything if said.verdict is Verdict.APPROVE]
    wrote = _authors(mesh, product, since) if approvals else Authors()
    counted, discounted = [], []
    for said in approvals:
        if why := _discount(mesh, product, said, wrote, since) or _ahead(said, now):
            discounted.append(f"{said.source}: {why}")
        else:
            counted.append(said)
    rejected = tuple(dict.fromkeys(said.by for said in everything if said.verdict is Verdict.REJECT))
    return Weighed(everything, _voices(counted), rejected, tuple(discounted), unread)


def committed(mesh: Mesh, product: Product, since: datetime | None) -> bool:
    """Whether a commit holds the files as they are, so that they can be approved; outside of a repository they can."""
    return not _authors(mesh, product, since).uncommitted


def _authors(mesh: Mesh, product: Product, since: datetime | None) -> Authors:
    return authors_of(mesh.root, product.folder, product.files, since)


def _ahead(said: Reviewed, now: datetime) -> str | None:
    return f"It is dated {said.at.date()}, which is to come." if said.at > now + _ZONES else None


def _discount(mesh: Mesh, product: Product, said: Reviewed, wrote: Authors, since: datetime | None) -> str | None:
    """Why this approval does not count, None where it does."""
    if since is not None and said.at <= since:
        return f"{said.by} approved them before the files that are served now were."
    if wrote.uncommitted:
        return _UNCOMMITTED
    if said.source == _DATABASE:
        return f"{said.by} wrote the change." if {said.by.casefold(), said.person.casefold()} & wrote.names else None
    return refusal(mesh, product, _of_roles_file(mesh, said), wrote.names)


def refusal(mesh: Mesh, product: Product, by: Actor, authors: frozenset[str]) -> str | None:
    """Why this principal may not review this product, None where it may."""
    names = {by.name.casefold(), by.person.casefold()}
    if not any(by.may(role, product.key.domain) for role in REVIEWERS):
        return f"{by.name} has not the role {' or '.join(REVIEWERS)} for the domain {product.key.domain}."
    if by.may(Role.OWNER, product.key.domain) or mesh.owner(product.key).casefold() in names:
        return f"{by.name} owns the product."
    if names & authors:
        who = by.name if by.person == by.name else f"{by.person}, who acts as {by.name},"
        return f"{who} wrote the change: Git names that person as an author of these files, and nobody approves their own."
    return None


def read_files(mesh: Mesh, product: Product) -> tuple[tuple[Reviewed, ...], tuple[str, ...]]:
    """The reviews of these files that stand in `governance/reviews`, and what of them cannot be read."""
    folder = mesh.root / "governance"
    path = folder / "reviews" / product.key.domain / product.key.name / f"{product.spec_hash}.yaml"
    name = path.relative_to(mesh.root).as_posix()
    if not path.exists():
        return (), ((name,) if path.is_symlink() else ())
    if folder.resolve() not in path.resolve().parents:
        return (), (name,)
    try:
        found, findings = parse(read_yaml(path, name), _File)
    except Unreadable as error:
        return (), (error.finding.where,)
    if found is None:
        return (), (findings[0].where,)
    return tuple(Reviewed(e.approver, e.approver, e.decision, e.reason, e.at, name) for e in found.reviews), ()


def _of_roles_file(mesh: Mesh, said: Reviewed) -> Actor:
    """The approver of a file with the roles that the organisation's file gives it; without any where it stands in none."""
    principal = mesh.governance.roles.principals.get(said.by)
    return Actor(said.by, principal.roles, principal.domains) if principal else Actor(said.by)


def _voices(approvals: Iterable[Reviewed]) -> tuple[str, ...]:
    """Each person once: two approvals are one voice where a name or the person behind it is the same."""
    voices: list[Reviewed] = []
    for said in approvals:
        if not any(_same(said, other) for other in voices):
            voices.append(said)
    return tuple(said.by for said in voices)


def _same(one: Reviewed, other: Reviewed) -> bool:
    return not {one.by.casefold(), one.person.casefold()}.isdisjoint({other.by.casefold(), other.person.casefold()})


def _rows(con: Connection, product: Product) -> tuple[Reviewed, ...]:
    found: Any = con.execute(
        select(reviews).where(_T.product == str(product.key), _T.spec_hash == product.spec_hash).order_by(_T.id)
    ).mappings()
    return tuple(map(_said, found))


def _said(row: Any) -> Reviewed:
    return Reviewed(row["by"], row["person"], Verdict(row["decision"]), row["reason"], row["decided_at"], _DATABASE)


def _standing(rows: Iterable[Reviewed], since: datetime | None) -> Iterator[Reviewed]:
    """The approvals that were given since the served version was published; older ones count no more, and may be given anew."""
    yield from (said for said in rows if said.verdict is Verdict.APPROVE and (since is None or said.at > since))


def _row(product: Product, said: Reviewed) -> dict[str, object]:
    return {
        "product": str(product.key),
        "spec_hash": product.spec_hash,
        "decision": said.verdict.value,
        "reason": said.reason,
        "by": said.by,
        "person": said.person,
        "decided_at": said.at,
    }
