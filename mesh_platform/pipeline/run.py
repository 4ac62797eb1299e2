"""The mesh, or a part of it, published in this one process: through Dagster, so that its console shows what happened.

A product whose input failed is not started with it. Where that input is served from before, it runs after all, on that version: what
must never be served is kept back by the lake, not by the order of runs.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mesh_platform.errors import Finding
from mesh_platform.pipeline import dagster_home, process_locks
from mesh_platform.pipeline.card import Card, Ref
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.selection import choose, startable
from mesh_platform.settings import Settings
from mesh_platform.telemetry import SILENT

if TYPE_CHECKING:
    import dagster as dg

    from mesh_platform.publish import Outcome

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class ProductStatus(StrEnum):
    """What came of one product in a run: an outcome, or why there was no attempt."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    FAILED = "failed"
    WAITING = "waiting"
    RETIRED = "retired"

    @property
    def fine(self) -> bool:
        """Whether a run with this result is a success."""
        return self in (ProductStatus.PUBLISHED, ProductStatus.UNCHANGED, ProductStatus.RETIRED)


@dataclass(frozen=True, slots=True)
class ProductResult:
    """One product in a run, and what came of it."""

    product: str
    status: ProductStatus
    findings: tuple[Finding, ...] = ()
    rows: int | None = None
    version: str = ""
    seconds: float = 0.0
    waits_for: tuple[str, ...] = ()
    blocked_resurrections: int = 0
    """Rows of people who were erased, which were brought again and left out."""
    at_load: bool = False
    """ProductResult from its files alone: nothing was started."""


class Audience(Protocol):
    """Hears how a run goes."""

    def begins(self, products: Sequence[str]) -> None: ...

    def started(self, product: str) -> None: ...

    def told(self, result: ProductResult) -> None: ...


def run_products(settings: Settings, words: Sequence[str], audience: Audience) -> list[ProductResult]:
    """Publish what `words` name, inputs first.

    Args:
        settings: of the project.
        words: `domain/product` or `domain`; the whole mesh without any.
        audience: hears of each product as it goes.

    Returns:
        What came of each product, in the order in which it was known.

    Raises:
        NotFound: where a word names nothing.
        Unavailable: where Dagster's home cannot be used.
        KeyboardInterrupt: where the run was cancelled; the versions served before stay.
    """
    from mesh_platform.pipeline.cards import cards_of

    cards = cards_of(settings)
    chosen = choose(cards, words)
    course = _Course(audience)
    audience.begins([str(card) for card in chosen])
    for card in chosen:
        if not card.executable:
            course.tell(_kept_back(card))
    with _instance(settings) as (instance, name), _opened(settings.project.resolve(), course) as held:
        for card in chosen:
            if card.blocked:
                held.kept_back(card.domain, card.name, card.findings)
        _publish_all(settings, cards, [card for card in chosen if card.executable], held, course, instance, name)
    return course.all


def _publish_all(
    settings: Settings,
    cards: tuple[Card, ...],
    chosen: list[Card],
    held: OpenedMesh,
    course: _Course,
    instance: dg.DagsterInstance,
    name: str,
) -> None:
    """Run what can be started, and again what a failure kept back but an earlier version lets through."""
    import dagster as dg

    from mesh_platform.pipeline.location import definitions_of

    served = cache(lambda ref: held.served(*ref))
    job = definitions_of(settings, cards, sorted({card.domain for card in cards}), held).resolve_implicit_global_asset_job_def()
    while True:
        left = [card for card in chosen if str(card) not in course.known]
        ready = startable(left, course.served, served)
        if not ready:
            break
        before = len(course.known)
        result = job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(card.path) for card in ready],
            run_config=_QUIET,
            tags=process_locks.tags_of(name),
            raise_on_error=False,
        )
        if _cancelled(result):
            raise KeyboardInterrupt
        if len(course.known) == before:
            break
    for card in left:
        course.tell(_waiting(card, course.served, served))


def _cancelled(result: dg.ExecuteInProcessResult) -> bool:
    """Dagster swallows an interrupt and tells of it in the run's last event."""
    reasons = [getattr(event.event_specific_data, "failure_reason", None) for event in result.all_events if event.is_failure]
    return any(getattr(reason, "value", "") == "UNEXPECTED_TERMINATION" for reason in reasons)


class _Course:
    """What is known so far; tells the audience as it comes."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.all: list[ProductResult] = []
        self.known: set[str] = set()
        self.served: set[Ref] = set()

    def started(self, product: str) -> None:
        self.audience.started(product)

    def ended(self, product: str, outcome: Outcome | Finding) -> None:
        if isinstance(outcome, Finding):
            self.tell(ProductResult(product, ProductStatus.FAILED, (outcome,)))
            return
        status = ProductStatus(outcome.status)
        if status in (ProductStatus.PUBLISHED, ProductStatus.UNCHANGED):
            self.served.add((outcome.product.domain, outcome.product.name))
        told = ProductResult(product, status, outcome.findings, outcome.rows, outcome.version, round(outcome.seconds, 3))
        self.tell(replace(told, blocked_resurrections=outcome.suppressed or 0))

    def tell(self, result: ProductResult) -> None:
        self.all.append(result)
        self.known.add(result.product)
        self.audience.told(result)


def _kept_back(card: Card) -> ProductResult:
    status = ProductStatus.BLOCKED if card.blocked else ProductStatus.RETIRED
    return ProductResult(str(card), status, card.findings, version=card.version, at_load=True)


def _waiting(card: Card, there: set[Ref], served: Callable[[Ref], bool]) -> ProductResult:
    missing = tuple(
        f"{domain}/{name}" for domain, name in card.inputs if (domain, name) not in there and not served((domain, name))
    )
    why = f"It waits for {', '.join(missing)}." if missing else "An input of it failed in this run."
    finding = Finding("RUN-10", str(card), why, "Publish that first; this one runs with the next run.", str(card))
    return ProductResult(str(card), ProductStatus.WAITING, (finding,), version=card.version, waits_for=missing)


@contextlib.contextmanager
def _instance(settings: Settings) -> Iterator[tuple[dg.DagsterInstance, str]]:
    """Dagster's storage under the home, without compute logs (nothing is printed here), and this process's session."""
    import dagster as dg

    home = dagster_home.prepare(settings)
    os.environ.update(SILENT)
    with dg.DagsterInstance.from_config(str(home), dagster_home.IN_PROCESS) as instance, process_locks.session(home) as name:
        assert name is not None
        process_locks.end_dead_runs(instance, home, shared=settings.database_url is not None)
        yield instance, name


@contextlib.contextmanager
def _opened(root: Path, course: _Course) -> Iterator[OpenedMesh]:
    held = OpenedMesh(root, course)
    try:
        yield held
    finally:
        held.close()
