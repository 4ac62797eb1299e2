"""`mesh classify review` and what follows from it: a person's word on what the scan found, and on what it did not."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.actor import Actor
from mesh_platform.classify.doubt import features
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, open_runtime, publish
from mesh_platform.registry.label_values import Label, Source, Verdict
from mesh_platform.registry.labels import Labels
from mesh_platform.settings import load_settings
from mesh_platform.state import open_state
from tests.cli.conftest import Mesh
from tests.cli.project import put

DESK = ProductKey("shop", "desk")
FILE = "domains/shop/desk/product.yaml"
DESCRIPTOR = """\
dataProduct:
  name: Desk
  domain: Shop
  description: One row per visit at the desk.
  version: 1.0.0
  purposes: {service.support: contract}
  retention: {period: 2 years, from: ingested, action: delete}
  erasure: {strategy: text_redact}
  sla: {availability: 99, freshness: "< 1 day"}
  qualityMetrics: {completeness: 90}
  source: {path: landing/desk.ndjson, purpose: service.support, basis: contract, notice: n1}
  columns:
    visit: {type: integer, unique: true, sensitivity: internal}
    clerk: {type: string, sensitivity: confidential, category: user.content}
    shelf: {type: string, sensitivity: internal}
    ticket: {type: string, sensitivity: internal}
