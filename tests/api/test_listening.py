"""Where the port listens: without TLS on this machine alone, unless somebody says that a proxy in front of it does TLS."""

from __future__ import annotations

import pytest

from mesh_platform.api.server import server
from mesh_platform.api.service import Service
from mesh_platform.errors import UsageProblem


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com", ""])
def test_not_on_a_network_in_the_clear(service: Service, host: str) -> None:
    with pytest.raises(UsageProblem, match="HTTP-19"):
        server(service, host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine(service: Service, host: str) -> None:
    assert server(service, host, 0).config.host == host


def test_behind_a_proxy_that_does_tls(service: Service) -> None:
    assert server(service, "0.0.0.0", 0, plain=True).config.host == "0.0.0.0"
