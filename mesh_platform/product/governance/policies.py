"""`policies.yaml`: how columns are classified, where data may lie, what access, reviews, groups, clocks and requests need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from mesh_platform.product.categories import category
from mesh_platform.product.durations import Span
from mesh_platform.product.model import Model
from mesh_platform.product.models import LEAST_PEOPLE, SpanField
from mesh_platform.product.register import RecordKind
from mesh_platform.product.sensitivity import Sensitivity

_NO_LINEAR_TIME = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=)|(?<!\\)(?:\\\\)*\\[1-9]|[*+?}]\+")
"""What RE2 does not know, because it cannot be judged in linear time: looking around, referring back, possessive repetition."""
MOST_PATTERN = 500
CLASSES: Mapping[str, Sensitivity] = {
    "PII.HighRisk": Sensitivity.RESTRICTED,
    "PII.Contact": Sensitivity.CONFIDENTIAL,
    **{level.value: level for level in Sensitivity},
}
"""The level that a class of the organisation brings where its rule names none."""


class ClassificationRule(Model):
    """A pattern over names of columns and over what the scan finds in them, and the class that it brings."""

    pattern: Annotated[str, Field(min_length=1, max_length=MOST_PATTERN)]
    classification: Annotated[str, Field(min_length=1, max_length=100)]
    sensitivity: Sensitivity | None = None
    category: str | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"not a regular expression: {getattr(error, 'msg', 'too large')}") from error
        if _NO_LINEAR_TIME.search(pattern):
            raise ValueError("it looks around or refers back, which RE2 does not know")
        return pattern

    @field_validator("category")
    @classmethod
    def _known(cls, key: str | None) -> str | None:
        if key is not None and category(key) is None:
            raise ValueError(f"unknown data category {key!r}")
        return key

    @model_validator(mode="after")
    def _has_a_level(self) -> ClassificationRule:
        if self.sensitivity is None and self.classification not in CLASSES:
            raise ValueError(f"the class {self.classification!r} brings no level: name one as sensitivity")
        return self

    @property
    def level(self) -> Sensitivity:
        """The level that what it fits has at least: the higher of what the rule names and what its class brings."""
        named = (self.sensitivity, CLASSES.get(self.classification))
        return Sensitivity.highest(level for level in named if level is not None)


class Token(Model):
    """Tokens that one issuer makes in place of identifiers, told by what they begin with."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")]
    prefix: Annotated[str, Field(min_length=3, max_length=60)]
    sensitivity: Sensitivity = Sensitivity.CONFIDENTIAL
    category: str = "user.unique_id"

    @field_validator("category")
    @classmethod
    def _known(cls, key: str) -> str:
        if category(key) is None:
            raise ValueError(f"unknown data category {key!r}")
        return key


