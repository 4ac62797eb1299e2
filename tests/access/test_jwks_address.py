"""The identity provider's keys from an address, of a real server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mesh_platform.access import authenticate
from mesh_platform.errors import Denied, Unavailable, UsageProblem
from mesh_platform.settings import Settings
from tests.access.conftest import ISSUER, NOW, Provider


@contextmanager
def serving(status: int, body: str, **headers: str) -> Iterator[str]:
    """A server that answers everything so; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys"
    finally:
        server.shutdown()
        server.server_close()


def at(settings: Settings, address: str) -> Settings:
    return Settings(project=settings.project, issuer=ISSUER, jwks=address)


def test_a_key_counts_for_as_long_as_the_provider_names_it(settings: Settings, provider: Provider) -> None:
    token = provider.token()
    with serving(200, provider.jwks) as address:
        assert authenticate(token, at(settings, address), NOW).name == "dana"
    with serving(200, '{"keys": []}') as address, pytest.raises(Denied, match="does not name"):
        authenticate(token, at(settings, address), NOW)


@pytest.mark.parametrize(("status", "body"), [(500, "no"), (200, "<html>"), (200, "[]"), (200, '{"keys": 3}'), (404, "{}")])
def test_a_provider_that_answers_with_something_else_lets_nobody_in(
    settings: Settings, provider: Provider, status: int, body: str
) -> None:
    with serving(status, body) as address, pytest.raises(Unavailable, match="AUTH-07"):
        authenticate(provider.token(), at(settings, address), NOW)


def test_a_provider_that_sends_elsewhere_lets_nobody_in(settings: Settings, provider: Provider) -> None:
    with (
        serving(200, provider.jwks) as real,
        serving(302, "", Location=real) as address,
        pytest.raises(Unavailable, match="AUTH-07"),
    ):
        authenticate(provider.token(), at(settings, address), NOW)


def test_a_provider_that_is_down_lets_nobody_in(settings: Settings, provider: Provider) -> None:
    with serving(200, provider.jwks) as address:
        pass
    with pytest.raises(Unavailable, match="AUTH-07"):
        authenticate(provider.token(), at(settings, address), NOW)


def test_keys_on_this_machine_are_not_asked_of_a_proxy(
    settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would see a plain request, and could answer with keys of its own."""
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    foreign = Provider()
    with serving(200, provider.jwks) as address, serving(200, foreign.jwks) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        assert authenticate(provider.token(), at(settings, address), NOW).name == "dana"
        with pytest.raises(Denied, match="AUTH-04"):
            authenticate(foreign.token(), at(settings, address), NOW)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.com/keys",
        "file:///etc/passwd",
        "ftp://127.0.0.1/keys",
        "https://[::1/keys",
        "https:///keys",
        "https://login.example.com:many/keys",
    ],
)
def test_keys_that_could_be_changed_on_the_way_are_refused(settings: Settings, provider: Provider, address: str) -> None:
    with pytest.raises(UsageProblem, match="AUTH-08"):
        authenticate(provider.token(), at(settings, address), NOW)
