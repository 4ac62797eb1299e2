"""What only the whole mesh can tell of a product: inputs and references that lead nowhere, and cycles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from mesh_platform.errors import Finding, Severity
from mesh_platform.product.key import ProductKey, major_of
from mesh_platform.product.mesh import Mesh, Product
from mesh_platform.product.models import Input


def link(mesh: Mesh) -> Mesh:
    """The mesh with those findings added to the products that they are about."""
    mesh = replace(mesh, products={key: _with_pins(mesh, product) for key, product in mesh.products.items()})
    cycles = _in_cycles(mesh)
    products = {
        key: product.with_findings(*_inputs(mesh, product), *_references(mesh, product), *_cycle(product, cycles.get(key)))
        for key, product in mesh.products.items()
    }
    return replace(mesh, products=products)


def _with_pins(mesh: Mesh, product: Product) -> Product:
    """The product with inputs that pin a major version led to where that version is served: its own folder, or still the present one."""
    inputs = product.descriptor.inputs
    if all(entry.product.major is None for entry in inputs):
        return product
    led = tuple(_led(mesh, entry) for entry in inputs)
    return replace(product, descriptor=product.descriptor.model_copy(update={"inputs": led}))


def _led(mesh: Mesh, entry: Input) -> Input:
    present = mesh.products.get(entry.product.present)
    if entry.product.major is None or entry.product in mesh.products or entry.product in mesh.broken or present is None:
        return entry
    still = major_of(present.descriptor.version) == entry.product.major
    return entry.model_copy(update={"product": present.key}) if still else entry


def _inputs(mesh: Mesh, product: Product) -> Iterator[Finding]:
    names: set[str] = set()
    for i, entry in enumerate(product.descriptor.inputs):
        where = product.at("inputs", i)
        if entry.name in names:
            yield Finding("DESC-09", where, f"Two inputs are called {entry.name!r}.", "Tell them apart with `as:`.")
        names.add(entry.name)
        if entry.product == product.key:
            continue
        if entry.product in mesh.broken:
            why = f"Its input {entry.product} cannot be read; the last published version is used."
            yield Finding("DESC-09", where, why, "Mend that product's descriptor.", severity=Severity.WARN)
        elif entry.product not in mesh.products:
            yield Finding("DESC-09", where, f"Its input {entry.product} does not exist.", _instead(mesh, entry.product))
        else:
            yield from _fields(mesh.products[entry.product], entry.fields, product.at("inputs", i, "fields"))


def _instead(mesh: Mesh, key: ProductKey) -> str:
    """What may have been meant by a product that does not exist."""
    present = mesh.products.get(key.present)
    if present is not None:
        return f"There is {present.key} ({present.descriptor.version}): name that, or bring domains/{key} back."
    near = get_close_matches(str(key), map(str, mesh.products), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else "Name a product of the mesh."


def _fields(source: Product, fields: tuple[str, ...], where: str) -> Iterator[Finding]:
    missing = [name for name in fields if name not in source.descriptor.columns]
    if missing and source.descriptor.columns:
        why = f"It asks {source.key} for {', '.join(map(repr, missing[:5]))}, which that product does not declare."
        yield Finding("DESC-09", where, why, "Ask only for declared columns.")


def _references(mesh: Mesh, product: Product) -> Iterator[Finding]:
    for name, column in product.descriptor.columns.items():
        if column.reference is None:
            continue
        target, field = column.reference
        if target not in mesh.products and target not in mesh.broken:
            why = f"Column {name!r} references {target}, which does not exist."
        elif target in mesh.products and field not in mesh.products[target].descriptor.columns:
            why = f"Column {name!r} references {target}.{field}, which that product does not declare."
        else:
            continue
        yield Finding("DESC-09", product.at("columns", name, "references"), why, "Name an existing domain/product.column.")


def _cycle(product: Product, cycle: tuple[ProductKey, ...] | None) -> Iterator[Finding]:
    if cycle:
        path = " → ".join(map(str, (*cycle, cycle[0])))
        following = cycle[(cycle.index(product.key) + 1) % len(cycle)]
        i = next(i for i, entry in enumerate(product.descriptor.inputs) if entry.product == following)
        yield Finding("DESC-08", product.at("inputs", i), f"It depends on itself: {path}.", "Remove one of these inputs.")


def _in_cycles(mesh: Mesh) -> dict[ProductKey, tuple[ProductKey, ...]]:
    """Each product that lies on a cycle, with one such cycle."""
    found: dict[ProductKey, tuple[ProductKey, ...]] = {}
    edges = {key: [i.product for i in p.descriptor.inputs if i.product in mesh.products] for key, p in mesh.products.items()}
    for start in edges:
        if start in found:
            continue
        if path := _way_back(edges, start):
            found |= dict.fromkeys(path, path)
    return found


def _way_back(edges: dict[ProductKey, list[ProductKey]], start: ProductKey) -> tuple[ProductKey, ...] | None:
    came_from: dict[ProductKey, ProductKey] = {}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        for target in edges[node]:
            if target == start:
                path = [node]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if target not in came_from:
                came_from[target] = node
                waiting.append(target)
    return None
