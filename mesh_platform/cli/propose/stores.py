"""Where an erasure has to reach beside the lake: the file or the table that a product is read from, with the columns that hold registered identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_platform.cli.propose.recognise import Given
from mesh_platform.product.governance import Namespace

WHY = "an erasure takes the person's rows out of it, too"


def stores(
    given: Given, subjects: Mapping[str, str], namespaces: Mapping[str, Namespace]
) -> tuple[tuple[dict[str, Any], ...], str]:
    """The source as a store, by its own columns; or why a person has to settle how it is reached. Neither where it holds no identifiers.

    Args:
        given: the file.
        subjects: its columns, by the names that they have there, to the namespaces of their identifiers.
        namespaces: those registered. An identifier that two people may share takes nobody's row away.
    """
    firm = {name for name, namespace in namespaces.items() if not namespace.weak}
    keys = {name: namespace for name, namespace in subjects.items() if namespace in firm}
    if not subjects:
        return (), ""
    if given.view:
        return (), "how a person leaves the tables under this view, which an erasure cannot write to"
    if given.format == "json":
        return (), "how a person leaves this file, of which no row can be taken out: have it delivered as lines of JSON (.ndjson)"
    if not keys:
        return (), "how a person leaves the source: two people may share each identifier that it holds"
    return ({"kind": "table" if given.table else "landing", "keys": keys},), ""
