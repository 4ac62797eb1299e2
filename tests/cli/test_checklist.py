"""`mesh checklist`: told from what stands, published or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import Unavailable
from tests.cli.conftest import Mesh


def states(said: object) -> dict[str, str]:
    assert isinstance(said, dict)
    return {line["id"]: line["state"] for line in said["domains"]["shop"]["lines"]}


def test_publishing_closes_the_lines_that_rows_decide(published: Path, mesh: Mesh) -> None:
    said = mesh("checklist", "shop", "--json")
    assert said.code == 1, "somebody has to attest that the team is trained"
    found = states(said.json)
    for id in ("data.1", "data.5", "step.1", "step.7"):
        assert found[id] == "done", (id, said.out)
    assert found["step.9"] == "open"
    assert "✗ step.9" in mesh("checklist", "shop").out


def test_before_the_first_publication_they_are_open_and_name_the_command(shop: Path, mesh: Mesh) -> None:
    said = mesh("checklist", "shop", "--json").json
    assert states(said)["data.1"] == states(said)["step.1"] == "open"
    for line in said["domains"]["shop"]["lines"]:
        assert line["state"] != "open" or line["reasons"][0]["command"], line
    assert not (shop / ".mesh" / "control.db").exists(), "looking makes nothing"


def test_a_domain_that_is_not_there_is_not_found(shop: Path, mesh: Mesh) -> None:
    said = mesh("checklist", "nowhere")
    assert said.code == 4
    assert "CHECKLIST-01" in said.err


def test_it_is_written_as_a_page_that_says_the_same(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    page = tmp_path / "checklist.html"
    said = mesh("checklist", "shop", "--json", "-o", str(page))
    assert said.code == 1 and states(said.json)["step.9"] == "open"
    text = page.read_text()
    assert "Checklist: shop" in text and "[TRAINING, shop]" in text
    assert f"Written to {page}." in mesh("checklist", "-o", str(page)).out
    lost = mesh("checklist", "-o", str(tmp_path / "none" / "c.html"), "--json")
    assert (lost.code, lost.json["error"]["rule"]) == (2, "EVID-04")


def test_a_lake_that_does_not_open_closes_no_line(published: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(*_: object) -> None:
        raise Unavailable.because("LAKE-12", "the lake", "It does not open.", "Look why.")

    monkeypatch.setattr("mesh_platform.cli.checkup.probed", shut)
    told = mesh("checklist", "shop", "--json").json["domains"]["shop"]["lines"]
    [line] = [one for one in told if one["id"] == "audit.2"]
    assert line["state"] == "open", line
