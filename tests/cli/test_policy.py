"""`mesh policy`: the rules, how each is upheld, and what they say of products."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from mesh_platform.cli.covering import left, pairs
from mesh_platform.policy import rules
from tests.access.shop import descriptor, write_project
from tests.cli.conftest import Mesh
from tests.cli.terminal import terminal
from tests.publish.bakery import write_product

KEY = "customer/profiles"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    write_project(root)
    write_product(root, KEY, descriptor())
    monkeypatch.chdir(root)
    return root


def test_list_tells_every_rule_with_its_source_and_whether_anybody_checked_it(mesh: Mesh) -> None:
    found = mesh("policy", "list", "--json").json
    assert len(found) == len(rules())
    assert {"id", "pack", "source", "effective_from", "waivable", "source_checked", "vectors"} <= found[0].keys()
    assert {one["pack"] for one in mesh("policy", "list", "--pack", "gdpr", "--json").json} == {"GDPR"}


def test_show_tells_one_rule_and_an_unknown_one_is_not_found(mesh: Mesh) -> None:
    assert "objects: two, and no assessment" in mesh("policy", "show", "GDPR-35").out
    assert mesh("policy", "show", "GDPR-999", "--json").code == 4


@pytest.mark.parametrize("rule", ["GDPR-35", "CORE-18", "GDPR-33", "GDPR-7-3", "DPDP-5"])
def test_show_speaks_in_words_and_leaves_nothing_empty(mesh: Mesh, rule: str) -> None:
    said = mesh("policy", "show", rule).out
    assert not re.search(r": *(None|True|False|)$", said, re.MULTILINE), said


def test_a_pack_in_place_of_a_rule_and_a_rule_in_place_of_a_product_are_told_apart(mesh: Mesh) -> None:
    assert "mesh policy list --pack GDPR" in mesh("policy", "show", "gdpr", "--json").json["error"]["fix"]
    assert mesh("policy", "show", "GDPR-5-1", "--json").json["error"]["fix"].startswith("Did you mean GDPR-5-1")
    assert "mesh policy show GDPR-35" in mesh("policy", "explain", "gdpr-35", "--json").json["error"]["fix"]


def test_list_show_and_test_tell_what_rules_were_held_against(mesh: Mesh) -> None:
    by = {one["id"]: one for one in mesh("policy", "list", "--json").json}
    assert by["GDPR-33"]["checked"]["place"] == "Art. 33(1)" and by["GDPR-33"]["checked"]["on"] == "2026-11-23"
    assert by["CORE-03"]["checked"]["on"] is None and by["CORE-03"]["source_checked"]
    assert by["GDPR-44"]["checked"] is None and not by["GDPR-44"]["source_checked"] and by["GDPR-44"]["unchecked_because"]
    assert "held against: nothing yet: The articles were read" in mesh("policy", "show", "GDPR-44").out
    said = mesh("policy", "test", "--pack", "US-STATES", "--json").json["sources"]
    assert said == {"US-STATES": {"rules": 28, "checked": 7, "own": 0, "unchecked": 21}}
    assert "US-STATES: 7 of 28 rules held against the text that they cite, 21 not." in mesh("policy", "list").out


def test_test_runs_the_examples_and_says_no_where_an_own_rule_is_not_as_it_says(mesh: Mesh, shop: Path) -> None:
    said = mesh("policy", "test", "--pack", "GDPR", "--json")
    assert (said.code, said.json["failed"]) == (0, [])
    (shop / "governance/packs").mkdir()
    (shop / "governance/packs/house.yaml").write_text(
        "pack: HOUSE\nrules:\n- {id: HOUSE-01, title: t, source: s, remedy: r, demand: {tags: [owner]},\n"
        "   vectors: [{says: no tag, passes: true}, {says: none either, passes: false}]}\n"
    )
    said = mesh("policy", "test", "--pack", "HOUSE", "--json")
    assert said.code == 1
    assert [one["says"] for one in said.json["failed"]] == ["no tag"]


def test_a_pack_of_the_organisation_that_is_refused_is_told_wherever_its_rules_would_be(mesh: Mesh, shop: Path) -> None:
    (shop / "governance/packs").mkdir()
    (shop / "governance/packs/house.yaml").write_text(
        "pack: HOUSE\nrules:\n- {id: HOUSE-01, title: t, source: s, remedy: r, demand: {tagz: [owner]},\n"
        "   vectors: [{says: a tag, passes: true}, {says: none, passes: false}]}\n"
    )
    for call in (("list",), ("test",), ("show", "GDPR-35"), ("explain", KEY), ("coverage",)):
        said = mesh("policy", *call, "--json")
        assert (said.code, said.json["error"]["where"].partition(":")[0]) == (1, "governance/packs/house.yaml"), call
        assert "tagz" in said.json["error"]["why"]


def test_a_pack_that_there_is_not_is_an_error_and_not_an_empty_list(mesh: Mesh) -> None:
    for call in ("list", "test"):
        said = mesh("policy", call, "--pack", "nosuch", "--json")
        assert (said.code, said.json["error"]["rule"]) == (4, "POLICY-05")
        assert "HIPAA" in said.json["error"]["fix"]


def test_explain_tells_what_each_rule_of_the_binding_packs_says_of_a_product(mesh: Mesh) -> None:
    found = mesh("policy", "explain", KEY, "--json").json
    assert "GDPR" in found["packs"]
    assert found["bound"]["CORE"] == "it binds everywhere"
    assert "GDPR: it lies in " in mesh("policy", "explain", KEY).out
    by = {one["rule"]: one for one in found["rules"]}
    assert by["GDPR-7-3"]["state"] == "enforced"
    assert by["GDPR-33"]["state"] == "enforced" and by["SOV-2"]["state"] == "not evaluated"
    assert "does not apply" not in {one["state"] for one in found["rules"]}


def test_coverage_counts_pairs_of_rule_and_product(mesh: Mesh) -> None:
    found = mesh("policy", "coverage", "--json").json
    assert found["packs"]["GDPR"]["states"]["enforced"] > 0
    assert KEY in found["products"]
    said = mesh("policy", "coverage").out
    assert "nobody has judged yet" in said and "Binding no product here" in said


def test_coverage_adds_up_and_the_terminal_says_what_the_json_says(mesh: Mesh) -> None:
    found = mesh("policy", "coverage", "--json").json
    pairs = [one for said in found["products"].values() for one in said if one["state"] != "does not apply"]
    assert found["totals"]["pairs"] == len(pairs) == sum(entry["totals"]["pairs"] for entry in found["packs"].values())
    for said in (found["totals"], *(entry["totals"] for entry in found["packs"].values())):
        assert said["automatic"] == said["by_files"] + said["by_rows"] + said["run_time"] + said["broken"]
        assert said["person"] == said["attested"] + said["asks_a_person"]
        assert said["open"] == said["waits_for_rows"] + said["nobody"]
        assert said["pairs"] == said["automatic"] + said["person"] + said["open"]
    states = Counter(one["state"] for one in pairs)
    assert states == sum((Counter(entry["states"]) for entry in found["packs"].values()), Counter())
    assert (
        found["totals"]["asks_a_person"] + found["totals"]["open"]
        == states["not evaluated"]
        == sum(one["products"] for one in found["left"])
    )
    assert found["totals"]["asks_a_person"] > 0 and found["totals"]["waits_for_rows"] > 0
    told = mesh("policy", "coverage").out
    for name in ("automatic", "person", "open"):
        assert re.search(rf"^  {found['totals'][name]:,} ", told, re.MULTILINE), (name, told)
    for pack, entry in found["packs"].items():
        if entry["totals"]["pairs"]:
            numbers = [
                entry["rules"],
                entry["products"],
                *(entry["totals"][name] for name in ("by_files", "by_rows", "run_time", "broken", "person", "open")),
            ]
            assert re.search(rf"^ {pack} +" + " +".join(map(str, numbers)) + r" *$", told, re.MULTILINE), (pack, told)
    assert f"{KEY} is not published as its files stand" in told


def test_coverage_names_the_command_that_comes_next_for_rows_that_nobody_judged(mesh: Mesh, shop: Path) -> None:
    assert f"wait for its rows: mesh run {KEY}" in mesh("policy", "coverage").out
    write_product(shop, KEY, descriptor() | {"retention": None})
    assert f"wait for its rows: mesh check {KEY}" in mesh("policy", "coverage").out


def test_what_a_published_product_has_unjudged_waits_for_no_publication() -> None:
    said = {
        "a/b": [
            {"rule": "R-1", "pack": "P", "state": "not evaluated", "why": "w"},
            {"rule": "R-2", "pack": "P", "state": "not evaluated", "why": "w"},
        ]
    }
    assert [kind for _, _, kind in pairs(said, {"R-2"}, {"a/b"})] == ["nobody", "asks a person"]
    assert [one["waits_for"] for one in left([*pairs(said, {"R-2"}, ())])] == ["publication", "attestation"]


def test_on_a_terminal_of_100_columns_nothing_is_cut_or_broken_within_a_word(shop: Path) -> None:
    for call in (("coverage",), ("list", "--pack", "SOVEREIGNTY", "--pack", "US-STATES")):
        with terminal(shop, "policy", *call, columns=100) as screen:
            assert screen.ended() == 0
        rows = screen.shown.splitlines()
        assert max(len(row) for row in rows if row.startswith(" ")) <= 100, call
        heads = next(row for row in rows if row.split()[:1] in (["pack"], ["rule"]))
        wanted = ["broken", "a person", "nobody"] if call == ("coverage",) else ["verdict", "upheld by", "waivable"]
        assert all(name in heads for name in wanted), heads
        assert "SOVEREIGNTY" in screen.shown


def test_wide_lists_each_rule_on_one_line_with_its_day_and_source(mesh: Mesh) -> None:
    narrow, wide = (mesh("policy", "list", "--pack", "GDPR", *more).out for more in ((), ("--wide",)))
    assert max(map(len, narrow.splitlines()[:-2])) <= 100 and "Art. 5(1)(e)" not in narrow
    [line] = [row for row in wide.splitlines() if row.strip().startswith("GDPR-5-1E ")]
    assert "always" in line or re.search(r"\d{4}-\d\d-\d\d", line)
    assert "GDPR" in line.rpartition("  ")[2] or "Art" in line
