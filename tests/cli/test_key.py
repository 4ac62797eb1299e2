"""`mesh key`: what it lists, and what rotating, revoking and beginning anew say and leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_platform.registry import KeyEvents
from mesh_platform.settings import load_settings
from mesh_platform.state import open_state
from tests.cli.conftest import Mesh
from tests.cli.project import Said, publish_all


def asked(mesh: Mesh, *arguments: str) -> Said:
    """`mesh key …` on behalf of the platform team."""
    return mesh("key", *arguments, "--as", "platform-engineer")


def keys_of_shop(mesh: Mesh) -> list[dict[str, Any]]:
    """As `mesh key list` tells them; beside them stands what wraps the key of people's tokens."""
    return [key for key in mesh("key", "list", "--json").json if key["domain"] == "shop"]


def test_a_project_without_a_home_has_no_key_and_gets_none_by_looking(project: Path, mesh: Mesh) -> None:
    said = mesh("key", "list", "--json")
    assert (said.code, said.json) == (0, []) and not (project / ".mesh").exists()


@pytest.mark.nightly
def test_the_list_tells_domain_place_provider_version_state_and_catalogs(published: Path, mesh: Mesh) -> None:
    [key] = keys_of_shop(mesh)
    assert {name: key[name] for name in ("domain", "region", "provider", "version", "state", "catalogs")} == {
        "domain": "shop",
        "region": "westeurope",
        "provider": "development key",
        "version": 1,
        "state": "active",
        "catalogs": 2,
    }
    assert key["created"] and len(key["name"]) == 16
    said = mesh("key", "list")
    assert "development key" in said.out and "westeurope" in said.out


def test_a_rotation_says_what_it_wrote_and_the_products_go_on(published: Path, mesh: Mesh) -> None:
    [done] = asked(mesh, "rotate", "shop", "--json").json
    assert (done["version"], done["rewritten"], done["complete"], done["findings"]) == (2, 2, True, [])
    assert [(key["version"], key["state"], key["catalogs"]) for key in keys_of_shop(mesh)] == [(2, "active", 2)]
    said = asked(mesh, "rotate", "shop", "--region", "westeurope")
    assert said.code == 0 and "version 3; 2 catalogs written anew" in said.out
    doctor = {check["check"]: check["status"] for check in mesh("doctor", "--json").json["checks"]}
    assert doctor["lake"] == "ok" and "fail" not in doctor.values()


@pytest.mark.nightly
def test_revoking_asks_for_a_yes_closes_the_domain_and_shows_at_every_product(published: Path, mesh: Mesh) -> None:
    assert asked(mesh, "revoke", "shop").code == 2
    assert [key["state"] for key in keys_of_shop(mesh)] == ["active"]
    [done] = asked(mesh, "revoke", "shop", "--yes", "--json").json
    assert (done["region"], done["catalogs"], done["findings"]) == ("westeurope", 2, [])
    assert [key["state"] for key in keys_of_shop(mesh)] == ["revoked"]
    shown = mesh("products", "--json").json
    assert [(one["status"], "KEY-04" in {f["rule"] for f in one["findings"]}) for one in shown] == [("blocked", True)] * 2
    show = mesh("show", "shop/customers", "--json")
    assert show.code == 0 and {control["present"] for control in show.json["binding"]} <= {None, True}
    assert mesh("doctor").code == 1
    rotate = asked(mesh, "rotate", "shop", "--json")
    assert (rotate.code, rotate.json["error"]["rule"]) == (5, "KEY-04")


@pytest.mark.nightly
def test_a_new_start_is_needed_and_enough(published: Path, mesh: Mesh) -> None:
    early = asked(mesh, "start", "shop", "--region", "westeurope", "--yes", "--json")
    assert (early.code, early.json["error"]["rule"]) == (2, "KEY-09")
    asked(mesh, "revoke", "shop", "--yes")
    assert {one["rows"] for one in mesh("products", "--json").json} == {None}, "nothing of it opens"
    assert asked(mesh, "start", "shop", "--region", "westeurope").code == 2
    started = asked(mesh, "start", "shop", "--region", "westeurope", "--yes", "--json").json
    assert started["files_removed"] >= 2
    assert {(one["status"], one["rows"]) for one in mesh("products", "--json").json} == {("unpublished", None)}
    assert "0 products published" in mesh("doctor").out
    publish_all(published, "shop/customers", "shop/orders")
    assert {one["status"] for one in mesh("products", "--json").json} == {"published"}


def test_a_domain_that_has_no_key_is_not_found(published: Path, mesh: Mesh) -> None:
    for command in (("rotate", "nobody"), ("revoke", "nobody", "--yes"), ("rotate", "shop", "--region", "northeurope")):
        said = asked(mesh, *command, "--json")
        assert (said.code, said.json["error"]["rule"]) == (4, "KEY-08"), command
    said = asked(mesh, "rotate", "shop/orders", "--json")
    assert (said.code, said.json["error"]["fix"]) == (2, "Name the domain: shop.")


@pytest.mark.nightly
@pytest.mark.parametrize(
    "command", [("rotate", "shop"), ("revoke", "shop", "--yes"), ("start", "shop", "--region", "westeurope", "--yes")]
)
def test_nobody_without_the_role_touches_a_key(published: Path, mesh: Mesh, command: tuple[str, ...]) -> None:
    for more, rule in (((), "AUTH-01"), (("--as", "sales-analyst"), "AUTH-02")):
        said = mesh("key", *command, *more, "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, rule)
    assert [key["state"] for key in keys_of_shop(mesh)] == ["active"]


@pytest.mark.nightly
def test_who_asked_is_recorded(published: Path, mesh: Mesh) -> None:
    import getpass

    asked(mesh, "rotate", "shop")
    database = open_state(load_settings(published))
    assert {(event.actor, event.person) for event in KeyEvents(database).listed()} == {("platform-engineer", getpass.getuser())}
    database.close()


@pytest.mark.nightly
def test_show_tells_what_a_probe_saw_and_what_nobody_looked_at(published: Path, mesh: Mesh) -> None:
    binding = {control["control"]: control["present"] for control in mesh("show", "shop/customers", "--json").json["binding"]}
    assert binding["region_of_files"] is True and binding["access_logging"] is None and binding["replica_regions"] is None
    said = mesh("show", "shop/customers").out
    assert "its files in the place that it declares (seen by a probe)" in said and "no probe has shown it" in said


def test_a_key_service_without_its_token_is_told(published: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_KEYS", "vault")
    monkeypatch.setenv("MESH_KEYS_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    said = mesh("key", "list", "--json")
    assert (said.code, said.json["error"]["rule"]) == (5, "KEY-06")
    assert mesh("show", "shop/customers").code == 0
    monkeypatch.setenv("VAULT_TOKEN", "s.any")
    assert mesh("key", "list", "--json").json["error"]["rule"] == "KEY-05"
