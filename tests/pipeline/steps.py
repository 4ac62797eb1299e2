"""Running definitions in this process, and publications that come out as a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import dagster as dg

from mesh_platform.errors import Finding, Severity
from mesh_platform.product import ProductKey
from mesh_platform.publish import Outcome, Status

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def execute(
    definitions: dg.Definitions, instance: dg.DagsterInstance, products: Iterable[str] | None = None
) -> dg.ExecuteInProcessResult:
    """One run of these products, or of all."""
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=None if products is None else [dg.AssetKey(product.split("/")) for product in products],
        run_config=QUIET,
        raise_on_error=False,
    )


def materialized(result: dg.ExecuteInProcessResult) -> list[str]:
    return [key.to_user_string() for event in result.get_asset_materialization_events() if (key := event.asset_key)]


@dataclass
class Publications:
    """Stands for `OpenedMesh.publish`: what each product comes to, `published` where nothing else was said."""

    planned: dict[str, Outcome | Callable[[], Outcome]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, _: object, domain: str, name: str) -> Outcome:
        product = f"{domain}/{name}"
        self.asked.append(product)
        planned = self.planned.get(product, published(product))
        return planned if isinstance(planned, Outcome) else planned()


def published(product: str, rows: int = 3) -> Outcome:
    return Outcome(
        ProductKey.parse(product),
        Status.PUBLISHED,
        rows=rows,
        version="1.0.0",
        publication_id="p-1",
        snapshot_id=7,
        measures={"completeness": 100.0, "accuracy": None},
        binding=("audit",),
        seconds=0.25,
        judged=True,
        closed_consumers=("finance",),
    )


def unchanged(product: str) -> Outcome:
    finding = Finding("RUN-07", f"domains/{product}/product.yaml:1", "All is there.", "Nothing.", product, Severity.INFO)
    return Outcome(ProductKey.parse(product), Status.UNCHANGED, (finding,), rows=0, version="1.0.0")


def blocked(product: str, rule: str = "CONTRACT-03") -> Outcome:
    finding = Finding(rule, f"domains/{product}/product.yaml:9", "Two rows break it.", "Mend them.", product)
    return Outcome(ProductKey.parse(product), Status.BLOCKED, (finding,), version="1.0.0")


def failed(product: str) -> Outcome:
    finding = Finding("RUN-06", f"domains/{product}/product.yaml:1", "The disk is full.", "Make room.", product)
    return Outcome(ProductKey.parse(product), Status.FAILED, (finding,), version="1.0.0")
