"""How each product stands: what its files say today, what the gate thinks of them, and which version is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mesh_platform.cli.session import Session
from mesh_platform.errors import Finding
from mesh_platform.policy import rules
from mesh_platform.product import Lifecycle, Product, ProductKey
from mesh_platform.publish import Assessment, judged
from mesh_platform.registry import GateDecision, ProductEntry, Publication

PUBLISHED, BLOCKED, UNPUBLISHED, ORPHANED, ENDED = "published", "blocked", "unpublished", "orphaned", "ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """One product. `status` is `blocked` where a finding closes the gate today, whether or not an older version is served.

    `orphaned` and `ended` (its sunset has passed) are served no more; what is held of them goes with `mesh retire`.
    """

    key: ProductKey
    status: str
    version: str = ""
    title: str = ""
    owner: str = ""
    description: str = ""
    sensitivity: str = ""
    region: str = ""
    findings: tuple[Finding, ...] = ()
    served: Publication | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    sunset: date | None = None
    successor: str = ""

    @property
    def rows(self) -> int | None:
        return self.served.rows if self.served else None

    @property
    def published_at(self) -> datetime | None:
        return self.served.published_at if self.served else None

    def as_json(self) -> dict[str, object]:
        return {
            "product": str(self.key),
            "domain": self.key.domain,
            "name": self.title or self.key.name,
            "version": self.version,
            "status": self.status,
            "rows": self.rows,
            "sensitivity": self.sensitivity,
            "region": self.region,
            "owner": self.owner,
            "published_version": self.served.version if self.served else None,
            "published_at": self.served.published_at.isoformat() if self.served else None,
            "sunset": self.sunset.isoformat() if self.sunset else None,
            "successor": self.successor or None,
            "findings": [finding.as_json() for finding in self.findings],
        }


def standings(session: Session) -> list[Standing]:
    """Every product of the folders, and those that are published although their folder is gone."""
    served: Mapping[ProductKey, Publication] = {}
    decided: Mapping[ProductKey, GateDecision] = {}
    registered: tuple[ProductEntry, ...] = ()
    with session.registry() as registry:
        if registry is not None:
            served, decided = registry.latest_publications(), registry.latest_decisions("publish")
            registered = registry.products(gone=True)
    mesh = session.mesh
    found = [_of_product(session, product, served.get(key), decided.get(key)) for key, product in mesh.products.items()]
    found += [
        Standing(key, BLOCKED, findings=broken.findings, owner=mesh.owner(key), served=served.get(key))
        for key, broken in mesh.broken.items()
    ]
    known = {*mesh.products, *mesh.broken}
    found += [_orphan(entry, served[entry.key]) for entry in registered if entry.key not in known and entry.key in served]
    return sorted(found, key=lambda standing: standing.key)


def _of_product(session: Session, product: Product, served: Publication | None, decided: GateDecision | None) -> Standing:
    descriptor = product.descriptor
    assessment = judged(session.mesh, product, session.shapes, session.today, session.known)
    findings = assessment.findings
    if _still_holds(decided, product, served):
        assert decided is not None
        findings = (*findings, *_of_the_rows(decided, assessment))
    closed = _closed(session, product)
    findings = tuple(dict.fromkeys((*findings, *closed)))
    return Standing(
        key=product.key,
        status=_status(product, served, any(finding.blocks for finding in findings), session.today),
        version=descriptor.version,
        title=descriptor.name,
        owner=session.mesh.owner(product.key),
        description=descriptor.description,
        sensitivity=descriptor.sensitivity.value,
        region=product.location or descriptor.data_residency.region or "",
        findings=findings,
        served=None if closed else served,
        tags=descriptor.tags,
        sunset=descriptor.sunset,
        successor=str(descriptor.successor or ""),
    )


def _closed(session: Session, product: Product) -> tuple[Finding, ...]:
    """That the key of its domain was revoked in its place, so that nothing of it opens."""
    if product.location is None or not (session.settings.home_path / "revoked" / product.location / product.key.domain).exists():
        return ()
    from mesh_platform.keys import revoked

    return (revoked(product.key.domain, product.location, str(product.key)),)


def _still_holds(decided: GateDecision | None, product: Product, served: Publication | None) -> bool:
    """Whether the last attempt was blocked by its rows, for the files as they stand, and nothing was published since."""
    if decided is None or decided.open or decided.spec_hash != product.spec_hash:
        return False
    return served is None or served.published_at <= decided.decided_at


def _of_the_rows(decided: GateDecision, now: Assessment) -> Iterator[Finding]:
    """What the last attempt found that is not judged anew here: a review may have been given since, and an input published."""
    asked = {entry.rule.partition(" ")[0] for entry in now.decision.not_evaluated}
    anew = {rule.id for rule in rules()} - asked
    yield from (finding for finding in decided.findings if finding.rule not in anew)


def _status(product: Product, served: Publication | None, blocked: bool, today: date) -> str:
    lifecycle, sunset = product.descriptor.status, product.descriptor.sunset
    if lifecycle is Lifecycle.RETIRED:
        return lifecycle.value
    if sunset is not None and sunset < today:
        return ENDED
    if blocked:
        return BLOCKED
    if lifecycle is Lifecycle.DRAFT:
        return lifecycle.value
    if served is None:
        return UNPUBLISHED
    return lifecycle.value if lifecycle is Lifecycle.DEPRECATED else PUBLISHED


def _orphan(entry: ProductEntry, served: Publication) -> Standing:
    why = "Its folder is gone. It is not served any more, and its rows are still held."
    fix = f"Put domains/{entry.key} back; or, to remove its rows for good: `mesh retire {entry.key} --reason …`."
    return Standing(
        key=entry.key,
        status=ORPHANED,
        version=entry.version,
        title=entry.title,
        owner=entry.owner,
        description=entry.description,
        sensitivity=entry.sensitivity.value,
        region=entry.location or entry.region,
        findings=(Finding("REG-01", f"domains/{entry.key}", why, fix, str(entry.key)),),
        served=served,
    )
