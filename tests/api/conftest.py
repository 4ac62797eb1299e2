"""A published shop behind a real server on a real socket, and callers with tokens of the development issuer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import yaml

from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.api.server import free_port, server
from mesh_platform.api.service import Service
from mesh_platform.clock import utc_now
from mesh_platform.product import load_mesh
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

Call = Callable[..., httpx.Response]
DOMAIN = {"owner": "customer-team@example.com", "region": "westeurope", "approvers": ["steward@example.com", "privacy"]}
PORT = {"type": "API", "authentication": "OAuth2", "accessLevel": "Read-Only", "scopes": ["customer.read"], "rateLimit": 3_000}
PRINCIPALS = {
    "analyst": {"roles": ["consumer"], "domains": ["sales"], "region": "EU"},
    "abroad": {"roles": ["consumer"], "domains": ["sales"], "region": "US"},
    "engineer": {"roles": ["platform"], "region": "EU"},
    "examiner": {"roles": ["examiner"], "region": "EU"},
    "customer-examiner": {"roles": ["examiner"], "domains": ["customer"], "region": "EU"},
    "sales-examiner": {"roles": ["examiner"], "domains": ["sales"], "region": "EU"},
    "privacy": {"roles": ["privacy"], "region": "EU"},
    "web-shop": {"roles": ["source"], "region": "EU"},
    "owner": {"roles": ["owner"], "domains": ["customer"], "region": "EU"},
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The project, with customer/profiles published."""
    root: Path = tmp_path_factory.mktemp("served") / "project"
    write_project(root)
    (root / "governance" / "roles.yaml").write_text(yaml.safe_dump({"principals": PRINCIPALS}))
    (root / "domains" / "customer" / "domain.yaml").write_text(yaml.safe_dump(DOMAIN))
    write_product(root, str(PROFILES), descriptor(interfaces=[PORT]))
    mesh = load_mesh(root)
    settings = Settings(project=root, threads=2, api_workers=2)
    with open_runtime(settings) as runtime:
        assert publish(mesh, PROFILES, runtime).status is Status.PUBLISHED
    return settings


@pytest.fixture(scope="session")
def service(shop: Settings) -> Iterator[Service]:
    with Service(shop) as opened:
        yield opened


def listening(service: Service) -> Iterator[str]:
    """The address of a server in a thread of this process."""
    port = free_port()
    running = server(service, "127.0.0.1", port)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def address(service: Service) -> Iterator[str]:
    yield from listening(service)


@pytest.fixture(scope="session")
def token(service: Service) -> Callable[[str], str]:
    """`token(name)`: a token of the development issuer for that principal."""

    def made(name: str) -> str:
        actor = impersonate(name, service.mesh().governance, service.settings)
        return development_issuer(service.settings).issue(actor, utc_now(), timedelta(hours=1))

    return made


@pytest.fixture(scope="session")
def call(address: str, token: Callable[[str], str]) -> Iterator[Call]:
    """`call(method, path, who=..., **as httpx has it)`."""
    with httpx.Client(base_url=address, timeout=30) as client:

        def asked(method: str, path: str, who: str | None = "analyst", **more: object) -> httpx.Response:
            headers = dict(more.pop("headers", {}))  # type: ignore[call-overload]
            if who is not None:
                headers.setdefault("Authorization", f"Bearer {token(who)}")
            return client.request(method, path, headers=headers, **more)  # type: ignore[arg-type]

        yield asked


@pytest.fixture(scope="session")
def ask(call: Call) -> Call:
    """`ask(sql, purpose, who, accept, **more of the body)`."""

    def asked(
        sql: str, purpose: str | None = "service", who: str | None = "analyst", accept: str = "application/json", **more: object
    ) -> httpx.Response:
        return call("POST", "/v1/query", who, json={"sql": sql, "purpose": purpose, **more}, headers={"Accept": accept})

    return asked
