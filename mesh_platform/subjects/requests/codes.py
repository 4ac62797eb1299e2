"""One-time codes, by which a person shows that an address is theirs: kept as keyed hashes, for a while, and tried five times at most.

An attempt is counted before it is judged, so that no two at once are one. Nothing here gives a code back: it goes out in a letter and nowhere else.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from mesh_platform.errors import Denied
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.state import Database
from mesh_platform.state.tables import subject_codes, subject_requests
from mesh_platform.subjects.requests.history import Happened, remember
from mesh_platform.subjects.requests.store import Also
from mesh_platform.subjects.requests.values import MOST_WRONG

DIGITS = 8
MOST_CODES, MOST_A_DAY = 3, 5
"""Codes for one request, and codes to one address in a day, whoever asks for them."""
_C, _R = subject_codes.c, subject_requests.c


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes in a migrated control database."""

    database: Database
    tokens: SubjectTokens

    def make(self, request: str, contact: bytes, now: datetime, lasting: timedelta, also: Also) -> str:
        """A new code for the letter; what was sent before holds no more. `also` is written in the same transaction.

        Raises:
            Denied: DSAR-32, where too many went out.
        """
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        row = {
            "request": request,
            "contact": contact,
            "hash": self._hash(request, code),
            "sent_at": now,
            "expires_at": now + lasting,
        }
        with self.database.write() as con:
            sent = con.execute(select(func.count()).where(_C.request == request)).scalar_one()
            today = _C.sent_at > now - timedelta(days=1)
            there = con.execute(select(func.count()).where(_C.contact == contact, today)).scalar_one()
            if sent >= MOST_CODES or there >= MOST_A_DAY:
                why = f"{MOST_CODES} codes go out for a request, and {MOST_A_DAY} to an address in a day."
                fix = "Find out otherwise who asks, then `mesh dsar verify-identity --attest`."
                raise Denied.because("DSAR-32", f"request {request}", why, fix)
            con.execute(insert(subject_codes), row)
            con.execute(update(subject_requests).where(_R.id == request, _R.asked_at.is_(None)).values(asked_at=now))
            con.execute(update(subject_requests).where(_R.id == request).values(attested=False))
            also(con)
        return code

    def take_back(self, request: str, code: str, attested: bool) -> None:
        """One whose letter did not leave; `attested` as it was before."""
        with self.database.write() as con:
            con.execute(delete(subject_codes).where(_C.request == request, _C.hash == self._hash(request, code)))
            if not con.execute(select(func.count()).where(_C.request == request)).scalar_one():
                con.execute(update(subject_requests).where(_R.id == request).values(asked_at=None, attested=attested))

    def check(self, request: str, code: str, now: datetime, by: tuple[str, str], right: Also) -> bool:
        """Whether this is the newest code and still holds; `right` is written in the same transaction where it is.

        Raises:
            Denied: DSAR-31, where too many were tried.
        """
        given = self._hash(request, code.strip())
        with self.database.write() as con:
            counted = update(subject_requests).where(_R.id == request, _R.wrong < MOST_WRONG, _R.shown_at.is_(None))
            if con.execute(counted.values(wrong=_R.wrong + 1)).rowcount != 1:
                raise locked(request)
            newest = con.execute(
                select(_C.hash, _C.expires_at).where(_C.request == request).order_by(_C.id.desc()).limit(1)
            ).one_or_none()
            holds = newest is not None and hmac.compare_digest(bytes(newest.hash), given) and now < newest.expires_at
            if holds:
                con.execute(update(subject_requests).where(_R.id == request).values(wrong=_R.wrong - 1, shown_at=now))
                con.execute(delete(subject_codes).where(_C.request == request, _C.hash == given))
                right(con)
                return True
            tried = int(con.execute(select(_R.wrong).where(_R.id == request)).scalar_one())
            remember(con, request, Happened.CODE_WRONG, now, *by, str(tried))
            if tried >= MOST_WRONG:
                remember(con, request, Happened.LOCKED, now, *by)
        return False

    def _hash(self, request: str, code: str) -> bytes:
        return self.tokens.value_maker("one-time code", request)(code if code.isascii() else "")


def locked(request: str) -> Denied:
    """The refusal of every further code."""
    why = f"{MOST_WRONG} wrong codes were tried, so none is accepted any more."
    return Denied.because(
        "DSAR-31", f"request {request}", why, "Find out otherwise who asks, then `mesh dsar verify-identity --attest`."
    )
