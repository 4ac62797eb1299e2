"""One audit record and its bytes: a closed schema in canonical JSON (RFC 8785), without personal data and without floats.

What the schema does not name cannot be recorded. Persons stand in it as random tokens, everything else that is personal as a salted
commitment (`pd`). The bytes are made once, here; whoever verifies hashes them as they are stored and never writes them anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from mesh_platform.errors import UsageProblem

VERSION = 1
LARGEST = 65_535  # bytes of a leaf: C2SP entry bundles have 16-bit lengths
MOST_FIELDS = 2_000
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,119}")
_EID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_SAFE = 2**53


class Act(StrEnum):
    """What was done, or asked, or decided."""

    LOG_KEY = "log key"
    REDACTED = "redacted"
    GATE = "gate"
    REVIEW = "review"
    KEY = "key"
    RETIRE = "retire"
    SIGN_IN = "sign in"
    READ = "read"
    EXPORT = "export"
    REQUEST = "request"
    GRANT = "grant"
    CONSENT = "consent"
    ERASURE = "erasure"
    POLICY = "policy"
    DOMAIN = "domain"


class Phase(StrEnum):
    """Where the act stands: said before it is done, done, failed on the way, or denied."""

    INTENT = "intent"
    DONE = "done"
    FAILED = "failed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Who:
    """Who acted, as tokens: `sub` the principal, `by` the person behind it where that is somebody else."""

    sub: str
    by: str | None = None
    role: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class What:
    """What it was about; all of it optional, none of it personal.

    Attributes:
        product: `domain/product`, with `@version` where one is meant.
        domain: a domain, where no product is meant.
        region: a place.
        what: the act more closely, in words of the platform's own (`rotation asked`).
        fields: names of columns.
        ref: id of what the act made or used (a publication, a grant, a receipt).
        policy: hash of the policy that decided.
        code: hash of the files or the code.
        consent: sequence of the ledger that was looked at.
        subject: token of the person whom it is about.
    """

    product: str | None = None
    domain: str | None = None
    region: str | None = None
    what: str | None = None
    fields: tuple[str, ...] = ()
    ref: str | None = None
    policy: str | None = None
    code: str | None = None
    consent: int | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the schema has it."""

    eid: str
    ts: int
    act: Act
    phase: Phase
    actor: Who
    obj: What = What()
    dec: str | None = None
    reason: str | None = None
    n: int | None = None
    parent: str | None = None
    pd: str | None = None

    def encoded(self) -> bytes:
        """The leaf.

        Raises:
            UsageProblem: AUDIT-13, where the schema does not allow a value; none is quoted.
        """
        _valid(self)
        document = {name: value for name in _NAMES if (value := getattr(self, name)) is not None}
        document |= {"v": VERSION, "actor": _said(self.actor), "obj": _said(self.obj)}
        try:
            body = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise _refused("obj", "a text holds half of a surrogate pair") from None
        if len(body) > LARGEST:
            raise _refused("obj", "the record is larger than 65,535 bytes")
        return body


_NAMES = [field.name for field in fields(Record) if field.name not in ("actor", "obj")]


def new_eid() -> str:
    """A new id, in the order of time (UUIDv7, RFC 9562)."""
    random = int.from_bytes(os.urandom(10), "big")
    stamp = time.time_ns() // 1_000_000
    return f"{stamp << 80 | 7 << 76 | (random >> 64 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1:032x}"


def eid_of(act: str, key: str) -> str:
    """The id of an act that has a key of its own: said twice, it is one record."""
    return hashlib.sha256(f"mesh-eid-v1\n{act}\n{key}".encode()).hexdigest()


def raw(value: object) -> bytes:
    """Bytes of what a column holds, whatever somebody wrote into it."""
    return value if isinstance(value, bytes) else value.encode("utf-8", "replace") if isinstance(value, str) else b""


def decoded(body: bytes) -> dict[str, Any]:
    """What a leaf says, for people to read; nothing is proven by it. Empty where it says nothing that can be read."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(part: Who | What) -> dict[str, Any]:
    found = {}
    for name in part.__slots__:
        value = getattr(part, name)
        if value is not None and value != ():
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _valid(record: Record) -> None:
    if not _EID.fullmatch(record.eid):
        raise _refused("eid", "it is neither a UUID nor a SHA-256 in hexadecimal")
    if not isinstance(record.act, Act) or not isinstance(record.phase, Phase):
        raise _refused("act", "act and phase are words of a closed list")
    words: dict[str, object] = {"dec": record.dec, "reason": record.reason, "parent": record.parent, "pd": record.pd}
    _words(words)
    _words({f"actor.{name}": getattr(record.actor, name) for name in record.actor.__slots__})
    obj = record.obj
    _words({f"obj.{name}": getattr(obj, name) for name in ("region", "what", "ref", "policy", "code", "subject")})
    for name in ("product", "domain"):
        _text(f"obj.{name}", getattr(obj, name))
    if not isinstance(obj.fields, tuple) or len(obj.fields) > MOST_FIELDS:
        raise _refused("obj.fields", "it is no tuple of at most 2,000 names")
    for field in obj.fields:
        _text("obj.fields", field)
    for name, number in {"ts": record.ts, "n": record.n, "obj.consent": obj.consent}.items():
        if number is not None and (type(number) is not int or abs(number) >= _SAFE):
            raise _refused(name, "it is no whole number below 2^53")


def _words(values: Mapping[str, object]) -> None:
    """Codes and ids: short and without anything that a text of a person could be."""
    for name, value in values.items():
        if value is not None and (not isinstance(value, str) or not _WORD.fullmatch(value)):
            raise _refused(name, "it is no short code of letters, digits and . _ : / + -")


def _text(name: str, value: object) -> None:
    """Names that domains choose: columns may be called anything, at length not."""
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= 250):
        raise _refused(name, "it is no name of up to 250 characters")


def _refused(name: str, why: str) -> UsageProblem:
    return UsageProblem.because("AUDIT-13", f"audit record, {name}", f"The schema refuses it: {why}.", _FIX)


_FIX = "Record codes, ids, counts and names of columns; hand what is personal over as `personal`, which is sealed."
