"""Evidence as a value: what `evidence.json` says, closed and frozen. Its JSON Schema is made from here.

It has no place for a value of the data, nor for the name of a person beyond those who answer for an attestation or a contract by their office: who
acted stands in it as the random token by which the audit log knows them. Texts that people wrote lose what looks like personal data as they come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mesh_platform.interop.withheld import Said, Written

VERSION = 1
State = Literal["enforced", "attested", "waived", "blocked", "failing", "open", "not applicable"]
STATES: tuple[State, ...] = ("enforced", "attested", "waived", "blocked", "failing", "open", "not applicable")
By = Literal["gate", "staged rows", "probe", "run time", "person", "nobody"]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T[0-9:.]+(\+00:00|Z)$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
RecordId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+:\d+$")]
"""Log and number of an audit record, such as `mesh:17`."""
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """Frozen, and closed to keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class About(Part):
    """What the package covers, and by whose decisions."""

    framework: str = Field(description="Whose controls.")
    title: str
    pack: str = Field(description="The pack of rules that stands for it.")
    domain: str | None = Field(description="Only this domain; null: all.")
    product: str | None = Field(description="Only this product; null: all.")
    since: Moment | None = Field(description="Records from here on; null: from the first.")
    until: Moment = Field(description="Records before this moment.")
    as_of: Moment = Field(description="The moment at which everything is told.")
    origin: str = Field(description="Name of the audit log.")
    policy: str = Field(description="Version of the policy as its files stand: the controls are judged under it.")


class On(Part):
    """One control for one product."""

    product: str
    state: State
    by: By = Field(description="Who or what says so.")
    why: Said = Field(description="The reason, in words.")
    records: tuple[RecordId, ...] = Field(description="Audit records that show it.")


class Control(Part):
    """One rule of the pack, with its standing for each product."""

    rule: str
    title: str
    source: str = Field(description="Where the law or standard says it.")
    source_checked: bool = Field(description="Whether somebody has held the rule against that text.")
    version: int
    effective_from: Day | None
    verdict: str = Field(description="What happens where it is broken.")
    waivable: bool
    upheld: Literal["gate", "platform", "attested"]
    upheld_by: str | None = Field(description="The code, or the rule of CORE, that upholds it.")
    condition: str = Field(description="To what it applies.")
    remedy: str
    cases: Count = Field(description="Worked examples that were run against the code that upholds it, for this package.")
    cases_failed: Count
    products: tuple[On, ...]


class Product(Part):
    """One product as it stands."""

    product: str
    title: Written
    version: str
    status: str
    sensitivity: str
    region: str | None
    location: str | None
    packs: tuple[str, ...] = Field(description="The packs of rules that bind it.")
    spec_hash: str = Field(description="Hash of its files.")
    served: str | None = Field(description="The version that is served; null: none.")
    served_hash: str | None = Field(description="Hash of the files that it was published from.")
    published_at: Moment | None
    rows: Count | None
    binding: Mapping[str, str] = Field(description="Controls that its sensitivity brings, and whether a probe sees them.")
    contracts: Count
    grants: Count = Field(description="Approved and not ended.")


class Gone(Part):
    """A product that is no more and was there in the span: its last descriptor on record, its end, and what is on record of it in the span."""

    product: str
    state: Literal["retired", "being retired", "gone"] = Field(
        description="retired: its rows, catalog and key are removed for good; gone: its folder is not there any more, and nobody retired it."
    )
    ended: Moment | None = Field(description="Since when; null: it is not over, or nobody knows.")
    sensitivity: str | None
    location: str | None
    spec_hash: str | None
    first_published: Moment | None
    last_published: Moment | None
    versions: tuple[str, ...] = Field(description="Versions that were ever published, as the receipt tells them.")
    decisions: Count
    kept_back: Count
    reads: Count
    refused: Count
    receipt: str | None = Field(description="Id of the receipt of its retirement.")
    evidence: str | None = Field(description="SHA-256 of the receipt, whoever holds it.")
    proven: bool | None = Field(
        description="Whether the receipt makes that hash and the audit log names it; null: there is none, or it was not closed in the span."
    )
    rows: Count | None = Field(description="Rows that were removed; null: there is no receipt, or a place could not tell.")
    files: Count | None
    places: tuple[str, ...]
    records: tuple[RecordId, ...]


