"""The published mesh behind the HTTP API, once for all tests of the client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ports.mesh import Published
from tests.ports.serving import Token, served


@pytest.fixture(scope="session")
def api(published_mesh: Published) -> Iterator[tuple[str, Token]]:
    with served(published_mesh) as found:
        yield found
