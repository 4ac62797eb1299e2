"""What a person names on the command line as products: all, a domain, a product, a path, with `+` all that it derives from too."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from mesh_platform.cli.naming import product_key, without_path
from mesh_platform.errors import NotFound
from mesh_platform.product import Mesh, ProductKey

_EVERYTHING = ("all", "*")


def select(mesh: Mesh, selection: Iterable[str]) -> frozenset[ProductKey] | None:
    """The products that `selection` names; None for all of them.

    Raises:
        NotFound: where a part names no domain and no product.
        UsageProblem: where a part has not the form of either.
    """
    parts = list(selection)
    if not parts or any(part.removeprefix("+") in _EVERYTHING for part in parts):
        return None
    return frozenset().union(*(_part(mesh, part) for part in parts))


def _part(mesh: Mesh, part: str) -> frozenset[ProductKey]:
    upstream = part.startswith("+")
    name = without_path(part.removeprefix("+"))
    known = {*mesh.products, *mesh.broken}
    if "/" not in name:
        if name not in mesh.domains:
            near = get_close_matches(name, mesh.domains, n=1)
            fix = f"Did you mean {near[0]}? " if near else ""
            fix += f"Domains are {', '.join(sorted(mesh.domains)) or 'none yet'}; `mesh new domain {name}` makes one."
            raise NotFound.because("NAME-03", repr(part), "There is no such domain.", fix)
        found = frozenset(key for key in known if key.domain == name)
    else:
        key = product_key(name)
        if key not in known:
            fix = _near(key, known) or "`mesh products` lists those that exist."
            raise NotFound.because("NAME-02", str(key), "There is no such product.", fix)
        found = frozenset({key})
    return found | (_upstream(mesh, found) if upstream else frozenset())


def _near(key: ProductKey, known: Iterable[ProductKey]) -> str | None:
    near = get_close_matches(str(key), map(str, known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else None


def _upstream(mesh: Mesh, start: frozenset[ProductKey]) -> frozenset[ProductKey]:
    """What must be published before them, too: their inputs, and the products that their columns refer to."""
    found, waiting = set(start), list(start)
    while waiting:
        key = waiting.pop()
        fresh = {up for up in mesh.upstream(key) if up in mesh.products} - found if key in mesh.products else set()
        found |= fresh
        waiting += fresh
    return frozenset(found)
