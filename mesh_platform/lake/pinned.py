"""Holds a read to the one version that it was decided for: over another one the question is asked again."""

from __future__ import annotations

from mesh_platform.errors import Finding, Unavailable
from mesh_platform.lake.files import FileId
from mesh_platform.lake.place import Place

MOVED = "ACCESS-07"
"""The rule of a refusal after which the same question is decided anew."""


def refuse_moved(place: Place, decided_for: FileId | None, opened: FileId | None) -> None:
    """Nothing where the catalog that was opened is the one that was decided for, or any may be read.

    Raises:
        Unavailable: ACCESS-07, where it is another one.
    """
    if decided_for is not None and decided_for != opened:
        why = "Another version was published while the statement was decided for the one before it."
        raise Unavailable(Finding(MOVED, place.key, why, "Try again.", place.key))
