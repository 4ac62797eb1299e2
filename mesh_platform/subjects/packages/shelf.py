"""Packages that are kept: sealed under their request's own key in the home, with a row that says until when."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from mesh_platform.aside import written
from mesh_platform.errors import NotFound, Unavailable
from mesh_platform.state import insert
from mesh_platform.state.tables import subject_packages
from mesh_platform.subjects.requests.sealed import closed, opened
from mesh_platform.subjects.requests.store import Also, Requests

_P = subject_packages.c
FOLDER = "packages"


@dataclass(frozen=True, slots=True)
class Package:
    """One package."""

    request: str
    made_at: datetime
    expires_at: datetime
    rows: int
    sha256: str
    released_at: datetime | None
    deleted_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        moments = {name: getattr(self, name) for name in ("made_at", "expires_at", "released_at", "deleted_at")}
        told = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
        return {"request": self.request, "rows": self.rows, "sha256": self.sha256, **told}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The packages below one home."""

    home: Path
    store: Requests

    def put(self, request: str, archive: bytes, rows: int, now: datetime, until: datetime, also: Also) -> Package:
        """Seal and keep it; one of the same request that was made before is replaced."""
        sealed = closed(self.store.key(request), f"package of {request}", archive)
        sha256 = hashlib.sha256(archive).hexdigest()
        row: dict[str, Any] = {"made_at": now, "expires_at": until, "rows": rows, "sha256": sha256, "deleted_at": None}
        try:
            (self.home / FOLDER).mkdir(mode=0o700, exist_ok=True)
            with written(self._path(request)) as out:
                out.write(sealed)
        except OSError as error:
            why = f"The package cannot be written ({type(error).__name__})."
            raise Unavailable.because("DSAR-39", "packages in the home", why, "Mend the folder's rights, or make room.") from None
        with self.store.database.write() as con:
            made = insert(con, subject_packages).values({"request": request, **row})
            con.execute(made.on_conflict_do_update(index_elements=["request"], set_=row))
            also(con)
        return self.get(request)

    def find(self, request: str) -> Package | None:
        """The package of a request, gone or not."""
        with self.store.database.read() as con:
            columns = [_P[name] for name in Package.__slots__]
            row = con.execute(select(*columns).where(_P.request == request)).mappings().one_or_none()
        return None if row is None else Package(**row)

    def get(self, request: str) -> Package:
        """The package of a request.

        Raises:
            NotFound: DSAR-39, where there is none (any more).
        """
        found = self.find(request)
        if found is None or found.deleted_at is not None:
            raise _gone(request)
        return found

    def archive(self, request: str, now: datetime) -> bytes:
        """What is in it, as it was made.

        Raises:
            NotFound: DSAR-39, where there is none any more, or its time is over. Unavailable: DSAR-09, where it was harmed.
        """
        found = self.get(request)
        if now >= found.expires_at:
            raise _gone(request)
        try:
            sealed = self._path(request).read_bytes()
        except OSError:
            raise _gone(request) from None
        plain = opened(self.store.key(request), f"package of {request}", sealed)
        if hashlib.sha256(plain).hexdigest() != found.sha256:
            raise _gone(request)
        return plain

    def standing(self) -> tuple[Package, ...]:
        """Those that are not deleted."""
        with self.store.database.read() as con:
            columns = [_P[name] for name in Package.__slots__]
            return tuple(Package(**row) for row in con.execute(select(*columns).where(_P.deleted_at.is_(None))).mappings())

    def released(self, request: str, now: datetime, copies: dict[str, str], also: Also) -> None:
        """It was handed over; `copies` are the files that were written on this machine, path → hash."""
        key, about = self.store.key(request), f"copies of {request}"
        with self.store.database.write() as con:
            held: bytes | None = con.execute(select(_P.copies).where(_P.request == request)).scalar_one()
            before: dict[str, str] = json.loads(opened(key, about, bytes(held))) if held else {}
            sealed = closed(key, about, json.dumps(before | copies).encode())
            con.execute(update(subject_packages).where(_P.request == request).values(released_at=now, copies=sealed))
            also(con)

    def delete(self, request: str, now: datetime, also: Also) -> int:
        """Delete it, its copies on this machine, and the key; how many copies were there and are not changed since."""
        key, about = self.store.key(request), f"copies of {request}"
        with self.store.database.read() as con:
            held: bytes | None = con.execute(select(_P.copies).where(_P.request == request)).scalar_one()
        copies: dict[str, str] = json.loads(opened(key, about, bytes(held))) if held else {}
        removed = sum(_removed(Path(path), sha256) for path, sha256 in copies.items())
        self._path(request).unlink(missing_ok=True)
        with self.store.database.write() as con:
            con.execute(update(subject_packages).where(_P.request == request).values(deleted_at=now, copies=None))
        self.store.forgotten(request, also)
        return removed

    def _path(self, request: str) -> Path:
        return self.home / FOLDER / f"{request}.sealed"


def _removed(path: Path, sha256: str) -> bool:
    """Whether the file was the one that was written, and is gone."""
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _gone(request: str) -> NotFound:
    why = "There is no package of it, or its time is over."
    return NotFound.because("DSAR-39", f"request {request}", why, "Make it with `mesh dsar run`, or open a new request.")
