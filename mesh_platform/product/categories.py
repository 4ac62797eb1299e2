"""Data categories: the keys of the fideslang taxonomy (3.2, CC BY 4.0, ethyca/fideslang), with card and account numbers added.

Each has the sensitivity that a column of it has at least, and how well its values point at a person. The levels are house rules: special
categories, government identifiers, card numbers, credentials, precise location and children are restricted; names, contacts and
identifiers are confidential; behaviour without an identifier is internal.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mesh_platform.product.sensitivity import Sensitivity


class Identifiability(StrEnum):
    """How well a value points at one person."""

    DIRECT = "direct"
    PSEUDONYMOUS = "pseudonymous"
    QUASI = "quasi"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Category:
    """One key of the taxonomy and its defaults."""

    key: str
    sensitivity: Sensitivity
    identifiability: Identifiability


_TABLE = """
restricted none
    system.authentication user.authorization user.authorization.credentials user.authorization.password
    user.financial.card.cvv user.financial.card.pin
restricted direct
    user.authorization.biometrics user.biometrics user.biometrics.fingerprint user.biometrics.retinal user.biometrics.voice
    user.financial.credit_card user.financial.card user.financial.card.pan user.financial.card.track
    user.government_id user.government_id.birth_certificate user.government_id.drivers_license_number
    user.government_id.immigration user.government_id.national_identification_number user.government_id.passport_number
    user.government_id.vehicle_registration user.health.insurance_beneficiary_id user.health.record_id
restricted quasi
    user.children user.children.children_under_thirteen user.children.thirteen_to_sixteen user.criminal_history
    user.demographic.citizenship_or_immigration_status user.demographic.philosophical_belief user.demographic.political_opinion
    user.demographic.protected_classifications user.demographic.race_ethnicity user.demographic.religious_belief
    user.demographic.sexual_orientation user.demographic.union_membership
    user.health user.health.baby_formula user.health.condition user.health.genetic user.health.maternity_clothing
    user.health.medical_diagnosis user.health.medications user.health.prescriptions user.health.psychotherapy_notes
    user.health.reproductive_or_sexual
    user.health.social_psychological_behavioral user.health.symptons user.health.treatment user.location.precise
confidential direct
    user.account.username user.contact user.contact.address user.contact.address.mailing_address user.contact.address.street
    user.contact.email user.contact.fax_number user.contact.phone_number user.contact.social_url user.content.self_image
    user.financial.bank_account user.financial.iban user.name user.name.first user.name.last
confidential pseudonymous
    user.device user.device.cookie user.device.cookie_id user.device.device_id user.device.ip_address
    user.unique_id user.unique_id.deterministic user.unique_id.probablistic
confidential quasi
    user user.account user.content user.content.private user.demographic.date_of_birth user.device.sensor user.device.telemetry
    user.financial user.location user.payment user.social_activity
internal quasi
    user.contact.address.city user.contact.address.country user.contact.address.postal_code user.contact.address.state
    user.content.public user.demographic user.demographic.age_range user.demographic.gender user.demographic.language
    user.demographic.marital_status user.demographic.profile user.location.coarse user.professional_information
    user.professional_information.job_title user.professional_information.workplace
internal none
    system system.operations user.behavior user.behavior.browsing_history user.behavior.media_consumption
    user.behavior.purchase_history user.behavior.search_history user.privacy_preferences user.settings
"""


def _read(table: str) -> dict[str, Category]:
    found: dict[str, Category] = {}
    level, points = Sensitivity.RESTRICTED, Identifiability.DIRECT
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            level, points = Sensitivity(line.split()[0]), Identifiability(line.split()[1])
            continue
        found |= {key: Category(key, level, points) for key in line.split()}
    return dict(sorted(found.items()))


CATEGORIES: Mapping[str, Category] = _read(_TABLE)

RENAMED: Mapping[str, str] = {
    "user.account.settings": "user.settings",
    "user.authorization.biometric": "user.authorization.biometrics",
    "user.biometric": "user.biometrics",
    "user.biometric.fingerprint": "user.biometrics.fingerprint",
    "user.biometric.health": "user.biometrics",
    "user.biometric.retinal": "user.biometrics.retinal",
    "user.biometric.voice": "user.biometrics.voice",
    "user.childrens": "user.children",
    "user.contact.organization": "user.contact",
    "user.contact.url": "user.contact.social_url",
    "user.health_and_medical": "user.health",
    "user.health_and_medical.genetic": "user.health.genetic",
    "user.health_and_medical.insurance_beneficiary_id": "user.health.insurance_beneficiary_id",
    "user.health_and_medical.record_id": "user.health.record_id",
    "user.job_title": "user.professional_information.job_title",
    "user.location.imprecise": "user.location.coarse",
    "user.sensor": "user.device.sensor",
    "user.social": "user.social_activity",
    "user.telemetry": "user.device.telemetry",
    "user.unique_id.pseudonymous": "user.unique_id",
    "user.user_sensor": "user.device.sensor",
    "user.workplace": "user.professional_information.workplace",
}
"""Keys of fideslang 2 that version 3.2 replaced."""


def category(key: str) -> Category | None:
    """The category of that key, by its present name too where the key is one of version 2; None where there is none."""
    return CATEGORIES.get(RENAMED.get(key, key))


def nearest_category(key: str) -> str | None:
    """The known key that `key` most likely means."""
    if key in RENAMED:
        return RENAMED[key]
    last = key.rpartition(".")[2]
    same_leaf = [known for known in CATEGORIES if known.rpartition(".")[2] == last]
    close = difflib.get_close_matches(key, CATEGORIES, n=1, cutoff=0.6)
    return next(iter([*same_leaf[:1], *close]), None)
