"""What of the storage only controls need, by domain: sizes of files, of columns within them, and of records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.registry.costs import Recorded

CONTROLS = ("tokens", "marks", "index", "keys", "audit")
"""What no data product would need by itself."""
_NONE = ""


def storage(session: Session, recorded: Mapping[str, Recorded]) -> dict[str, Any]:
    """Bytes by domain, and of what all domains have together."""
    columns, unweighed = _columns(session)
    return {
        "domains": [
            _domain(session, domain, columns.get(domain), recorded.get(domain)) for domain in sorted(session.mesh.domains)
        ],
        "not_weighed": unweighed,
        **_together(session, recorded),
    }


def _domain(session: Session, domain: str, columns: Mapping[str, int] | None, recorded: Recorded | None) -> dict[str, Any]:
    """`tokens` and `marks` are columns of `data`; all else stands beside it."""
    home = session.settings.home_path

    def folders(kind: str) -> int:
        return sum(weighed(folder) for folder in (home / kind).glob(f"*/{domain}"))

    wrapped = sum(weighed(file) for file in home.glob(f"catalogs/*/{domain}/*.key"))
    found = {
        "data": folders("data"),
        "catalogs": folders("catalogs") - wrapped,
        "tokens": columns["tokens"] if columns else 0,
        "marks": columns["marks"] if columns else 0,
        "index": folders("subjects"),
        "keys": wrapped + sum(weighed(file) for file in home.glob(f"keys/{domain}@*")),
        "audit": recorded.bytes if recorded else 0,
    }
    whole = sum(found.values()) - found["tokens"] - found["marks"]
    controls = sum(found[name] for name in CONTROLS)
    records = recorded.records if recorded else 0
    return {
        "domain": domain,
        **found,
        "audit_records": records,
        "controls": controls,
        "share": round(controls / whole, 4) if whole else None,
    }


def _columns(session: Session) -> tuple[dict[str, dict[str, int]], list[str]]:
    """What the platform's own columns take, by domain; and the products whose catalogs do not open, of which nobody can tell."""
    found: dict[str, dict[str, int]] = {}
    unweighed = []
    with session.lake() as lake:
        for place in lake.places() if lake is not None else ():
            if lake is None or not lake.published(place):
                continue
            weights = lake.weights(place)
            if weights is None:
                unweighed.append(place.key)
                continue
            sums = found.setdefault(place.domain, {"tokens": 0, "marks": 0})
            sums["tokens"] += weights.tokens
            sums["marks"] += weights.people + weights.consent
    return found, sorted(unweighed)


def _together(session: Session, recorded: Mapping[str, Recorded]) -> dict[str, Any]:
    """What no domain has for itself. A control database on PostgreSQL is not looked into: its size is None."""
    from mesh_platform.backups import Shelf

    home = session.settings.home_path
    own = None if session.settings.database_url is not None else sum(weighed(path) for path in home.glob("control.db*"))
    return {
        "control_database": own,
        "audit_records": sum(one.records for one in recorded.values()),
        "audit_about_no_domain": recorded[_NONE].bytes if _NONE in recorded else 0,
        "backups": weighed(Shelf.of(session.settings).root),
        "keys": weighed(home / "keys"),
    }


def weighed(path: Path) -> int:
    """The bytes of a file, or of all files below a folder; one that goes while it is looked at counts nothing."""
    try:
        if path.is_file():
            return path.stat().st_size
        return sum(weighed(one) for one in path.iterdir()) if path.is_dir() else 0
    except OSError:
        return 0
