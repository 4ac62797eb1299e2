"""`privacy:` in a descriptor: what laws ask of a product beyond its columns, as the domain team declares it.

Each is a claim that rules hold against columns, rows and the register; none of them satisfies a control by itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from mesh_platform.product.model import Model


class Claim(StrEnum):
    """What a product says that its rows are no longer."""

    ANONYMOUS = "anonymous"
    SAFE_HARBOR = "safe_harbor"
    EXPERT_DETERMINATION = "expert_determination"
    LIMITED_DATA_SET = "limited_data_set"


class SpecialCondition(StrEnum):
    """Article 9(2) GDPR (a) to (j), in its order."""

    EXPLICIT_CONSENT = "explicit_consent"
    EMPLOYMENT = "employment"
    VITAL_INTERESTS = "vital_interests"
    MEMBERS = "members"
    MADE_PUBLIC = "made_public"
    LEGAL_CLAIMS = "legal_claims"
    SUBSTANTIAL_PUBLIC_INTEREST = "substantial_public_interest"
    HEALTH_CARE = "health_care"
    PUBLIC_HEALTH = "public_health"
    RESEARCH = "research"


Subject = Literal["customer", "prospect", "employee", "patient", "child", "citizen", "student", "visitor"]


class Privacy(Model):
    """What a product declares for the laws that apply to it."""

    subjects: tuple[Subject, ...] = Field(default=(), description="Whom it is about.")
    condition: SpecialCondition | None = Field(
        default=None, description="Why special categories may be processed, a condition of Art. 9(2) GDPR."
    )
    claim: Claim | None = Field(default=None, description="What its rows are said to be no longer; held against the rows.")
    decisions: Literal["none", "supports", "sole"] = Field(
        default="none", description="Whether decisions with legal or similar effect on people rest on it: partly, or alone."
    )
    human_review: bool = Field(default=False, description="Whether a person looks at such a decision before it takes effect.")
    decision_logic: str | None = Field(
        default=None,
        min_length=1,
        max_length=2000,
        description="What such decisions weigh, and what follows from them for a person, in plain words; told to whoever asks (Art. 15(1)(h) GDPR).",
    )
    machine_learning: bool = Field(default=False, description="Whether models are trained on it or score with it.")
    blocks_service: bool = Field(default=False, description="Whether a person can be refused a service or contract by it.")
    production: bool = Field(default=True, description="false: it serves tests, training or demonstrations.")
    records: tuple[str, ...] = Field(
        default=(), description="Records of governance/register.yaml that are about it: assessments, determinations, agreements."
    )
