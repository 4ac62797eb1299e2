"""Who asks: a one-time code goes out to an address that is the person's, and comes back; or the privacy team says who it is, on record.

Whoever names somebody else's number beside an address of their own gets nothing: what was named has to be found from the address alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection

from mesh_platform.actor import Actor, Role
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.requests.codes import Codes, locked
from mesh_platform.subjects.requests.history import Happened, remember
from mesh_platform.subjects.requests.values import Closure, Identifier, Request, Shown
from mesh_platform.tasks import NewTask, TaskKind
from mesh_platform.tasks.channels import NotSent
from mesh_platform.tasks.letters import Letters

Address = Literal["email", "phone"]
_CATEGORIES: dict[str, Address] = {"user.contact.email": "email", "user.contact.phone_number": "phone"}
_LOOK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Verification:
    """Finding out who asks, for one principal."""

    means: Means
    actor: Actor

    def send(self, id: str, now: datetime) -> Address:
        """Send a code to the person; what kind of address it went to.

        Raises:
            Denied: DSAR-31, DSAR-32. CheckFailed: DSAR-34, where the person cannot be reached; DSAR-35, where more than one is named.
            Unavailable: DSAR-34, where the letter did not leave.
        """
        request = self._waiting(id)
        contact, kind = self.contact(request)
        self._reaches(id, kind)
        minutes = self.means.ledger.governance.policies.subject_requests.code_minutes
        record = self.means.audit.within(Act.REQUEST, Phase.DONE, self.actor)
        codes = self._codes

        def also(con: Connection) -> None:
            remember(con, id, Happened.CODE_SENT, now, *self._by, occasion=now.isoformat())
            record(con, What(what="one-time code", ref=id), None)

        code = codes.make(id, contact.token, now, timedelta(minutes=minutes), also)
        text = (
            f"Your code is {code}. It holds for {minutes} minutes.\n\n"
            "It shows that a request about your personal data comes from you. If you made none, do nothing and tell nobody the code."
        )
        letter = {"event": "identity.code", "subject": "Your code", "text": text, "code": code, "request": id}
        try:
            self.post(contact, kind, letter | {"expires": (now + timedelta(minutes=minutes)).isoformat()})
        except (CheckFailed, Unavailable):
            codes.take_back(id, code, request.attested)
            self._lost(id, now)
            raise
        self.means.audit.stands()
        return kind

    def check(self, id: str, code: str, now: datetime) -> str:
        """Judge the code that came back; where it is right, a token by which the person gets at their request.

        Raises:
            Denied: DSAR-31. CheckFailed: DSAR-33, where it is wrong or holds no more.
        """
        self._waiting(id)
        token = secrets.token_urlsafe(32)
        done, failed = (self.means.audit.within(Act.REQUEST, phase, self.actor) for phase in (Phase.DONE, Phase.DENIED))

        def right(con: Connection) -> None:
            remember(con, id, Happened.SHOWN, now, *self._by)
            done(con, What(what="identity shown", ref=id), None)

        if self._codes.check(id, code, now, self._by, right):
            self.means.store.change(id, token=self.hashed(token))
            self.means.audit.stands()
            return token
        with self.means.store.database.write() as con:
            failed(con, What(what="wrong code", ref=id), None)
        self.means.audit.stands()
        if self.means.store.get(id).identity is Shown.LOCKED:
            self._flag(id, now)
            raise locked(id)
        fix = "Ask for the code again, or have a new one sent."
        raise CheckFailed.because("DSAR-33", f"request {id}", "The code is not right, or holds no more.", fix)

    def attest(self, id: str, how: str, now: datetime) -> None:
        """Say who the person is, and how that is known; for the role privacy, which the caller has seen to."""
        record = self.means.audit.within(Act.REQUEST, Phase.DONE, self.actor)

        def also(con: Connection) -> None:
            remember(con, id, Happened.ATTESTED, now, *self._by, occasion=now.isoformat(), note=how)
            record(con, What(what="identity attested", ref=id), None)

        self.means.store.change(id, also, attested=True, shown_at=now)
        self.means.audit.stands()

    def knows(self, id: str, token: str) -> bool:
        """Whether this is the token that the person got for the right code."""
        held = self.means.store.token(id)
        return held is not None and secrets.compare_digest(held, self.hashed(token))

    def hashed(self, token: str) -> bytes:
        return self.means.ledger.tokens.value_maker("token of a request")(token if token.isascii() else "")

    def contact(self, request: Request) -> tuple[Identifier, Address]:
        """The address at which the person is reached: one that was named before one that is known.

        Raises:
            CheckFailed: DSAR-34, DSAR-35.
        """
        named = self.means.store.identifiers(request.id)
        with self.means.lake.reader() as reader:
            held = held_products(self.means.lake, reader)
            closure = self.means.closed(named, held, reader)
            found = next(iter([*_reached(named, held), *_reached(closure.identifiers, held)]), None)
            if found is None:
                why = "No address of theirs is known."
                raise _unreached(request.id, why)
            alone = self.means.closed([found[0]], held, reader)
        if request.people > 1 or {one.token for one in named} - _tokens(alone):
            why = "What was named does not lead to one person, whom a code could reach."
            fix = "Open a request for each person, or find out otherwise who asks, then `mesh dsar verify-identity --attest`."
            raise CheckFailed.because("DSAR-35", f"request {request.id}", why, fix)
        return found

    def post(self, contact: Identifier, kind: Address, letter: dict[str, str]) -> None:
        """A letter to the person.

        Raises:
            CheckFailed: DSAR-34, where nothing leads to such an address. Unavailable: DSAR-34, where it did not leave.
        """
        letters = self._reaches(letter["request"], kind)
        try:
            letters.post(uuid4().hex, contact.spellings[0].strip(), letter)
        except NotSent as error:
            fix = "Mend the channel, then try again."
            raise Unavailable.because(
                "DSAR-34", f"request {letter['request']}", f"The letter did not leave ({error}).", fix
            ) from None

    def _reaches(self, id: str, kind: Address) -> Letters:
        letters = self.means.letters
        if letters is None or kind not in letters.reaches:
            raise _unreached(id, f"No channel is set by which an address of the kind {kind} is reached.")
        return letters

    def _lost(self, id: str, now: datetime) -> None:
        """On record that what was to go out did not: the intent stands there already."""
        record = self.means.audit.within(Act.REQUEST, Phase.FAILED, self.actor)
        with self.means.store.database.write() as con:
            remember(con, id, Happened.CODE_LOST, now, *self._by, occasion=now.isoformat())
            record(con, What(what="one-time code", ref=id), None)
        self.means.audit.stands()

    @property
    def _codes(self) -> Codes:
        return Codes(self.means.store.database, self.means.ledger.tokens)

    @property
    def _by(self) -> tuple[str, str]:
        return self.actor.name, self.actor.person

    def _waiting(self, id: str) -> Request:
        request = self.means.store.get(id)
        if request.identity is Shown.LOCKED:
            raise locked(id)
        if request.shown_at is not None or request.answered_at is not None:
            why = "It is known already who asks."
            raise CheckFailed.because("DSAR-33", f"request {id}", why, "Go on with it: `mesh dsar run`.")
        return request

    def _flag(self, id: str, now: datetime) -> None:
        why = f"Too many wrong codes were tried for the request {id}: see who asks."
        command = f"mesh dsar status {id}"
        key = f"{TaskKind.IDENTITY_EDGE}:{id}:locked"
        task = NewTask(key, TaskKind.IDENTITY_EDGE, "", why, Role.PRIVACY, now + _LOOK, "DSAR-31", command)
        self.means.tasks.open_task(task)


def _reached(identifiers: Iterable[Identifier], held: Sequence[Held]) -> Iterator[tuple[Identifier, Address]]:
    """Those that are addresses, by the category of the columns that hold their namespace, or by its name where none does."""
    kinds: dict[str, Address] = {"email": "email", "phone": "phone"}
    for one in held:
        for column, namespace in one.subjects.items():
            category = one.descriptor.columns[column].category if one.descriptor else None
            if category in _CATEGORIES:
                kinds[namespace] = _CATEGORIES[category]
    for identifier in identifiers:
        if identifier.namespace in kinds and identifier.spellings:
            yield identifier, kinds[identifier.namespace]


def _tokens(closure: Closure) -> set[bytes]:
    return {one.token for one in closure.identifiers}


def _unreached(id: str, why: str) -> CheckFailed:
    fix = "Set a channel (notice_smtp, notice_webhook or notice_folder), or find out otherwise, then `mesh dsar verify-identity --attest`."
    return CheckFailed.because("DSAR-34", f"request {id}", why, fix)
