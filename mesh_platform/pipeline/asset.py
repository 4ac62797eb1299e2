"""From a card to an asset: one skippable step with blocking checks that makes one publication, or a visible asset that cannot run."""

from typing import TYPE_CHECKING

import dagster as dg

from mesh_platform.errors import Finding
from mesh_platform.pipeline.card import Card
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.labels import op_name
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.report import CHECKS, Events, events_of
from mesh_platform.pipeline.spec import spec_of

if TYPE_CHECKING:
    from mesh_platform.publish import Outcome

RESOURCE = "mesh"


def asset_of(card: Card) -> dg.AssetSpec | dg.AssetsDefinition:
    """The asset of one product: executable where its gate is open, else visible with its findings and nothing to start."""
    return _step_of(card) if card.executable else spec_of(card)


def _step_of(card: Card) -> dg.AssetsDefinition:
    name, spec = op_name(card.domain, card.name), spec_of(card)

    @dg.multi_asset(
        name=name,
        specs=[spec],
        check_specs=[dg.AssetCheckSpec(check, asset=spec.key, blocking=True, description=text) for check, text in CHECKS.items()],
        required_resource_keys={RESOURCE},
        pool=name,
    )
    def publication(context: dg.AssetExecutionContext) -> Events:
        yield from events_of(card, _outcome(getattr(context.resources, RESOURCE), card))

    return publication


def _outcome(mesh: OpenedMesh, card: Card) -> "Outcome":
    """What came of the attempt; an attempt that could not be carried out fails the step."""
    mesh.started(str(card))
    finished = at_the_edge(lambda: mesh.publish(card.domain, card.name), str(card), mesh.root)
    mesh.ended(str(card), finished)
    if isinstance(finished, Finding):
        fail(finished)
    return finished
