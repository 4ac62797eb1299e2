"""The outermost layer: how large, how deep and how slow a request may be, which headers every answer has, and what becomes of an unforeseen error.

Of a request that is refused here nothing was looked at. What the log says of a request is its id, method, route, status and time: addresses may
hold values that were filtered by.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mesh_platform.api.problems import told, unforeseen
from mesh_platform.errors import Finding, UsageProblem

LOG = logging.getLogger("mesh.api")
SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENED = re.compile(rb"[\[{]|[\]}]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one request."""

    body: int = 1 << 20
    depth: int = 32
    seconds: float = 30.0
    """Until the whole body has come."""
    headers: int = 100
    header: int = 16_384


USUAL = Bounds()
Counted = Callable[[str, str, int, float], None]


class Broken(Exception):
    """An answer that began and cannot be finished: the connection is dropped, so that nobody takes a part for the whole."""


class Limits:
    """The layer around `app`; `counted` is told method, route, status and seconds of each answer."""

    def __init__(self, app: ASGIApp, bounds: Bounds = USUAL, counted: Counted = lambda *_: None) -> None:
        self._app, self._bounds, self._counted = app, bounds, counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, begun, status = secrets.token_hex(8), time.perf_counter(), 0
        scope.setdefault("state", {})["request_id"] = request_id

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
            await send(message)

        try:
            heard = _head(scope, self._bounds) or await _body(scope, receive, self._bounds)
            if isinstance(heard, tuple):
                code, finding = heard
                await told(code, finding, UsageProblem.exit_code, {"Connection": "close"})(scope, receive, answer)
                return
            await self._app(scope, heard, answer)
        except Broken:
            LOG.warning("%s broken off", request_id)
            raise
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing of it leaves
            LOG.error("%s %s", request_id, trail(error))
            if status:
                raise Broken from None
            await unforeseen()(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - begun
            self._counted(scope["method"], route, status, seconds)
            LOG.info("%s %s %s %s %.1fms", request_id, scope["method"], route, status, seconds * 1000)


def trail(error: BaseException) -> str:
    """Type and lines of an error, without its text, which may hold a value."""
    found, trace = list[str](), error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} {' '.join(found[-8:])}"


def _head(scope: Scope, bounds: Bounds) -> tuple[int, Finding] | None:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(headers) > bounds.headers or any(len(value) > bounds.header for _, value in headers):
        why = f"It has more than {bounds.headers} headers, or one of more than {bounds.header:,} bytes."
        return 431, Finding("HTTP-02", "the request's head", why, "Send fewer and shorter ones.")
    if _coded(scope):
        why = "Its body comes in a coding (Content-Encoding), and none is undone here."
        return 415, Finding("HTTP-21", "the request's body", why, "Send it as it is.")
    return None


def _coded(scope: Scope) -> bool:
    """Whether the body comes compressed or in another coding: none is undone here, so none can grow."""
    return any(value.strip().lower() not in (b"", b"identity") for name, value in scope["headers"] if name == b"content-encoding")


async def _body(scope: Scope, receive: Receive, bounds: Bounds) -> Receive | tuple[int, Finding]:
    """The body, read whole before anything looks at it; as a `receive` that hands it out once."""
    declared = dict(scope["headers"]).get(b"content-length", b"")
    if declared.isdigit() and int(declared) > bounds.body:
        return 413, _too_large(bounds)
    try:
        async with asyncio.timeout(bounds.seconds):
            found = bytearray()
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return _handing(b"", receive, gone=True)
                found += message.get("body", b"")
                if len(found) > bounds.body:
                    return 413, _too_large(bounds)
                if not message.get("more_body"):
                    break
    except TimeoutError:
        why = f"Its body had not come whole after {bounds.seconds:g} seconds."
        return 408, Finding("HTTP-04", "the request's body", why, "Send it faster.")
    body = bytes(found)
    if body.count(b"[") + body.count(b"{") > bounds.depth and depth(body) > bounds.depth:
        why = f"Its JSON is nested deeper than {bounds.depth} levels."
        return 400, Finding("HTTP-05", "the request's body", why, "Send it flatter.")
    if two_ways(body):
        why = "It can be read in two ways: a name stands twice in one object, or it is no UTF-8."
        return 400, Finding("HTTP-20", "the request's body", why, "Send JSON in UTF-8, each name once.")
    return _handing(body, receive)


def two_ways(body: bytes) -> bool:
    """Whether two readers of a JSON text may find different values in it (RFC 8259, 4 and 8.1); what is no JSON is left to whoever reads it."""
    if b"\0" in body[:4]:
        return True
    twice = False

    def pairs(found: list[tuple[str, object]]) -> None:
        nonlocal twice
        twice = twice or len({name for name, _ in found}) < len(found)

    try:
        json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return False
    return twice


def depth(body: bytes) -> int:
    """How deep the brackets of a JSON text are nested."""
    deepest = now = 0
    for found in _OPENED.finditer(_STRINGS.sub(b"", body)):
        now += 1 if found.group() in b"[{" else -1
        deepest = max(deepest, now)
    return deepest


def _handing(body: bytes, receive: Receive, gone: bool = False) -> Receive:
    handed = False

    async def hand() -> Message:
        nonlocal handed
        if gone:
            return {"type": "http.disconnect"}
        if not handed:
            handed = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return hand


def _too_large(bounds: Bounds) -> Finding:
    why = f"It is larger than {bounds.body:,} bytes."
    return Finding("HTTP-03", "the request's body", why, "Send it in parts.")