"""
CLERKS = ("Ana Silva", "Ben Carter", "Eva Novak", "Otto Brandt", "Mia Rossi", "Jan Kowalski", "Lea Dubois", "Tom Baker")
AS = ("--as", "privacy-engineer")


def visits(root: Path, ticket: str = "T{0:05d}", shelf: str = "shelf {0}") -> None:
    rows = (
        {
            "visit": i,
            "clerk": CLERKS[i % 8],
            "shelf": shelf.format(i % 9),
            "ticket": ticket.format(i, i * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128),
        }
        for i in range(200)
    )
    put(root / "landing/desk.ndjson", "".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def desk(project: Path) -> Path:
    put(project / FILE, DESCRIPTOR)
    visits(project)
    return project


def run(root: Path) -> Outcome:
    with open_runtime(load_settings(root)) as runtime:
        return publish(load_mesh(root), DESK, runtime)


def listed(mesh: Mesh, *more: str) -> list[dict[str, Any]]:
    said = mesh("classify", "review", "--json", *more)
    assert said.code == 0
    found: list[dict[str, Any]] = said.json
    return found


def test_nothing_waits_before_anything_was_scanned(mesh: Mesh, desk: Path) -> None:
    assert listed(mesh) == []
    assert "No column was scanned yet" in mesh("classify", "review").out
    assert not (desk / ".mesh").exists()


@pytest.mark.nightly
def test_a_doubtful_finding_waits_until_somebody_confirms_it(mesh: Mesh, desk: Path) -> None:
    assert run(desk).status == "published"
    [waits] = listed(mesh)
    assert (waits["product"], waits["column"], waits["kind"], waits["label"]) == ("shop/desk", "clerk", "PERSON", None)
    said = mesh("classify", "confirm", waits["id"], "--reason", "they sign with their names", *AS, "--json")
    assert (said.code, said.json["verdict"], said.json["source"], said.json["by"]) == (0, "confirm", "review", "privacy-engineer")
    assert listed(mesh) == []
    run(desk)
    assert listed(mesh) == []
    assert {one["label"] for one in listed(mesh, "--all") if one["column"] == "clerk"} == {"confirm"}


@pytest.mark.nightly
def test_what_the_descriptor_declares_already_waits_for_nobody(mesh: Mesh, desk: Path) -> None:
    put(desk / FILE, DESCRIPTOR.replace("user.content", "user.name"))
    run(desk)
    assert listed(mesh) == []
    assert [(one["column"], one["declared"]) for one in listed(mesh, "--all") if one["kind"]] == [("clerk", True)]


@pytest.mark.nightly
def test_nobody_labels_without_the_role_and_the_entry(mesh: Mesh, desk: Path) -> None:
    run(desk)
    [waits] = listed(mesh)
    reason = ("--reason", "no")
    assert mesh("classify", "confirm", waits["id"], *reason).code == 3
    assert mesh("classify", "confirm", waits["id"], *reason, "--as", "customer-owner").code == 3
    assert mesh("classify", "confirm", waits["id"], *reason, "--as", "data-steward").code == 3  # not a steward of the shop
    assert mesh("classify", "confirm", "00000000", *reason, *AS).code == 4
    assert mesh("classify", "missed", waits["id"], "PHONE", *reason, *AS).code == 2
    assert mesh("classify", "missed", "shop/desk.shelf", "SHOE_SIZE", *reason, *AS).code == 2
    assert mesh("classify", "confirm", "shop/desk.shelf", *reason, *AS).code == 2
    assert mesh("classify", "reject", "shop/desk.clerk", *reason, *AS).code == 2  # something was found there: which of it?
    assert mesh("classify", "missed", "shop/desk.clerk", "PERSON", *reason, *AS).code == 2
    assert [one["label"] for one in listed(mesh, "--all")] == [None] * 4


@pytest.mark.nightly
def test_a_kind_that_was_missed_beside_one_that_was_found_blocks_too(mesh: Mesh, desk: Path) -> None:
    run(desk)
    assert mesh("classify", "missed", "shop/desk.clerk", "CREDIT_CARD", "--reason", "typed in by mistake", *AS).code == 0
    assert {finding.rule for finding in run(desk).findings if finding.blocks} == {"CORE-05"}


@pytest.mark.nightly
def test_a_rejection_opens_no_gate_and_names_the_verdict_that_does_once_it_is_reviewed(mesh: Mesh, desk: Path) -> None:
    put(desk / FILE, DESCRIPTOR.replace("sensitivity: confidential, category: user.content", "sensitivity: internal"))
    assert run(desk).status == "blocked"
    [waits] = listed(mesh)
    said = mesh("classify", "reject", waits["id"], "--reason", "names of robots", *AS, "--json")
    assert (said.code, said.json["line"]) == (0, "verdicts: {PERSON: {upTo: 100, reason: …}}")
    assert run(desk).status == "blocked"
    assert listed(mesh) == []
    told = said.json["line"].replace("…", "names of robots")
    lowered = f"sensitivity: internal, {told}"
    put(desk / FILE, DESCRIPTOR.replace("sensitivity: confidential, category: user.content", lowered))
    refused = run(desk)
    assert [finding.rule for finding in refused.findings if finding.blocks] == ["CORE-16"]


def test_columns_drawn_by_lot_wait_for_a_word_and_their_misses_count(mesh: Mesh, desk: Path) -> None:
    run(desk)
    drawn = mesh("classify", "sample", "--n", "2", *AS, "--json").json
    assert (len(drawn["drawn"]), drawn["drawn_from"], drawn["seed"] >= 0) == (2, 3, True)
    assert mesh("classify", "sample", *AS, "--json").json["drawn_from"] == 1
    assert mesh("classify", "sample", *AS).out == "No column found clean is left to draw.\n"
    lots = {one["column"]: one["id"] for one in listed(mesh) if one["source"] == "audit sample"}
    assert lots.keys() == {"visit", "shelf", "ticket"}
    assert mesh("classify", "reject", lots["visit"], "--reason", "a counter", *AS).code == 0
    assert mesh("classify", "reject", lots["ticket"], "--reason", "a counter", *AS).code == 0
    assert mesh("classify", "missed", lots["shelf"], "PERSON", "--reason", "shelves have names", *AS).code == 0
    assert [one["column"] for one in listed(mesh)] == ["clerk"]
    everything = next(one for one in mesh("classify", "evaluate", "--json").json if one["by"] == "all")
    assert (everything["domain"], everything["sample"]["judged"], everything["sample"]["misses"]) == ("shop", 3, 1)
    assert everything["sample"]["miss_rate"]["too_few"]
    assert everything["sample"]["estimated_recall"]["value"] == 0.5
    assert everything["labels"]["precision"]["n"] == 0


@pytest.mark.nightly
def test_what_a_person_found_is_found_from_the_next_publication_on(mesh: Mesh, desk: Path) -> None:
    assert run(desk).status == "published"
    said = mesh("classify", "missed", "shop/desk.shelf", "PERSON", "--reason", "shelves have names", *AS, "--json")
    assert said.json["line"] == "sensitivity: confidential, category: user.name, identifiability: direct"
    refused = run(desk)
    assert refused.status == "blocked"
    assert {finding.rule for finding in refused.findings if finding.blocks} == {"CORE-02", "CORE-05"}
    assert all("a person found it there" in finding.why for finding in refused.findings if finding.blocks)
    put(
        desk / FILE,
        DESCRIPTOR.replace("shelf: {type: string, sensitivity: internal}", f"shelf: {{type: string, {said.json['line']}}}"),
    )
    assert run(desk).status == "published"


def test_figures_by_month_and_scanner_come_with_their_intervals(mesh: Mesh, desk: Path) -> None:
    assert "Nobody has labelled anything yet" in mesh("classify", "evaluate").out
    run(desk)
    [waits] = listed(mesh)
    mesh("classify", "confirm", waits["id"], "--reason", "yes", *AS)
    mesh("classify", "missed", "shop/desk.shelf", "PERSON", "--reason", "names", *AS)
    found = mesh("classify", "evaluate", "--json").json
    assert [one["by"] for one in found] == ["all", "month", "scanner"]
    for one in found:
        assert one["labels"]["precision"] == {"value": 1.0, "low": 0.2065, "high": 1.0, "n": 1, "too_few": True}
        assert one["labels"]["recall"]["value"] == 0.5
        assert one["sample"]["judged"] == 0
    assert "too few" in mesh("classify", "evaluate").out


@pytest.mark.nightly
def test_nothing_is_learnt_from_too_few_labels_and_there_is_nothing_to_go_back_to(mesh: Mesh, desk: Path) -> None:
    run(desk)
    said = mesh("classify", "train", *AS, "--json")
    assert (said.code, said.json["kept"], said.json["labels"]) == (1, False, 0)
    assert "Too few labels" in said.json["why"]
    assert mesh("classify", "train", "--back", *AS).code == 1
    assert mesh("classify", "train", "--back", "--dry-run", *AS).code == 2
    assert mesh("classify", "train").code == 3


def labelled(root: Path, columns: range) -> None:
    """Words of this site: names that are read in short values are wrong here, those in long ones right."""
    with closing(open_state(load_settings(root))) as database:
        labels = Labels(database)
        for i in columns:
            long = i % 2 == 0
            shape = {"length": 40.0 + i % 9 if long else 4.0 + i % 3, "letters": 0.9}
            numbers = features(shape, ["PERSON"], "PERSON", "read", 0.9)
            said = Verdict.CONFIRM if long else Verdict.REJECT
            at = datetime(2026, 1, 1, tzinfo=UTC)
            one = Label(DESK, f"c{i}", "PERSON", said, f"p{i}", numbers, "s1", Source.REVIEW, "Looked at.", "", "", at)
            labels.give(one, Actor("privacy-engineer", ("privacy",)))


@pytest.mark.nightly
def test_a_model_is_kept_where_it_does_better_ranks_what_waits_and_can_be_taken_back(mesh: Mesh, desk: Path) -> None:
    assert run(desk).status == "published"
    [before] = listed(mesh)
    labelled(desk, range(60))
    tried = mesh("classify", "train", "--dry-run", *AS, "--json")
    assert (tried.code, tried.json["better"], tried.json["kept"], tried.json["compared_on"]) == (0, True, False, 60)
    assert mesh("classify", "train", "--back", *AS).code == 1  # a dry run kept nothing
    kept = mesh("classify", "train", *AS, "--json").json
    assert (kept["kept"], kept["version"]) == (True, 1)
    assert kept["log_loss"]["new"] < kept["log_loss"]["present"]
    assert listed(mesh)[0]["doubt"] > before["doubt"]  # names of nine letters, as those that were rejected
    assert "20 are needed" in mesh("classify", "train", *AS).out
    labelled(desk, range(60, 90))
    again = mesh("classify", "train", *AS, "--json")
    assert again.json["compared_on"] == 30
    assert (again.code == 0) is again.json["kept"] is (again.json["log_loss"]["new"] < again.json["log_loss"]["present"])
    for _ in range(again.json["version"]):
        assert mesh("classify", "train", "--back", *AS).code == 0
    assert listed(mesh)[0]["doubt"] == before["doubt"]


def test_a_retired_product_waits_for_nobody(mesh: Mesh, desk: Path) -> None:
    run(desk)
    assert len(listed(mesh)) == 1
    put(desk / FILE, DESCRIPTOR.replace("version: 1.0.0", "version: 1.0.0\n  status: retired"))
    assert mesh("retire", "shop/desk", "--reason", "closed", "--yes", "--as", "platform-engineer").code == 0
    assert listed(mesh, "--all") == []


def tasks(mesh: Mesh) -> list[tuple[str, str]]:
    found = mesh("task", "list", "--kind", "audit_flag", "--json").json
    return [(one["rule"], one["role"]) for one in found]


@pytest.mark.nightly
def test_random_tokens_that_nobody_explained_ask_for_an_audit_once_and_block_nothing(mesh: Mesh, desk: Path) -> None:
    visits(desk, ticket="{1:032x}")
    assert [run(desk).status, run(desk).status] == ["published"] * 2
    assert tasks(mesh) == [("CLASS-04", "steward")]


def test_a_column_that_is_not_what_it_was_asks_for_an_audit_once(mesh: Mesh, desk: Path) -> None:
    run(desk)
    assert tasks(mesh) == []
    visits(desk, shelf="{0}{0}{0}{0}{0}{0}")
    assert [run(desk).status, run(desk).status] == ["published"] * 2
    assert tasks(mesh) == [("CLASS-05", "steward")]
