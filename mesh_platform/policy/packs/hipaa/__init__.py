"""HIPAA: the Privacy and Security Rules (45 CFR Part 164). It binds health data in the United States, and whatever claims to be de-identified under it."""

from mesh_platform.policy.packs.hipaa.deidentified import DEIDENTIFIED
from mesh_platform.policy.packs.hipaa.disclosures import DISCLOSURES
from mesh_platform.policy.packs.hipaa.safe_harbor import SAFE_HARBOR
from mesh_platform.policy.rule import Rule

HIPAA: tuple[Rule, ...] = (*SAFE_HARBOR, *DEIDENTIFIED, *DISCLOSURES)
