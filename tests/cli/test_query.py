"""`mesh query` and `mesh access explain`, as a consumer has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, write_project
from tests.cli.conftest import Mesh

AS = ("--as", "analyst", "--purpose", "service")


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("asked") / "project"
    mesh = write_project(root)
    with open_runtime(Settings(project=root)) as runtime:
        assert publish(mesh, PROFILES, runtime).status is Status.PUBLISHED
    yield root


@pytest.fixture
def here(governed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(governed)
    return governed


@pytest.mark.usefixtures("here")
class TestQuery:
    def test_rows_come_with_their_decision(self, mesh: Mesh) -> None:
        said = mesh("query", "select email, segment from customer.profiles order by segment, email", *AS, "--json")
        assert said.code == 0
        assert said.json["columns"] == ["email", "segment"]
        assert said.json["rows"][0] == ["…@firm.test", "gold"]
        [product] = said.json["products"]
        assert (product["product"], product["decision"], product["version"]) == ("customer/profiles", "allow", "1.0.0")
        assert product["columns"]["email"]["mask"] == "email_domain"

    def test_a_table_is_shown_with_what_was_masked(self, mesh: Mesh) -> None:
        said = mesh("query", "select email from customer.profiles", *AS, "--limit", "2")
        assert said.code == 0
        assert "…@" in said.out
        assert "2 rows, and there are more" in said.out
        assert "email (email_domain)" in said.out

    @pytest.mark.parametrize(
        ("sql", "code", "rule"),
        [
            ("select region from customer.profiles", 3, "CORE-09"),
            ("select * from read_text('x')", 3, "SQL-04"),
            ("select * from customer.nothing", 4, "NAME-02"),
            ("selec 1", 2, "SQL-01"),
            ("select surname from customer.profiles", 2, "SQL-08"),
            ("select cast(segment as int) from customer.profiles", 2, "SQL-10"),
        ],
    )
    def test_a_refusal_has_its_exit_code_and_rule(self, mesh: Mesh, sql: str, code: int, rule: str) -> None:
        said = mesh("query", sql, *AS, "--json")
        assert said.code == code
        assert rule in said.out + said.err

    def test_values_are_bound(self, mesh: Mesh) -> None:
        said = mesh(
            "query", "select count(*) as n from customer.profiles where segment = ?", "--parameters", '["gold"]', *AS, "--json"
        )
        assert (said.code, said.json["rows"], said.json["types"]) == (0, [[2]], ["int64"])
        assert (said.json["count"], said.json["cut"], said.json["purpose"]) == (1, False, "service")
        assert mesh("query", "select 1", "--parameters", "gold", *AS).code == 2

    def test_an_address_is_asked_with_a_token_and_as_nobody_else(self, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MESH_TOKEN", raising=False)
        said = mesh("query", "select 1", "--remote", "https://mesh.test", "--as", "analyst", "--json")
        assert (said.code, said.json["error"]["rule"]) == (2, "CLIENT-01")
        said = mesh("query", "select 1", "--remote", "https://mesh.test", "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-01")
        said = mesh("query", "select 1", "--remote", "http://mesh.test", "--json")
        assert (said.code, said.json["error"]["rule"]) == (2, "CLIENT-06")

    def test_without_a_purpose_nothing_is_read(self, mesh: Mesh) -> None:
        said = mesh("query", "select segment from customer.profiles", "--as", "analyst")
        assert said.code == 3
        assert "CORE-14" in said.out + said.err


@pytest.mark.usefixtures("here")
class TestExplain:
    def test_it_tells_each_column_with_its_rule(self, mesh: Mesh) -> None:
        said = mesh("access", "explain", "customer/profiles", *AS, "--json")
        assert (said.code, said.json["decision"], said.json["caller"]["name"]) == (0, "allow", "analyst")
        assert said.json["columns"]["region"]["rule"] == "CORE-09"
        shown = mesh("access", "explain", "customer/profiles", *AS)
        assert "The contract excludes it." in shown.out

    def test_it_answers_for_somebody_else(self, mesh: Mesh) -> None:
        said = mesh(
            "access", "explain", "customer/profiles", "--domain", "sales", "--region", "US", *AS[2:], "--as", "engineer", "--json"
        )
        assert (said.code, said.json["decision"], said.json["rule"]) == (3, "deny", "CORE-07")


def test_where_nothing_was_published_it_says_so(mesh: Mesh, project: Path) -> None:
    said = mesh("query", "select 1", "--as", "sales-owner", "--purpose", "service")
    assert said.code in (3, 4)
    assert not (project / ".mesh").exists()
