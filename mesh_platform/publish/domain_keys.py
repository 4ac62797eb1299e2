"""Rotate, revoke and begin anew a domain's key, on somebody's behalf: recorded before it is done, and again with what came of it.

Where control database and audit log cannot record it, nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Protocol

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, NotFound, UsageProblem
from mesh_platform.lake import Revocation, Rotation
from mesh_platform.publish.runtime import Runtime
from mesh_platform.registry import KeyAct, KeyEvent, KeyEvents

Clock = Callable[[], datetime]


class _Note(Protocol):
    def __call__(self, what: KeyAct, version: int | None = None, catalogs: int | None = None) -> None: ...


def rotate_key(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock = utc_now) -> Rotation:
    """A new key for the domain in that region, with every catalog written anew under it.

    Raises:
        NotFound: KEY-08, where the domain has no key there.
        Unavailable: KEY-04, where it was revoked; where provider, lock or control database cannot be had.
    """
    note = _noting(runtime, domain, region, actor, clock)
    note(KeyAct.ROTATION_ASKED)
    with _noted(note, KeyAct.ROTATION_INCOMPLETE):
        done = runtime.lake.domain_keys.rotate(domain, region)
    note(KeyAct.ROTATED if done.complete else KeyAct.ROTATION_INCOMPLETE, done.version, done.rewritten)
    return done


def revoke_key(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock = utc_now) -> Revocation:
    """Destroy the domain's key in that region: nothing of it opens again.

    Raises:
        NotFound: KEY-08, where the domain has no key there.
        Unavailable: where provider or control database cannot be had.
    """
    note = _noting(runtime, domain, region, actor, clock)
    note(KeyAct.REVOCATION_ASKED)
    with _noted(note, KeyAct.REVOCATION_INCOMPLETE):
        done = runtime.lake.domain_keys.revoke(domain, region)
    note(KeyAct.REVOCATION_INCOMPLETE if done.findings else KeyAct.REVOKED, None, done.catalogs)
    return done


def start_key(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock = utc_now) -> int:
    """After a revocation: clear what nobody can open, withdraw it, and make a new key; how many data files went.

    Raises:
        UsageProblem: KEY-09, where the key was not revoked.
    """
    note = _noting(runtime, domain, region, actor, clock)
    note(KeyAct.START_ASKED)
    with _noted(note, KeyAct.START_INCOMPLETE):
        removed = runtime.lake.domain_keys.start(domain, region)
        runtime.registry.withdraw_all(domain, region)
    note(KeyAct.STARTED)
    return removed


def _noting(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock) -> _Note:
    events = KeyEvents(runtime.database)

    def note(what: KeyAct, version: int | None = None, catalogs: int | None = None) -> None:
        about = What(domain=domain, region=region, what=what.value)
        runtime.audit.record(Act.KEY, _phase(what), actor, about, n=catalogs)
        events.record(KeyEvent(what, domain, region, actor.name, actor.person, clock(), version, catalogs))

    return note


def _phase(what: KeyAct) -> Phase:
    asked = what.value.endswith("asked")
    return Phase.INTENT if asked else Phase.FAILED if what.value.endswith("incomplete") else Phase.DONE


@contextmanager
def _noted(note: _Note, incomplete: KeyAct) -> Iterator[None]:
    """Record that it was not finished, where it fails; a refusal, which began nothing, needs no more than that it was asked."""
    try:
        yield
    except (NotFound, UsageProblem):
        raise
    except Exception:  # whatever it was, it is raised again: a cause that nobody foresaw is on record too
        with suppress(MeshError):  # where the record itself fails, the first cause is the one to tell
            note(incomplete)
        raise
