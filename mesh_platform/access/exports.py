"""The files that left with rows: who holds them, from which versions and whose rows they may be, until when, and whether they are gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, insert, select, update

from mesh_platform.access.telling import acknowledged_at, addressee_of, settle, suppressions, told_from, unanswered
from mesh_platform.actor import Actor, Role, same_person
from mesh_platform.aside import written
from mesh_platform.errors import CheckFailed, Denied, NotFound, Unavailable
from mesh_platform.ledger.journal import highest
from mesh_platform.product import ProductKey
from mesh_platform.state import Database
from mesh_platform.state.tables import access_exports
from mesh_platform.tasks import NewTask, Tasks, export_key

_E = access_exports.c
FOLDER = "exports"
SUFFIX = ".subjects"


@dataclass(frozen=True, slots=True)
class Export:
    """One file. `products` tells of each its version, columns raw and masked, and grants; `subjects` None: anybody of them may be in it."""

    id: str
    by: str
    person: str
    purpose: str
    products: Mapping[str, Mapping[str, Any]]
    format: str
    rows: int
    sha256: str
    subjects: int | None
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None

    def state(self, now: datetime) -> str:
        """`standing`, `overdue` or `gone`."""
        if self.ended_at is not None:
            return "gone"
        return "overdue" if now >= self.expires_at else "standing"

    def may_be_ended(self, by: Actor) -> bool:
        """Whether `by` may say that the file is gone: the person who holds it, or the role privacy for every domain that it is of."""
        if same_person(self.by, self.person, by):
            return True
        domains = {ProductKey.as_written(key).domain for key in self.products}
        return all(by.may(Role.PRIVACY, domain) for domain in domains or {""})

    def as_json(self, now: datetime) -> dict[str, object]:
        return {
            "id": self.id,
            "by": self.by,
            "person": self.person,
            "purpose": self.purpose,
            "products": {key: dict(value) for key, value in self.products.items()},
            "format": self.format,
            "rows": self.rows,
            "sha256": self.sha256,
            "subjects": self.subjects,
            "made_at": self.made_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "state": self.state(now),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "ended_by": self.ended_by,
        }


class Exports:
    """Exports in a migrated control database, and the lists of people below `home`.

    Every method may raise `Unavailable` where either cannot be used.
    """

    def __init__(self, db: Database, home: Path, tasks: Tasks) -> None:
        self._db, self._folder, self._tasks = db, home / FOLDER, tasks

    def absorbed(self) -> int:
        """The sequence up to which a read that begins now leaves people out: what comes later its holder is told."""
        with self._db.read() as con:
            return highest(con)

    def put(self, export: Export, task: NewTask | None, record: Callable[[Connection], object], since: int | None = None) -> None:
        """Remember one, with the task to see it gone and what `record` writes, in one transaction; `since` is what its rows had absorbed."""
        row = {name: getattr(export, name) for name in Export.__slots__}
        with self._db.write() as con:
            con.execute(insert(access_exports), row | {"products": {key: dict(value) for key, value in export.products.items()}})
            if task is not None:
                self._tasks.opened_in(con, task)
            if since is not None:
                told_from(con, addressee_of(export.id), since)
            record(con)

    def listed(self) -> tuple[Export, ...]:
        """All that ever left, the newest first."""
        with self._db.read() as con:
            query = select(access_exports).order_by(_E.made_at.desc(), _E.id)
            return tuple(Export(**row) for row in con.execute(query).mappings())

    def get(self, id: str) -> Export:
        """One export.

        Raises:
            NotFound: ACCESS-26, where there is none of that id.
        """
        with self._db.read() as con:
            return _one(con, id)

    def ended(self, id: str, by: Actor, now: datetime, record: Callable[[Connection], object]) -> Export:
        """Its holder, or the role privacy for every domain that it is of, says that the file is gone; the list of its people goes too.

        Raises:
            NotFound: ACCESS-26. Denied: ACCESS-27, where somebody else holds it. CheckFailed: ACCESS-28, where it was said before.
        """
        with self._db.write() as con:
            _held_by(con, id, by)
            settle(con, addressee_of(id), now)
            con.execute(update(access_exports).where(_E.id == id).values(ended_at=now, ended_by=by.name))
            person = None if by.person == by.name else by.person
            why = "Its holder says that it is gone."
            self._tasks.resolve_in(con, export_key(id), "gone", why, by.name, person, by.voice(""))
            record(con)
        (self._folder / f"{id}{SUFFIX}").unlink(missing_ok=True)
        return self.get(id)

    def cleaned(self, id: str, by: Actor, now: datetime, record: Callable[[Connection], object]) -> int:
        """Its holder, or the role privacy, says that everybody of whom it was told is out of the file; of how many events that holds.

        Raises:
            As `ended`; CheckFailed: ACCESS-53, where nothing waits.
        """
        with self._db.write() as con:
            _held_by(con, id, by)
            if not (told := settle(con, addressee_of(id), now)):
                why = "It was told of nobody who should go from it."
                raise CheckFailed.because("ACCESS-53", id, why, "`mesh consent recipients` lists what waits.")
            record(con)
        return told

    def unanswered(self, export: Export, tokens: Sequence[bytes]) -> int:
        """Of how many erasures of these people, who may be in it, its holder has not said that they were carried out."""
        with self._db.read() as con:
            return unanswered(con, addressee_of(export.id), self._theirs(con, export, tokens))

    def acknowledged_at(self, export: Export, tokens: Sequence[bytes]) -> datetime | None:
        """When its holder acknowledged the last of these erasures; None where there was none to tell."""
        with self._db.read() as con:
            return acknowledged_at(con, addressee_of(export.id), self._theirs(con, export, tokens))

    def _theirs(self, con: Connection, export: Export, tokens: Sequence[bytes]) -> list[int]:
        asked = suppressions(con, tokens)
        among = self.among(export, [*asked.values()])
        return [sequence for sequence, held in zip(asked, among, strict=True) if held]

    def keep_subjects(self, id: str, people: Sequence[pa.Array]) -> int:
        """Write the sorted list of those who may be in an export; gives how many they are.

        Raises:
            Unavailable: ACCESS-52, where it cannot be written.
        """
        everybody = np.unique(np.concatenate([np.empty(0, np.int64), *(each.to_numpy(zero_copy_only=False) for each in people)]))
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with written(self._folder / f"{id}{SUFFIX}") as out:
                out.write(everybody.astype("<i8").tobytes())
        except OSError as error:
            why = f"The list of those who are in it cannot be written ({type(error).__name__})."
            raise Unavailable.because(
                "ACCESS-52", "exports in the home", why, "Mend the folder's rights, or make room."
            ) from None
        return len(everybody)

    def holders(self, subjects: Sequence[int]) -> tuple[Export, ...]:
        """The standing exports that may hold rows of one of these people, by the lake's 63 bits; one whose list is not there may."""
        return tuple(one for one in self.listed() if one.ended_at is None and any(self.among(one, subjects)))

    def among(self, export: Export, subjects: Sequence[int]) -> list[bool]:
        """For each of these people, by the lake's 63 bits, whether rows of theirs may be in it; where its list is not whole, everybody's may."""
        asked: np.ndarray[Any, np.dtype[np.int64]] = np.asarray(subjects, np.int64)
        if export.subjects is None:
            return [True] * len(asked)
        try:
            held = np.fromfile(self._folder / f"{export.id}{SUFFIX}", "<i8")
        except OSError:
            return [True] * len(asked)
        found: list[bool] = np.isin(asked, held).tolist()
        return found if len(held) == export.subjects else [True] * len(asked)


def _held_by(con: Connection, id: str, by: Actor) -> Export:
    """The export, where `by` may speak for its file, which still stands."""
    found = _one(con, id)
    if not found.may_be_ended(by):
        fix = "Leave it to whoever holds it, or to the role privacy of its domains."
        raise Denied.because("ACCESS-27", id, f"{by.name} does not hold it.", fix)
    if found.ended_at is not None:
        raise CheckFailed.because("ACCESS-28", id, f"{found.ended_by} said so already.", "`mesh access exports` lists it.")
    return found


def _one(con: Connection, id: str) -> Export:
    row = con.execute(select(access_exports).where(_E.id == id)).mappings().one_or_none()
    if row is None:
        raise NotFound.because("ACCESS-26", "the export", "There is no export of that id.", "`mesh access exports` lists them.")
    return Export(**row)
