"""What is known of staged rows before anyone else can see them: their contract, their quality, and how it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.contract import Contract, check_contract, drift_findings
from mesh_platform.errors import Finding, MeshError
from mesh_platform.lake import Writer
from mesh_platform.policy import Measures
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.publish.runtime import Runtime, place_of

HISTORY = 30  # publications that a measure is compared with


@dataclass(frozen=True, slots=True)
class Look:
    """Findings of contract and drift, and the measures of the same pass."""

    rows: int
    findings: tuple[Finding, ...]
    measures: Mapping[str, float | None]

    @property
    def quality(self) -> Measures:
        return Measures(**{name: self.measures.get(name) for name in ("completeness", "accuracy", "timeliness")})


def look(mesh: Mesh, product: Product, contract: Contract, writer: Writer, runtime: Runtime, now: datetime) -> Look:
    """Hold the staged rows against their contract, on the connection that sees them."""
    result = check_contract(
        contract,
        writer.con,
        writer.table,
        now=now,
        references=_references(mesh, product, contract, writer),
        new_rows=writer.new_rows if writer.appended else None,
    )
    drift = drift_findings(result.measures, _history(product.key, runtime), str(product.key))
    findings = tuple(finding.of(str(product.key)) for finding in (*result.findings(), *drift))
    return Look(result.rows, findings, result.measures)


def _history(key: ProductKey, runtime: Runtime) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    for measure in reversed(runtime.registry.measures(key, limit=HISTORY * 3)):
        found.setdefault(measure.metric, []).append(measure.value)
    return found


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
