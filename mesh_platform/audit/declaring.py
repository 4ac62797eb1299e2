"""What the log says of itself: records that verification acts on, each signed by the log's keys and not only lying under a checkpoint.

Whoever may write to the database can add a record, and the next checkpoint covers it. So a record that hands the log over to other keys, or that excuses
what is gone, counts only with signatures of the pair that was in force. It knows nothing of the platform: it travels with exports and witnesses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mesh_platform.audit.tlog import SignerKey, VerifierKey, decoded, encoded

SIGNED = "signed"
_BEGINS = b"declared by the log\n"  # no origin has a space: no checkpoint begins so


def statement(origin: str, said: Mapping[str, Any]) -> bytes:
    """What is signed of the record `said`: whose log, which record, and all that it is about."""
    obj = said.get("obj")
    about = {name: value for name, value in obj.items() if name != SIGNED} if isinstance(obj, dict) else {}
    whole = {"log": origin, "obj": about, **{name: said.get(name) for name in ("eid", "act", "phase", "n")}}
    return _BEGINS + json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()


def signatures(origin: str, said: Mapping[str, Any], keys: Iterable[SignerKey]) -> tuple[str, ...]:
    """The signatures that the record is to bear under `signed`."""
    text = statement(origin, said)
    return tuple(encoded(key.verifier.id + key.sign(text)) for key in keys)


def signed_by(origin: str, said: Mapping[str, Any], keys: Sequence[VerifierKey]) -> bool:
    """Whether each of those keys signed for the record."""
    obj = said.get("obj")
    lines = obj.get(SIGNED) if isinstance(obj, dict) else None
    if not keys or not isinstance(lines, list):
        return False
    held = {raw[:4]: raw[4:] for raw in map(decoded, map(str, lines))}
    text = statement(origin, said)
    return all(key.id in held and key.signed(text, held[key.id]) for key in keys)


def told(body: bytes) -> dict[str, Any]:
    """What a record says; empty where it cannot be read."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
