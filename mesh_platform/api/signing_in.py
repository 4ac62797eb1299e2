"""Who is calling: a bearer token (RFC 6750) of the issuer that the settings name, and the scopes that stand in it.

A token is good until it expires, as often as it is shown: whoever holds it is its bearer. One that was good a moment ago is not verified anew,
so that a key which was taken out of the issuer's file stops counting two seconds later. Where the setting `api_tokens_once` is on, each must
carry a `jti` and is accepted once, by any process of this home. One that is bound to a key (`cnf`, RFC 7800) is refused, since possession of
that key is not proven here. Every refusal is recorded without the token; of a flood of them, how many there were.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from mesh_platform.access.authentication import authenticate
from mesh_platform.access.oidc import keys_of
from mesh_platform.access.tokens import refused, verified
from mesh_platform.actor import Actor
from mesh_platform.api.shared import Shared
from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.errors import Denied, MeshError, Unavailable
from mesh_platform.settings import DEVELOPMENT, Settings

NOBODY = Actor("nobody")
KEPT = 60.0
"""Seconds for which the keys of an address are kept; those of a file are read each time."""
REMEMBERED = 2.0
"""Seconds for which a token that was verified counts without being verified again."""
_MOST_REMEMBERED = 4_096
_AGAIN = 5.0  # seconds between two looks for a key that is not known, or at an address that did not answer
_MOMENT = 1.0  # seconds to wait for a fetch of another thread
_LONGEST = 8_192
_ONE_BY_ONE = 10  # refusals of one second that are recorded singly
_SCOPES = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A caller. `scopes` None: the development issuer gave a token without any, which is not held to scopes."""

    actor: Actor
    scopes: frozenset[str] | None

    def lacks(self, wanted: frozenset[str]) -> frozenset[str]:
        return frozenset() if self.scopes is None else wanted - self.scopes


class SignIn:
    """Makes a caller of an `Authorization` header; for any number of threads."""

    def __init__(self, settings: Settings, audit: AuditLog, shared: Shared) -> None:
        self._settings, self._audit, self._shared = settings, audit, shared
        self._keys = _Keys(settings)
        self._refusals = _Refusals(audit)
        self._known = dict[bytes, tuple[SignedIn, float, float]]()

    def known(self, header: str | None, now: datetime) -> SignedIn | None:
        """Who calls with a header that was verified a moment ago, and nothing waits; None where it has to be verified."""
        if header is None or self._settings.api_tokens_once:
            return None
        found = self._known.get(_digest(header))
        if found is None:
            return None
        caller, since, until = found
        return caller if time.monotonic() - since < REMEMBERED and now.timestamp() < until else None

    def __call__(self, header: str | None, now: datetime) -> SignedIn:
        """Who calls.

        Raises:
            Denied: AUTH-01 or AUTH-04; recorded.
            MeshError: where the issuer's keys cannot be had.
        """
        try:
            caller, until = self._of(_token(header), now)
        except Denied as refusal:
            self._refusals.record(NOBODY, refusal.finding.rule)
            raise
        if header is not None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[_digest(header)] = caller, time.monotonic(), until
        return caller

    def refused(self, actor: Actor, rule: str) -> None:
        """Record that somebody who is signed in was refused by a rule of roles or domains."""
        self._refusals.record(actor, rule)

    def close(self) -> None:
        """Record how many refusals were counted and not told yet."""
        self._refusals.flush()

    def _of(self, token: str | None, now: datetime) -> tuple[SignedIn, float]:
        """The caller, and until when the token is good."""
        if token is None or self._settings.issuer == DEVELOPMENT:
            actor = authenticate(token, self._settings, now)
        else:
            settings = self._settings
            actor = verified(token, self._keys.of(token), issuer=settings.issuer, audience=settings.audience, now=now)
        assert token is not None
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})  # verified above
        if "cnf" in claims:
            raise refused("it is bound to a key, and nothing here proves that the caller has it")
        if self._settings.api_tokens_once:
            self._once(claims, now)
        return SignedIn(actor, _scopes(claims, self._settings.issuer == DEVELOPMENT)), float(claims["exp"])

    def _once(self, claims: Mapping[str, Any], now: datetime) -> None:
        name = claims.get("jti")
        if not isinstance(name, str) or not name or len(name) > _LONGEST:
            raise refused("it has no `jti`, and each token is accepted once here")
        if not self._shared.first(f"{claims['iss']} {name}", float(claims["exp"]) + 60, now.timestamp()):
            raise refused("it was shown before, and each token is accepted once here")


