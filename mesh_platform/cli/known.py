"""What is known here of the versions that are served, as far as home and lake can be looked into: for every command that judges files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_platform.errors import MeshError
from mesh_platform.policy import Review, Served
from mesh_platform.product import Product, ProductKey
from mesh_platform.publish import Known, place_of
from mesh_platform.publish.lifecycle import served_of, standing_beside
from mesh_platform.publish.review import Before, before, changes_since, first_origins, review_of
from mesh_platform.publish.served_inputs import Inputs, as_served
from mesh_platform.registry import Publication, Registry
from mesh_platform.registry.reviews import Reviews
from mesh_platform.state import look_at_state
from mesh_platform.tasks import Tasks

if TYPE_CHECKING:
    from mesh_platform.cli.session import Session
    from mesh_platform.lake import Lake


_KEYS_AWAY = "KEY-05"
"""The key service does not answer: nobody waits for it once per product."""


def known_here(session: Session) -> dict[ProductKey, Known]:
    """Each product that is served, or needs a review before it ever was; one that cannot be looked into is left out."""
    found: dict[ProductKey, Known] = {}
    try:
        with look_at_state(session.settings) as database, session.lake() as lake:
            if database is None:
                return {}
            published = Registry(database).latest_publications()
            reviews = Reviews(database, Tasks(database))
            for key, product in session.mesh.products.items():
                if (
                    key in published
                    or key.major is not None
                    or changes_since((), product)
                    or first_origins(session.mesh, product)
                ):
                    try:
                        known = _known(session, reviews, lake, product, published.get(key))
                    except MeshError as error:
                        if error.finding.rule == _KEYS_AWAY:
                            break
                        continue
                    if known:
                        found[key] = known
    except MeshError:
        return {}
    return found


def _known(session: Session, reviews: Reviews, lake: Lake | None, product: Product, last: Publication | None) -> Known | None:
    beside = standing_beside(session.mesh, product.key, session.today)
    if last is not None and (last.spec_hash, last.location) == (product.spec_hash, product.location):
        return Known(Review(spec_hash=product.spec_hash), Served(last.version, product.descriptor, beside))
    if last is None and lake is None:
        return Known(review_of(session.mesh, product, Before(), reviews))
    if lake is None or product.location is None:
        return None
    follows = before(product, lake)
    served = served_of(lake.versions(place_of(product)), beside)
    review = review_of(session.mesh, product, follows, reviews)
    return Known(review, served, as_served(product, follows) if follows.own else Inputs())
