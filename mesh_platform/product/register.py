"""`governance/register.yaml`: dated records that references resolve to, and `governance/packs.yaml`: which packs of rules bind whom.

A record has who made it, when, and when it ends; a reference that leads to none, or to one that has ended, satisfies nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from mesh_platform.product.model import Model

RecordKind = Literal[
    "attestation",
    "dpia",
    "risk_assessment",
    "legitimate_interest_assessment",
    "compatibility_assessment",
    "dpa",
    "joint_controller_arrangement",
    "baa",
    "dua",
    "scc",
    "bcr",
    "certification",
    "derogation",
    "authority",
    "expert_determination",
    "actual_knowledge",
    "notice",
    "parental_consent",
    "scope",
]
Exemption = Literal[
    "health_service",
    "allied_health_service",
    "educational_institution",
    "child_care",
    "school_transport",
    "duty_for_the_child",
    "benefit",
    "email_account",
    "wellbeing",
    "age_check",
]
"""The classes and purposes of the Fourth Schedule of India's DPDP Rules, parts A and B, in their order."""
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Record(Model):
    """One dated record, and what it is about: products, domains, recipients, or ids of rules that it attests."""

    kind: RecordKind = Field(description="What it is.")
    about: Annotated[tuple[Said, ...], Field(min_length=1)] = Field(
        description="domain/product, a domain, a recipient, or the id of the rule that it attests."
    )
    by: Said = Field(description="Who answers for it.")
    on: date = Field(description="When it was made.")
    expires: date = Field(description="Last day on which it counts.")
    exemption: Exemption | None = Field(
        default=None,
        description="Of an authority to process children's data in India: the class or purpose of the Fourth Schedule.",
    )
    title: str = Field(default="", description="For people.")
    demo: bool = Field(default=False, description="Whether it stands for an example and nobody really said so.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Record:
        if self.expires < self.on:
            raise ValueError("it expires before it was made")
        return self

    def holds_on(self, today: date) -> bool:
        return self.on <= today <= self.expires


class Bound(Model):
    """Where a pack applies beside what regions, data and claims bring, or does not apply although they bring it."""

    domains: tuple[str, ...] = Field(default=(), description="Domains, by their folders; `*`: all.")
    roles: tuple[str, ...] = Field(default=(), description="What the organisation is under that law, such as data_broker.")


class Left(Model):
    """A pack that a domain's region brings and that does not apply to it, with who says so and until when."""

    pack: Said
    domains: Annotated[tuple[str, ...], Field(min_length=1)]
    reason: Said
    by: Said
    until: date


class Packs(Model):
    """Which packs bind which domains."""

    bind: Mapping[str, Bound] = Field(default={}, description="Pack → where it applies beside what region and data bring.")
    leave: tuple[Left, ...] = Field(default=(), description="Packs that a region brings and that do not apply.")
