"""What one package of evidence is about: a framework, all of the mesh or a part of it, a span of time; and who may ask for that."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mesh_platform.access.roles import required
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.product import Mesh, ProductKey

Once = Callable[[], Collection[str]]
READERS = ("examiner", "privacy")


def _nobody() -> Collection[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the evidence covers.

    Attributes:
        framework: whose controls.
        as_of: the moment up to which records count.
        since: from when on; None: from the beginning.
        until: up to when; `as_of` where None.
        domain: only products of that domain.
        product: only that product.
    """

    framework: Framework
    as_of: datetime
    since: datetime | None = None
    until: datetime | None = None
    domain: str | None = None
    product: str | None = None

    @property
    def first(self) -> datetime:
        return self.since or datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The moment before which a record counts."""
        return min(self.until or self.as_of, self.as_of)

    @property
    def whole(self) -> bool:
        """Whether it is about the mesh and not a part of it."""
        return self.domain is None and self.product is None

    def covers(self, key: str) -> bool:
        """Whether that product, or domain, is in it."""
        if self.product is not None:
            return key == self.product
        return self.domain is None or key.partition("/")[0] == self.domain


def settled(scope: Scope, actor: Actor, mesh: Mesh, now: datetime, once: Once = _nobody) -> Scope:
    """The scope as that actor may have it: who answers for some domains gets no more than one of those. `once` gives the products that are or were.

    Raises:
        Denied: AUTH-02 or AUTH-03, where the role is missing, or missing for that domain; EVID-01, where a domain must be named.
        NotFound: EVID-02, where there is no such domain or product.
        UsageProblem: EVID-03, where the moments make no span.
    """
    required(actor, *READERS)
    scope = _of_one(scope, actor)
    if scope.domain is not None:
        required(actor, *READERS, domain=scope.domain)
    known(scope, mesh, once)
    if scope.as_of > now:
        raise UsageProblem.because(
            "EVID-03", "--as-of", "It lies ahead: what is on record then, nobody knows.", "Name a moment that has passed."
        )
    if scope.first >= scope.end:
        raise UsageProblem.because(
            "EVID-03", "--from, --to", "No moment lies between them.", "Name a first day that comes before the last."
        )
    return scope


def _of_one(scope: Scope, actor: Actor) -> Scope:
    """With the domain that follows: from the product, or from an actor who has one."""
    if scope.product is not None:
        domain = scope.product.partition("/")[0]
        if scope.domain not in (None, domain):
            why = f"{scope.product} is not of the domain {scope.domain}."
            raise UsageProblem.because("EVID-03", "--domain, --product", why, "Leave one of the two out.")
        return replace(scope, domain=domain)
    if scope.domain is not None or any(actor.may(role) and not actor.domains for role in READERS):
        return scope
    if len(actor.domains) == 1:
        return replace(scope, domain=actor.domains[0])
    why = f"{actor.name} may read the evidence of {', '.join(actor.domains) or 'no domain'} alone, and the mesh as a whole is asked for."
    raise Denied.because("EVID-01", "the principal", why, "Name one of these domains with --domain.")


def known(scope: Scope, mesh: Mesh, once: Once = _nobody) -> None:
    """See that what the scope names is there, or once was.

    Raises:
        NotFound: EVID-02, where it is not.
    """
    if scope.product is not None:
        key = ProductKey.parse(scope.product)
        if key not in mesh.products and key not in mesh.broken and str(key) not in once():
            raise NotFound.because("EVID-02", scope.product, "There is no such product.", "`mesh products` names them.")
    elif scope.domain is not None and scope.domain not in mesh.domains and not any(map(scope.covers, once())):
        raise NotFound.because("EVID-02", scope.domain, "There is no such domain.", "`mesh products` names them.")
