"""The HTTP door: statements go to an API, rows come back as an Arrow stream, refusals as the same errors that a local read raises.

Asked again is only what never began, and what changes nothing: a connection that was not made, a read whose connection broke before any answer, and a
server that says when to come back. A token goes
to the address that was named and to no other: redirects are not followed, and without TLS it goes to this machine alone.
"""

from __future__ import annotations

import io
import json
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyarrow as pa

from mesh_platform.actor import TOKEN
from mesh_platform.client.door import Coming, Envelope, Told, Value, Wished
from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.listening import loopback
from mesh_platform.product import ProductKey

ARROW = "application/vnd.apache.arrow.stream"
KEY = b"mesh"
"""Under what the envelope stands in the stream's metadata, and what ends it in that of its last batch."""
CONNECTING = 10.0
MOST_TRIES = 3
_PAGE = 200
_PEOPLE = "/v1/subject-requests"
MOST_PATIENCE = 10.0
"""Seconds that a server may ask to wait, before the error is told instead."""
_ERRORS: Mapping[int, type[MeshError]] = {1: CheckFailed, 2: UsageProblem, 3: Denied, 4: NotFound, 5: Unavailable}
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LONGEST_PROBLEM = 1 << 20


class RemoteDoor:
    """The API at `address`.

    Args:
        address: with http:// or https://.
        token: whose token is shown, or what gives it before each request; that of the environment where None.
        seconds: how long an answer may keep a reader waiting.
        ca: file of the certificate authorities that are trusted; those of the system where None.
        transport: what carries requests; a network's own where None.
    """

    def __init__(
        self,
        address: str,
        token: str | Callable[[], str] | None = None,
        seconds: float = 60.0,
        ca: Path | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base, self._token = _checked(address), token
        self.where = str(self._base)
        self._seconds, self._ca, self._transport = seconds, ca, transport
        self._closed = False
        self._http, self._pid = self._client(), os.getpid()

    def query(self, sql: str, purpose: str | None, parameters: Sequence[Value], limit: int) -> tuple[Coming, Envelope]:
        asked = {"sql": sql, "purpose": purpose, "parameters": list(parameters), "limit": limit}
        answer = self._send("POST", "/v1/query", json=asked, accept=ARROW)
        try:
            rows = ArrowRows(answer)
            return rows, rows.envelope
        except BaseException:
            answer.close()
            raise

    def products(self, sought: Mapping[str, Any]) -> list[Told]:
        found, offset = list[Told](), 0
        while True:
            page = self._json("GET", "/v1/products", params={**sought, "limit": _PAGE, "offset": offset})
            products, following = page.get("products"), page.get("next_offset")
            if not isinstance(products, list) or not (following is None or (isinstance(following, int) and following > offset)):
                raise _strange("It is no page of products.")
            found += products
            if following is None:
                return found
            offset = following

    def product(self, key: ProductKey, purpose: str | None) -> Told:
        asked = {"purpose": purpose} if purpose is not None else {}
        return self._json("GET", f"/v1/products/{key.domain}/{key.name}", params=asked)

    def request_access(self, wish: Wished) -> Told:
        asked: Told = {"product": str(wish.product), "purpose": wish.purpose, "reason": wish.reason, "raw": list(wish.raw)}
        asked |= {"columns": list(wish.columns)} if wish.columns is not None else {}
        asked |= {"until": wish.until.isoformat()} if wish.until is not None else {}
        asked |= {"region": wish.region} if wish.region is not None else {}
        return self._json("POST", "/v1/access-requests", again=False, json=asked)

    @property
    def people(self) -> RemotePeople:
        return RemotePeople(self)

    def close(self) -> None:
        self._closed = True
        self._http.close()

    def _json(self, method: str, path: str, **more: Any) -> Told:
        answer = self._send(method, path, accept="application/json", **more)
        found: Any = None
        with closing(answer), suppress(ValueError, RecursionError):
            try:
                found = json.loads(answer.read())
            except httpx.HTTPError as error:
                raise _broken(error) from None
        if not isinstance(found, dict):
            raise _strange("It is no JSON object.")
        return found

    def _send(self, method: str, path: str, accept: str, again: bool = True, **more: Any) -> httpx.Response:
        """The answer, begun and not read.

        Args:
            method: of HTTP.
            path: below the address.
            accept: the form that is asked for.
            again: whether it may be asked again after a connection broke before any answer: it changes nothing.
            more: as httpx has it.
        """
        for tries in range(1, MOST_TRIES + 1):
            http = self._here()
            headers = {"Accept": accept, "Authorization": f"Bearer {self._shown()}"}
            request = http.build_request(method, path, headers=headers, **more)
            try:
                answer = http.send(request, stream=True)
            except httpx.HTTPError as error:
                unasked = isinstance(error, _NOT_BEGUN) or (again and isinstance(error, httpx.RemoteProtocolError))
                if not unasked or tries == MOST_TRIES:
                    raise _unreachable(error, self.where) from None
                time.sleep(0.1 * tries)
                continue
            if answer.status_code in (200, 201, 202):
                return answer
            refusal, wait = _refusal(answer), _wait(answer)
            if wait is None or tries == MOST_TRIES:
                raise refusal
            time.sleep(wait)
        raise AssertionError("unreachable")

    def _here(self) -> httpx.Client:
        """The client of this process: connections are not shared with a fork."""
        if self._closed:
            raise UsageProblem(Finding("CLIENT-02", "the connection", "It was closed.", "Call connect() again."))
        if self._pid != os.getpid():
            self._http, self._pid = self._client(), os.getpid()
        return self._http

    def _client(self) -> httpx.Client:
        secure = self._base.scheme == "https"
        verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=str(self._ca) if self._ca else None) if secure else True
        return httpx.Client(
            base_url=self._base,
            verify=verify,
            trust_env=secure,
            transport=self._transport,
            timeout=httpx.Timeout(self._seconds, connect=CONNECTING),
            headers={"User-Agent": f"mesh-platform/{version('mesh-platform')}", "Accept-Encoding": "identity"},
            follow_redirects=False,
        )

    def _shown(self) -> str:
        given = self._token() if callable(self._token) else self._token or os.environ.get(TOKEN)
        if not given:
            fix = f"Put a token into {TOKEN}, or give it to connect(token=…)."
            raise Denied.because("AUTH-01", "the principal", "Nobody is signed in, and this needs somebody who is.", fix)
        token = given.strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise Denied.because("AUTH-04", "the token", "The token is not accepted: it is no bearer token.", "Get a new one.")
        return token