class Objection(Part):
    """What the gate had against a product."""

    rule: str
    severity: str
    where: Said
    why: Said
    fix: Said
    waived: str


class Decision(Part):
    """What the gate decided, once."""

    product: str
    at: Moment
    place: str
    open: bool
    spec_hash: str
    publication: str | None
    policy: str | None = Field(
        default=None, description="Version of the policy under which it was decided; null: that was not recorded yet."
    )
    objections: tuple[Objection, ...]
    records: tuple[RecordId, ...]


class WaiverEntry(Part):
    """A waiver: an exception for a time."""

    product: str
    rule: str
    about: Said
    state: str = Field(
        description="asked, approved, rejected, withdrawn, ended, expired; refused: it stands in a file, and the gate takes it for nothing."
    )
    why: Said | None = Field(default=None, description="Why it is refused.")
    control: Written = Field(description="What protects people meanwhile.")
    asked: Day
    decided: Day | None
    expires: Day
    renewals: int = Field(
        default=0, description="How often the exemption from the rule that it stands in was renewed, by it included."
    )
    exempt_since: Day | None = Field(default=None, description="Where it renews others: since when the product is exempt.")
    by_another: bool | None = Field(description="Whether somebody else decided than asked; null: nobody decided.")
    proven: bool | None = Field(
        description="Whether the audit log says that this one came to stand so; null: it stands in a file of governance."
    )
    records: tuple[RecordId, ...]


class Access(Part):
    """Reads of one product for one purpose, on one basis, by one role."""

    product: str
    purpose: str | None
    basis: str | None
    role: str | None
    reads: Count
    refused: Count
    rows: Count
    columns: tuple[str, ...]
    masked: tuple[str, ...]
    under: Count = Field(description="Grants and contracts that allowed them.")
    first: Moment
    last: Moment
    records: tuple[RecordId, ...]


class Propagation(Part):
    """How long withdrawals and objections take to reach the rows of a domain, in seconds, over thirty days."""

    domain: str
    state: str
    waiting: Count
    p50: float | None
    p95: float | None
    worst: float | None
    target: float
    failed: tuple[str, ...]


class Request(Part):
    """A person's request, without the person."""

    request: str
    kind: str
    regime: str
    state: str
    opened: Moment
    suppressed: Moment | None
    verified: Moment | None
    certified: Moment | None
    products: Mapping[str, str] = Field(description="Product → how far it is.")
    certificate: str | None = Field(description="SHA-256 of the certificate, as the audit log has it.")
    records: tuple[RecordId, ...]


class Notification(Part):
    """Somebody who has to be told of a breach."""

    rule: str
    to: Said
    source: str
    house_rule: bool = Field(description="Whether the time is a rule of the house, since the law gives no number.")
    due: Moment
    state: str = Field(description="open, due soon, overdue, told, told late, not required.")
    told: Moment | None
    recorded: Moment | None
    reason: Written = Field(description="Why it was late, or is not required.")
    reference: Said


class Touched(Part):
    """A product that a breach is about; about how many people its rows are, null: not counted."""

    product: str
    columns: tuple[str, ...] = Field(description="None: all of them.")
    people: Count | None
    reads: Count


class BreachEntry(Part):
    """A personal data breach as it is documented, whether anybody was told or not."""

    breach: str
    state: Literal["open", "closed"]
    aware: Moment = Field(description="When the organisation became aware: every clock begins here.")
    reported: Moment
    closed: Moment | None
    what: Written
    nature: tuple[str, ...]
    side: Literal["controller", "processor"]
    people: Count | None = Field(
        description="About how many in all; null: not counted, or not all of its products are in this package."
    )
    touched: tuple[Touched, ...]
    risk: str | None = Field(description="unlikely, risk or high; null: nobody has assessed it.")
    ground: Written = Field(description="On which the risk is seen so.")
    measures: Written
    notifications: tuple[Notification, ...]
    proven: bool = Field(description="Whether the audit log has every entry of its history with the entry's hash, and no other.")
    records: tuple[RecordId, ...]


