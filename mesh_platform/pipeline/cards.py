"""The cards of a domain, kept under the home by the content of everything they were made from.

Reading, judging and tracing a hundred descriptors takes seconds; comparing their hash takes milliseconds. A kept file that does not
fit, in any way, is as good as none.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mesh_platform.aside import written
from mesh_platform.clock import utc_now
from mesh_platform.pipeline.card import Card
from mesh_platform.settings import Settings

_READ = (".yaml", ".yml", ".sql", ".py")
_FOLDERS = ("domains", "governance", "dbt_project/models")
_PACKAGE = Path(__file__).resolve().parents[1]
_WHOLE = "_mesh"


def cards_of(settings: Settings, domain: str | None = None) -> tuple[Card, ...]:
    """The cards of one domain, or of the whole mesh; made anew where anything they depend on has changed."""
    kept = settings.home_path / "cache" / "cards" / f"{domain or _WHOLE}.json"
    key = _key(settings)
    found = _read(kept, key)
    if found is None:
        from mesh_platform.pipeline.card_making import cards_from_mesh

        found = cards_from_mesh(settings, domain)
        _write(kept, key, found)
    return _waived(settings, found)


def _waived(settings: Settings, cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """The cards with what was let through with `mesh waiver`; the database is asked only where something could be."""
    if not any(finding.blocks and finding.waivable for card in cards for finding in card.findings):
        return cards
    from mesh_platform.pipeline.card_making import let_through_here

    return let_through_here(settings, cards)


def _key(settings: Settings) -> str:
    """Content of all that is read, the platform's own code, and the day: rules begin to hold and waivers end on days."""
    root = settings.project.resolve()
    digest = hashlib.sha256(f"{utc_now().date()}\0{root}\0".encode())
    for folder in _FOLDERS:
        for path in _files(root / folder):
            digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for path in _files(_PACKAGE):
        state = path.stat()
        digest.update(f"{path}\0{state.st_mtime_ns}\0{state.st_size}\0".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(here, name) for name in sorted(names) if name.endswith(_READ) and Path(here, name).is_file())


def _read(path: Path, key: str) -> tuple[Card, ...] | None:
    try:
        kept: Any = json.loads(path.read_bytes())
        return tuple(Card.from_json(card) for card in kept["cards"]) if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, key: str, cards: tuple[Card, ...]) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written(path, durable=False) as out:
            out.write(json.dumps({"key": key, "cards": [card.as_json() for card in cards]}).encode())
    except OSError:
        return  # a cache that cannot be written costs time, nothing else
