"""What a person names on the command line as products: all, a domain, a product, a path, with `+` all that it derives from too."""

from __future__ import annotations

from collections.abc import Iterable

from mesh_platform.errors import NotFound
from mesh_platform.product import Mesh, ProductKey


def select(mesh: Mesh, selection: Iterable[str]) -> frozenset[ProductKey] | None:
    """The products that `selection` names; None for all of them.

    Raises:
        NotFound: where a part names no domain and no product.
        UsageProblem: where a part has not the form of either.
    """
    parts = [part for part in selection if part not in ("all", "*")]
    if not parts:
        return None
    return frozenset().union(*(_part(mesh, part) for part in parts))


def _part(mesh: Mesh, part: str) -> frozenset[ProductKey]:
    upstream = part.startswith("+")
    name = without_path(part.removeprefix("+"))
    known = {*mesh.products, *mesh.broken}
    if "/" not in name:
        if name not in mesh.domains:
            fix = f"Domains are {', '.join(sorted(mesh.domains)) or 'none yet'}; `mesh new domain {name}` makes one."
            raise NotFound.because("NAME-03", repr(part), "There is no such domain.", fix)
        found = frozenset(key for key in known if key.domain == name)
    else:
        key = ProductKey.parse(name)
        if key not in known:
            fix = _near(key, known) or "`mesh products` lists those that exist."
            raise NotFound.because("NAME-02", str(key), "There is no such product.", fix)
        found = frozenset({key})
    return found | (_upstream(mesh, found) if upstream else frozenset())


def without_path(text: str) -> str:
    """`domains/sales/orders/product.yaml`, as a shell completes it, means `sales/orders`."""
    text = text.removeprefix("./").removeprefix("domains/").rstrip("/")
    for file in ("/product.yaml", "/domain.yaml", "/transform.sql", "/transform.py"):
        text = text.removesuffix(file)
    return text


def _near(key: ProductKey, known: Iterable[ProductKey]) -> str | None:
    import difflib

    near = difflib.get_close_matches(str(key), map(str, known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else None


def _upstream(mesh: Mesh, start: frozenset[ProductKey]) -> frozenset[ProductKey]:
    found, waiting = set(start), list(start)
    while waiting:
        product = mesh.products.get(waiting.pop())
        for entry in product.descriptor.inputs if product else ():
            if entry.product in mesh.products and entry.product not in found:
                found.add(entry.product)
                waiting.append(entry.product)
    return frozenset(found)
