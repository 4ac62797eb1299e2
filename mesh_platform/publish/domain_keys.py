"""Rotate, revoke and begin anew a domain's key, on somebody's behalf: recorded before it is done, and again with what came of it.

Where the control database cannot record it, nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.lake import Revocation, Rotation
from mesh_platform.publish.runtime import Runtime
from mesh_platform.registry import KeyAct, KeyEvent, KeyEvents

Clock = Callable[[], datetime]


def rotate_key(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock = utc_now) -> Rotation:
    """A new key for the domain in that region, with every catalog written anew under it.

    Raises:
        NotFound: KEY-08, where the domain has no key there.
        Unavailable: KEY-04, where it was revoked; where provider, lock or control database cannot be had.
    """
    events = KeyEvents(runtime.database)
    events.record(KeyEvent(KeyAct.ROTATION_ASKED, domain, region, actor.name, actor.person, clock()))
    done = runtime.lake.domain_keys.rotate(domain, region)
    act = KeyAct.ROTATED if done.complete else KeyAct.ROTATION_INCOMPLETE
    events.record(KeyEvent(act, domain, region, actor.name, actor.person, clock(), done.version, done.rewritten))
    return done


def revoke_key(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock = utc_now) -> Revocation:
    """Destroy the domain's key in that region: nothing of it opens again.

    Raises:
        NotFound: KEY-08, where the domain has no key there.
        Unavailable: where provider or control database cannot be had.
    """
    events = KeyEvents(runtime.database)
    events.record(KeyEvent(KeyAct.REVOCATION_ASKED, domain, region, actor.name, actor.person, clock()))
    done = runtime.lake.domain_keys.revoke(domain, region)
    events.record(KeyEvent(KeyAct.REVOKED, domain, region, actor.name, actor.person, clock(), None, done.catalogs))
    return done


def start_key(runtime: Runtime, domain: str, region: str, actor: Actor, clock: Clock = utc_now) -> int:
    """After a revocation: clear what nobody can open and make a new key; how many data files went.

    Raises:
        UsageProblem: KEY-09, where the key was not revoked.
    """
    events = KeyEvents(runtime.database)
    events.record(KeyEvent(KeyAct.START_ASKED, domain, region, actor.name, actor.person, clock()))
    removed = runtime.lake.domain_keys.start(domain, region)
    events.record(KeyEvent(KeyAct.STARTED, domain, region, actor.name, actor.person, clock()))
    return removed
