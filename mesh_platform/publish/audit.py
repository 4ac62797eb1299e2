"""What is known of staged rows before anyone else can see them: their contract, their quality, and how it moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.contract import Contract, check_contract, drift_findings
from mesh_platform.contract.drift import MOST
from mesh_platform.errors import Finding, MeshError
from mesh_platform.lake import Writer
from mesh_platform.policy import Measures, Shapes
from mesh_platform.policy.packs.pci.cards import linked
from mesh_platform.product import Lifecycle, Mesh, Product, ProductKey
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.registry.measures import CUT, HASHED, PEOPLE


@dataclass(frozen=True, slots=True)
class Audited:
    """Findings of contract and drift, and the measures of the same pass."""

    rows: int
    findings: tuple[Finding, ...]
    measures: Mapping[str, float | None]


def audit_rows(
    mesh: Mesh, product: Product, contract: Contract, writer: Writer, runtime: Runtime, now: datetime, *, only_new: bool
) -> Audited:
    """Hold the staged rows against their contract, on the connection that sees them.

    `only_new` leaves out the rows that were there before, where they were held against the same contract then.
    """
    result = check_contract(
        contract,
        writer.con,
        writer.table,
        now=now,
        references=_references(mesh, product, contract, writer),
        new_rows=writer.new_rows if only_new else None,
    )
    drift = drift_findings(result.measures, _history(product.key, runtime, result.measures), str(product.key))
    findings = tuple(finding.of(str(product.key)) for finding in (*result.findings(), *drift))
    return Audited(result.rows, findings, result.measures)


def measures_of_inputs(product: Product, runtime: Runtime) -> dict[ProductKey, Measures]:
    """Quality of the published versions that this product reads."""
    return {entry.product: _latest_measures(entry.product, runtime) for entry in product.descriptor.inputs}


def of_others(mesh: Mesh, product: Product, runtime: Runtime) -> Shapes:
    """What the other products of the mesh hold as they were last published: how many people at most, and, of those that it can be linked with, card numbers."""
    others = {
        str(key): key
        for key, one in mesh.products.items()
        if key != product.key and one.descriptor.status is not Lifecycle.RETIRED
    }
    people, cut, hashed = (runtime.registry.counted(metric) for metric in (PEOPLE, CUT, HASHED))
    cards = {name: (cut.get(name, 0), hashed.get(name, 0)) for name in others if cut.get(name) or hashed.get(name)}
    near = {name: found for name, found in cards.items() if linked(mesh, product.key, others[name])}
    return Shapes(base=max((people[name] for name in others.keys() & people.keys()), default=None), elsewhere=near)


def _latest_measures(key: ProductKey, runtime: Runtime) -> Measures:
    latest = runtime.registry.latest(key)
    if latest is None:
        return Measures()
    newest = [measure for name in Measures.names() for measure in runtime.registry.measures(key, name, limit=1)]
    return Measures.of({measure.metric: measure.value for measure in newest if measure.publication_id == latest.id})


def _history(key: ProductKey, runtime: Runtime, metrics: Iterable[str]) -> dict[str, list[float | None]]:
    """The last values of each metric, oldest first."""
    return {metric: [m.value for m in reversed(runtime.registry.measures(key, metric, limit=MOST))] for metric in metrics}


def _references(mesh: Mesh, product: Product, contract: Contract, writer: Writer) -> dict[ProductKey, str]:
    found = {product.key: writer.table}
    for reference in contract.references:
        if reference.product not in found:
            found[reference.product] = _attach(mesh, product, reference.product, writer)
    return found


def _attach(mesh: Mesh, product: Product, key: ProductKey, writer: Writer) -> str:
    if key not in mesh.products:
        why = f"{key}, which it references, cannot be read."
        raise MeshError.because("RUN-04", product.where, why, f"Mend {key}.", str(product.key))
    return writer.attach_input(place_of(mesh.products[key]), f"mesh reference {key}")
