"""`mesh review` and `mesh token`: who is signed in, what waits, and what a decision does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.access import real_user
from mesh_platform.errors import Unavailable
from mesh_platform.product import Product, ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.project import put
from tests.cli.signing import OTHER_ISSUER, trust_a_provider

WHY = ("--reason", "needed for delivery")


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESH_TOKEN", raising=False)


@pytest.fixture
def changed(published: Path) -> Path:
    """The shop, published, and then changed: people are kept for longer."""
    keep_for(published, "5 years")
    return published


def keep_for(root: Path, period: str) -> None:
    file = root / "domains/shop/customers/product.yaml"
    text, times = re.subn(r"\{period: \d years", f"{{period: {period}", file.read_text(encoding="utf-8"))
    assert times == 1
    file.write_text(text, encoding="utf-8")


def spec_hash(root: Path) -> str:
    return load_mesh(root).products[ProductKey("shop", "customers")].spec_hash


def run(root: Path) -> str:
    with open_runtime(load_settings(root)) as runtime:
        return publish(load_mesh(root), ProductKey("shop", "customers"), runtime).status.value


class TestSigningIn:
    def test_a_principal_is_worn_by_the_real_user(self, mesh: Mesh, project: Path) -> None:
        found = mesh("token", "issue", "privacy-engineer", "--json").json
        assert found["actor"]["impersonated_by"] == real_user()
        assert "token" not in found
        shown = mesh("token", "show", "--json").json
        assert (shown["name"], shown["roles"], shown["impersonated_by"]) == ("privacy-engineer", ["privacy"], real_user())

    def test_the_token_is_the_owner_s_alone_and_can_be_forgotten(self, mesh: Mesh, project: Path) -> None:
        mesh("token", "issue", "privacy-engineer")
        assert (project / ".mesh/keys/development-token").stat().st_mode & 0o777 == 0o600
        assert mesh("token", "forget").code == 0
        said = mesh("token", "show", "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-01")

    def test_forgetting_tells_that_a_token_of_the_environment_still_counts(
        self, mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MESH_TOKEN", mesh("token", "issue", "examiner", "--print").out.strip())
        assert mesh("token", "forget", "--json").json == {"forgotten": False, "still_signed_in": True}
        mesh("token", "issue", "privacy-engineer")
        said = mesh("token", "forget").out
        assert "MESH_TOKEN still counts" in said and "Signed out" not in said
        monkeypatch.delenv("MESH_TOKEN")
        assert mesh("token", "forget", "--json").json == {"forgotten": False, "still_signed_in": False}

    def test_a_token_of_the_environment_goes_first(self, mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        mesh("token", "issue", "privacy-engineer")
        monkeypatch.setenv("MESH_TOKEN", mesh("token", "issue", "examiner", "--print").out.strip())
        assert mesh("token", "show", "--json").json["name"] == "examiner"
        assert "MESH_TOKEN is set and goes first" in mesh("token", "issue", "privacy-engineer").out
        monkeypatch.setenv("MESH_TOKEN", "nonsense")
        said = mesh("token", "show")
        assert (said.code, "came from MESH_TOKEN" in said.err) == (3, True)

    def test_whoever_is_refused_is_told_who_may(self, mesh: Mesh, project: Path) -> None:
        for worn in ((), ("--as", "sales-analyst")):
            said = mesh("review", "reject", "shop/customers", "--hash", "0" * 12, *WHY, *worn)
            assert (said.code, "is with data-steward, privacy-engineer" in said.err) == (3, True), said.err
        assert "Did you mean privacy-engineer?" in mesh("token", "show", "--as", "privacy").err

    def test_a_name_may_be_worn_for_one_command(self, mesh: Mesh, project: Path) -> None:
        assert mesh("token", "show", "--as", "sales-analyst", "--json").json["domains"] == ["sales"]
        said = mesh("token", "show", "--as", "root", "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-05")

    def test_with_an_identity_provider_no_name_can_be_worn(
        self, mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mesh("token", "issue", "privacy-engineer")
        token = trust_a_provider(project, "dana@example.com", ["privacy"])
        for arguments in (("token", "show", "--as", "privacy-engineer"), ("token", "issue", "privacy-engineer")):
            assert mesh(*arguments, "--json").json["error"]["rule"] == "AUTH-09"
        assert mesh("token", "show", "--json").json["error"]["rule"] == "AUTH-01", (
            "the development token lies there and counts for nothing"
        )
        monkeypatch.setenv("MESH_TOKEN", token)
        shown = mesh("token", "show", "--json").json
        assert (shown["name"], shown["impersonated_by"]) == ("dana@example.com", None)
        assert OTHER_ISSUER not in mesh("token", "show").out


class TestReview:
    def test_nothing_waits_in_a_mesh_that_was_never_published(self, mesh: Mesh, shop: Path) -> None:
        assert mesh("review", "list", "--json").json == []
        assert "Nothing is published yet" in mesh("review", "list").out
        assert not (shop / ".mesh").exists()

    def test_a_change_that_waits_is_listed_and_shown_with_what_to_do(self, mesh: Mesh, changed: Path) -> None:
        (found,) = mesh("review", "list", "--json").json
        assert (found["product"], found["standing"], found["spec_hash"]) == ("shop/customers", "waiting", spec_hash(changed))
        assert {change["kind"] for change in found["changes"]} >= {"privacy-relevant"}
        said = mesh("review", "show", "shop/customers").out
        assert "needs a review" in said
        assert f"mesh review approve shop/customers --hash {spec_hash(changed)[:12]}" in said
        assert f"governance/reviews/shop/customers/{spec_hash(changed)}.yaml" in said

    def test_approved_it_is_published_and_its_task_is_resolved(self, mesh: Mesh, changed: Path) -> None:
        assert run(changed) == "blocked"
        (task,) = mesh("task", "list", "--json").json
        assert (task["kind"], task["product"], task["role"]) == ("review", "shop/customers", "privacy")
        hash = spec_hash(changed)[:12]
        said = mesh("review", "approve", "shop/customers", "--hash", hash, *WHY, "--as", "privacy-engineer", "--json")
        assert (said.code, said.json["standing"]) == (0, "approved")
        assert said.json["reviews"][0]["person"] == real_user()
        assert mesh("task", "list", "--json").json == []
        shown = mesh("task", "show", str(task["id"]), "--json").json
        assert (shown["resolved_by"], shown["resolved_person"]) == ("privacy-engineer", real_user())
        assert run(changed) == "published"
        assert mesh("review", "list", "--json").json == []

    def test_check_asks_for_the_review_where_a_served_version_is_known(self, mesh: Mesh, changed: Path, tmp_path: Path) -> None:
        said = mesh("check", "shop/customers", "--json")
        assert said.code == 1
        assert "CORE-16" in {finding["rule"] for finding in said.json["findings"]}
        (changed / ".mesh").rename(tmp_path / "home")
        offline = mesh("check", "shop/customers", "--json")
        assert "CORE-16" not in {finding["rule"] for finding in offline.json["findings"]}
        assert "CORE-16" in {entry["rule"] for entry in offline.json["not_evaluated"]}

    def test_a_key_service_that_is_away_is_waited_for_once_and_nothing_counts_as_reviewed(
        self, mesh: Mesh, changed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Product] = []

        def away(*facts: Any) -> None:
            asked.append(facts[3])
            raise Unavailable.because("KEY-05", "the keys", "The service does not answer.", "Wait.")

        monkeypatch.setattr("mesh_platform.cli.known._known", away)
        answer = mesh("check", "--json").json
        assert len(asked) == 1
        assert {e["product"] for e in answer["not_evaluated"] if e["rule"] == "CORE-16"} == {"shop/customers", "shop/orders"}

    @pytest.mark.nightly
    def test_products_says_what_check_says_before_and_after_the_review(self, mesh: Mesh, changed: Path) -> None:
        assert run(changed) == "blocked"
        for _ in range(2):
            statuses = {one["product"]: one["status"] for one in mesh("products", "--json").json}
            blocked = {one["product"] for one in mesh("check", "--json").json["findings"] if one["severity"] == "block"}
            assert {product for product, status in statuses.items() if status == "blocked"} == blocked
            mesh("review", "approve", "shop/customers", "--hash", spec_hash(changed), *WHY, "--as", "privacy-engineer")
        assert blocked == set()

    @pytest.mark.nightly
    def test_the_reader_of_a_change_that_waits_is_held_to_what_is_served(self, mesh: Mesh, changed: Path) -> None:
        contract = "  dataContracts:\n    - {consumer: desk, purpose: service.orders, fields: [customer_id, email]}\n"
        file = changed / "domains/shop/customers/product.yaml"
        file.write_text(file.read_text(encoding="utf-8") + contract, encoding="utf-8")
        put(changed / "domains/desk/domain.yaml", "owner: desk-team@example.com\nregion: westeurope\n")
        put(
            changed / "domains/desk/mails/product.yaml",
            """\
            dataProduct:
              name: Mails
              domain: desk
              version: 1.0.0
              inputs: [{product: shop/customers, purpose: service.orders, fields: [customer_id, email]}]
              columns:
                email: {type: string, sensitivity: restricted, category: user.contact.email, subject: email}
            """,
        )
        put(changed / "domains/desk/mails/transform.sql", "SELECT email FROM customers\n")

        def contracts() -> list[str]:
            findings = mesh("check", "desk", "--json").json["findings"]
            return [finding["why"] for finding in findings if finding["rule"] == "CORE-09"]

        (why,) = contracts()
        assert "shop/customers as served" in why
        mesh("review", "approve", "shop/customers", "--hash", spec_hash(changed), *WHY, "--as", "privacy-engineer")
        assert contracts() == []

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("principal", "rule"), [("sales-analyst", "AUTH-02"), ("examiner", "AUTH-02"), ("data-steward", "REVIEW-01")]
    )
    def test_whoever_has_not_the_role_there_is_refused(self, mesh: Mesh, changed: Path, principal: str, rule: str) -> None:
        hash = spec_hash(changed)[:12]
        for verdict in ("approve", "reject"):
            said = mesh("review", verdict, "shop/customers", "--hash", hash, *WHY, "--as", principal, "--json")
            assert (said.code, said.json["error"]["rule"]) == (3, rule)

    @pytest.mark.nightly
    def test_nobody_decides_unsigned(self, mesh: Mesh, changed: Path) -> None:
        said = mesh("review", "approve", "shop/customers", "--hash", spec_hash(changed), *WHY)
        assert said.code == 3
        assert "AUTH-01" in said.err

    def test_what_changed_since_it_was_looked_at_is_not_approved(self, mesh: Mesh, changed: Path) -> None:
        seen = spec_hash(changed)[:12]
        keep_for(changed, "7 years")
        said = mesh("review", "approve", "shop/customers", "--hash", seen, *WHY, "--as", "privacy-engineer", "--json")
        assert (said.code, said.json["error"]["rule"]) == (1, "REVIEW-05")
        assert mesh("review", "show", "shop/customers", "--json").json["approved_by"] == []

    @pytest.mark.nightly
    def test_a_short_hash_is_refused(self, mesh: Mesh, changed: Path) -> None:
        said = mesh("review", "approve", "shop/customers", "--hash", spec_hash(changed)[:7], *WHY, "--as", "privacy-engineer")
        assert said.code == 2

    @pytest.mark.nightly
    def test_one_person_in_two_personas_approving_twice_is_refused(self, mesh: Mesh, changed: Path) -> None:
        roles = changed / "governance/roles.yaml"
        roles.write_text(
            roles.read_text(encoding="utf-8").replace("domains: [customer, payments", "domains: [shop, customer, payments"),
            encoding="utf-8",
        )
        policies = changed / "governance/policies.yaml"
        policies.write_text(policies.read_text(encoding="utf-8") + "  reviews: {approvals: 2}\n", encoding="utf-8")
        arguments = ("shop/customers", "--hash", spec_hash(changed), *WHY)
        assert mesh("review", "approve", *arguments, "--as", "privacy-engineer", "--json").json["standing"] == "waiting"
        mesh("token", "issue", "data-steward")
        said = mesh("review", "approve", *arguments, "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "REVIEW-02")
        assert run(changed) == "blocked"

    def test_who_decides_is_told_from_what_to_what_it_changes(self, mesh: Mesh, changed: Path) -> None:
        (one,) = mesh("review", "show", "shop/customers", "--json").json["changes"]
        assert one["values"].endswith("→ 5 years")
        shown = mesh("review", "show", "shop/customers").out
        assert one["values"] in shown and "--as NAME" in shown

    @pytest.mark.nightly
    def test_the_same_approval_once_more_is_told_kindly(self, mesh: Mesh, changed: Path) -> None:
        arguments = ("review", "approve", "shop/customers", "--hash", spec_hash(changed), *WHY, "--as", "privacy-engineer")
        assert (mesh(*arguments).code, "was recorded before" in (again := mesh(*arguments)).out) == (0, True)
        assert again.code == 0
        assert mesh("task", "list", "--kind", "audit_flag", "--json").json == []

    @pytest.mark.nightly
    def test_an_approval_of_rejected_files_says_that_the_rejection_holds(self, mesh: Mesh, changed: Path) -> None:
        arguments = ("shop/customers", "--hash", spec_hash(changed), *WHY)
        assert "holds until the files change" in mesh("review", "reject", *arguments, "--as", "privacy-engineer").out
        said = mesh("review", "approve", *arguments, "--as", "privacy-engineer")
        assert (said.code, "The rejection of privacy-engineer holds" in said.out) == (1, True)

    @pytest.mark.nightly
    def test_an_approval_of_other_files_is_told_with_theirs(self, mesh: Mesh, changed: Path) -> None:
        approved = spec_hash(changed)
        mesh("review", "approve", "shop/customers", "--hash", approved, *WHY, "--as", "privacy-engineer")
        keep_for(changed, "7 years")
        (earlier,) = mesh("review", "show", "shop/customers", "--json").json["earlier"]
        assert (earlier["spec_hash"], earlier["by"]) == (approved, "privacy-engineer")
        assert f"another hash, {approved[:12]}" in mesh("review", "show", "shop/customers").out

    @pytest.mark.nightly
    def test_files_that_no_commit_holds_are_to_be_committed_first(self, mesh: Mesh, changed: Path) -> None:
        subprocess.run(["git", "init", "--quiet", str(changed)], check=True)
        assert mesh("review", "show", "shop/customers", "--json").json["committed"] is False
        assert "Commit the files first" in mesh("review", "show", "shop/customers").out

    @pytest.mark.nightly
    def test_a_rejection_is_told(self, mesh: Mesh, changed: Path) -> None:
        said = mesh("review", "reject", "shop/customers", "--hash", spec_hash(changed), *WHY, "--as", "privacy-engineer")
        assert "rejected" in said.out
        assert "reject: privacy-engineer" in mesh("review", "show", "shop/customers").out
        assert run(changed) == "blocked"

    @pytest.mark.nightly
    def test_what_needs_no_review_gets_none(self, mesh: Mesh, changed: Path) -> None:
        key, orders = ProductKey("shop", "orders"), load_mesh(changed)
        arguments = ("shop/orders", "--hash", orders.products[key].spec_hash, *WHY, "--as", "privacy-engineer", "--json")
        assert mesh("review", "approve", *arguments).json["error"]["rule"] == "REVIEW-06"

    def test_what_was_never_published_has_nothing_to_compare_with(self, mesh: Mesh, shop: Path) -> None:
        said = mesh("review", "show", "shop/customers", "--json")
        assert (said.code, said.json["error"]["rule"]) == (4, "REVIEW-04")
