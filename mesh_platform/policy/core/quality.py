"""CORE-12: a product promises quality and service, and the measures keep the promise."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.errors import Measured
from mesh_platform.policy.facts import Facts, Measures, Need
from mesh_platform.policy.rule import Group, Objection, Verdict, failing, passing, rule
from mesh_platform.product import ProductKey
from mesh_platform.product.models import QualityMetrics

_NAMES = ("completeness", "accuracy", "timeliness")
_PROFILES = ProductKey("customer", "profiles")


@rule(
    "CORE-12",
    "A product promises a quality and a service level",
    passing("both are declared"),
    failing("no quality", product={"qualityMetrics": None}),
    failing("an empty one", product={"qualityMetrics": {"completeness": None}}),
    failing("no service level", product={"sla": None}),
    source="House rule: a data product is a promise",
    group=Group.QUALITY,
)
def promises(facts: Facts) -> Iterator[Objection]:
    quality, sla = facts.descriptor.quality_metrics, facts.descriptor.sla
    if quality is None or not _floors(quality):
        fix = "Add `qualityMetrics: {completeness: …, accuracy: …, timeliness: …}`, in percent."
        yield Objection("It promises no quality.", fix, ("qualityMetrics",))
    if sla is None or not (sla.availability or sla.latency or sla.freshness):
        fix = 'Add `sla: {availability: …, latency: "< …", freshness: "< …"}`.'
        yield Objection("It promises no service level.", fix, ("sla",))


def _floors(quality: QualityMetrics | None) -> dict[str, float]:
    found = {name: getattr(quality, name) for name in _NAMES} if quality else {}
    return {name: floor for name, floor in found.items() if floor is not None}


def _broken(floors: dict[str, float], measured: Measures) -> Iterator[tuple[str, str]]:
    """Each floor that is not shown to be kept, and how the measure stands to it."""
    for name, floor in floors.items():
        value = getattr(measured, name)
        if value is None:
            yield name, f"{name} is promised at {floor:g} and not measured"
        elif value < floor:
            yield name, f"{name} is {value:.2f} and promised at {floor:g}"


@rule(
    "CORE-12",
    "The measures keep the product's own promise",
    passing("at the floor", facts={"measures": Measures(completeness=98.0)}),
    failing("below it", facts={"measures": Measures(completeness=97.9)}),
    failing("not measured", facts={"measures": Measures()}),
    source="House rule: a data product is a promise",
    part="measured",
    verdict=Verdict.WARN,
    group=Group.QUALITY,
    needs=[Need.MEASURES],
    waivable=True,
)
def keeps_its_promise(facts: Facts) -> Iterator[Objection]:
    measures = facts.measures or Measures()
    for name, why in _broken(_floors(facts.descriptor.quality_metrics), measures):
        fix = "Mend the data, measure it, or lower the promise in agreement with its consumers."
        value = getattr(measures, name)
        measured = () if value is None else (Measured(name, round(value, 2), low=True),)
        yield Objection(f"{why[0].upper()}{why[1:]}.", fix, ("qualityMetrics", name), measured=measured)


def _agreed(floor: float) -> list[dict[str, object]]:
    return [
        {"consumer": "sales", "purpose": "enrichment", "fields": ["customer_id", "segment"], "quality": {"completeness": floor}}
    ]


@rule(
    "CORE-12",
    "The measures keep what each consumer was promised; a consumer whose floor is broken is not served",
    passing("above the agreed floor", product={"dataContracts": _agreed(90)}, facts={"measures": Measures(completeness=95.0)}),
    failing("below it", product={"dataContracts": _agreed(99)}, facts={"measures": Measures(completeness=98.5)}),
    source="House rule: a data product is a promise",
    part="consumer",
    group=Group.QUALITY,
    needs=[Need.MEASURES],
    applies=lambda facts: any(contract.quality for contract in facts.descriptor.data_contracts),
)
def keeps_each_contract(facts: Facts) -> Iterator[Objection]:
    for i, contract in enumerate(facts.descriptor.data_contracts):
        for _, broken in _broken(_floors(contract.quality), facts.measures or Measures()):
            why = f"For {contract.consumer!r}, {broken}: this consumer is not served."
            yield Objection(why, "Mend the data, or agree on another floor.", ("dataContracts", i), consumer=contract.consumer)


@rule(
    "CORE-12",
    "An input keeps what its contract promises to this product",
    passing(
        "above the agreed floor",
        about="sales/segments",
        product={"dataContracts": _agreed(90)},
        facts={"upstream_measures": {_PROFILES: Measures(completeness=95.0)}},
    ),
    failing(
        "below it",
        about="sales/segments",
        product={"dataContracts": _agreed(99)},
        facts={"upstream_measures": {_PROFILES: Measures(completeness=98.5)}},
    ),
    source="House rule: a data product is a promise",
    part="input",
    group=Group.QUALITY,
    needs=[Need.UPSTREAM_MEASURES],
    applies=lambda facts: any(c.quality for _, _, source in facts.inputs() for c in facts.contracts_on(source)),
)
def input_keeps_its_contract(facts: Facts) -> Iterator[Objection]:
    for i, _, source in facts.inputs():
        measured = (facts.upstream_measures or {}).get(source.key, Measures())
        for contract in facts.contracts_on(source):
            for _, why in _broken(_floors(contract.quality), measured):
                yield Objection(f"Of {source.key}, {why}.", "Wait until its owner has mended it.", ("inputs", i))


QUALITY = (promises, keeps_its_promise, keeps_each_contract, input_keeps_its_contract)
