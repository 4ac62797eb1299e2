"""`mesh policy versions`: under which versions of the policy the gate decided, by date."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Mesh
from tests.cli.project import publish_all


def test_before_anything_is_published_the_version_of_the_files_is_listed_and_nothing_is_made(project: Path, mesh: Mesh) -> None:
    [now] = mesh("policy", "versions", "--json").json
    assert (now["now"], now["intact"], now["first_seen"], now["decisions"], now["after"]) == (True, True, None, 0, None)
    assert now["packs"]["GDPR"]["rules"] > 30 and now["packs"]["GDPR"]["file"] is None
    assert not (project / ".mesh").exists()
    assert "none yet" in mesh("policy", "versions").out


def test_versions_are_listed_with_their_decisions_and_what_changed(published: Path, mesh: Mesh) -> None:
    [first] = mesh("policy", "versions", "--json").json
    assert first["now"] and first["decisions"] >= 2 and first["first_seen"] <= first["last"]
    purposes = published / "governance" / "purposes.yaml"
    purposes.write_text(purposes.read_text() + "  a-new-purpose: {description: For a test., bases: [contract]}\n")
    waiting = mesh("policy", "versions", "--json").json[-1]
    assert (waiting["first_seen"], waiting["after"]) == (None, first["version"])
    assert waiting["changes"] == [{"of": "governance", "name": "purposes", "how": "changed", "said": ""}]
    publish_all(published, "shop/customers")
    before, now = mesh("policy", "versions", "--json").json
    assert (before["now"], before["decisions"]) == (False, first["decisions"])
    assert (now["version"], now["now"], now["decisions"]) == (waiting["version"], True, 1)
    said = mesh("policy", "versions").out
    assert "the first on record" in said and "governance purposes changed" in said and "as the files stand" in said
