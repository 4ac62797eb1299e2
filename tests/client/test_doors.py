"""What is there and what one would see of it, and asking for more: the same through both doors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import mesh_platform
from mesh_platform import Connection
from mesh_platform.errors import Denied, NotFound, UsageProblem
from tests.ports.mesh import Published
from tests.ports.serving import Token


@pytest.fixture(scope="module", params=["local", "remote"])
def mesh(request: pytest.FixtureRequest, published_mesh: Published, api: tuple[str, Token]) -> Iterator[Connection]:
    if request.param == "local":
        with mesh_platform.connect(published_mesh.runtime.settings.project, as_="analyst") as opened:
            yield opened
        return
    address, token = api
    with mesh_platform.connect(address, token=lambda: token("analyst")) as opened:
        yield opened


class TestProducts:
    def test_they_are_found_by_words_and_by_what_they_are(self, mesh: Connection) -> None:
        assert [each["product"] for each in mesh.products()] == ["customer/profiles", "customer/visits"]
        assert [each["product"] for each in mesh.products("visits")] == ["customer/visits"]
        assert [each["product"] for each in mesh.products(category="user.contact")] == ["customer/profiles"]
        assert mesh.products(region="US") == []

    def test_a_notebook_shows_them_as_a_table(self, mesh: Connection) -> None:
        shown = mesh.products()._repr_html_()
        assert "<td>customer/profiles</td>" in shown
        assert "restricted" in shown

    def test_one_tells_what_i_would_see_of_each_column(self, mesh: Connection) -> None:
        card = mesh.product("customer/profiles", purpose="service")
        [access] = card["access"]
        assert {name: said["treatment"] for name, said in access["columns"].items()}["region"] == "deny"
        assert access["columns"]["email"]["mask"] == "email_domain"
        assert "<td>masked: email_domain</td>" in card._repr_html_()
        assert len(mesh.product("customer/profiles")["access"]) == 2

    def test_one_that_is_not_there_is_not_found(self, mesh: Connection) -> None:
        with pytest.raises(NotFound, match="NAME-02"):
            mesh.product("customer/nothing")
        with pytest.raises(UsageProblem, match="NAME-01"):
            mesh.product("../etc")


class TestAsking:
    def test_a_request_is_for_oneself_and_waits_for_its_approvers(self, mesh: Connection) -> None:
        asked = mesh.request_access("customer/visits", purpose="analytics", columns=["city"], reason="plan the branches")
        assert (asked["state"], asked["columns"], asked["consumer"]["name"]) == ("open", ["city"], "analyst")
        again = mesh.request_access("customer/visits", purpose="analytics", columns=["city"], reason="plan the branches")
        assert again["id"] == asked["id"]

    def test_one_that_could_open_nothing_is_refused_at_once(self, mesh: Connection) -> None:
        with pytest.raises(Denied):
            mesh.request_access("customer/visits", purpose="marketing", reason="letters")

    def test_it_is_for_a_purpose_and_ends_at_a_moment(self, mesh: Connection) -> None:
        with pytest.raises(UsageProblem, match="CLIENT-01"):
            mesh.request_access("customer/visits", reason="plan the branches")
        with pytest.raises(UsageProblem, match="CLIENT-01"):
            mesh.request_access("customer/visits", purpose="analytics", reason="x", until=datetime(2027, 1, 1))
        with pytest.raises(UsageProblem, match="ACCESS-22"):
            mesh.request_access("customer/visits", purpose="analytics", reason="plan", until=datetime(2020, 1, 1, tzinfo=UTC))
