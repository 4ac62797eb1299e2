"""Cases of what becomes of one row when holds, minimums, erasures and ages meet."""

from __future__ import annotations

from mesh_platform.retention.precedence import Standing, Verdict, verdict


def _stays(**said: bool) -> bool:
    row = {"held": False, "within_minimum": False, "erased": False, "aged": False, **said}
    return verdict(Standing(**row)) in (Verdict.HELD, Verdict.KEPT)


def erased() -> bool:
    return _stays(erased=True)


def held() -> bool:
    return _stays(erased=True, held=True)


def reduced() -> bool:
    return _stays(erased=True, within_minimum=True)


def young() -> bool:
    return _stays()


def aged() -> bool:
    return _stays(aged=True)


def within_minimum() -> bool:
    return _stays(aged=True, within_minimum=True)
