"""Answers that are made as a file and sent from it, so that none of it stands in memory while a slow caller fetches it. The file has no name: nobody else can open it,
and it is gone with the answer, or with the process. So many may be under way at a time, and each has to be fetched in time.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mesh_platform.api.limits import Broken
from mesh_platform.errors import Finding, Unavailable

MOST, OF_ONE = 8, 2
SECONDS = 600.0
CHUNK = 1 << 18


class Handing:
    """The files that are being made and sent.

    Args:
        folder: on whose disk they lie; it is made where it is not there.
        most: how many may be under way.
        of_one: how many of one caller.
        seconds: in which one has to be fetched.
    """

    def __init__(self, folder: Path, most: int = MOST, of_one: int = OF_ONE, seconds: float = SECONDS) -> None:
        self._folder, self._most, self._of_one, self._seconds = folder, most, of_one, seconds
        self._held: Counter[str] = Counter()

    @property
    def under_way(self) -> int:
        return self._held.total()

    async def made(self, who: str, make: Callable[[BinaryIO], Awaitable[None]], kind: str, headers: Mapping[str, str]) -> Handed:
        """What `make` writes, as an answer to `who`.

        Raises:
            Unavailable: HTTP-15, where too many are under way; and what `make` raises.
        """
        if self.under_way >= self._most or self._held[who] >= self._of_one:
            why = "More files than may be at a time are being made or fetched, by you or by others."
            raise Unavailable(Finding("HTTP-15", "the server", why, "Fetch those to their end, or try again in a moment."))
        self._held[who] += 1
        file: BinaryIO | None = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - the answer closes it
            await make(file)
            return Handed(file, kind, headers, self._seconds, lambda: self._left(who))
        except BaseException:
            if file is not None:
                file.close()
            self._left(who)
            raise

    def _left(self, who: str) -> None:
        self._held[who] -= 1
        self._held += Counter()  # forgets whom nothing is under way for


class Handed(StreamingResponse):
    """A file as an answer; however the sending ends, the file goes, and `left` is called."""

    def __init__(self, file: BinaryIO, kind: str, headers: Mapping[str, str], seconds: float, left: Callable[[], None]) -> None:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        super().__init__(_read(file), media_type=kind, headers={**headers, "Content-Length": str(size)})
        self._file, self._seconds, self._left = file, seconds, left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            raise Broken from None
        finally:
            self._file.close()
            self._left()


def _read(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
