"""The versions of the policy in a package: by date, with what was decided and read under each, and held against the log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import delete, select, update

from mesh_platform.audit.succession import Succession
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.export import PAGE
from mesh_platform.interop.evidence.model import Evidence
from mesh_platform.interop.evidence.outsider import EVIDENCE, examine, packed, unpacked
from mesh_platform.policy.version import policy_digest
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.on_record import gate_recorded
from mesh_platform.registry import GateDecision
from mesh_platform.settings import Settings
from mesh_platform.state.tables import gate_decisions, policy_versions
from tests.interop.asking import OF_OFFICE, Package, asked
from tests.subjects.town import CUSTOMERS, TOWNS, VISITORS

Three = tuple[str, str, str]
SECRET = "Marlene Vogt"
PACK: dict[str, Any] = {
    "pack": "HOUSE",
    "rules": [
        {
            "id": "HOUSE-1",
            "title": f"Asked for by {SECRET}",
            "source": "House rule",
            "remedy": "Keep it for less.",
            "verdict": "warn",
            "demand": {"retentionAtMost": "100 years"},
            "vectors": [
                {"says": "short", "passes": True},
                {"says": "long", "passes": False, "product": {"retention": {"period": "101 years"}}},
            ],
        }
    ],
}


def house(root: Path, **changed: Any) -> None:
    """Write `governance/packs/house.yaml`, with its rule changed so."""
    file = root / "governance" / "packs" / "house.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump({**PACK, "rules": [PACK["rules"][0] | changed]}))


def published(runtime: Runtime, key: str, status: Status = Status.PUBLISHED) -> str:
    """Publish it as the files stand, and give the version of the policy that they make."""
    mesh = load_mesh(runtime.settings.project)
    outcome = publish(mesh, ProductKey.parse(key), runtime)
    assert outcome.status is status, [str(finding) for finding in outcome.findings]
    return policy_digest(mesh.governance)


@pytest.fixture(scope="session")
def changed_twice(told_town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Three]:
    """The town with publications under three versions: its own, with a rule of the house, and with that rule blocking."""
    root = shutil.copytree(told_town, tmp_path_factory.mktemp("versions") / "project")
    with open_runtime(Settings(project=root)) as opened:
        first = published(opened, TOWNS)
        house(root)
        second = published(opened, TOWNS)
        house(root, verdict="block", demand={"retentionAtMost": "1 day"})
        return root, (first, second, published(opened, TOWNS, Status.BLOCKED))


@pytest.fixture
def three(changed_twice: tuple[Path, Three]) -> Three:
    """The three versions."""
    return changed_twice[1]


@pytest.fixture
def town(changed_twice: tuple[Path, Three], tmp_path: Path) -> Path:
    """That project, for this test alone."""
    return shutil.copytree(changed_twice[0], tmp_path / "project")


@pytest.fixture(scope="session")
def packed_once(changed_twice: tuple[Path, Three], tmp_path_factory: pytest.TempPathFactory) -> tuple[Package, Succession]:
    """Its package for GDPR, and the log's public keys; made once."""
    root = shutil.copytree(changed_twice[0], tmp_path_factory.mktemp("versioned") / "project")
    with open_runtime(Settings(project=root)) as opened:
        return asked(opened), opened.audit.signer.succession


def found_in(runtime: Runtime, data: bytes) -> str:
    return "; ".join(examine(data, runtime.audit.signer.succession)["problems"])


def by_version(evidence: Evidence) -> dict[str, Any]:
    return {one.policy: one for one in evidence.policies}


def test_each_version_is_told_by_date_with_what_was_decided_and_read_under_it(
    packed_once: tuple[Package, Succession], three: Three
) -> None:
    made, known = packed_once
    told = by_version(made.evidence)
    assert [one.policy for one in made.evidence.policies] == list(three)
    one, two, last = (told[policy] for policy in three)
    assert (one.after, two.after, last.after) == (None, three[0], three[1])
    assert (two.decisions, two.kept_back, last.decisions, last.kept_back) == (1, 0, 1, 1)
    assert one.reads >= 4 and two.reads == 1 and last.reads == 0
    assert sum(one.decisions for one in told.values()) == len(made.evidence.decisions)
    assert one.first_seen < two.first_seen < last.first_seen <= last.first
    assert {one.pack: one.file for one in two.packs}["HOUSE"] == "governance/packs/house.yaml"
    assert [(c.of, c.name, c.how, c.said) for c in two.changes] == [
        ("pack", "HOUSE", "added", "governance/packs/house.yaml"),
        ("rule", "HOUSE-1", "added", "warn"),
        ("governance", "own_packs", "changed", ""),
    ]
    assert ("rule", "HOUSE-1", "verdict warn → block, severity warn → block, wording or demand") in [
        (c.of, c.name, c.said) for c in last.changes
    ]
    assert examine(made.data, known)["ok"]
    page = unpacked(made.data)[PAGE].decode()
    assert "rule HOUSE-1 changed: verdict warn → block" in page and f"{three[2]}</code> (as the files stand)" in page


def test_no_text_of_the_organisations_rules_stands_beside_their_versions(runtime: Runtime, three: Three) -> None:
    told = asked(runtime).evidence.model_dump(mode="json")
    assert SECRET not in json.dumps(told["policies"]) and SECRET not in json.dumps(told["decisions"])


