"""What was restored from a backup and is shown to nobody yet: it may hold people who are gone, or who said no, since.

A mark stands from before the first restored file until somebody brought the product to where the ledger is, and looked. A lake that is
opened `behind` the marks sees past them; nothing but that work does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh_platform.errors import Finding, Unavailable
from mesh_platform.lake.files import create, make_folder, sync
from mesh_platform.lake.place import Paths, Place, usable

RULE = "LAKE-36"


def refuse_quarantined(paths: Paths) -> None:
    """Raise LAKE-36 where the product waits for the ledger, unless the lake was opened behind the marks."""
    if not paths.behind and paths.quarantined.exists():
        why = "It was restored from a backup, and what the ledger says since has not been applied to it yet."
        fix = "Call `mesh backup replay`: it applies that, looks, and lets the product go."
        raise Unavailable(Finding(RULE, f"catalog of {paths.place}", why, fix, paths.place.key))


def quarantine(paths: Paths, said: Mapping[str, Any]) -> None:
    """Close the product, durably; `said` tells from which backup it comes."""
    mark = paths.quarantined
    make_folder(mark.parent)
    create(aside := mark.with_suffix(".new"), json.dumps(dict(said), sort_keys=True).encode())
    aside.replace(mark)
    sync(mark.parent)


def lift(paths: Paths) -> None:
    """Let the product be read again."""
    if paths.quarantined.exists():
        paths.quarantined.unlink()
        sync(paths.quarantined.parent)


def quarantined(home: Path) -> dict[Place, dict[str, Any]]:
    """The products that wait, and what their marks say; a mark that cannot be read says nothing and holds."""
    found = {}
    for mark in sorted((home / "quarantined").glob("*/*/*")):
        parts = (mark.parent.parent.name, mark.parent.name, mark.name)
        if not mark.name.endswith(".new") and usable(*parts):
            try:
                said = json.loads(mark.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                said = {}
            found[Place(*parts)] = said if isinstance(said, dict) else {}
    return found