class Salt(Model):
    """A salt or key that identifiers are hashed with somewhere; the secret itself never stands in the file."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")]
    secret: Annotated[str, Field(pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$")]

    @field_validator("secret")
    @classmethod
    def _not_a_setting(cls, secret: str) -> str:
        if secret.upper().startswith("ENV:MESH_"):
            raise ValueError("it names a setting of the platform's own")
        return secret


class ResidencyPolicy(Model):
    enforced: bool = True
    allowed_regions: tuple[str, ...] = ()


class ClassificationPolicy(Model):
    auto_classify: bool = True
    rules: Annotated[tuple[ClassificationRule, ...], Field(max_length=200)] = ()
    tokens: Annotated[tuple[Token, ...], Field(max_length=50)] = ()
    salts: Annotated[tuple[Salt, ...], Field(max_length=20)] = ()


class CatalogPolicy(Model):
    require_description: bool = True
    require_owner: bool = True
    require_sensitivity_label: bool = True


class AccessPolicy(Model):
    """Who says yes to a request for access, until when, and for how long at most."""

    require_approval: bool = True
    approvers: tuple[str, ...] = ()
    grant_days: Annotated[int, Field(ge=1, le=3650)] = 365
    decision_days: Annotated[int, Field(ge=1, le=90)] = 7
    export_days: Annotated[int, Field(ge=1, le=3650)] = 30
    break_glass: tuple[Literal["privacy", "platform"], ...] = ("privacy", "platform")
    raw_for_claims: bool = False


class ReviewPolicy(Model):
    """How many people must approve a privacy-relevant change."""

    approvals: Annotated[int, Field(ge=1, le=5)] = 1


class WaiverPolicy(Model):
    """How often the exemption of a product from a rule may be prolonged before it takes more to do so."""

    renewals: Annotated[int, Field(ge=0, le=8)] = 2


Ending = RecordKind | Literal["recipient", "leave"]
"""What a person says for a time: a record of the register, the review of a recipient, a pack that is left out."""
EndPolicy = Mapping[Ending, SpanField]
_MOST_YEARS = timedelta(days=3653)


class AggregatePolicy(Model):
    """The smallest group of people that an aggregate-only contract shows."""

    min_group: Annotated[int, Field(ge=LEAST_PEOPLE)] = 10


class ReleasePolicy(Model):
    """What the rows of a product have to show that claims to be anonymous or de-identified."""

    most_distance: Annotated[float, Field(gt=0, le=0.5)] = Field(
        default=0.2, description="How far special values in a class of people may lie from those of everybody (t-closeness)."
    )


class AssessmentPolicy(Model):
    """What the number of people in a product is held against, where it is asked whether it has to be assessed."""

    population: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many people the organisation has to do with, where no product of the mesh holds them all."
    )


class KeyPolicy(Model):
    """How long keys are used."""

    cryptoperiod: SpanField = Field(
        default_factory=lambda: Span.parse("1 year"),
        description="For how long a domain's key seals anything before it is changed (PCI DSS 3.7.4).",
    )


Time = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3} (business )?(day|month)s?$")]


class ClockPolicy(Model):
    """From which day on one regime gives how long for people's requests, in place of what the platform brings."""

    regime: Literal["gdpr", "ccpa", "lgpd", "dpdp", "hipaa"]
    kinds: tuple[Literal["access", "portability", "erasure", "rectification", "restriction", "objection"], ...] = Field(
        default=(), description="Kinds of request; all of them where left out."
    )
    effective_from: date = Field(description="For requests received on this day and after.")
    answer: Time = Field(description='Time to the answer, such as "1 month", "45 days", "15 business days".')
    extension: Time | None = Field(default=None, description="How much longer with notice; no extension where left out.")
    confirm: Time | None = Field(default=None, description="Until when the receipt is confirmed.")
    warn: Time | None = Field(
        default=None, description="When it is told that the end comes near; after two thirds where left out."
    )
    pauses: bool = Field(default=False, description="Whether it stands while the person has not shown who they are.")
    rolls: bool = Field(default=False, description="Whether an end on a weekend or a holiday is the next working day's.")

    @model_validator(mode="after")
    def _counts_in_one_unit(self) -> ClockPolicy:
        if self.extension is not None and _unit(self.extension) != _unit(self.answer):
            raise ValueError("extension is counted in the unit of answer")
        return self


def _unit(time: str) -> str:
    return time.partition(" ")[2].removesuffix("s")


class SubjectRequestPolicy(Model):
    """People's requests about their own data: calendars and clocks, how many people one principal may decide for, and how long things live."""

    zone: str = Field(default="UTC", description="Time zone in which days begin and end, such as Europe/Madrid.")
    holidays: tuple[date, ...] = ()
    clocks: Annotated[tuple[ClockPolicy, ...], Field(max_length=100)] = ()
    approvals_above: Annotated[int, Field(ge=1)] = Field(
        default=100, description="More people than this in one request need two different principals."
    )
    package_days: Annotated[int, Field(ge=1, le=90)] = Field(default=14, description="Days after which a package is deleted.")
    code_minutes: Annotated[int, Field(ge=5, le=1440)] = Field(default=30, description="How long a one-time code holds.")

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("it is no time zone, such as Europe/Madrid") from None
        return zone


class Policies(Model):
    """The seed's `governancePolicies` document."""

    data_residency: ResidencyPolicy = ResidencyPolicy()
    data_classification: ClassificationPolicy = ClassificationPolicy()
    data_catalog: CatalogPolicy = CatalogPolicy()
    access_control: AccessPolicy = AccessPolicy()
    reviews: ReviewPolicy = ReviewPolicy()
    waivers: WaiverPolicy = WaiverPolicy()
    ends: EndPolicy = Field(default={}, description="How long what a person says may count before it is looked at anew.")
    aggregates: AggregatePolicy = AggregatePolicy()
    releases: ReleasePolicy = ReleasePolicy()
    assessments: AssessmentPolicy = AssessmentPolicy()
    keys: KeyPolicy = KeyPolicy()
    subject_requests: SubjectRequestPolicy = SubjectRequestPolicy()

    @field_validator("ends")
    @classmethod
    def _end(cls, ends: EndPolicy) -> EndPolicy:
        for what, span in ends.items():
            if span.approximate > _MOST_YEARS:
                raise ValueError(f"{what}: nothing that a person says counts for more than ten years")
        return ends