def test_a_part_of_the_mesh_has_the_same_versions_and_counts_its_own(runtime: Runtime, three: Three) -> None:
    office = by_version(asked(runtime, OF_OFFICE).evidence)
    assert [*office] == list(three)
    assert office[three[1]].reads == 0 and office[three[1]].decisions == 1
    visitors = by_version(asked(runtime, product=VISITORS).evidence)
    assert (visitors[three[1]].decisions, visitors[three[2]].decisions) == (0, 0)


def test_a_span_has_the_version_that_held_when_it_began_and_those_that_came_in_it(runtime: Runtime, three: Three) -> None:
    known = runtime.registry.policy_versions()
    since, until = (one.first_seen_at for one in known[1:])
    told = asked(runtime, since=since, until=until).evidence
    assert [(one.policy, one.decisions) for one in told.policies] == [(three[0], 0), (three[1], 1), (three[2], 0)]
    assert told.policies[2].first_seen is None, "what came after the span is told as that of the files alone"


def test_what_the_files_make_now_is_listed_before_anything_is_decided_under_it(
    runtime: Runtime, town: Path, three: Three
) -> None:
    house(town, version=7)
    made = asked(runtime)
    last = made.evidence.policies[-1]
    assert (last.policy, last.first_seen, last.decisions, last.after) == (made.evidence.about.policy, None, 0, three[2])
    assert "version 1 → 7" in next(one.said for one in last.changes if one.of == "rule")
    assert found_in(runtime, made.data) == ""


def test_decisions_from_before_versions_were_recorded_are_told_as_such(runtime: Runtime) -> None:
    before = GateDecision(ProductKey.parse(TOWNS), "old files", "publish", False, utc_now())
    runtime.registry.record_decision(before)
    gate_recorded(runtime, before)
    made = asked(runtime)
    assert [one.policy for one in made.evidence.decisions if one.spec_hash == "old files"] == [None]
    assert found_in(runtime, made.data) == ""
    assert "1 decision of the gate was recorded before versions were." in unpacked(made.data)[PAGE].decode()


@pytest.mark.parametrize("how", ["unlisted", "another", "none", "counted", "unknown"])
def test_a_package_whose_decisions_name_another_version_does_not_hold(
    packed_once: tuple[Package, Succession], three: Three, how: str
) -> None:
    files, keys = unpacked(packed_once[0].data), packed_once[1]
    told = json.loads(files[EVIDENCE])
    versions = {one["policy"]: one for one in told["policies"]}
    decision = next(one for one in told["decisions"] if one["policy"] == three[1])
    match how:
        case "unlisted":
            told["policies"].remove(versions[three[1]])
            said = f"names the version {three[1]} of the policy, and does not tell what that is"
        case "another":
            decision["policy"] = three[0]
            said = f"says that {TOWNS} was judged under another version of the policy"
        case "none":
            decision["policy"] = None
            said = f"says that {TOWNS} was judged under another version of the policy"
        case "counted":
            versions[three[1]]["decisions"] += 1
            said = f"counts other decisions under {three[1]} than it tells"
        case _:
            versions[three[1]]["known"] = False
            said = f"names the version {three[1]} of the policy, and does not tell what that is"
    found = examine(packed({**files, EVIDENCE: json.dumps(told).encode()}), keys)
    assert not found["ok"] and any(said in one for one in found["problems"])


@pytest.mark.parametrize("closed", [True, False], ids=["a decision that kept it back", "a publication"])
def test_a_version_that_was_changed_in_the_database_does_not_hold_against_the_log(
    runtime: Runtime, three: Three, closed: bool
) -> None:
    columns = gate_decisions.c
    with runtime.database.write() as con:
        id_ = con.execute(select(columns.id).where(columns.policy == three[2 if closed else 1])).scalar_one()
        con.execute(update(gate_decisions).where(columns.id == id_).values(policy=three[0]))
    assert f"says that {TOWNS} was judged under another version of the policy" in found_in(runtime, asked(runtime).data)


def test_a_version_that_is_gone_or_says_something_else_than_its_hash_is_no_longer_known(runtime: Runtime, three: Three) -> None:
    lost = f"names the version {three[1]} of the policy, and does not tell what that is"
    row = policy_versions.c.digest == three[1]
    with runtime.database.write() as con:
        rules = con.execute(select(policy_versions.c.rules).where(row)).scalar_one()
        rules["CORE-03"]["verdict"] = "warn"
        con.execute(update(policy_versions).where(row).values(rules=rules))
    assert lost in found_in(runtime, asked(runtime).data)
    with runtime.database.write() as con:
        con.execute(delete(policy_versions).where(row))
    assert lost in found_in(runtime, asked(runtime).data)


def test_a_product_whose_descriptor_is_broken_is_kept_back_under_a_version_too(runtime: Runtime, town: Path) -> None:
    (town / "domains" / CUSTOMERS / "product.yaml").write_text("dataProduct: [")
    policy = published(runtime, CUSTOMERS, Status.BLOCKED)
    made = asked(runtime)
    last = [one for one in made.evidence.decisions if one.product == CUSTOMERS][-1]
    assert (last.policy, last.open, found_in(runtime, made.data)) == (policy, False, "")
