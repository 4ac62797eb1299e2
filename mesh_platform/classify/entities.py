"""The kinds of personal data that are told apart, each with the category, level and identifiability that follow from it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from mesh_platform.product.categories import Identifiability
from mesh_platform.product.sensitivity import Sensitivity

Kind = Literal["direct", "quasi", "special"]


class Traits(NamedTuple):
    """What follows from a kind of value: `kind`, the level of a column that holds it, its category key, and how it points at a person."""

    kind: Kind
    sensitivity: Sensitivity
    category: str
    identifiability: Identifiability


class Entity(StrEnum):
    """A kind of personal data."""

    PERSON = "PERSON"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    STREET_ADDRESS = "STREET_ADDRESS"
    NATIONAL_ID = "NATIONAL_ID"
    CREDIT_CARD = "CREDIT_CARD"
    IBAN = "IBAN"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    PASSPORT = "PASSPORT"
    DRIVER_LICENSE = "DRIVER_LICENSE"
    VEHICLE_ID = "VEHICLE_ID"
    IP_ADDRESS = "IP_ADDRESS"
    MAC_ADDRESS = "MAC_ADDRESS"
    DEVICE_ID = "DEVICE_ID"
    ONLINE_ID = "ONLINE_ID"
    USER_ID = "USER_ID"
    USERNAME = "USERNAME"
    EMAIL_HASH = "EMAIL_HASH"
    MEDICAL_ID = "MEDICAL_ID"
    SECRET = "SECRET"  # noqa: S105 - the name of a kind
    PROFILE_URL = "PROFILE_URL"
    GEO_PRECISE = "GEO_PRECISE"
    DATE_OF_BIRTH = "DATE_OF_BIRTH"
    AGE = "AGE"
    GENDER = "GENDER"
    POSTCODE = "POSTCODE"
    CITY = "CITY"
    JOB_TITLE = "JOB_TITLE"
    SALARY = "SALARY"
    MARITAL_STATUS = "MARITAL_STATUS"
    NATIONALITY = "NATIONALITY"
    HEALTH = "HEALTH"
    RELIGION = "RELIGION"
    ETHNICITY = "ETHNICITY"
    SEXUAL_ORIENTATION = "SEXUAL_ORIENTATION"
    POLITICAL = "POLITICAL"
    TRADE_UNION = "TRADE_UNION"

    @property
    def traits(self) -> Traits:
        return _TRAITS[self]

    @property
    def kind(self) -> Kind:
        return _TRAITS[self].kind

    @property
    def sensitivity(self) -> Sensitivity:
        return _TRAITS[self].sensitivity

    @property
    def category(self) -> str:
        """The key in `mesh_platform.product.categories`."""
        return _TRAITS[self].category

    @property
    def identifiability(self) -> Identifiability:
        return _TRAITS[self].identifiability

    @property
    def personal(self) -> bool:
        """Whether one such value alone makes a column personal: direct and special ones do, quasi-identifiers only together."""
        return _TRAITS[self].kind != "quasi"


_TABLE = """
PERSON              direct   confidential  direct        user.name
EMAIL               direct   confidential  direct        user.contact.email
PHONE               direct   confidential  direct        user.contact.phone_number
STREET_ADDRESS      direct   confidential  direct        user.contact.address.street
NATIONAL_ID         direct   restricted    direct        user.government_id.national_identification_number
CREDIT_CARD         direct   restricted    direct        user.financial.card.pan
IBAN                direct   restricted    direct        user.financial.iban
BANK_ACCOUNT        direct   restricted    direct        user.financial.bank_account
PASSPORT            direct   restricted    direct        user.government_id.passport_number
DRIVER_LICENSE      direct   restricted    direct        user.government_id.drivers_license_number
VEHICLE_ID          direct   confidential  direct        user.government_id.vehicle_registration
IP_ADDRESS          direct   confidential  pseudonymous  user.device.ip_address
MAC_ADDRESS         direct   confidential  pseudonymous  user.device.device_id
DEVICE_ID           direct   confidential  pseudonymous  user.device.device_id
ONLINE_ID           direct   confidential  pseudonymous  user.device.cookie_id
USER_ID             direct   confidential  pseudonymous  user.unique_id
USERNAME            direct   confidential  direct        user.account.username
EMAIL_HASH          direct   confidential  pseudonymous  user.unique_id.deterministic
MEDICAL_ID          direct   restricted    direct        user.health.record_id
SECRET              direct   restricted    none          user.authorization.credentials
PROFILE_URL         direct   confidential  direct        user.contact.social_url
GEO_PRECISE         direct   confidential  quasi         user.location.precise
DATE_OF_BIRTH       quasi    confidential  quasi         user.demographic.date_of_birth
AGE                 quasi    internal      quasi         user.demographic.age_range
GENDER              quasi    internal      quasi         user.demographic.gender
POSTCODE            quasi    internal      quasi         user.contact.address.postal_code
CITY                quasi    internal      quasi         user.contact.address.city
JOB_TITLE           quasi    internal      quasi         user.professional_information.job_title
SALARY              quasi    confidential  quasi         user.financial
MARITAL_STATUS      quasi    internal      quasi         user.demographic.marital_status
NATIONALITY         quasi    internal      quasi         user.demographic.citizenship_or_immigration_status
HEALTH              special  restricted    quasi         user.health.medical_diagnosis
RELIGION            special  restricted    quasi         user.demographic.religious_belief
ETHNICITY           special  restricted    quasi         user.demographic.race_ethnicity
SEXUAL_ORIENTATION  special  restricted    quasi         user.demographic.sexual_orientation
POLITICAL           special  restricted    quasi         user.demographic.political_opinion
TRADE_UNION         special  restricted    quasi         user.demographic.union_membership
"""
_KINDS: dict[str, Kind] = {"direct": "direct", "quasi": "quasi", "special": "special"}


def _read() -> dict[Entity, Traits]:
    rows = (line.split() for line in _TABLE.strip().splitlines())
    return {
        Entity(name): Traits(_KINDS[kind], Sensitivity(level), key, Identifiability(points))
        for name, kind, level, points, key in rows
    }


_TRAITS = _read()
