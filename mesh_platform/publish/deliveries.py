"""Which files of an append-only source have been published already, told by their content, so that a second run adds nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.lake import Version
from mesh_platform.product import Product

KEY = "deliveries"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of a source, relative to the project, and the digest of its content."""

    path: str
    digest: str


def deliveries(root: Path, product: Product) -> tuple[Delivery, ...]:
    """The files that an append-only product would read now; none where it replaces its rows."""
    source = product.descriptor.source
    if product.descriptor.load != "append" or source is None or source.path is None or Path(source.path).is_absolute():
        return ()
    files = sorted(path for path in root.glob(source.path) if path.is_file())
    return tuple(Delivery(path.relative_to(root).as_posix(), _digest(path)) for path in files)


def known(previous: Version | None) -> tuple[str, ...]:
    """The digests that the served version says it holds."""
    found = previous.extra.get(KEY, ()) if previous else ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def fresh(found: Iterable[Delivery], held: Iterable[str]) -> tuple[Delivery, ...]:
    """Those not yet published; of two files with the same content the first."""
    seen, new = set(held), []
    for delivery in found:
        if delivery.digest not in seen:
            seen.add(delivery.digest)
            new.append(delivery)
    return tuple(new)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()[:32]