class Run(Part):
    """What retention did, or could not do, to a product."""

    product: str
    what: str
    phase: str
    times: Count
    rows: Count
    first: Moment
    last: Moment
    records: tuple[RecordId, ...]


class Attestation(Part):
    """What a person answers for, since no platform can observe it."""

    record: str
    title: Written
    rules: tuple[str, ...]
    by: str
    on: Day
    expires: Day
    holds: bool
    demo: bool


class PackVersion(Part):
    """A pack of rules as it stood in a version of the policy."""

    pack: str
    digest: str = Field(description="Hash of its rules.")
    rules: Count
    file: Said | None = Field(description="The organisation's file that it comes from; null: it comes with the platform.")


class PolicyChange(Part):
    """What a version of the policy has otherwise than the one before it."""

    of: Literal["release", "pack", "rule", "governance"]
    name: str
    how: Literal["added", "removed", "changed"]
    said: Said = Field(description="From what to what, where that is no text of a person.")


class PolicyVersion(Part):
    """A version of the policy: what the organisation decides and the rules of all packs, with what was decided and read under it in the span."""

    policy: str = Field(description="Its hash.")
    known: bool = Field(
        description="Whether it is on record what stood in it; false: reads name it, and no decision was recorded under it."
    )
    first_seen: Moment | None = Field(description="The first decision under it; null: there is none.")
    governance: str | None = Field(description="Hash of what the organisation decides (governance/).")
    release: str | None = Field(description="The platform's.")
    packs: tuple[PackVersion, ...]
    after: str | None = Field(description="The version that was first seen before it.")
    changes: tuple[PolicyChange, ...] = Field(description="What it has otherwise than that one.")
    decisions: Count
    kept_back: Count = Field(description="Those of the decisions that kept something back.")
    reads: Count
    first: Moment | None = Field(description="The first decision or read under it in the span.")
    last: Moment | None
    records: tuple[RecordId, ...]


class Log(Part):
    """One audit log, verified for this package."""

    log: str
    origin: str
    size: Count = Field(description="Records under the checkpoint against which the records here are proven.")
    root: str
    verified: bool
    findings: tuple[str, ...]
    witnesses: tuple[str, ...]
    dropped: Count = Field(description="Records whose text went after their retention.")
    under: RecordId | None = Field(
        default=None,
        description="The record of the mesh's own log that names this checkpoint of a region's log; null: none does.",
    )


class Record(Part):
    """An audit record that something here points at; its proof is a file of the package."""

    id: RecordId
    eid: str
    at: Moment
    act: str
    phase: str
    product: str | None
    what: str | None
    decision: str | None
    reason: str | None
    n: int | None
    who: str = Field(description="The random token by which the log knows whoever acted.")
    role: str | None
    file: str


class Evidence(Part):
    """One package of evidence: controls by products, and what shows each of them."""

    format: Literal["mesh-evidence"]
    version: Literal[1]
    about: About
    summary: Mapping[State, Count] = Field(description="Pairs of control and product, by state.")
    controls: tuple[Control, ...]
    products: tuple[Product, ...]
    gone: tuple[Gone, ...]
    attestations: tuple[Attestation, ...]
    decisions: tuple[Decision, ...]
    waivers: tuple[WaiverEntry, ...]
    access: tuple[Access, ...]
    propagation: tuple[Propagation, ...]
    requests: tuple[Request, ...]
    breaches: tuple[BreachEntry, ...] = Field(default=(), description="Personal data breaches.")
    retention: tuple[Run, ...]
    policies: tuple[PolicyVersion, ...]
    logs: tuple[Log, ...]
    records: tuple[Record, ...]
    notes: tuple[Said, ...] = Field(description="What this package does not know or does not show.")
