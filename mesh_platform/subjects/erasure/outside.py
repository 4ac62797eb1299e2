"""Which place outside of the lake an erasure reaches for a product, as its source declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mesh_platform.product.models import Source
from mesh_platform.subjects.erasure.landing_texts import TextLanding
from mesh_platform.subjects.erasure.redaction import Redactor
from mesh_platform.subjects.erasure.stores import Landing
from mesh_platform.subjects.erasure.tables import SourceTable
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.plan import TEXT, reaches_source, strategy_of


def stores_of(root: Path, one: Held, redactor: Callable[[], Redactor]) -> Iterator[Landing | SourceTable]:
    """What an erasure reaches of the product's source and beside it, as that declares; nothing of files to whose product rows are added, of a table whose
    rows would stay, or where the product's own rows do not go where they stand either.
    """
    descriptor = one.descriptor
    source = descriptor.source if descriptor else None
    if descriptor is None or source is None or not reaches_source(descriptor):
        return
    texts = strategy_of(descriptor) == TEXT
    keys = {column: name for store in source.own_stores for column, name in store.keys.items()}
    if keys and source.connection is not None and not texts:
        yield SourceTable(root, one.key, source, keys)
    elif keys and source.connection is None and texts and descriptor.load != "append":
        firm = any(not descriptor.columns[name].nullable for name in one.subjects)
        yield TextLanding(root, one.key, source, keys, redactor(), firm)
    elif keys and source.connection is None and descriptor.load != "append":
        yield Landing(root, one.key, source, keys)
    for store in source.stores:
        if store.path is not None:
            yield Landing(root, one.key, Source(path=store.path), store.keys)
