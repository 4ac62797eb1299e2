"""The taxonomy of data categories: a tree, each key with the least sensitivity that a column of it has."""

from __future__ import annotations

import pytest

from mesh_platform.product import Sensitivity
from mesh_platform.product.categories import CATEGORIES, RENAMED, Identifiability, category, nearest_category


@pytest.mark.parametrize("key", CATEGORIES)
def test_every_category_has_its_parent_in_the_tree(key: str) -> None:
    parent = key.rpartition(".")[0]
    assert not parent or parent in CATEGORIES


def test_the_additions_stand_beside_the_taxonomy_s_own_keys() -> None:
    added = {"pan", "cvv", "track", "pin"}
    assert {f"user.financial.card.{one}" for one in added} | {"user.financial.iban"} <= set(CATEGORIES)


@pytest.mark.parametrize(
    ("level", "keys"),
    [
        (
            "restricted",
            "user.health.medical_diagnosis user.biometrics.voice user.demographic.religious_belief user.criminal_history",
        ),
        ("restricted", "user.government_id.passport_number user.financial.card.pan user.authorization.password"),
        ("restricted", "user.location.precise user.children"),
        ("confidential", "user.contact.email user.name.last user.device.ip_address user.unique_id"),
        ("internal", "user.behavior.purchase_history user.contact.address.city"),
    ],
)
def test_the_default_levels_are_those_of_the_house_rules(level: str, keys: str) -> None:
    assert {CATEGORIES[key].sensitivity for key in keys.split()} == {Sensitivity(level)}


def test_a_medical_record_points_at_a_person_and_a_postal_code_helps_to() -> None:
    assert CATEGORIES["user.health.record_id"].identifiability is Identifiability.DIRECT
    assert CATEGORIES["user.contact.address.postal_code"].identifiability is Identifiability.QUASI
    assert CATEGORIES["user.device.cookie_id"].identifiability is Identifiability.PSEUDONYMOUS


def test_an_older_key_means_the_one_that_replaced_it() -> None:
    assert category("user.health_and_medical.record_id") is CATEGORIES["user.health.record_id"]
    assert set(RENAMED.values()) <= set(CATEGORIES)
    assert set(RENAMED) & set(CATEGORIES) == set()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("email", "user.contact.email"),
        ("user.contact.emial", "user.contact.email"),
        ("user.email", "user.contact.email"),
        ("contact.phone_number", "user.contact.phone_number"),
        ("user.health_and_medical", "user.health"),
        ("zzzz", None),
    ],
)
def test_a_misspelt_key_is_answered_with_the_nearest(text: str, meant: str | None) -> None:
    assert nearest_category(text) == meant
