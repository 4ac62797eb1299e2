"""Files as answers: sent whole, never in memory, gone afterwards, and only so many at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from mesh_platform.api.handing import CHUNK, Handed, Handing
from mesh_platform.api.limits import Broken
from mesh_platform.errors import Unavailable

BODY = b"0123456789abcdef" * (CHUNK // 5)
SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.4"}}


async def fill(out: BinaryIO) -> None:
    out.write(BODY)


async def handed(handing: Handing, who: str = "ana") -> Handed:
    return await handing.made(who, fill, "application/zip", {"X-Kind": "test"})


async def never() -> Any:
    await asyncio.Event().wait()


async def sent(answer: Handed) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    await answer(SCOPE, never, send)
    return told


def test_a_file_is_sent_whole_in_parts_and_has_no_name(tmp_path: Path) -> None:
    async def run() -> None:
        handing = Handing(tmp_path / "tmp")
        answer = await handed(handing)
        assert handing.under_way == 1 and [*(tmp_path / "tmp").iterdir()] == []
        begun, *parts = await sent(answer)
        head = {name.decode(): value.decode() for name, value in begun["headers"]}
        assert (head["content-length"], head["content-type"], head["x-kind"]) == (str(len(BODY)), "application/zip", "test")
        assert b"".join(part["body"] for part in parts) == BODY and max(len(part["body"]) for part in parts) == CHUNK
        assert handing.under_way == 0 and answer._file.closed

    asyncio.run(run())


def test_so_many_may_be_under_way_in_all_and_of_one_caller(tmp_path: Path) -> None:
    async def run() -> None:
        handing = Handing(tmp_path, most=3, of_one=2)
        first, _ = await handed(handing), await handed(handing)
        with pytest.raises(Unavailable, match="HTTP-15"):
            await handed(handing)
        await handed(handing, "ben")
        with pytest.raises(Unavailable, match="HTTP-15"):
            await handed(handing, "cid")
        await sent(first)
        await handed(handing, "cid")
        assert handing.under_way == 3

    asyncio.run(run())


def test_what_cannot_be_made_leaves_its_place(tmp_path: Path) -> None:
    files: list[BinaryIO] = []

    async def fail(out: BinaryIO) -> None:
        files.append(out)
        raise Unavailable.because("AUDIT-12", "audit log", "It cannot be written.", "See.")

    async def run() -> None:
        handing = Handing(tmp_path, most=1)
        for _ in range(2):
            with pytest.raises(Unavailable, match="AUDIT-12"):
                await handing.made("ana", fail, "application/zip", {})
        assert handing.under_way == 0 and all(file.closed for file in files)

    asyncio.run(run())


@pytest.mark.parametrize("how", ["slow", "gone", "cancelled"])
def test_a_caller_who_does_not_fetch_it_holds_no_place_for_ever(tmp_path: Path, how: str) -> None:
    async def run() -> None:
        handing = Handing(tmp_path, seconds=0.2 if how == "slow" else 60)
        answer = await handed(handing)

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                if how == "gone":
                    raise OSError
                await never()

        task = asyncio.create_task(answer(SCOPE, never, send))
        if how == "cancelled":
            await asyncio.sleep(0.1)
            task.cancel()
        [met] = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(met, {"slow": Broken, "gone": Exception, "cancelled": asyncio.CancelledError}[how])
        assert handing.under_way == 0 and answer._file.closed

    asyncio.run(run())
