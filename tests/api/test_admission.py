"""How often a caller may call, and which region answers: shared by all processes, and never with a row where the answer is no."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mesh_platform.api.service import Service
from mesh_platform.api.shared import Shared
from mesh_platform.settings import Settings
from tests.api.conftest import Call, listening

SQL = "select count(*) from customer.profiles"


COUNT = """
import sys; from pathlib import Path; from mesh_platform.api.shared import Shared
shared = Shared(Path(sys.argv[1]))
print(sum(shared.call("ana", "customer/profiles", 100, 1_000_000.0) == 0 for _ in range(60)))
"""


class TestCounting:
    def test_is_shared_by_processes(self, tmp_path: Path) -> None:
        Shared(tmp_path)
        processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(3)]
        assert sum(int(process.communicate()[0]) for process in processes) == 100

    def test_slides_with_the_minute(self, tmp_path: Path) -> None:
        shared, begun = Shared(tmp_path), 60.0 * 1_000_000
        assert [shared.call("ana", "p", 10, begun + 30) for _ in range(10)] == [0.0] * 10
        wait = shared.call("ana", "p", 10, begun + 30)
        assert 30 <= wait <= 60
        assert shared.call("ana", "p", 10, begun + 61) > 0
        assert shared.call("ana", "p", 10, begun + 30 + wait + 1) == 0.0
        assert shared.call("ben", "p", 10, begun + 30) == 0.0

    def test_holds_no_name(self, tmp_path: Path) -> None:
        Shared(tmp_path).call("ana.smith", "customer/profiles", 10, time.time())
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"ana.smith" not in content
        assert (tmp_path / "calls.db").stat().st_mode & 0o077 == 0


class TestRate:
    def test_of_the_interface_is_kept_and_told(self, ask: Call, service: Service) -> None:
        assert ask(SQL, who="owner").status_code == 200
        for _ in range(2_999):
            assert service.shared.call("owner", "customer/profiles api", 3_000, time.time()) == 0
        refused = ask(SQL, who="owner")
        assert (refused.status_code, refused.json()["rule"]) == (429, "HTTP-09")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert ask(SQL).status_code == 200


class TestRegion:
    @pytest.fixture(scope="class")
    def in_the_us(self, shop: Settings) -> Iterator[str]:
        settings = shop.model_copy(update={"api_workers": 1, "api_endpoints": {"EU": "https://eu.mesh.example.com"}})
        with Service(settings, region="US") as service:
            yield from listening(service)

    def test_that_is_another_one_is_answered_with_where_to_ask(self, in_the_us: str, token: Call) -> None:
        headers = {"Authorization": f"Bearer {token('analyst')}"}
        answer = httpx.post(f"{in_the_us}/v1/query", json={"sql": SQL, "purpose": "service"}, headers=headers)
        found = answer.json()
        assert (answer.status_code, found["rule"], found["endpoint"]) == (421, "HTTP-07", "https://eu.mesh.example.com")
        assert "rows" not in found

    def test_of_its_own_is_answered(self, service: Service, token: Call, shop: Settings) -> None:
        settings = shop.model_copy(update={"api_workers": 1})
        with Service(settings, region="EU") as other:
            for address in listening(other):
                headers = {"Authorization": f"Bearer {token('analyst')}"}
                answer = httpx.post(f"{address}/v1/query", json={"sql": SQL, "purpose": "service"}, headers=headers, timeout=30)
                assert answer.json()["mesh"]["region"] == "EU"
