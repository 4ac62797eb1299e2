"""A line of the checklist as a value, what it is judged from, and how it follows from rules and from attestations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from mesh_platform.policy.attested import FILE
from mesh_platform.policy.binding import Control
from mesh_platform.policy.judging import Standing
from mesh_platform.policy.rule import Upheld
from mesh_platform.product import Mesh, Product
from mesh_platform.product.register import Record

State = Literal["done", "open", "attested", "not applicable"]
Part = Literal["data architecture", "access", "audit", "vendors", "onboarding"]
MOST = 3
"""Reasons that one line tells."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task of the domain, or of everybody, that is open."""

    kind: str
    product: str
    overdue: bool


@dataclass(frozen=True)
class Look:
    """What is known of one domain: values only, handed in."""

    mesh: Mesh
    domain: str
    today: date
    standings: Mapping[str, tuple[Standing, ...]]
    """Product → what each rule says of its files."""
    unjudged: Mapping[str, frozenset[str]]
    """Product, where its files are published as they stand → the rules that its publication could not judge either."""
    machine: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Check of `mesh doctor` → its status and what it says."""
    tasks: tuple[Waiting, ...] = ()
    made: Mapping[str, bool] = field(default_factory=dict)
    """What provisioning makes for a domain → whether it is there."""
    hosts: tuple[str, ...] = ()
    """Hosts over which notices leave."""
    measured: frozenset[str] = frozenset()
    """Products of which a publication was measured."""
    registered: frozenset[str] = frozenset()
    """Products that the catalog knows."""
    unseen: Mapping[str, tuple[Control, ...]] = field(default_factory=dict)
    """Served product → controls that its label brings and that a probe of today saw to be missing."""
    failing: Mapping[str, str] = field(default_factory=dict)
    """Rule that other code upholds → the worked example of it that this code does not hold today."""

    @property
    def products(self) -> tuple[Product, ...]:
        return tuple(one for key, one in sorted(self.mesh.products.items()) if key.domain == self.domain)

    @property
    def unread(self) -> tuple[str, ...]:
        """Products of the domain whose files cannot be read, so that no rule says anything of them."""
        return tuple(str(key) for key in sorted(self.mesh.broken) if key.domain == self.domain)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line is open, and the command (or the line of a file) that closes it."""

    why: str
    command: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line. An open one says what closes it; an attested one by whom, when and until when."""

    id: str
    part: Part
    title: str
    state: State
    reasons: tuple[Reason, ...] = ()
    record: Record | None = None

    @property
    def command(self) -> str:
        return self.reasons[0].command if self.reasons else ""

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {"id": self.id, "part": self.part, "title": self.title, "state": self.state}
        if self.record:
            one = self.record
            said = {"by": one.by, "on": one.on.isoformat(), "expires": one.expires.isoformat(), "demo": one.demo}
            told["attested"] = said
        return told | {"reasons": [{"why": one.why, "command": one.command} for one in self.reasons]}


Said = tuple[State, tuple[Reason, ...], Record | None]
Judge = Callable[[Look], Said]


def said(reasons: Iterable[Reason], applies: bool = True) -> Said:
    """Done where nothing speaks against it."""
    found = tuple(reasons)
    return ("open" if found else "done" if applies else "not applicable", found, None)


@dataclass(frozen=True, slots=True)
class ByRules:
    """A line that holds where these rules hold for every product of the domain: by their files, and where they need rows by the publication of those files.

    What a probe of today sees missing of `probes` opens it too, whatever the publication saw; so do files that nobody can read, and a task of the kinds `late` that is overdue. Parts of rules
    that this release never judges are none of its matter: `mesh check` lists them as not evaluated.
    """

    ids: tuple[str, ...]
    probes: tuple[Control, ...] = ()
    late: tuple[str, ...] = ()

    def __call__(self, look: Look) -> Said:
        every = [
            (key, one) for key, found in look.standings.items() for one in found if one.rule.id in self.ids and one.rule.judged
        ]
        applying = [(key, one) for key, one in every if one.state != "does not apply"]
        reasons = dict.fromkeys(reason for key, one in applying for reason in _against(key, one, look))
        reasons |= dict.fromkeys((*self._seen_today(look), *(late_tasks(look, *self.late) if self.late else ())))
        records = [record for _, one in applying if one.state == "attested" and (record := _record(one.rule.id, look))]
        if reasons or not records:
            return said(reasons, bool(applying))
        return "attested", (), min(records, key=lambda record: record.expires)

    def _seen_today(self, look: Look) -> Iterator[Reason]:
        for key in look.unread:
            yield Reason(f"{key}: its files cannot be read, so no rule judges it.", f"mesh check {key}")
        for key, missing in look.unseen.items():
            for control in missing:
                if control in self.probes:
                    yield Reason(f"{key}: a probe does not see {control.words}.", f"mesh run {key}")


def by_rules(*ids: str, probes: tuple[Control, ...] = (), late: tuple[str, ...] = ()) -> ByRules:
    """A line that stands on these rules."""
    return ByRules(ids, probes, late)


def late_tasks(look: Look, *kinds: str) -> Iterator[Reason]:
    """The tasks of these kinds, or of all, that are overdue."""
    for one in look.tasks:
        if one.overdue and (not kinds or one.kind in kinds):
            yield Reason(f"{one.product or 'The mesh'}: a task ({one.kind}) is overdue.", "mesh task list --overdue")


def _against(key: str, one: Standing, look: Look) -> Iterator[Reason]:
    name = one.rule.name
    if one.state in ("objects", "warns"):
        yield Reason(f"{key}: {name}: {one.why}", f"mesh check {key}")
    elif one.state == "enforced" and name in look.failing:
        why = f"{name} ({one.rule.title}) is not upheld: {look.failing[name]}."
        yield Reason(why, f"mesh policy test --pack {one.rule.pack}")
    elif one.state == "not evaluated" and one.rule.upheld is Upheld.ATTESTED:
        yield Reason(f"{name} ({one.rule.title}): nobody attests it.", attest(one.rule.id))
    elif one.state == "not evaluated" and one.rule.effective_from <= look.today:
        left = look.unjudged.get(key)
        if left is None:
            yield _unpublished(key, look)
        elif (one.rule.upheld_by if one.rule.shared else name) in left:
            yield Reason(f"{key}: {name}: {one.why}", f"mesh policy explain {key}")


def _unpublished(key: str, look: Look) -> Reason:
    """What closes it is a run, and before that what the gate has against the files."""
    why = f"{key}: its rows decide, and its files are not published as they stand"
    if any(one.state == "objects" for one in look.standings[key]):
        return Reason(f"{why}, since the gate objects to them.", f"mesh check {key}")
    return Reason(f"{why}.", f"mesh run {key}")


def attest(about: str, domain: str = "") -> str:
    """The record that closes a line that only a person can."""
    return f"{FILE}: {{kind: attestation, about: [{', '.join(filter(None, (about, domain)))}], by: WHO, on: DATE, expires: DATE}}"


def _record(about: str, look: Look) -> Record | None:
    found = look.mesh.governance.records_about(about, look.today, "attestation")
    return min(found, key=lambda one: one.expires, default=None)


def by_attestation(about: str) -> Judge:
    """A line that somebody attests, for this domain or for all."""

    def judge(look: Look) -> Said:
        found = look.mesh.governance.records_about(about, look.today, "attestation")
        mine = [one for one in found if look.domain in one.about or not ({*one.about} & {*look.mesh.domains})]
        if not mine:
            return said([Reason("Nobody attests it, or not any more.", attest(about, look.domain))])
        return "attested", (), max(mine, key=lambda one: one.expires)

    return judge
