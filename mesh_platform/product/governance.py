"""What the organisation decides: `governance/*.yaml` as values, read by the rules and by every domain's defaults."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator, model_validator

from mesh_platform.product.categories import category
from mesh_platform.product.model import Model
from mesh_platform.product.models import LEAST_PEOPLE, LegalBasis, SpanField
from mesh_platform.product.own_packs import OwnPack
from mesh_platform.product.register import Packs, Record
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.product.waivers import Waiver

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


class ReviewPolicy(Model):
    """How many people must approve a privacy-relevant change."""

    approvals: Annotated[int, Field(ge=1, le=5)] = 1


class AggregatePolicy(Model):
    """The smallest group of people that an aggregate-only contract shows."""

    min_group: Annotated[int, Field(ge=LEAST_PEOPLE)] = 10


Time = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3} (business )?(day|month)s?$")]


class ClockPolicy(Model):
    """From which day on one regime gives how long for people's requests, in place of what the platform brings."""

    regime: Literal["gdpr", "ccpa", "lgpd", "dpdp"]
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
    aggregates: AggregatePolicy = AggregatePolicy()
    subject_requests: SubjectRequestPolicy = SubjectRequestPolicy()


class Purpose(Model):
    """One entry of the closed purpose registry."""

    description: str = ""
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    bases: tuple[LegalBasis, ...] = ()
    opt_out_signals: tuple[Literal["gpc"], ...] = Field(
        default=(), description="Signals of a browser that opt a person out of the purpose and of those below it."
    )
    categories: tuple[str, ...] | None = Field(
        default=None, description="Data categories that it needs; a contract for it takes no others (data minimisation)."
    )
    during_restriction: bool = Field(
        default=False, description="Whether it goes on while a person has restricted the processing (Art. 18(2) GDPR)."
    )


class Namespace(Model):
    """A namespace of subject identifiers and the normal form of its values."""

    description: str = ""
    normal: tuple[Literal["trim", "lower", "upper", "e164", "alphanumeric"], ...] = ()
    calling_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")] | None = Field(
        default=None, description="For `e164`: the country of numbers that name none, such as 49."
    )
    derived_from: str | None = None
    transform: Literal["sha256", "sha512", "sha1", "md5", "base64"] | None = None
    weak: bool = False


class Declassifier(Model):
    """A registered way to lower a column's sensitivity along lineage."""

    description: str = ""
    lowers_to: Sensitivity = Sensitivity.INTERNAL
    condition: Literal["aggregate", "attested"] = Field(
        description="`aggregate`: only aggregates of groups of at least minGroup; `attested`: only the columns named here."
    )
    min_group: Annotated[int, Field(ge=2)] | None = None
    columns: tuple[str, ...] = Field(default=(), description="domain/product.column for which it holds; none: any.")

    @model_validator(mode="after")
    def _says_when_it_holds(self) -> Declassifier:
        if self.condition == "aggregate" and self.min_group is None:
            raise ValueError("condition aggregate needs minGroup")
        if self.condition == "attested" and not self.columns:
            raise ValueError("condition attested needs the columns for which it is attested")
        return self


class Principal(Model):
    """Someone who may act, for development; production takes them from the identity provider."""

    roles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    domain: str | None = Field(default=None, description="One domain, where there is only one.", exclude=True)
    region: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_domain(cls, given: object) -> object:
        """`domain: sales` says the same as `domains: [sales]`."""
        if not isinstance(given, Mapping) or not isinstance(given.get("domain"), str):
            return given
        if "domains" in given:
            raise ValueError("it names `domain` and `domains`; write one of them")
        return {**given, "domains": [given["domain"]]}


class Roles(Model):
    roles: Mapping[str, str] = {}
    principals: Mapping[str, Principal] = {}


def _tree(value: object) -> object:
    return value or {}


