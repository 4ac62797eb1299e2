"""`Registry`: the one door to what the mesh knows about its products. Each call is one transaction of the control database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from mesh_platform.clock import utc_now
from mesh_platform.policy.version import PolicyVersion
from mesh_platform.product.key import ProductKey
from mesh_platform.registry import decisions, policies, products, publications, search
from mesh_platform.registry import lineage as edges
from mesh_platform.registry import measures as found_measures
from mesh_platform.registry import service_levels as levels
from mesh_platform.registry.values import (
    GateDecision,
    GatePlace,
    LakeVersion,
    LineageEdge,
    Measure,
    ProductEntry,
    Publication,
    Reached,
    Registered,
    SearchHit,
)
from mesh_platform.state import Database, Told


class Registry:
    """The registry in a migrated control database.

    Every method may raise `Unavailable` where the database cannot be used.
    """

    def __init__(self, db: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = self.database = db
        self._told = Told(db, publications.LATEST)
        self._clock = clock

    # Products

    def register(
        self, entries: Iterable[ProductEntry], *, broken: Collection[ProductKey] = (), domains: Collection[str] | None = None
    ) -> Registered:
        """Make the registry say what the folders say.

        Args:
            entries: every readable product, of the whole mesh or of `domains`.
            broken: products whose folder stands but cannot be read: what is known of them stays.
            domains: the domains that `entries` are all of; a product of another domain is left alone. None: the whole mesh.

        Returns:
            what is new, changed and gone. Where nothing is, nothing is written.
        """
        given = products.by_key(entries)
        with self._db.read() as con:
            found = products.change(con, given, broken, domains)
        if not found.nothing:
            with self._db.write() as con:
                found = products.change(con, given, broken, domains)
                products.write(con, found, self._clock())
        return found.told()

    def products(self, *, domain: str | None = None, gone: bool = False) -> tuple[ProductEntry, ...]:
        """Registered products by key, of one domain or all; with `gone` those too whose folder is no longer there."""
        with self._db.read() as con:
            return products.listed(con, domain, gone)

    def product(self, key: ProductKey) -> ProductEntry:
        """One product, gone or not.

        Raises:
            NotFound: where none of that key was ever registered.
        """
        with self._db.read() as con:
            return products.one(con, key)

    def search(self, text: str, limit: int = 20) -> tuple[SearchHit, ...]:
        """Products for what a person typed, best first; any text is safe, and one without words finds nothing."""
        with self._db.read() as con:
            return search.find(con, text, limit)

    def find_anew(self) -> None:
        """Make every product findable again, after rows were put in without what is searched."""
        with self._db.write() as con:
            if found := products.listed(con, None, gone=True):
                search.index(con, found)

    # Publications

    def record_published(
        self,
        publication: Publication,
        *,
        measures: Iterable[Measure] = (),
        lineage: Iterable[LineageEdge] | None = None,
    ) -> Publication:
        """Record a publication with all that was learnt on the way to it, in one transaction: a kill leaves all of it or nothing.

        Recorded already, by id or by the same facts under its snapshot, the publication stays; the measures and the lineage are said anew.
        `reconcile` can rebuild the publication from the lake, but not what was measured: the decision is recorded before the rename.

        Args:
            publication: what the lake published.
            measures: quality measures of it.
            lineage: what the product derives from, all of it: an edge per column where it is known. An edge without columns beside them tells
                that the product reads the other at all (a filter, a join); alone, that nothing nearer is known, and then every column counts
                as derived from every column. None leaves what is known.

        Returns:
            the publication that stands.

        Raises:
            CheckFailed: where its id belongs to a different publication.
        """
        with self._db.write() as con:
            stands = publications.record(con, publication, self._clock())
            found_measures.record(con, measures)
            if lineage is not None:
                edges.record(con, publication.product, lineage)
            return stands

    def reconcile(self, product: ProductKey, versions: Iterable[LakeVersion], *, under_lock: bool = False) -> int:
        """Rebuild the publication rows that a kill between rename and row left out.

        Args:
            versions: what the lake holds of `product`; `extra` carries publication_id, version, spec_hash, rows, sensitivity
                (and location, ledger_seq). Maintenance repeats that of the publication whose rows it keeps, or says nothing.
            under_lock: the caller holds the product's lock, so `versions` is all there is, and a row that is newer than what the lake
                serves is withdrawn.

        Returns:
            how many rows were rebuilt.

        Raises:
            CheckFailed: where a version calls itself a publication and does not say all that one says.
        """
        in_lake = tuple(versions)
        with self._db.read() as con:
            found = publications.difference(publications.listed(con, product, withdrawn=True), in_lake, under_lock)
        if found.nothing:
            return 0
        with self._db.write() as con:
            found = publications.difference(publications.listed(con, product, withdrawn=True), in_lake, under_lock)
            return publications.reconcile(con, product, found, self._clock())

    def publications(self, product: ProductKey, *, withdrawn: bool = False) -> tuple[Publication, ...]:
        """The publications of a product, newest first."""
        with self._db.read() as con:
            return publications.listed(con, product, withdrawn)

    def latest(self, product: ProductKey) -> Publication | None:
        """The publication that is served, None before the first."""

        def ask() -> Publication | None:
            with self._db.read() as con:
                return publications.latest_of(con, product)

        return self._told.ask(ask, str(product))

    def latest_publications(self) -> dict[ProductKey, Publication]:
        """The publication that is served of each product that has one."""
        with self._db.read() as con:
            return publications.latest(con)

    def withdraw_all(self, domain: str, location: str) -> int:
        """Withdraw the publications of a domain in one place whose files were removed; gives how many."""
        with self._db.write() as con:
            return publications.withdraw_all(con, domain, location, self._clock())

    # The gate

    def record_decision(self, decision: GateDecision, policy: PolicyVersion | None = None) -> GateDecision:
        """Record what the gate said, and what stands in the version of the policy under which it did, in one transaction.

        Args:
            decision: what it said; its `policy` names that version.
            policy: the version itself.

        Returns:
            the decision with its id.
        """
        if decision.policy != (policy.digest if policy else None):
            raise ValueError(f"the decision on {decision.product} names another version of the policy than it comes with")
        with self._db.write() as con:
            if policy is not None:
                policies.note(con, policy, decision.decided_at)
            return decisions.record(con, decision)

    def policy_versions(self) -> tuple[policies.SeenVersion, ...]:
        """The versions of the policy under which the gate decided, in the order in which they were first seen."""
        with self._db.read() as con:
            return policies.listed(con)

    def judged_under(self) -> dict[str | None, policies.Judged]:
        """What the gate decided under each version; under None what it decided before they were recorded."""
        with self._db.read() as con:
            return policies.judged(con)

    def latest_decisions(self, place: GatePlace | None = None) -> dict[ProductKey, GateDecision]:
        """The last decision on each product, at `place` or anywhere."""
        with self._db.read() as con:
            return decisions.latest(con, place)

    def decisions(self, since: datetime, until: datetime) -> tuple[GateDecision, ...]:
        """Every decision from one moment up to another, in the order in which they were recorded."""
        with self._db.read() as con:
            return decisions.between(con, since, until)

    # Measures

    def measures(self, product: ProductKey, metric: str | None = None, limit: int = 30) -> tuple[Measure, ...]:
        """The last `limit` measures of a product, newest first."""
        with self._db.read() as con:
            return found_measures.listed(con, product, metric, limit)

    def counted(self, metric: str) -> dict[str, int]:
        """What was counted in the newest publication of each product beside its quality, by its key: `PEOPLE`, `CUT` or `HASHED` of measures."""
        with self._db.read() as con:
            return found_measures.counted(con, metric)

    def count_reads(self, counted: Mapping[levels.Told, int]) -> None:
        """Add to how often interfaces answered and failed; what is too old goes."""
        with self._db.write() as con:
            levels.record(con, counted)
            levels.sweep(con, self._clock())

    def service_levels(
        self, moment: datetime | None = None, product: ProductKey | None = None
    ) -> dict[ProductKey, tuple[levels.ServiceLevel, ...]]:
        """What each interface did in the month of that moment, by product; of this month where none is named."""
        with self._db.read() as con:
            return levels.listed(con, levels.month_of(moment or self._clock()), product)

    # Lineage

    def upstream(self, product: ProductKey, column: str | None = None) -> tuple[Reached, ...]:
        """All that a product (or one column of it) derives from, however far, nearest first."""
        with self._db.read() as con:
            return edges.reached(con, product, column, down=False)

    def downstream(self, product: ProductKey, column: str | None = None) -> tuple[Reached, ...]:
        """All that derives from a product (or one column of it), however far, nearest first."""
        with self._db.read() as con:
            return edges.reached(con, product, column, down=True)
