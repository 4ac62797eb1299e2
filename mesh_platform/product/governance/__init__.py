"""What the organisation decides: `governance/*.yaml` as values, read by the rules and by every domain's defaults."""

from mesh_platform.product.governance.policies import (
    CLASSES,
    MOST_PATTERN,
    AccessPolicy,
    AggregatePolicy,
    CatalogPolicy,
    ClassificationPolicy,
    ClassificationRule,
    ClockPolicy,
    Policies,
    ResidencyPolicy,
    ReviewPolicy,
    Salt,
    SubjectRequestPolicy,
    Time,
    Token,
)
from mesh_platform.product.governance.recipients import Holder, Outside, Recipient, SubProcessor
from mesh_platform.product.governance.regions import Regions
from mesh_platform.product.governance.registers import Canary, Declassifier, Namespace, Principal, Purpose, Roles
from mesh_platform.product.governance.whole import Governance

__all__ = [
    "CLASSES",
    "MOST_PATTERN",
    "AccessPolicy",
    "AggregatePolicy",
    "Canary",
    "CatalogPolicy",
    "ClassificationPolicy",
    "ClassificationRule",
    "ClockPolicy",
    "Declassifier",
    "Governance",
    "Holder",
    "Namespace",
    "Outside",
    "Policies",
    "Principal",
    "Purpose",
    "Recipient",
    "Regions",
    "ResidencyPolicy",
    "ReviewPolicy",
    "Roles",
    "Salt",
    "SubProcessor",
    "SubjectRequestPolicy",
    "Time",
    "Token",
]
