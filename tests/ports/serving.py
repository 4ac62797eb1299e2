"""The published mesh behind the HTTP API on a real socket, and tokens of its development issuer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.api.service import Service
from mesh_platform.clock import utc_now
from tests.api.conftest import listening
from tests.ports.mesh import Published

Token = Callable[[str], str]


@contextmanager
def served(published: Published) -> Iterator[tuple[str, Token]]:
    """The address, and `token(persona)`. Whoever asks for the same mesh again while it is served gets the same server."""
    found = _RUNNING.get(id(published))
    if found is not None:
        yield found
        return
    settings = published.runtime.settings.model_copy(update={"api_workers": 2, "api_seconds": 20.0})
    with Service(settings) as service, contextmanager(listening)(service) as address:

        def token(persona: str) -> str:
            actor = impersonate(persona, service.mesh().governance, settings)
            return development_issuer(settings).issue(actor, utc_now(), timedelta(hours=1))

        _RUNNING[id(published)] = (address, token)
        try:
            yield _RUNNING[id(published)]
        finally:
            del _RUNNING[id(published)]


_RUNNING: dict[int, tuple[str, Token]] = {}
