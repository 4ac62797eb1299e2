"""`mesh evidence`: a package is made by who may, and verified by anybody."""

from __future__ import annotations

from pathlib import Path

from mesh_platform.cli.evidence import FRAMEWORKS
from mesh_platform.interop.evidence.frameworks import Framework
from tests.cli.conftest import Mesh
from tests.cli.project import break_product

AS = ("--as", "examiner")


def test_the_frameworks_on_the_command_line_are_those_that_there_are() -> None:
    assert list(FRAMEWORKS) == [one.value for one in Framework]


def test_a_package_is_made_and_verified_with_the_public_keys_alone(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    package, keys = tmp_path / "evidence.zip", tmp_path / "keys"
    keys.write_text(mesh("audit", "key").out)
    made = mesh("evidence", "export", "--framework", "gdpr", "-o", str(package), "--json", *AS)
    assert (made.code, made.json["about"]["framework"]) == (0, "gdpr")
    assert made.json["summary"]["enforced"] > 10 and made.json["records"] > 0
    assert package.stat().st_mode & 0o077 == 0, "it is closed to others"
    elsewhere = ("--project", str(tmp_path))
    found = mesh("evidence", "verify", str(package), "--key", str(keys), "--json", *elsewhere)
    assert (found.code, found.json["ok"], found.json["records"]) == (0, True, made.json["records"])
    assert mesh("evidence", "verify", str(package), "--key", str(keys)).out.rstrip().endswith("ok")
    package.write_bytes(package.read_bytes().replace(b"Regulation", b"regulation", 1))
    said = mesh("evidence", "verify", str(package), "--key", str(keys), *elsewhere)
    assert said.code == 1 and "WRONG: it is no package of evidence" in said.out


def test_a_file_that_is_there_is_not_written_over_unless_it_is_meant(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    package = tmp_path / "evidence.zip"
    package.write_text("mine")
    call = ("evidence", "export", "--framework", "core", "-o", str(package), *AS)
    assert mesh(*call).code == 2 and package.read_text() == "mine"
    assert mesh(*call, "--force").code == 0 and package.read_bytes()[:2] == b"PK"


def test_who_lacks_the_role_gets_no_package_and_is_on_record(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    package = tmp_path / "evidence.zip"
    said = mesh("evidence", "export", "--framework", "gdpr", "-o", str(package), "--json", "--as", "platform-engineer")
    assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-02") and not package.exists()
    [last] = mesh("audit", "tail", "-n", "1", "--act", "sign in", "--json", *AS).json
    assert (last["phase"], last["reason"]) == ("denied", "AUTH-02")


def test_keys_that_are_none_and_a_folder_that_is_not_there_are_told(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    package, keys = tmp_path / "evidence.zip", tmp_path / "keys"
    keys.write_text("no keys")
    package.write_bytes(b"")
    said = mesh("evidence", "verify", str(package), "--key", str(keys), "--json")
    assert (said.code, said.json["error"]["rule"]) == (2, "EVID-05")
    lost = mesh("evidence", "export", "--framework", "gdpr", "-o", str(tmp_path / "none" / "e.zip"), "--json", *AS)
    assert (lost.code, lost.json["error"]["rule"]) == (2, "EVID-04")


def test_what_cannot_be_written_is_refused_before_anything_is_read_or_on_record(
    published: Path, mesh: Mesh, tmp_path: Path
) -> None:
    (package := tmp_path / "evidence.zip").write_text("mine")
    before = mesh("audit", "tail", "-n", "1", "--json", *AS).json[0]["seq"]
    for out, code in ((package, 2), (tmp_path / "none" / "e.zip", 2), (tmp_path, 2), (Path("/proc/evidence.zip"), 5)):
        assert mesh("evidence", "export", "--framework", "core", "-o", str(out), *AS).code == code, out
    assert mesh("audit", "tail", "-n", "1", "--json", *AS).json[0]["seq"] == before
    assert package.read_text() == "mine" and [*tmp_path.glob(".*")] == []


def test_a_product_that_its_files_keep_back_is_on_record_once(shop: Path, mesh: Mesh) -> None:
    break_product(shop)
    for _ in range(2):
        [said] = mesh("run", "shop/orders", "--json").json["products"]
        assert (said["status"], said["at_load"]) == ("blocked", True)
    told = mesh("audit", "tail", "--act", "gate", "--product", "shop/orders", "--json", *AS)
    assert [(one["decision"], one["phase"], one["reason"]) for one in told.json] == [("closed", "denied", "CORE-03")]


def test_the_record_of_processing_and_the_scope_are_told_without_a_running_mesh(shop: Path, mesh: Mesh, tmp_path: Path) -> None:
    page = tmp_path / "processing.html"
    [one] = mesh("evidence", "show", "processing", "-o", str(page), "--json").json
    assert one["domain"] == "shop" and one["products"] and "<h1>" in page.read_text()
    assert {one["scope"] for one in mesh("evidence", "show", "pci-scope", "--json").json["members"]} == {"out"}
    assert mesh("evidence", "show", "pci-scope", "--domain", "nowhere", "--json").code == 4
    assert mesh("evidence", "show", "pci-scope").code == 2
    assert not (shop / ".mesh").exists()
