"""`mesh fix`: what the scan of a publication found is written into the descriptor, and the next publication passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.clock import utc_now
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.project import put

LETTERS = ProductKey("shop", "letters")
FILE = "domains/shop/letters/product.yaml"
DESCRIPTOR = """\
dataProduct:
  name: Letters
  domain: Shop
  description: One row per letter that came in.
  version: 1.0.0
  purposes: {service.support: contract}
  retention: {period: 2 years, from: ingested, action: delete}
  erasure: {strategy: text_redact}
  sla: {availability: 99, freshness: "< 1 day"}
  qualityMetrics: {completeness: 90}
  source: {path: landing/letters.ndjson, purpose: service.support, basis: contract, notice: n1}
  columns:
    letter: {type: integer, unique: true, sensitivity: internal}   # counted by the door
    payload:
      type: string
      # what the form sent; nobody has looked into it
      sensitivity: internal     # as we were told
"""


def letters(root: Path, rows: int, every: int) -> None:
    """Letters as JSON texts; one in `every` has a mail address in the middle of what it says."""
    topics = ("where is the parcel", "the lid is broken", "please send a bill", "thank you")
    lines = []
    for i in range(rows):
        said = {"form": "web", "topic": topics[i % 4], "lines": [f"order {i % 700} {topics[(i + 1) % 4]}"]}
        if every and i % every == 7:
            said["lines"].append(f"answer to buyer{i}@mailhost.test, not by post")
        lines.append(json.dumps({"letter": i, "payload": json.dumps(said)}))
    put(root / "landing/letters.ndjson", "\n".join(lines) + "\n")


@pytest.fixture
def shop_of_letters(project: Path) -> Path:
    put(project / FILE, DESCRIPTOR)
    letters(project, 300, every=10)
    return project


@pytest.fixture
def runtime(project: Path) -> Iterator[Runtime]:
    with open_runtime(load_settings(project)) as opened:
        yield opened


@pytest.fixture
def run(project: Path, runtime: Runtime) -> Callable[[], Outcome]:
    return lambda: publish(load_mesh(project), LETTERS, runtime)


def test_addresses_in_three_of_a_hundred_letters_are_found_blocked_and_declared_by_the_fix(
    mesh: Mesh, shop_of_letters: Path, run: Callable[[], Outcome]
) -> None:
    letters(shop_of_letters, 100_000, every=33)
    refused = run()
    assert refused.status == "blocked"
    assert {finding.rule for finding in refused.findings if finding.blocks} == {"CORE-02", "CORE-05"}
    for finding in refused.findings:
        assert (finding.where, "EMAIL in 3,030 rows, 3.0%" in finding.why) == (f"{FILE}:{finding.where.rpartition(':')[2]}", True)
        assert "mailhost" not in str(finding)
        assert finding.patch == "payload: {sensitivity: confidential, category: user.content, identifiability: direct}"
        assert finding.patch in finding.fix
    said = mesh("fix", "shop/letters")
    assert (said.code, "1 descriptor is changed" in said.out) == (0, True), said.out + said.err
    expected = DESCRIPTOR.replace(
        "sensitivity: internal     # as we were told\n",
        "sensitivity: confidential     # as we were told\n      identifiability: direct\n      category: user.content\n",
    )
    assert (shop_of_letters / FILE).read_text(encoding="utf-8") == expected
    assert run().status == "published"


def test_advice_on_a_column_knows_what_the_last_scan_found_in_it(
    mesh: Mesh, shop_of_letters: Path, run: Callable[[], Outcome]
) -> None:
    before = mesh("advise", "personal", "shop/letters.payload", "--json")
    assert before.code == 2, "nothing tells yet whether it is personal"
    assert run().status == "blocked"
    after = mesh("advise", "personal", "shop/letters.payload", "--json")
    assert "user.content" in json.dumps(after.json["patch"])


def test_a_dry_run_shows_the_difference_and_writes_nothing(mesh: Mesh, shop_of_letters: Path, run: Callable[[], Outcome]) -> None:
    run()
    said = mesh("fix", "--dry-run", "--json")
    (product,) = said.json["products"]
    assert (said.json["written"], product["product"], list(product["changes"])) == (False, "shop/letters", ["payload"])
    assert said.code == 1
    assert "+      sensitivity: confidential     # as we were told" in product["diff"]
    assert (shop_of_letters / FILE).read_text(encoding="utf-8") == DESCRIPTOR


def test_what_a_higher_label_calls_for_is_left_to_a_person(mesh: Mesh, shop_of_letters: Path, run: Callable[[], Outcome]) -> None:
    put(shop_of_letters / FILE, DESCRIPTOR.replace("  erasure: {strategy: text_redact}\n", ""))
    run()
    said = mesh("fix", "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert [finding["rule"] for finding in said.json["products"][0]["left"]] == ["CORE-10"]


def test_a_patch_of_other_files_than_these_is_not_written(mesh: Mesh, shop_of_letters: Path, run: Callable[[], Outcome]) -> None:
    run()
    changed = DESCRIPTOR.replace("2 years", "1 year")
    put(shop_of_letters / FILE, changed)
    said = mesh("fix", "--json")
    assert [finding["rule"] for finding in said.json["products"][0]["left"]] == ["FIX-01"]
    assert (shop_of_letters / FILE).read_text(encoding="utf-8") == changed


def test_a_patch_that_no_machine_can_write_is_told(mesh: Mesh, shop_of_letters: Path, run: Callable[[], Outcome]) -> None:
    head, _, _ = DESCRIPTOR.partition("  columns:")
    aliased = f"{head}  columns:\n    letter: {{type: integer, sensitivity: internal}}\n    other: &text {{type: string, sensitivity: internal, nullable: true}}\n    payload: *text\n"
    put(shop_of_letters / FILE, aliased)
    put(
        shop_of_letters / "domains/shop/letters/transform.sql",
        "SELECT letter, payload, CAST(NULL AS VARCHAR) AS other FROM source\n",
    )
    assert run().status == "blocked"
    said = mesh("fix", "--json")
    (left,) = said.json["products"][0]["left"]
    assert (said.code, left["rule"], "payload: {" in left["fix"]) == (1, "FIX-02", True)
    assert (shop_of_letters / FILE).read_text(encoding="utf-8") == aliased


def test_what_the_files_alone_say_is_fixed_before_any_publication(mesh: Mesh, shop_of_letters: Path) -> None:
    told = DESCRIPTOR.replace("payload:\n", "email: {type: string, sensitivity: internal}\n    payload:\n")
    put(shop_of_letters / FILE, told)
    put(
        shop_of_letters / "governance/policies.yaml",
        "governancePolicies:\n  dataClassification:\n    rules:\n    - {pattern: email, classification: PII.Contact}\n",
    )
    (finding,) = [one for one in mesh("check", "shop/letters", "--json").json["findings"] if one["rule"] == "CORE-05"]
    assert "`mesh fix shop/letters` writes `email: {sensitivity: confidential}`" in finding["fix"]
    said = mesh("fix", "shop/letters")
    assert "1 descriptor is changed" in said.out, said.out + said.err
    assert "email: {type: string, sensitivity: confidential}" in (shop_of_letters / FILE).read_text(encoding="utf-8")


def test_what_keeps_a_product_back_and_has_no_patch_is_left_and_not_called_nothing(mesh: Mesh, shop_of_letters: Path) -> None:
    kept = DESCRIPTOR.replace("  retention: {period: 2 years, from: ingested, action: delete}\n", "")
    put(shop_of_letters / FILE, kept.replace("sensitivity: internal     #", "sensitivity: confidential     #"))
    said = mesh("fix", "shop/letters", "--json")
    assert (said.code, [one["rule"] for one in said.json["products"][0]["left"]]) == (1, ["CORE-03"])
    said = mesh("fix", "shop/letters")
    assert "Left for a person" in said.out and "Nothing was written" in said.out


def test_nothing_to_fix_is_said(mesh: Mesh, shop_of_letters: Path) -> None:
    said = mesh("fix")
    assert (said.code, "Nothing to fix" in said.out) == (0, True)


STAYS = """\
dataProduct:
  name: Letters
  domain: Shop
  description: Stays for research.
  version: 1.0.0
  purposes: {service.support: contract}
  privacy: {claim: safe_harbor, records: [nobody-knows], condition: health_care}
  retention: {period: 2 years, from: ingested, action: delete}
  erasure: {strategy: not_applicable, reason: It names nobody.}
  sla: {availability: 99, freshness: "< 1 day"}
  qualityMetrics: {completeness: 90}
  source: {path: landing/stays.csv, purpose: service.support, basis: contract, notice: n1}
  columns:
    admitted: {type: date, sensitivity: restricted}   # as the ward wrote it
    zip: {type: string, sensitivity: restricted, category: user.contact.address.postal_code}
