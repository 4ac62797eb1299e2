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
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from mesh_platform.errors import UsageProblem

VERSION = 1
SYSTEM = "mesh"
"""The platform itself, where nobody else acts."""
LARGEST = 65_535  # bytes of a leaf: C2SP entry bundles have 16-bit lengths
NUMBERED = 64  # bytes of a leaf that are kept for its writer and number
MOST_FIELDS = 2_000
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,119}")
_KEY = re.compile(r"[^\s+]{1,250}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,2000}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{40,4000}={0,2}")
_EID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_HALF = re.compile("[\ud800-\udfff]")
_SAFE = 2**53
KEPT = 256  # actors, and objects, whose text is kept


class Act(StrEnum):
    """What was done, or asked, or decided."""

    LOG_KEY = "log key"
    LOG_CHECKPOINT = "log checkpoint"
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
    HOLD = "hold"
    RETENTION = "retention"
    POLICY = "policy"
    WAIVER = "waiver"
    DOMAIN = "domain"
    BACKUP = "backup"
    BREACH = "breach"


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
        keys: public keys of the log, where it gets new ones.
        masked: those of `fields` that were not handed out as they are.
        under: ids of the grants and contracts that allowed it.
        signed: signatures of the log's keys, where the log speaks of itself.
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
    keys: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()


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
        if not _EID.fullmatch(self.eid):
            raise _refused("eid", "it is neither a UUID nor a SHA-256 in hexadecimal")
        if not isinstance(self.act, Act) or not isinstance(self.phase, Phase):
            raise _refused("act", "act and phase are words of a closed list")
        _number("ts", self.ts)
        parts = ['{"act":"', self.act, '","actor":', _actor(self.actor)]
        parts += _word("dec", self.dec)
        parts += (',"eid":"', self.eid, '"')
        if self.n is not None:
            _number("n", self.n)
            parts.append(f',"n":{self.n}')
        parts += (',"obj":', _object(self.obj))
        parts += _word("parent", self.parent)
        parts += _word("pd", self.pd)
        parts += (',"phase":"', self.phase, '"')
        parts += _word("reason", self.reason)
        parts.append(f',"ts":{self.ts},"v":{VERSION}}}')
        body = "".join(parts).encode()
        if len(body) > LARGEST - NUMBERED:
            raise _refused("obj", "the record is larger than 65,471 bytes")
        return body


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


def _actor(who: Who) -> str:
    """What stands under `actor`: said a thousand times over, it is made once."""
    try:
        return _actor_once(who)
    except TypeError:  # a value that cannot be looked up is none that the schema takes: it tells which
        return _actor_made(who)


def _object(obj: What) -> str:
    """What stands under `obj`. Whether its one number is one belongs to the question, since 1 equals True."""
    whole = type(obj.consent) is int
    try:
        return _object_once(obj, whole)
    except TypeError:
        return _object_made(obj, whole)


def _actor_made(who: Who) -> str:
    _words({f"actor.{name}": getattr(who, name) for name in who.__slots__})
    return _said(who)


def _object_made(obj: What, _whole: bool) -> str:
    _words({f"obj.{name}": getattr(obj, name) for name in ("region", "what", "ref", "policy", "code", "subject")})
    for name in ("product", "domain"):
        _text(f"obj.{name}", getattr(obj, name))
    for name in ("fields", "masked", "under"):
        texts = getattr(obj, name)
        if not isinstance(texts, tuple) or len(texts) > MOST_FIELDS:
            raise _refused(f"obj.{name}", "it is no tuple of at most 2,000 names")
        for text in texts:
            _text(f"obj.{name}", text)
    if not isinstance(obj.keys, tuple) or not all(isinstance(key, str) and _KEY.fullmatch(key) for key in obj.keys):
        raise _refused("obj.keys", "they are no verifier keys")
    if not isinstance(obj.signed, tuple) or not all(isinstance(one, str) and _SIGNATURE.fullmatch(one) for one in obj.signed):
        raise _refused("obj.signed", "they are no signatures")
    if obj.consent is not None:
        _number("obj.consent", obj.consent)
    return _said(obj)


_actor_once, _object_once = lru_cache(KEPT)(_actor_made), lru_cache(KEPT)(_object_made)


def parts_of(part: Who | What) -> dict[str, Any]:
    """What stands in a record of it: what is empty stands there under no name."""
    said = {name: value for name in part.__slots__ if (value := getattr(part, name)) is not None and value != ()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


def _said(part: Who | What) -> str:
    text = json.dumps(parts_of(part), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if not text.isascii() and _HALF.search(text):
        raise _refused("obj", "a text holds half of a surrogate pair")
    return text


def _words(values: Mapping[str, object]) -> None:
    """Codes and ids: short and without anything that a text of a person could be."""
    for name, value in values.items():
        _word(name, value)


def _word(name: str, value: object) -> tuple[str, ...]:
    """A code with its name, as they stand in a record: nothing in a code has to be escaped."""
    if value is None:
        return ()
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise _refused(name, "it is no short code of letters, digits and . _ : / + -")
    return (',"', name, '":"', value, '"')


def _number(name: str, number: object) -> None:
    if type(number) is not int or abs(number) >= _SAFE:
        raise _refused(name, "it is no whole number below 2^53")


def _text(name: str, value: object) -> None:
    """Names that domains choose: columns may be called anything, at length not."""
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= 250):
        raise _refused(name, "it is no name of up to 250 characters")


def _refused(name: str, why: str) -> UsageProblem:
    return UsageProblem.because("AUDIT-13", f"audit record, {name}", f"The schema refuses it: {why}.", _FIX)


_FIX = "Record codes, ids, counts and names of columns; hand what is personal over as `personal`, which is sealed."
