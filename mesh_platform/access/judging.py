"""CORE-18 at approval: the combination that a consumer would hold over all of its grants is counted in the served rows, as it would be handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from mesh_platform.access.combining import handed_out, quasi_of, union
from mesh_platform.access.grants import Consumer, Grant, Kind, contract_grants, own_domain
from mesh_platform.access.reading import Reading
from mesh_platform.access.requests import Wish, levels_of
from mesh_platform.access.served import Served
from mesh_platform.actor import Actor, Role
from mesh_platform.errors import CheckFailed, Denied
from mesh_platform.policy.core.combinations import LEAST_INSIDE, MOST_COLUMNS
from mesh_platform.product import LegalBasis, Mesh, Product, ProductKey, Sensitivity
from mesh_platform.product.bases import bases_of


class Judging:
    """Judges grants before they are given; the reading counts classes and hands out no row."""

    def __init__(self, mesh: Mesh, reading: Reading) -> None:
        self._mesh, self._reading = mesh, reading

    def judged(
        self, wish: Wish, product: Product, served: Served, before: Sequence[Grant], by: Actor | None, now: datetime
    ) -> frozenset[str]:
        """The quasi-identifiers that the consumer would hold, where what they single out is not too few people.

        Args:
            wish: what is about to be granted.
            product: as its files stand. What they or the served version say tells people apart counts as such.
            served: as it is served: its rows are counted, as it hands them out, for each purpose for which the consumer would hold any.
            before: the grants of approved requests on it.
            by: who approves; None: a rule.
            now: the time.

        Raises:
            CheckFailed: CORE-18, where it is.
        """
        held = [grant for grant in (*contract_grants(self._mesh, product), *before) if self._held_by(wish.consumer, grant, now)]
        if self._inside(wish.consumer, product):
            held += own_domain(product.key, product.descriptor.purposes)
        own = quasi_of(product, wish.columns) | quasi_of(served.product, wish.columns)
        given = {grant.id: union(product, [grant]) | union(served.product, [grant]) for grant in held}
        columns = own.union(*given.values())
        if not own or len(columns) < 2:
            return columns
        restricted = Sensitivity.RESTRICTED in levels_of(columns, product, served.product).values()
        if restricted and columns <= set(wish.columns) and by is not None and by.may(Role.PRIVACY, product.key.domain):
            return columns  # granted as the restricted combination that it is
        raw = frozenset(wish.raw).union(*(grant.raw for grant in held))
        purposes = {wish.purpose, *(grant.purpose for grant in held if given[grant.id])}
        if why := self._too_few(wish.purpose, served, columns, raw, purposes):
            named = ", ".join(map(repr, sorted(columns)))
            fix = "Approve fewer of them (--columns) or fewer raw; one in the role privacy may approve them in one request."
            raise CheckFailed.because(
                "CORE-18", str(product.key), f"{wish.consumer} would hold {named}, which {why}.", fix, str(product.key)
            )
        return columns

    def _too_few(self, purpose: str, served: Served, columns: frozenset[str], raw: frozenset[str], asked: Set[str]) -> str:
        if len(columns) > MOST_COLUMNS:
            return f"are more than {MOST_COLUMNS} quasi-identifiers, of which no combination is counted"
        if missing := sorted(columns - (served.types.keys() & served.product.descriptor.columns.keys())):
            return f"cannot be counted together, since what is served does not hold {missing[0]!r}"
        if not (keys := handed_out(served.product, columns, raw, served.types)):
            return ""
        shown = self._shown_for(served, asked)
        if purpose not in shown:
            return f"cannot be counted together, since what is served is not for {purpose}"
        try:
            smallest = self._reading.smallest_class(served, keys, shown)
        except Denied as refusal:
            return f"cannot be counted as they would be handed out ({refusal.finding.rule}: {refusal.finding.why.rstrip('.')})"
        if smallest is None or smallest >= LEAST_INSIDE:
            return ""
        return f"together single out {smallest} people in the smallest class (at least {LEAST_INSIDE} are asked for)"

    def _shown_for(self, served: Served, asked: Set[str]) -> Mapping[str, LegalBasis]:
        """Every purpose that one may name who holds it for `asked`: each shows rows of its own."""
        governance = self._mesh.governance
        bases = bases_of(served.product.descriptor.purposes, governance)
        return {name: basis for name, basis in bases.items() if any(governance.purpose_covers(one, name) for one in asked)}

    def _held_by(self, consumer: Consumer, grant: Grant, now: datetime) -> bool:
        """Whether the consumer holds what that grant gives, as far as the mesh knows who they are."""
        if not grant.holds_on(now) or grant.break_glass or grant.groups is not None:
            return False
        if grant.consumer == consumer:
            return True
        if consumer.kind is Kind.PRODUCT:
            return grant.consumer.is_product(ProductKey.as_written(consumer.name))
        return consumer.kind is Kind.PERSON and (known := self._known(consumer)) is not None and grant.consumer.is_person(known)

    def _inside(self, consumer: Consumer, product: Product) -> bool:
        domain = product.key.domain
        if consumer.kind is Kind.PERSON:
            known = self._known(consumer)
            return known is not None and domain in known.domains
        return consumer.name.partition("/")[0] == domain and consumer.kind in (Kind.DOMAIN, Kind.PRODUCT)

    def _known(self, consumer: Consumer) -> Actor | None:
        principal = self._mesh.governance.roles.principals.get(consumer.name)
        return None if principal is None else Actor(consumer.name, principal.roles, principal.domains, principal.region)
