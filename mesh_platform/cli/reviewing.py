"""Reviews for the command line: gathered from folders, lake and control database, and decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mesh_platform.audit import Act, Phase, What, open_audit
from mesh_platform.cli.naming import product_key
from mesh_platform.errors import CheckFailed, Denied, MeshError, NotFound, UsageProblem
from mesh_platform.policy import Review
from mesh_platform.product import Product, ProductKey
from mesh_platform.publish.review import Before, before, first_words, review_of
from mesh_platform.registry import Registry
from mesh_platform.registry.reviews import Reviewed, Reviews, Verdict, Weighed, committed
from mesh_platform.state import Database, look_at_state, open_state
from mesh_platform.tasks import Tasks, review_key

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.cli.session import Session
    from mesh_platform.lake import Lake

_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One product: what changed in it, what was said of that, and until when it is to be said.

    `committed` where its files can be approved as they stand; `earlier` is what was said of other states of them, with the hash of each.
    """

    product: Product
    review: Review
    weighed: Weighed = Weighed()
    due: str | None = None
    committed: bool = True
    earlier: tuple[tuple[str, Reviewed], ...] = ()
    repeated: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "product": str(self.product.key),
            "spec_hash": self.product.spec_hash,
            "standing": self.review.standing,
            "changes": [change.as_json() for change in self.review.changes],
            "needed": self.review.needed,
            "approved_by": list(self.review.approved_by),
            "rejected_by": list(self.review.rejected_by),
            "reviews": [said.as_json() for said in self.weighed.said],
            "discounted": list(self.weighed.discounted),
            "unreadable": list(self.weighed.unread),
            "due": self.due,
            "committed": self.committed,
            "earlier": [{"spec_hash": hash, **said.as_json()} for hash, said in self.earlier],
        }


def reviews_of(session: Session, only: Collection[ProductKey] | None) -> list[Found]:
    """Each product that is published, or of `only` those; none where nothing ever was."""
    with look_at_state(session.settings) as database, session.lake() as lake:
        return list(_gathered(session, database, lake, only)) if database is not None else []


def review_named(session: Session, name: str) -> Found:
    """The review of one product.

    Raises:
        NotFound: REVIEW-04, where no version of it is served.
    """
    key = product_key(name)
    product = session.mesh.product(key)
    found = reviews_of(session, {key})
    if not found:
        fix = "The first publication needs no review unless it overrules the scan; every later change that is privacy-relevant does."
        raise NotFound.because(
            "REVIEW-04", str(key), "No version of it is served, so there is nothing to compare with.", fix, str(key)
        )
    return found[0] if found[0].product == product else _moved(key)


def decide(session: Session, name: str, hash: str, reason: str, actor: Actor, verdict: str) -> Found:
    """Record a decision on the files of that hash.

    Raises:
        CheckFailed: REVIEW-05, where the files have another hash by now; REVIEW-06, where nothing of them needs a review.
        Denied: where this principal may not.
    """
    if len(hash) < _FEWEST:
        raise UsageProblem.because(
            "REVIEW-03", "--hash", f"It has fewer than {_FEWEST} characters.", "`mesh review show` tells it."
        )
    found = review_named(session, name)
    product, key = found.product, str(found.product.key)
    if not found.review.relevant:
        why = "Nothing that changed since the served version needs a review."
        raise CheckFailed.because("REVIEW-06", key, why, f"`mesh run {key}` publishes it.", key)
    if not product.spec_hash.startswith(hash.lower()):
        why = "The files are not those of that hash: they changed since, or the hash is another product's."
        raise CheckFailed.because("REVIEW-05", key, why, f"Look at them again: `mesh review show {key}`.", key)
    with closing(open_state(session.settings)) as database, session.lake() as lake:
        since = before(product, lake).since if lake is not None else None
        with open_audit(session.settings, database) as log:
            about = What(product=key, code=product.spec_hash)
            said = log.record(Act.REVIEW, Phase.INTENT, actor, about, verdict)
            try:
                _reviews(session, database).record(session.mesh, product, Verdict(verdict), reason, actor, since)
            except MeshError as refusal:
                phase = Phase.DENIED if isinstance(refusal, Denied) else Phase.FAILED
                log.record(Act.REVIEW, phase, actor, about, verdict, refusal.finding.rule, parent=said.eid)
                raise
            log.record(Act.REVIEW, Phase.DONE, actor, about, verdict, parent=said.eid)
    mine = (actor.name, actor.person, verdict)
    said_before = any((said.by, said.person, said.verdict.value) == mine for said in found.weighed.said)
    return replace(review_named(session, name), repeated=said_before)


def _gathered(session: Session, database: Database, lake: Lake | None, only: Collection[ProductKey] | None) -> Iterator[Found]:
    mesh, registry = session.mesh, Registry(database)
    served = registry.latest_publications()
    reviews = _reviews(session, database)
    for key in sorted(mesh.products):
        product, last = mesh.products[key], served.get(key)
        if (only is not None and key not in only) or (last is None and key.major is None and not first_words(product)):
            continue
        if last is not None and (last.spec_hash, last.location) == (product.spec_hash, product.location):
            yield Found(product, Review(spec_hash=product.spec_hash))
            continue
        follows = before(product, lake) if lake is not None else Before()
        review = review_of(mesh, product, follows, reviews)
        if not review.relevant:
            yield Found(product, review)
            continue
        task = Tasks(database).find(review_key(str(key), product.spec_hash))
        said = reviews.of(mesh, product, follows.since)
        due = task.due.date().isoformat() if task and task.open else None
        earlier = reviews.earlier(product, follows.since)
        yield Found(product, review, said, due, committed(mesh, product, follows.since), earlier)


def _reviews(session: Session, database: Database) -> Reviews:
    from mesh_platform.tasks.channels import channel_names

    return Reviews(database, Tasks(database, channel_names(session.settings)))


def _moved(key: ProductKey) -> Found:
    why = "Its files changed while they were looked at."
    raise CheckFailed.because("REVIEW-05", str(key), why, "Look again.", str(key))
