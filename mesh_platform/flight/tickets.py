"""Statements that the caller keeps for us: sealed, so that nobody can make, read or change one, and bound to who asked and until when.

A ticket gives no right: whoever shows it signs in, must be the one it was made for, and the statement in it is decided anew. Shown twice
it is asked twice. The key lies in the home, so that any process of the mesh takes the tickets of every other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mesh_platform.actor import Actor
from mesh_platform.aside import written
from mesh_platform.errors import Denied, Unavailable

KEY_FILE = "flight-tickets.key"
TICKET, HANDLE = "ticket", "handle"
LIFETIMES = {TICKET: timedelta(minutes=5), HANDLE: timedelta(hours=8)}
"""How long a ticket may wait to be shown, and a prepared statement to be used."""
_KEY_BYTES, _NONCE_BYTES = 32, 12  # AES-256-GCM (NIST SP 800-38D)
_VERSION = b"\x01"
_LONGEST = 2 << 20
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement, its purpose, and the values bound to it; None where none were."""

    sql: str
    purpose: str | None = None
    values: tuple[Value, ...] | None = None


class Seals:
    """Seals and opens, with the key of the home."""

    def __init__(self, folder: Path) -> None:
        self._cipher = AESGCM(_key(folder / KEY_FILE))

    def seal(self, kind: str, asked: Asked, caller: Actor, now: datetime) -> bytes:
        """`asked` as a ticket or a handle for `caller`."""
        until = (now + LIFETIMES[kind]).timestamp()
        text = json.dumps([asked.sql, asked.purpose, asked.values, until]).encode()
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, text, _bound(kind, caller))

    def open(self, kind: str, sealed: bytes, caller: Actor, now: datetime) -> Asked:
        """What was sealed.

        Raises:
            Denied: FLIGHT-03, where it is not of this mesh, of another kind or another caller, was changed, or is too old.
        """
        head = len(_VERSION)
        nonce, rest = sealed[head : head + _NONCE_BYTES], sealed[head + _NONCE_BYTES :]
        if not sealed.startswith(_VERSION) or len(nonce) < _NONCE_BYTES or len(sealed) > _LONGEST:
            raise _refused("It is none of this mesh.")
        try:
            sql, purpose, values, until = json.loads(self._cipher.decrypt(nonce, rest, _bound(kind, caller)))
        except InvalidTag:
            raise _refused("It was not made here for this caller, or was changed.") from None
        if now.timestamp() > until:
            raise _refused("It is too old.")
        return Asked(sql, purpose, _values(values))


def _values(found: Sequence[Value] | None) -> tuple[Value, ...] | None:
    return None if found is None else tuple(found)


def _bound(kind: str, caller: Actor) -> bytes:
    """What a seal holds for: unambiguous, since names are quoted in it."""
    return json.dumps(["mesh flight", kind, caller.name, caller.impersonated_by]).encode()


def _refused(why: str) -> Denied:
    return Denied.because("FLIGHT-03", "the ticket", why, "Ask the statement anew.")


def _key(path: Path) -> bytes:
    """The key, made where there is none yet; complete or not at all."""
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with written(path, new=True) as out:
                    out.write(os.urandom(_KEY_BYTES))
            except FileExistsError:
                pass
        found = path.read_bytes()
    except OSError as error:
        raise _unusable(type(error).__name__) from None
    if len(found) != _KEY_BYTES:
        raise _unusable("it has another length")
    return found


def _unusable(why: str) -> Unavailable:
    fix = "Mend its rights, or remove it: tickets that were handed out end then."
    return Unavailable.because(
        "FLIGHT-04", f"keys/{KEY_FILE} in the home", f"The key of tickets cannot be made or read ({why}).", fix
    )
