"""What is told beside the rows of an answer, and what is kept back from it."""

from __future__ import annotations

import pytest

from mesh_platform.product.privacy import Privacy
from mesh_platform.subjects.packages.about import decisions_told
from mesh_platform.subjects.packages.redact import never
from mesh_platform.subjects.requests.kinds import Regime


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
