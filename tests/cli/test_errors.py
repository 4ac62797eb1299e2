"""An error states rule, where, why and fix, has the exit code of its kind, and shows no value, whoever raised it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.cli import session as session_module
from mesh_platform.errors import Unavailable
from tests.cli.conftest import Mesh
from tests.cli.project import put

SECRET = "ana@example.com"


def test_outside_of_a_project_the_exit_code_is_4(mesh: Mesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = mesh("products")
    assert said.code == 4
    assert "PROJECT-01" in said.err
    assert "--project" in said.err


def test_the_project_may_be_named_before_or_after_the_command(mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)
    assert mesh("--project", str(project), "products").code == 0
    assert mesh("products", "--project", str(project)).code == 0


def test_a_project_that_does_not_exist_is_not_looked_for_above(mesh: Mesh, project: Path) -> None:
    assert mesh("products", "--project", str(project / "nothing")).code == 4


def test_with_json_an_error_is_a_finding_on_standard_output(mesh: Mesh, project: Path) -> None:
    said = mesh("show", "shop/nothing", "--json")
    assert said.code == 4
    assert said.json["error"]["rule"] == "NAME-02"
    assert said.json["error"]["fix"]
    assert said.err == ""


def test_json_may_stand_before_the_command(mesh: Mesh, project: Path) -> None:
    assert mesh("--json", "products").json == []


def test_a_wrong_option_is_told_as_json_too(mesh: Mesh, project: Path) -> None:
    said = mesh("products", "--jsn", "--json")
    assert said.code == 2
    assert said.json["error"]["rule"] == "USE-01"


@pytest.mark.parametrize("flags", [(), ("--json",), ("--debug",)])
def test_an_unexpected_error_is_told_by_type_and_line_and_never_by_its_text(
    mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    def broken(self: object) -> object:
        raise ValueError(f"Could not convert '{SECRET}'")

    monkeypatch.setattr(session_module.Session, "mesh", property(broken))
    said = mesh("products", *flags)
    assert said.code == 70
    told = said.out + said.err
    assert SECRET not in told
    assert "ValueError" in told
    assert "mesh doctor" in told
    assert "mesh_platform/cli/products.py:" in told


def test_a_reader_that_has_gone_away_is_not_answered_with_a_yes(shop: Path) -> None:
    code = "import sys; from mesh_platform.cli import main; sys.exit(main(['show', 'shop/orders', '--json']))"
    child = subprocess.Popen([sys.executable, "-c", code], cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.close()
    assert child.stderr is not None
    assert (child.stderr.read(), child.wait()) == (b"", 1)


def test_an_unavailable_platform_gives_exit_code_5(mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: object) -> object:
        raise Unavailable.because("STATE-01", "the control database", "It does not answer.", "Start it.")

    monkeypatch.setattr(session_module.Session, "mesh", property(down))
    assert mesh("products").code == 5


def test_a_setting_without_its_form_is_named_and_not_shown(mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_PORT", SECRET)
    said = mesh("products")
    assert said.code == 2
    assert "MESH_PORT" in said.err
    assert SECRET not in said.err


def test_a_mesh_toml_that_is_no_toml_is_named(mesh: Mesh, project: Path) -> None:
    put(project / "mesh.toml", f"port = {SECRET}\n")
    said = mesh("products")
    assert said.code == 2
    assert "mesh.toml" in said.err
    assert SECRET not in said.err


def test_control_characters_of_a_descriptor_never_reach_the_terminal(mesh: Mesh, shop: Path) -> None:
    file = shop / "domains/shop/orders/product.yaml"
    text = file.read_text(encoding="utf-8")
    start = text.index("  description:")
    file.write_text(text[:start] + '  description: "\\e[31mred\\a"\n' + text[text.index("\n", start) + 1 :], encoding="utf-8")
    said = mesh("show", "shop/orders")
    assert said.code == 0
    assert "red" in said.out
    assert "\x1b[31mred" not in said.out
    assert "\a" not in said.out