class Regions(Model):
    """A tree of regions; a leaf is a place where files can lie."""

    tree: Annotated[Mapping[str, object], BeforeValidator(_tree)] = Field(default={})
    replicates_to: Mapping[str, tuple[str, ...]] = Field(
        default={}, description="Place → the places that its storage is copied to; [] where it is copied nowhere."
    )

    @cached_property
    def _leaves(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        _collect(self.tree, found)
        return found

    def known(self, region: str) -> bool:
        return region in self._leaves

    def is_location(self, region: str) -> bool:
        return self._leaves.get(region) == frozenset({region})

    def locations(self, region: str) -> frozenset[str]:
        """The leaves at or under `region`; none where it is unknown."""
        return self._leaves.get(region, frozenset())

    def holding(self, location: str) -> frozenset[str]:
        """Every region that holds `location`, itself included where it is known."""
        return self._holding.get(location, frozenset())

    @cached_property
    def _holding(self) -> dict[str, frozenset[str]]:
        names = {*self._leaves}
        return {one: frozenset(name for name in names if self._leaves[one] <= self._leaves[name]) for one in names}

    def around(self, location: str | None) -> str | None:
        """The smallest region that is more than a place and holds `location`; the place itself where none does."""
        holding = [(len(leaves), name) for name, leaves in self._leaves.items() if location in leaves and name != location]
        return min(holding)[1] if holding else location

    def within(self, location: str, allowed: tuple[str, ...]) -> bool:
        """Whether `location` lies in one of the `allowed` regions."""
        return any(location == region or location in self.locations(region) for region in allowed)


def _collect(node: object, found: dict[str, frozenset[str]]) -> frozenset[str]:
    below: frozenset[str] = frozenset()
    for name, child in _children(node):
        leaves = _collect(child, found) or frozenset({name})
        found[name] = leaves
        below |= leaves
    return below


def _children(node: object) -> list[tuple[str, object]]:
    if isinstance(node, Mapping):
        return [(str(name), child) for name, child in node.items()]
    if isinstance(node, list | tuple):
        return [pair for item in node for pair in (_children(item) if isinstance(item, Mapping) else [(str(item), None)])]
    return [(node, None)] if isinstance(node, str) else []


class Outside(Model):
    """Where somebody outside of the mesh is told of withdrawals and erasures, and how long they have to acknowledge."""

    description: str = ""
    address: str = Field(min_length=1, max_length=2000, description="Where events are posted: HTTPS, or on this machine.")
    secret: str = Field(
        pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$",
        description="`env:NAME` of the variable with the secret that signs events and answers, 16 characters at least.",
    )
    within: SpanField | None = Field(default=None, description="How long it has to acknowledge; a day where unset.")


class Recipient(Outside):
    """Somebody outside of the mesh to whom data went, and who is told of withdrawals and erasures (Art. 7(3), 19 GDPR)."""

    purposes: tuple[str, ...] = Field(default=(), description="Purposes for which data went there; none: any.")
    namespaces: tuple[str, ...] = Field(default=(), description="Namespaces of identifiers that it knows people by; none: any.")
    role: (
        Literal["processor", "joint_controller", "controller", "covered_entity", "business_associate", "patient", "issuer"] | None
    ) = Field(default=None, description="What it is under the law when it gets people's data; nobody gets any who has none.")
    country: str | None = Field(default=None, description="Where it is, a country by its ISO 3166 code.")
    records: tuple[str, ...] = Field(
        default=(), description="Records of governance/register.yaml with it: agreements, and what a transfer rests on."
    )


class Holder(Outside):
    """Where whoever holds exported files is told of withdrawals and erasures of those who may be in them."""

    principals: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Whose exported files: names of principals, or of the people behind them."
    )


class Canary(Model):
    """A synthetic person, carried by the systems that deliver rows, who measures how a withdrawal reaches the rows and the reads of each product."""

    description: str = ""
    identifiers: Annotated[Mapping[str, Annotated[str, Field(min_length=1, max_length=1000)]], Field(min_length=1)] = Field(
        description="Namespace → its identifier there; one in each namespace in which a product may hold it."
    )
    purpose: str = Field(description="The purpose that it agrees to and withdraws.")
    every: SpanField | None = Field(default=None, description="How often it withdraws; a day where unset.")


class Governance(Model):
    """Everything under `governance/`; what is missing there has a closed default."""

    policies: Policies = Policies()
    purposes: Mapping[str, Purpose] = {}
    namespaces: Mapping[str, Namespace] = {}
    declassifiers: Mapping[str, Declassifier] = {}
    roles: Roles = Roles()
    regions: Regions = Regions()
    recipients: Mapping[str, Recipient] = {}
    holders: Mapping[str, Holder] = {}
    waivers: tuple[Waiver, ...] = ()
    canaries: Mapping[str, Canary] = {}
    records: Mapping[str, Record] = {}
    packs: Packs = Packs()
    own_packs: tuple[OwnPack, ...] = ()

    def holder_of(self, *names: str) -> tuple[str, Holder] | None:
        """Where the holder of a file is told, by the first entry that names one of these principals; None where none does."""
        return next(((key, one) for key, one in self.holders.items() if {*one.principals} & {*names}), None)

    def record(self, key: str, today: date, kind: str = "") -> Record | None:
        """The record of that key that holds today, of that kind where one is named."""
        found = self.records.get(key)
        return found if found and found.holds_on(today) and kind in ("", found.kind) else None

    def records_about(self, name: str, today: date, *kinds: str) -> tuple[Record, ...]:
        """The records about a product, domain, recipient or rule that hold today."""
        found = self._about.get(name, ())
        return tuple(one for one in found if one.holds_on(today) and (not kinds or one.kind in kinds))

    @cached_property
    def _about(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for record in self.records.values():
            for name in record.about:
                found.setdefault(name, []).append(record)
        return found

    def purpose(self, text: str) -> str | None:
        """The registered purpose that `text` names, by key or alias, whatever its case; None where it is not registered."""
        if text in self.purposes:
            return text
        return self._purpose_names.get(_fold(text))

    @cached_property
    def digest(self) -> str:
        """The hash of all that the organisation decides: the version of its policy."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()

    @cached_property
    def _purpose_names(self) -> dict[str, str]:
        names = {_fold(key): key for key in self.purposes}
        return names | {_fold(alias): key for key, purpose in self.purposes.items() for alias in purpose.aliases}

    def purpose_covers(self, allowed: str, asked: str) -> bool:
        """Whether `asked` is `allowed` itself or stands below it in the registry."""
        step: str | None = self.purpose(asked)
        target, seen = self.purpose(allowed), set[str]()
        while step is not None and step not in seen:
            if step == target:
                return True
            seen.add(step)
            step = self.purposes[step].parent
        return False


def _fold(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip().casefold())
