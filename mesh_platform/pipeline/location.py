"""A domain's code location: its products as assets, what starts them, and the guards that all of them share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from mesh_platform.pipeline.asset import RESOURCE, asset_of
from mesh_platform.pipeline.automation import automation_sensor, minute, safety_net
from mesh_platform.pipeline.card import Card
from mesh_platform.pipeline.cards import cards_of
from mesh_platform.pipeline.consent import consent_job, consent_schedule, consent_sensor
from mesh_platform.pipeline.io_guard import NoDataIOManager
from mesh_platform.pipeline.jobs import running
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.retention import retention_job
from mesh_platform.settings import Settings, load_settings


def domain_definitions(file: str) -> dg.Definitions:
    """Everything that Dagster runs for one domain.

    Args:
        file: `__file__` of the domain's `definitions.py`, which is not run for this; its folder is the domain, and the project lies
            two folders above. Where more than its one line stands there, every product of the domain is blocked (DESC-16).

    Returns:
        Definitions with an asset per product. A product that is broken or that the gate keeps back is visible and cannot be started;
        its siblings load.
    """
    folder = Path(file).resolve().parent
    settings = load_settings(folder.parents[1])
    return definitions_of(settings, cards_of(settings, folder.name), [folder.name])


def mesh_definitions(settings: Settings, held: OpenedMesh | None = None) -> dg.Definitions:
    """All domains in one location: for one process that runs the whole mesh, for tests, and for checking that keys are unique."""
    cards = cards_of(settings)
    return definitions_of(settings, cards, sorted({card.domain for card in cards}), held)


def definitions_of(
    settings: Settings, cards: tuple[Card, ...], domains: list[str], held: OpenedMesh | None = None
) -> dg.Definitions:
    """Definitions for these cards.

    Args:
        settings: of the project.
        cards: the products.
        domains: whose automation belongs here.
        held: a mesh that its owner opened and will close; else each run opens its own.
    """
    kept = {name: retention_job(settings, name) for name in domains} if held is None else {}
    live = {name: [card for card in cards if card.domain == name and card.automated] for name in domains}
    consent = {name: consent_job(name) for name in domains}
    return dg.Definitions(
        assets=[asset_of(card) for card in cards],
        jobs=[*kept.values(), *consent.values()],
        sensors=[
            *(automation_sensor(name) for name in domains if live[name]),
            *(consent_sensor(name, settings, job) for name, job in consent.items()),
        ],
        schedules=[
            *(safety_net(name, live[name]) for name in domains if live[name]),
            *(running(job, f"{minute(name)} 4 * * *") for name, job in kept.items()),
            *(consent_schedule(name, settings, job) for name, job in consent.items()),
        ],
        resources={RESOURCE: mesh_resource(settings.project.resolve(), held), "io_manager": NoDataIOManager()},
        executor=dg.in_process_executor,
    )


def mesh_resource(root: Path, held: OpenedMesh | None = None) -> dg.ResourceDefinition:
    """The platform as a resource: one per run, closed when it ends."""
    if held is not None:
        return dg.ResourceDefinition.hardcoded_resource(held)

    def opened(_: Any) -> Iterator[OpenedMesh]:
        mesh = OpenedMesh(root)
        try:
            yield mesh
        finally:
            mesh.close()

    return dg.ResourceDefinition(resource_fn=opened, description="The mesh: opened at the first product, closed with the run.")