def _digest(header: str) -> bytes:
    """What is remembered of a header, so that no token stands in memory for longer than its request."""
    return hashlib.sha256(header.encode("utf-8", "surrogatepass")).digest()


def _token(header: str | None) -> str | None:
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or len(token) > _LONGEST or not token.isascii():
        raise refused("it is no bearer token")
    return token.strip()


def _scopes(claims: Mapping[str, Any], development: bool) -> frozenset[str] | None:
    """`scope` (RFC 9068: words in one text), or `scp` as a list, as some issuers write it."""
    given = claims.get("scope", claims.get("scp"))
    if given is None:
        return None if development else frozenset()
    words = given.split() if isinstance(given, str) else given
    if not isinstance(words, list) or len(words) > _SCOPES or not all(isinstance(word, str) for word in words):
        raise refused("the claim 'scope' has another form than it must")
    return frozenset(words)


class _Keys:
    """The issuer's keys: of an address for a minute, anew where a token names one that is not among them.

    One thread fetches, and none waits for it longer than a moment: an issuer that does not answer stops whoever needs its answer and nobody
    else. That it does not is remembered for a few seconds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._changed = threading.Condition()
        self._held: dict[str, jwt.PyJWK] = {}
        self._at = -KEPT
        self._failed: tuple[MeshError, float] | None = None
        self._fetching = False

    def of(self, token: str) -> Mapping[str, jwt.PyJWK]:
        where = self._settings.jwks
        if not where:
            authenticate(token, self._settings, datetime.min)  # says what is missing
            raise AssertionError("unreachable")
        if "://" not in where:
            return keys_of(where, self._settings.project)
        kid = _kid(token)
        with self._changed:
            if self._fetching and not self._good(kid):
                self._changed.wait_for(lambda: not self._fetching, _MOMENT)
            if self._good(kid):
                return self._held
            if self._failed is not None and time.monotonic() - self._failed[1] < _AGAIN:
                raise type(self._failed[0])(self._failed[0].finding)
            if self._fetching:
                raise _coming()
            self._fetching = True
        try:
            found = keys_of(where, self._settings.project)
            with self._changed:
                self._held, self._at, self._failed = found, time.monotonic(), None
                return found
        except MeshError as error:
            self._failed = error, time.monotonic()
            raise
        finally:
            with self._changed:
                self._fetching = False
                self._changed.notify_all()

    def _good(self, kid: str) -> bool:
        """Whether what is held tells of that key: it is young enough, and names it or was looked at just now."""
        age = time.monotonic() - self._at
        return bool(self._held) and age <= KEPT and (age <= _AGAIN or kid in self._held)


def _coming() -> Unavailable:
    why = "The issuer's keys are being fetched, and its address has not answered yet."
    return Unavailable.because("AUTH-07", "the setting `jwks`", why, "Try again in a moment.")


def _kid(token: str) -> str:
    with suppress(jwt.PyJWTError):
        return str(jwt.get_unverified_header(token).get("kid", ""))
    return ""


_Refused = tuple[Actor, str]


class _Refusals:
    """Records refusals, the first ones of each second singly and the rest as a count."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit, self._lock = audit, threading.Lock()
        self._second, self._seen = 0, dict[_Refused, int]()

    def record(self, actor: Actor, rule: str) -> None:
        with self._lock:
            second, left = int(time.monotonic()), dict[_Refused, int]()
            if second != self._second:
                left, self._second, self._seen = self._seen, second, {}
            self._seen[actor, rule] = self._seen.get((actor, rule), 0) + 1
            singly = self._seen[actor, rule] <= _ONE_BY_ONE
        for other, count in left.items():
            if count > _ONE_BY_ONE:
                self._write(*other, count - _ONE_BY_ONE)
        if singly:
            self._write(actor, rule, None)

    def flush(self) -> None:
        """Record what was counted and not told yet."""
        with self._lock:
            left, self._seen = self._seen, {}
        for other, count in left.items():
            if count > _ONE_BY_ONE:
                self._write(*other, count - _ONE_BY_ONE)

    def _write(self, actor: Actor, rule: str, count: int | None) -> None:
        with suppress(MeshError):  # nothing is released either way
            self._audit.record(Act.SIGN_IN, Phase.DENIED, actor, None, "deny", rule, n=count, durable=False)
