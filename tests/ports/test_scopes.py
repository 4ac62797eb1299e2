"""A token of an identity provider is held to the scopes of a product's interfaces on each network port, whichever interface it declares."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpx
import pytest
from adbc_driver_manager import Error

from mesh_platform.api.service import Service
from tests.access.conftest import ISSUER, Provider
from tests.api.conftest import listening as over_http
from tests.ports import flight
from tests.ports.mesh import SCOPE, VISIT_ROWS, Published

SQL = "select count(*) from customer.visits"
Count = Callable[[str], object]


@pytest.fixture(scope="module")
def ports(published_mesh: Published, provider: Provider) -> Iterator[Mapping[str, Count]]:
    """Port → what a token counts there: the number of visits, or the rule that refuses."""
    settings = published_mesh.runtime.settings
    (settings.project / "jwks.json").write_text(provider.jwks)
    behind = settings.model_copy(update={"issuer": ISSUER, "jwks": "jwks.json", "api_workers": 1})
    with Service(behind) as service, contextmanager(over_http)(service) as web, flight.listening(service) as tools:

        def http(token: str) -> object:
            body, headers = {"sql": SQL, "purpose": "service"}, {"Authorization": f"Bearer {token}"}
            answer = httpx.post(f"{web}/v1/query", json=body, headers=headers, timeout=30).json()
            return answer["rows"][0][0] if "rows" in answer else answer["rule"]

        def adbc(token: str) -> object:
            with flight.connected(tools, token, "service") as connection, connection.cursor() as cursor:
                try:
                    cursor.execute(SQL)
                    return cursor.fetchall()[0][0]
                except Error as error:
                    return flight.refused(error).rule

        yield {"http": http, "flight": adbc}


@pytest.mark.parametrize("name", ["http", "flight"])
@pytest.mark.parametrize(
    ("scope", "found"), [(SCOPE, VISIT_ROWS), (f"other {SCOPE}", VISIT_ROWS), ("other", "HTTP-08"), (None, "HTTP-08")]
)
def test_a_scope_of_an_interface_for_sql_is_needed_on_both(
    ports: Mapping[str, Count], provider: Provider, name: str, scope: str | None, found: object
) -> None:
    now = int(time.time())
    claims = {"iat": now, "exp": now + 600, "name": "dana", "roles": ["consumer"], "domains": ["sales"], "region": "EU"}
    assert ports[name](provider.token(**claims, scope=scope)) == found