"""
TODAY = utc_now().date()
RECORD = f"{{kind: actual_knowledge, about: [shop/letters], by: privacy@example.com, on: {TODAY}, expires: {TODAY + timedelta(days=300)}}}"


def test_a_safe_harbor_extract_with_days_and_whole_zip_codes_passes_after_the_fix(
    mesh: Mesh, project: Path, run: Callable[[], Outcome]
) -> None:
    put(project / "governance/register.yaml", f"register: {{nobody-knows: {RECORD}}}\n")
    put(project / FILE, STAYS)
    put(project / "landing/stays.csv", "admitted,zip\n" + "".join(f"2024-0{1 + i % 9}-15,90210\n" for i in range(60)))
    refused = run()
    assert {one.rule for one in refused.findings if one.blocks} == {"HIPAA-514B2-B", "HIPAA-514B2-C"}
    said = mesh("fix", "shop/letters")
    assert said.code == 0, said.out + said.err
    text = (project / FILE).read_text(encoding="utf-8")
    assert "admitted: {type: date, sensitivity: restricted, coarsen: year}   # as the ward wrote it" in text
    assert "postal_code, coarsen: zip3}" in text
    assert run().status == "published"


CARDS = """\
dataProduct:
  name: Letters
  domain: Shop
  description: Cards on file.
  version: 1.0.0
  purposes: {service.support: contract}
  retention: {period: 2 years, from: ingested, action: delete, grace: 1 year}   # the bank wanted it
  erasure: {strategy: not_applicable, reason: The numbers are cut.}
  sla: {availability: 99, freshness: "< 1 day"}
  qualityMetrics: {completeness: 90}
  source: {path: landing/cards.csv, purpose: service.support, basis: contract, notice: n1}
  columns:
    card: {type: string, sensitivity: restricted, category: user.financial.card.pan, identifiability: none, mask: bin_last4}
"""


def test_card_numbers_that_may_stay_for_a_year_too_long_pass_after_the_fix(
    mesh: Mesh, project: Path, run: Callable[[], Outcome]
) -> None:
    put(project / FILE, CARDS)
    put(project / "landing/cards.csv", "card\n" + "411111******1111\n" * 40)
    assert {one.rule for one in run().findings if one.blocks} == {"PCI-3.2.1"}
    said = mesh("fix", "shop/letters", "--json")
    assert (said.code, said.json["products"][0]["parts"]) == (0, {"retention": {"grace": "90 days"}}), said.out
    assert "action: delete, grace: 90 days}   # the bank wanted it" in (project / FILE).read_text(encoding="utf-8")
    assert run().status == "published"