class RemotePeople:
    """People's requests over the same address. What opens one or judges a code is never asked twice."""

    def __init__(self, door: RemoteDoor) -> None:
        self._door = door

    def open(self, asked: Told) -> Told:
        return self._door._json("POST", _PEOPLE, again=False, json=asked)

    def listed(self) -> list[Told]:
        found = self._door._json("GET", _PEOPLE).get("requests")
        if not isinstance(found, list):
            raise _strange("It is no list of requests.")
        return found

    def one(self, id: str) -> Told:
        return self._door._json("GET", _request(id))

    def send_code(self, id: str) -> Told:
        return self._door._json("POST", f"{_request(id)}/code", again=False)

    def show_code(self, id: str, code: str) -> Told:
        return self._door._json("POST", f"{_request(id)}/identity", again=False, json={"code": code})

    def package(self, id: str) -> bytes:
        with closing(self._door._send("GET", f"{_request(id)}/package", accept="application/zip", again=False)) as answer:
            try:
                return answer.read()
            except httpx.HTTPError as error:
                raise _broken(error) from None


def _request(id: str) -> str:
    return f"{_PEOPLE}/{quote(id, safe='')}"


class ArrowRows:
    """The rows of an Arrow stream as they come; whole only where its last batch says so."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.count, self.cut = 0, False
        try:
            self._stream = pa.ipc.open_stream(io.BufferedReader(_Body(answer), 1 << 20))
            self.schema: pa.Schema = self._stream.schema
            self.envelope: Envelope = json.loads((self.schema.metadata or {})[KEY])
            if not isinstance(self.envelope, dict) or not isinstance(self.envelope.get("products"), list):
                raise ValueError
        except (pa.ArrowInvalid, KeyError, ValueError, RecursionError):
            raise _strange("It is no Arrow stream of an answer.") from None
        except (httpx.HTTPError, OSError) as error:
            raise _broken(error) from None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            while True:
                found = self._stream.read_next_batch_with_custom_metadata()
                told = (found.custom_metadata or {}).get(KEY) if found.custom_metadata is not None else None
                if told is not None:
                    end = json.loads(told)
                    if end["count"] != self.count:
                        raise _broken(None)
                    self.cut = bool(end["cut"])
                    self._answer.close()
                    return
                self.count += found.batch.num_rows
                yield found.batch
        except StopIteration:
            raise _broken(None) from None
        except (pa.ArrowInvalid, httpx.HTTPError, OSError, ValueError, KeyError) as error:
            raise _broken(error) from None

    def close(self) -> None:
        self._answer.close()


class _Body(io.RawIOBase):
    """An answer's bytes as a file, as they come."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self._parts, self._rest = answer.iter_bytes(), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _checked(address: str) -> httpx.URL:
    """The address, where a token may go there.

    Raises:
        UsageProblem: CLIENT-06, where it may not, or where it is none.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageProblem(Finding("CLIENT-06", "the address", "It is none of HTTP.", "Give it as https://mesh.example.com."))
    if url.userinfo or url.query or url.fragment:
        why = "It holds more than host, port and path."
        raise UsageProblem(Finding("CLIENT-06", "the address", why, "Give the token as token=, and leave the rest out."))
    if url.scheme == "http" and not loopback(url.host):
        why = "It is without TLS: token and rows would cross the network in the clear."
        raise UsageProblem(Finding("CLIENT-06", "the address", why, "Use https://."))
    return url


def _refusal(answer: httpx.Response) -> MeshError:
    """The error that the answer tells; one of our own where it tells none."""
    told: Any = None
    with closing(answer), suppress(httpx.HTTPError, ValueError, RecursionError):
        if answer.headers.get("content-type", "").startswith("application/problem+json"):
            told = json.loads(_at_most(answer, _LONGEST_PROBLEM))
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("rule", "where", "why", "fix")):
        return _strange(f"Its status is {answer.status_code}, and it tells no rule.")
    finding = Finding(told["rule"], told["where"], told["why"], told["fix"], str(told.get("product") or ""))
    return _ERRORS.get(told.get("exit_code", 5), Unavailable)(finding)


def _at_most(answer: httpx.Response, most: int) -> bytes:
    found = bytearray()
    for part in answer.iter_bytes():
        found += part
        if len(found) > most:
            raise ValueError
    return bytes(found)


def _wait(answer: httpx.Response) -> float | None:
    """Seconds after which to ask again; None where that would not help, or takes too long."""
    given = answer.headers.get("retry-after", "")
    if answer.status_code != 503 or not given.isdigit() or int(given) > MOST_PATIENCE:
        return None
    return float(given)


def _unreachable(error: httpx.HTTPError, where: str) -> Unavailable:
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        why, fix = "No answer came in time.", "Ask for less at once, or connect(timeout=…) with more."
    else:
        why, fix = f"It cannot be reached ({type(error).__name__}).", "See that the address is right and the server runs."
    return Unavailable(Finding("CLIENT-07", where, why, fix))


def _broken(error: BaseException | None) -> Unavailable:
    late = isinstance(error, httpx.ReadTimeout)
    why = "The answer stopped coming." if late else "The answer broke off: it ended at the server, or what may be read changed."
    return Unavailable(Finding("CLIENT-08", "the answer", why, "Nothing of it counts. Ask again, or ask for less at once."))


def _strange(why: str) -> Unavailable:
    return Unavailable(
        Finding("CLIENT-09", "the answer", f"It is not of a mesh. {why}", "See that the address is that of the API.")
    )
