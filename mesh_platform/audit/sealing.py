"""The personal part of a record: sealed beside the log, committed to in it, and gone for good when its person's key is destroyed.

A leaf holds `SHA-256("mesh-pd-v1" || salt || payload)`. Salt and payload lie in `audit_private` under a key per person, which the domain's
key-encryption key wraps. Without the salt the commitment tells nothing, so the leaf may stay when the person goes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, select

from mesh_platform.audit.tlog import NotProven
from mesh_platform.errors import UsageProblem
from mesh_platform.keys import KeyProvider
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_private, audit_subject_keys

SALT, NONCE, KEY = 32, 12, 32
MOST_KEYS = 10_000  # unwrapped keys that a process keeps
_P, _K = audit_private.c, audit_subject_keys.c


@dataclass(frozen=True, slots=True)
class Personal:
    """What is personal about a record.

    Attributes:
        payload: names and values.
        subject: token of the person, under whose own key it is sealed.
        domain: the domain whose key wraps that one.
        region: the place whose key it is.
    """

    payload: Mapping[str, str | int | bool | None]
    subject: str
    domain: str
    region: str


def commitment(salt: bytes, payload: bytes) -> str:
    return hashlib.sha256(b"mesh-pd-v1" + salt + payload).hexdigest()


class Sealer:
    """Seals and opens personal parts of one log."""

    def __init__(self, database: Database, keys: KeyProvider, origin: str) -> None:
        self._database = database
        self._keys = keys
        self._origin = origin
        self._known: dict[tuple[str, str, str], tuple[str, bytes]] = {}

    def seal(self, eid: str, personal: Personal) -> tuple[str, dict[str, object]]:
        """The commitment for the leaf, and the row for `audit_private`.

        Raises:
            UsageProblem: AUDIT-13, where the payload is no flat JSON.
            Unavailable: where the key provider or the database cannot be had.
        """
        try:
            payload = json.dumps(dict(personal.payload), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, ValueError):
            why, fix = "The personal part holds something else than texts and numbers.", "Hand over names and plain values."
            raise UsageProblem.because("AUDIT-13", "audit record, personal", why, fix) from None
        salt, nonce = os.urandom(SALT), os.urandom(NONCE)
        key_id, key = self._key(personal.subject, personal.domain, personal.region)
        sealed = AESGCM(key).encrypt(nonce, salt + payload, self._bound(eid))
        return commitment(salt, payload), {"eid": eid, "key": key_id, "nonce": nonce, "sealed": sealed}

    def open(self, con: Connection, eid: str) -> tuple[str, dict[str, object]] | None:
        """The commitment that the sealed part answers to, and the part itself; None where there is none (any more).

        Raises:
            NotProven: where it was sealed for another record, or is damaged.
            Unavailable: where the provider cannot unwrap the key.
        """
        columns = (_P.nonce, _P.sealed, _K.wrapped, _K.domain, _K.region)
        row = con.execute(select(*columns).join(audit_subject_keys, _K.id == _P.key).where(_P.eid == eid)).one_or_none()
        if row is None:
            return None
        try:
            key = self._keys.unwrap(row.domain, row.region, bytes(row.wrapped))
            plain = AESGCM(key).decrypt(bytes(row.nonce), bytes(row.sealed), self._bound(eid))
            salt, payload = plain[:SALT], plain[SALT:]
            return commitment(salt, payload), json.loads(payload)
        except (InvalidTag, ValueError, TypeError):
            raise NotProven("the sealed part belongs to another record, or is damaged") from None

    def forget_keys(self) -> None:
        """Drop what this process keeps: somebody else has destroyed a key."""
        self._known.clear()

    def erase(self, con: Connection, subject: str) -> tuple[str, ...]:
        """Remove every sealed part of a person and the keys that opened them; gives the ids of the records. In the caller's transaction."""
        keys = [row.id for row in con.execute(select(_K.id).where(_K.subject == subject))]
        gone = tuple(row.eid for row in con.execute(select(_P.eid).where(_P.key.in_(keys)).order_by(_P.eid)))
        con.execute(delete(audit_private).where(_P.key.in_(keys)))
        con.execute(delete(audit_subject_keys).where(_K.id.in_(keys)))
        self.forget_keys()
        return gone

    def _key(self, subject: str, domain: str, region: str) -> tuple[str, bytes]:
        which = (subject, domain, region)
        if which not in self._known:
            if len(self._known) >= MOST_KEYS:
                self._known.clear()
            self._known[which] = self._stored(*which) or self._made(*which)
        return self._known[which]

    def _stored(self, subject: str, domain: str, region: str) -> tuple[str, bytes] | None:
        query = select(_K.id, _K.wrapped).where(_K.subject == subject, _K.domain == domain, _K.region == region)
        with self._database.read() as con:
            row = con.execute(query).one_or_none()
        return (row.id, self._keys.unwrap(domain, region, bytes(row.wrapped))) if row else None

    def _made(self, subject: str, domain: str, region: str) -> tuple[str, bytes]:
        key, id_ = os.urandom(KEY), os.urandom(16).hex()
        wrapped = self._keys.wrap(domain, region, key)
        row = {"id": id_, "subject": subject, "domain": domain, "region": region, "wrapped": wrapped}
        with self._database.write() as con:
            con.execute(insert(con, audit_subject_keys).on_conflict_do_nothing(), row)
        stands = self._stored(subject, domain, region)
        assert stands is not None, "what was written is read back"
        return stands

    def _bound(self, eid: str) -> bytes:
        """What a sealed part belongs to; the sequence is not known yet when it is sealed."""
        return f"{self._origin}\n{eid}".encode()
