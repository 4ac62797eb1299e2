"""Systems that a source declares as stores of the kind `http`: asked to find, to erase, to find again and to verify, under a shared secret.

What a store says of its own erasing counts for nothing: it is done where it finds nobody afterwards and its `verify` neither. A store without that is never
verified, and keeps the request blocked. Identifiers go out in the clear, to the endpoints that the descriptor names and nowhere else, and into no log.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.error import HTTPError, URLError
from urllib.request import Request as Post
from uuid import uuid4

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.failpoints import fp
from mesh_platform.outbound import opener_for, shared_secret
from mesh_platform.product.models import Store
from mesh_platform.retention import Holder
from mesh_platform.subjects.erasure.stores import ANY
from mesh_platform.subjects.keeping import Keeping, kept_task
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.plan import kept_by_law
from mesh_platform.subjects.requests.values import Identifier, State, Task
from mesh_platform.tasks.webhook import SIGNATURE, signature

ASK = "ask_store"
WAIT = 10.0
"""Seconds."""
LONGEST = 1 << 16
"""Bytes of an answer that are read."""
_REMOVE = "Have them removed there, then run the request again."
_AGAIN = "See that it answers, then run the request again."


class NoAnswer(Exception):
    """A store gave no answer that counts; the text is the kind of error, and holds nothing of what was asked."""


def http_stores(one: Held) -> Iterator[Store]:
    """The stores of a product that are asked."""
    if one.descriptor is not None and one.descriptor.source is not None:
        yield from (store for store in one.descriptor.source.stores if store.kind == "http")


def planned_store(one: Held, store: Store) -> Task:
    """What an erasure would do there."""
    return Task(
        _name(one, store), ASK, State.OPEN, 0, "It is asked to erase, and asked again." if store.verify else _NOBODY_LOOKS
    )


def answer_signature(secret: str, operation: str, id: str, rows: int) -> str:
    """The signature of an answer to one question."""
    return hmac.new(secret.encode(), f"{operation}.{id}.{rows}".encode(), hashlib.sha256).hexdigest()


_NOBODY_LOOKS = "It has no endpoint that verifies, so nobody can say whether the person is gone from it."


@dataclass(frozen=True, slots=True)
class Asking:
    """One run of one request; what its legal holds keep is asked of nobody."""

    audit: AuditLog
    keeping: Keeping
    request: str
    actor: Actor
    identifiers: Sequence[Identifier]

    def ask(self, one: Held, store: Store) -> Task:
        """Have the person removed from the store, and look; the task as it is then."""
        task = Task(_name(one, store), ASK, State.UNTOUCHED)
        if one.descriptor is not None and kept_by_law(one.descriptor):
            return replace(task, state=State.EXEMPT, reason="The law keeps what its product holds, and what that is made of.")
        if holds := self.keeping.touching(Holder(one.place.key, one.descriptor, {})):
            return kept_task(task, 0, holds)
        known = [each for each in self.identifiers if {each.namespace, ANY} & {*store.keys.values()}]
        if not known:
            return replace(task, reason="It knows people by no identifier of this one.")
        if not all(each.spellings for each in known):
            why, fix = "The identifiers of the request cannot be opened.", "Open another request for the person."
            return replace(task, state=State.BLOCKED, reason=why, fix=fix)
        try:
            return self._asked(task, one, Door(store, self.request, one.key, named(store, known)))
        except NoAnswer as error:
            self._record(one, Phase.FAILED, 0, "DSAR-13")
            why = f"It gave no answer that counts ({error})."
            return replace(task, state=State.BLOCKED, reason=why, fix=_AGAIN)

    def _asked(self, task: Task, one: Held, door: Door) -> Task:
        rows = door.seen()
        if rows:
            self._record(one, Phase.INTENT, rows)
            fp("subjects.store_asked")
            door.ask("erase")
            fp("subjects.store_answered")
            self._record(one, Phase.DONE, rows)
            if left := door.seen():
                why = f"Records of the person that it still has after it was asked to erase them: {left}."
                return replace(task, state=State.OPEN, rows=rows, reason=why, fix=_REMOVE)
        if door.store.verify is None:
            fix = "Declare `verify` of the store in the descriptor and publish it, then run the request again."
            return replace(task, state=State.BLOCKED, rows=rows, reason=_NOBODY_LOOKS, fix=fix)
        why = "Its own endpoints say so, to find and to verify: nobody of the platform can look into it."
        return replace(task, state=State.VERIFIED, rows=rows, reason=why)

    def _record(self, one: Held, phase: Phase, rows: int, reason: str | None = None) -> None:
        about = What(product=one.key, what="store asked", ref=self.request)
        self.audit.record(Act.ERASURE, phase, self.actor, about, reason=reason, n=rows)


@dataclass(frozen=True, slots=True)
class Door:
    """The endpoints of one store, for one person."""

    store: Store
    request: str
    product: str
    identifiers: Mapping[str, Sequence[str]]

    def seen(self) -> int:
        """How many records of the person it has, by whichever of its endpoints sees more."""
        return max(self.ask("find"), self.ask("verify") if self.store.verify else 0)

    def ask(self, operation: str) -> int:
        """How many records the endpoint says: found, erased, or seen.

        Raises:
            NoAnswer: where it gives none, or one that is not signed for this very question.
        """
        address, secret = getattr(self.store, operation), shared_secret(str(self.store.secret))
        if secret is None:
            raise NoAnswer("the variable of its secret holds none")
        id = uuid4().hex
        said = {"id": id, "request": self.request, "product": self.product, "identifiers": self.identifiers}
        body = json.dumps({"operation": operation, **said}, separators=(",", ":"), sort_keys=True).encode()
        answer = _posted(address, body, {SIGNATURE: signature(secret, body, utc_now())})
        try:
            given = json.loads(answer)
            named_id, rows, signed = given["id"], given["rows"], str(given["signature"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise NoAnswer("not of the form that is asked for") from None
        if named_id != id or type(rows) is not int or rows < 0:
            raise NoAnswer("not of the form that is asked for")
        if not hmac.compare_digest(signed.encode(), answer_signature(secret, operation, id, rows).encode()):
            raise NoAnswer("wrongly signed")
        return rows


def _posted(address: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    sent = {"Content-Type": "application/json", "User-Agent": "mesh-platform", **headers}
    try:
        with opener_for(address).open(Post(address, body, sent, method="POST"), timeout=WAIT) as answer:  # noqa: S310
            read: bytes = answer.read(LONGEST)
            return read
    except HTTPError as error:
        error.close()
        raise NoAnswer(f"HTTP {error.code}") from None
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        raise NoAnswer(type(reason if isinstance(reason, Exception) else error).__name__) from None


def named(store: Store, identifiers: Sequence[Identifier]) -> dict[str, list[str]]:
    """What the store is asked for: by each of its names, the person's identifiers in every spelling that is known."""
    found: dict[str, list[str]] = {}
    for name, namespace in store.keys.items():
        for one in identifiers:
            if namespace in (one.namespace, ANY):
                prefix = f"{one.namespace}:" if namespace == ANY else ""
                found.setdefault(name, []).extend(prefix + spelling for spelling in one.spellings)
    return {name: sorted(set(each)) for name, each in found.items()}


def _name(one: Held, store: Store) -> str:
    return f"store {one.key} at {store.stands_at}"
