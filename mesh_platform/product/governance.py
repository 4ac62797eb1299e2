"""What the organisation decides: `governance/*.yaml` as values, read by the rules and by every domain's defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from mesh_platform.product.models import LegalBasis, Model
from mesh_platform.product.sensitivity import Sensitivity


class ClassificationRule(Model):
    """A name pattern and the class it brings."""

    pattern: str
    classification: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error.msg}") from error
        return pattern


class ResidencyPolicy(Model):
    enforced: bool = True
    allowed_regions: tuple[str, ...] = ()


class ClassificationPolicy(Model):
    auto_classify: bool = True
    rules: tuple[ClassificationRule, ...] = ()


class CatalogPolicy(Model):
    require_description: bool = True
    require_owner: bool = True
    require_sensitivity_label: bool = True


class AccessPolicy(Model):
    require_approval: bool = True
    approvers: tuple[str, ...] = ()


class ReviewPolicy(Model):
    """How many people must approve a privacy-relevant change."""

    approvals: Annotated[int, Field(ge=1, le=5)] = 1


class Policies(Model):
    """The seed's `governancePolicies` document."""

    data_residency: ResidencyPolicy = ResidencyPolicy()
    data_classification: ClassificationPolicy = ClassificationPolicy()
    data_catalog: CatalogPolicy = CatalogPolicy()
    access_control: AccessPolicy = AccessPolicy()
    reviews: ReviewPolicy = ReviewPolicy()


class Purpose(Model):
    """One entry of the closed purpose registry."""

    description: str = ""
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    bases: tuple[LegalBasis, ...] = ()


class Namespace(Model):
    """A namespace of subject identifiers and the normal form of its values."""

    description: str = ""
    normal: tuple[str, ...] = ()
    derived_from: str | None = None
    transform: str | None = None
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


class Governance(Model):
    """Everything under `governance/`; what is missing there has a closed default."""

    policies: Policies = Policies()
    purposes: Mapping[str, Purpose] = {}
    namespaces: Mapping[str, Namespace] = {}
    declassifiers: Mapping[str, Declassifier] = {}
    roles: Roles = Roles()
    regions: Regions = Regions()

    def purpose(self, text: str) -> str | None:
        """The registered purpose that `text` names, by key or alias, whatever its case; None where it is not registered."""
        if text in self.purposes:
            return text
        return self._purpose_names.get(_fold(text))

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
