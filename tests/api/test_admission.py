"""How often a caller may call, and which region answers: shared by all processes, and never with a row where the answer is no."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from mesh_platform.access.served import Served
from mesh_platform.actor import Actor
from mesh_platform.api.admission import HTTP, Admission
from mesh_platform.api.admission import SQL as TOOLS
from mesh_platform.api.problems import Refused
from mesh_platform.api.service import Service
from mesh_platform.api.shared import Shared
from mesh_platform.api.signing_in import SignedIn
from mesh_platform.errors import Unavailable
from mesh_platform.lake import Place
from mesh_platform.settings import Settings
from tests.access.shop import governance, profiles
from tests.api.conftest import Call, listening

SQL = "select count(*) from customer.profiles"


COUNT = """
import sys; from pathlib import Path; from mesh_platform.api.shared import Shared
shared = Shared(Path(sys.argv[1]), str.encode)
print(sum(shared.call("ana", "customer/profiles", 100, 1_000_000.0) == 0 for _ in range(60)))
"""


class TestCounting:
    def test_is_shared_by_processes(self, tmp_path: Path) -> None:
        Shared(tmp_path, str.encode)
        processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(3)]
        assert sum(int(process.communicate()[0]) for process in processes) == 100

    def test_slides_with_the_minute(self, tmp_path: Path) -> None:
        shared, begun = Shared(tmp_path, str.encode), 60.0 * 1_000_000
        assert [shared.call("ana", "p", 10, begun + 30) for _ in range(10)] == [0.0] * 10
        wait = shared.call("ana", "p", 10, begun + 30)
        assert 30 <= wait <= 60
        assert shared.call("ana", "p", 10, begun + 61) > 0
        assert shared.call("ana", "p", 10, begun + 30 + wait + 1) == 0.0
        assert shared.call("ben", "p", 10, begun + 30) == 0.0

    def test_holds_no_name_and_no_key_that_tries_names(self, tmp_path: Path) -> None:
        shared = Shared(tmp_path, hashed)
        shared.call("ana.smith", "customer/profiles", 10, time.time())
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"ana.smith" not in content
        assert hashed("ana.smith\0customer/profiles") in content
        assert KEY not in content
        with sqlite3.connect(tmp_path / "calls.db") as con:
            assert {name for (name,) in con.execute("SELECT name FROM sqlite_master")} == {"calls", "shown"}

    def test_is_closed_to_others_from_its_first_byte_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[int] = []
        connect = sqlite3.connect

        def connected(path: Path, **more: Any) -> sqlite3.Connection:
            made.append(path.stat().st_mode & 0o777)
            return connect(path, **more)

        monkeypatch.setattr(sqlite3, "connect", connected)
        before = os.umask(0)
        try:
            shared = Shared(tmp_path, hashed)
            shared.call("ana", "p", 10, time.time())
        finally:
            os.umask(before)
        assert made == [0o600]
        assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == dict.fromkeys(
            ("calls.db", "calls.db-wal", "calls.db-shm"), 0o600
        )

    def test_lets_nobody_through_where_its_file_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "calls.db").write_bytes(b"no database, whatever its name says" * 100)
        with pytest.raises(Unavailable, match="HTTP-10"):
            Shared(tmp_path, hashed)
        with pytest.raises(Unavailable, match="HTTP-10"):
            Shared(tmp_path / "missing", hashed)


KEY = b"0123456789abcdef"


def hashed(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), key=KEY, digest_size=16).digest()


class TestInterfaces:
    """What a product asks of its readers holds on both ports, whichever interfaces it declares."""

    @pytest.mark.parametrize("kinds", [(HTTP,), (TOOLS, HTTP)], ids=["http", "flight"])
    @pytest.mark.parametrize(
        ("declared", "needed"),
        [
            ([{"type": "SQL", "scopes": ["health.treatment"]}], {"health.treatment"}),
            ([{"type": "Event stream", "scopes": ["a"]}, {"type": "Files", "scopes": ["b"]}], {"a", "b"}),
            ([{"type": "API", "scopes": ["a"]}, {"type": "REST", "scopes": ["b"]}], {"a", "b"}),
            ([{"type": "SQL"}], set()),
            ([], set()),
        ],
    )
    def test_scopes_are_needed(
        self, tmp_path: Path, kinds: Sequence[frozenset[str]], declared: list[dict[str, Any]], needed: set[str]
    ) -> None:
        for left_out in needed:
            with pytest.raises(Refused, match=rf"HTTP-08 .* interface: {left_out}\."):
                admitted(tmp_path, kinds, declared, needed - {left_out})
        admitted(tmp_path, kinds, declared, needed)

    def test_of_both_ports_each_has_its_own(self, tmp_path: Path) -> None:
        declared = [{"type": "API", "scopes": ["web"]}, {"type": "SQL", "scopes": ["tools"]}]
        admitted(tmp_path, (HTTP,), declared, {"web"})
        admitted(tmp_path, (TOOLS, HTTP), declared, {"tools"})
        with pytest.raises(Refused, match="HTTP-08"):
            admitted(tmp_path, (TOOLS, HTTP), declared, {"web"})

    def test_the_least_of_their_rates_counts_over_both_ports(self, tmp_path: Path) -> None:
        declared = [{"type": "SQL", "rateLimit": 5}, {"type": "JDBC", "rateLimit": 3}]
        for kinds in ((HTTP,), (TOOLS, HTTP), (HTTP,)):
            admitted(tmp_path, kinds, declared, set())
        with pytest.raises(Refused, match=r"HTTP-09 .*: 3 requests"):
            admitted(tmp_path, (HTTP,), declared, set())


def admitted(home: Path, kinds: Sequence[frozenset[str]], declared: list[dict[str, Any]], scopes: set[str]) -> None:
    """A request for a product with these interfaces, by a token with these scopes."""
    caller = SignedIn(Actor("dana", ("consumer",), ("sales",), "EU"), frozenset(scopes))
    served = Served(profiles(interfaces=declared), Place("westeurope", "customer", "profiles"), cast(Any, None), {})
    Admission(Shared(home, hashed), None, {}, kinds).of(caller, governance())(served)


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
