"""The rows of one statement on their way out: read ahead a little, looked at again while they leave, and ended when nobody takes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from itertools import chain

from mesh_platform.access.levels import Measured
from mesh_platform.access.reading import Admit, Reading
from mesh_platform.access.served import Answer
from mesh_platform.access.worker import Limits
from mesh_platform.api.answers import AGAIN, AHEAD, MOST_ROWS, Still, still
from mesh_platform.api.service import Service
from mesh_platform.errors import Denied, Finding, MeshError, Unavailable
from mesh_platform.flight.calls import Call
from mesh_platform.flight.frames import batch_frames, schema_frame
from mesh_platform.flight.shapes import schema_in_utc
from mesh_platform.flight.tickets import Asked


class Outgoing:
    """The messages of one answer. Used by one thread at a time."""

    def __init__(self, answer: Answer, still: Still) -> None:
        self._rows, self._still = answer.rows, still
        schema = schema_in_utc(answer.rows.schema)
        batches = (batch if batch.schema == schema else batch.cast(schema) for batch in answer.rows)
        self._frames = chain([schema_frame(schema)], (part for batch in batches for part in batch_frames(batch)))
        self._looked = time.monotonic()
        self.whole = False

    def next(self, reading: Reading) -> list[bytes]:
        """The next messages, of `AHEAD` bytes in all or fewer where the rows end.

        Raises:
            Denied: FLIGHT-11, where what is left may not leave any more.
            MeshError: where the statement failed, or has more rows than one may.
        """
        if time.monotonic() - self._looked > AGAIN:
            self._looked = time.monotonic()
            if not self._still(reading):
                raise _stricter()
        parts, size = list[bytes](), 0
        for part in self._frames:
            parts.append(part)
            size += len(part)
            if size >= AHEAD:
                return parts
        self.whole = True
        return parts

    @property
    def cut(self) -> bool:
        return self.whole and self._rows.cut

    def cancel(self) -> None:
        """End the statement, from any thread."""
        self._rows.cancel()

    def close(self) -> None:
        self._rows.close()


def begun(service: Service, call: Call, admit: Admit, asked: Asked, reading: Reading, measured: Measured) -> Outgoing:
    """The answer to a statement, decided now.

    Raises:
        MeshError: what `Reading.query` raises, and what stands between the caller and a product.
    """
    limits = Limits(service.settings.api_seconds, MOST_ROWS)
    answer = reading.query(call.caller, asked.purpose, asked.sql, service.clock(), asked.values or (), limits, admit)
    measured.came(served.product.key for served in answer.served)
    return Outgoing(answer, still(service, answer, call.caller, asked.purpose))


class Stream:
    """One statement that runs; it may be cancelled by its caller while it does."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._outgoing: Outgoing | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """End the statement where it has rows already, and let nothing leave any more."""
        self.cancelled = True
        if self._outgoing is not None:
            self._outgoing.cancel()

    async def parts(self, begin: Callable[[Reading], Outgoing]) -> AsyncIterator[bytes]:
        """The messages of the answer, as they come.

        Raises:
            Unavailable: FLIGHT-08, after the last row that may leave, where there are more: nobody takes a part for the whole.
        """
        self._outgoing = outgoing = await self._begun(begin)
        try:
            while not outgoing.whole and not self.cancelled:
                for part in await self._next(outgoing):
                    yield part
            if outgoing.cut:
                raise _too_many()
        finally:
            await asyncio.shield(self._service.aside(outgoing.close))

    async def _begun(self, begin: Callable[[Reading], Outgoing]) -> Outgoing:
        """The answer; where nobody waits for it any more, it is closed as soon as it is there."""
        coming = asyncio.ensure_future(self._service.reading(begin))
        try:
            return await asyncio.shield(coming)
        except asyncio.CancelledError:
            coming.add_done_callback(_closed)
            raise

    async def _next(self, outgoing: Outgoing) -> list[bytes]:
        """The next messages; where nobody waits for them any more, the statement is ended."""
        coming = asyncio.ensure_future(self._service.reading(outgoing.next))
        try:
            return await asyncio.shield(coming)
        except asyncio.CancelledError:
            outgoing.cancel()
            with suppress(MeshError):
                await coming
            raise


def _closed(coming: asyncio.Future[Outgoing]) -> None:
    if not coming.cancelled() and coming.exception() is None:
        coming.result().close()


def _stricter() -> Denied:
    why = "What may be read became less while the rows left."
    return Denied.because("FLIGHT-11", "the statement", why, "Ask it anew.")


def _too_many() -> Unavailable:
    why = f"It has more than {MOST_ROWS:,} rows; those that left are a part of them."
    return Unavailable(Finding("FLIGHT-08", "the statement", why, "Ask for less at once: a filter, an aggregate, or LIMIT."))
