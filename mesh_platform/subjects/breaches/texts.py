"""What people write about a breach, and the moments they name: without a value out of the data, and none to come."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from mesh_platform.classify.texts import people_in
from mesh_platform.classify.written import personal
from mesh_platform.errors import UsageProblem

MOST_TEXT = 1_000
_NAME = re.compile(r"\w[\w .-]{0,99}")


def needed(name: str, text: str) -> str:
    """A text that has to be there.

    Raises:
        UsageProblem: BREACH-02, where it is empty, too long, or names somebody or quotes a value. Identifiers of the organisation's own are not recognised.
    """
    if not text.strip():
        raise _refused(f"the {name}", "It is missing.", f"Give --{name} TEXT.")
    return said(name, text)


def said(name: str, text: str) -> str:
    """A text that may be left out; raises as `needed` does."""
    if len(text) > MOST_TEXT:
        raise _refused(f"the {name}", f"It is longer than {MOST_TEXT} characters.", "Say it in fewer.")
    if quoted := personal(text) or next((one.entity for one in people_in(text) or ()), None):
        why = f"It quotes a value of the kind {quoted}, which would stay in the control database and in the evidence."
        raise _refused(f"the {name}", why, "Say it without a value out of the data.")
    return text.strip()


def named_well(columns: Iterable[str]) -> None:
    """Refuse what is no name of a column, of a product that is no more and whose columns nobody can look up.

    Raises:
        UsageProblem: BREACH-02.
    """
    if any(_NAME.fullmatch(one) is None or personal(one) for one in columns):
        raise _refused("--column", "It is no name of a column.", "Name it as it was declared.")


def moments(aware: datetime, since: datetime | None, until: datetime | None, now: datetime) -> None:
    """Refuse moments to come, and an end before its beginning.

    Raises:
        UsageProblem: BREACH-02.
    """
    for one in (aware, since, until):
        _passed(one, now)
    if since and until and until < since:
        raise _refused("--from", "It ends before it begins.", "Give --from a moment that is not after --to.")


def told_at(at: datetime, aware: datetime, now: datetime) -> None:
    """Refuse a moment of telling that is to come, or before anybody was aware.

    Raises:
        UsageProblem: BREACH-02.
    """
    _passed(at, now)
    if at < aware:
        raise _refused("--at", "It lies before anybody was aware of the breach.", "Give the moment at which they were told.")


def _passed(one: datetime | None, now: datetime) -> None:
    if one is not None and one > now:
        fix = "Give one that has passed, with its offset, such as 2026-11-02T09:30+01:00."
        raise _refused("a moment", "It lies in the future.", fix)


def _refused(where: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem.because("BREACH-02", where, why, fix)
