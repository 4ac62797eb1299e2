"""Which files of an append-only source have been published already, told by their content, so that a second run adds nothing twice."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.lake import Version
from mesh_platform.lake.sources.files import find_files
from mesh_platform.product import Product

DIGESTS = "deliveries"
"""Where the commit of a version keeps them."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of a source and the digest of its content. `path` is a pattern that names this file alone, relative to the project."""

    path: str
    digest: str


def deliveries(root: Path, product: Product) -> tuple[Delivery, ...]:
    """The files that the product would read now; none where its source is none of files.

    Raises:
        CheckFailed: RUN-01, where its source leads out of the project.
        Unavailable: RUN-01, where it names no file.
    """
    source = product.descriptor.source
    if source is None or source.path is None:
        return ()
    files = find_files(root, source.path, str(product.key))
    return tuple(Delivery(glob.escape(file.name), _digest(file.path)) for file in files)


def served_digests(served: Version | None) -> tuple[str, ...]:
    """The digests that the served version says it holds."""
    found = served.extra.get(DIGESTS, ()) if served else ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def not_yet_published(found: Iterable[Delivery], held: Iterable[str]) -> tuple[Delivery, ...]:
    """Those whose content is not held; of two files with the same content the first."""
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
