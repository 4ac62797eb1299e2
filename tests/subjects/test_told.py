"""What is told beside the rows of an answer, and what is kept back from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mesh_platform.lake import Place
from mesh_platform.policy import Vector
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.product.privacy import Privacy
from mesh_platform.subjects.packages.about import about, decisions_told, lacking
from mesh_platform.subjects.packages.redact import never
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.kinds import Kind, Regime


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "None is recorded"),
        ({"decisions": "sole"}, "alone; no person is recorded who looks at them"),
        ({"decisions": "supports", "humanReview": True}, "in part; a person looks at each"),
    ],
)
def test_an_answer_tells_what_decisions_rest_on_the_rows(said: dict[str, object], told: str) -> None:
    assert told in decisions_told(Privacy.model_validate(said))


def test_numbers_of_medical_records_are_kept_back_under_the_ccpa_alone() -> None:
    for key in ("user.health.record_id", "user.health.insurance_beneficiary_id"):
        assert never(key, Regime.CCPA)
        assert not never(key, Regime.HIPAA) and not never(key)


def test_the_logic_of_a_decision_is_told_where_the_product_says_it() -> None:
    said = decisions_told(
        Privacy.model_validate({"decisions": "sole", "decisionLogic": "Two unpaid invoices close the account."})
    )
    assert "Two unpaid invoices" in said and "Ask the contact" not in said


def test_an_answer_names_categories_recipients_and_what_a_transfer_rests_on() -> None:
    governance = {**recipient(role="processor", country="US", records=["it"]), **record("scc", "mailer")}
    facts = facts_of(Vector("x", True, {"product": OUTSIDE, "governance": governance}))
    held = Held("customer/profiles", Place("westeurope", "customer", "profiles"), facts.descriptor, {}, frozenset(), (1,))
    said = about(held, facts.descriptor, (), (), facts.governance, datetime(2026, 12, 1, tzinfo=UTC), Regime.GDPR)
    assert said["categories"] == ["user.contact.email", "user.unique_id"]
    assert said["recipients"][0] | {"columns": []} == {
        "recipient": "mailer", "purpose": "enrichment", "columns": [], "by": "contract", "role": "processor", "countries": ["US"],
    }  # fmt: skip
    assert said["transfers"] == [{"recipient": "mailer", "country": "US", "rests_on": ["scc"]}]
    whole = {"products": [{"product": "customer/profiles", "about": said, "rows": [{"email": "a"}]}], "rights": ["a", "b"]}
    assert lacking(whole) == {}
    assert lacking({**whole, "rights": ()}, Kind.PORTABILITY) == {}
    assert lacking({**whole, "rights": ()}) == {"": ["the rights of the person, and where to complain"]}
