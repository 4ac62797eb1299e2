"""What a column is taken for, by its name and the look of its values: careful, and never sure."""

from __future__ import annotations

import pytest

from mesh_platform.cli.propose.meaning import Meaning, Reader
from mesh_platform.cli.propose.names import LOOKUP
from mesh_platform.cli.propose.seen import ColumnProfile
from mesh_platform.cli.propose.words import column_names, head, singular, words
from mesh_platform.product import Sensitivity
from mesh_platform.product.categories import CATEGORIES

NAMESPACES = ("customer_id", "email", "phone", "iban", "cookie_id", "device_id", "patient_mrn", "email_sha256")


def meaning(name: str, table: str = "events", type: str = "string", **more: object) -> Meaning:
    column = ColumnProfile(name, "VARCHAR", 0, type=type, present=100, **more)  # type: ignore[arg-type]
    return Reader((table,), NAMESPACES).meaning(column, name)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("email", "user.contact.email"),
        ("customerEmail", "user.contact.email"),
        ("billing_e-mail", "user.contact.email"),
        ("mobile", "user.contact.phone_number"),
        ("firstName", "user.name.first"),
        ("apellido", "user.name.last"),
        ("customer_name", "user.name"),
        ("street", "user.contact.address.street"),
        ("IPAddress", "user.device.ip_address"),
        ("iban", "user.financial.iban"),
        ("password", "user.authorization.password"),
        ("religion", "user.demographic.religious_belief"),
        ("passport_no", "user.government_id.passport_number"),
        ("diagnosis", "user.health.medical_diagnosis"),
        ("cookie_id", "user.device.cookie_id"),
        ("card_verification_code", "user.financial.card.cvv"),
        ("pin_block", "user.financial.card.pin"),
        ("track2", "user.financial.card.track"),
        ("blood_pressure", "user.health"),
        ("restingHeartRate", "user.health"),
        ("HbA1c", "user.health"),
    ],
)
def test_a_telling_name_gives_the_category(name: str, category: str) -> None:
    found = meaning(name)
    assert found.category == category
    assert found.sensitivity == CATEGORIES[category].sensitivity
    assert found.why


@pytest.mark.parametrize("name", ["event_name", "product_name", "file_name", "page", "status", "sku", "type", "currency"])
def test_a_name_that_tells_of_no_person_gives_none(name: str) -> None:
    assert meaning(name, values=("a", "b")).category is None


@pytest.mark.parametrize(
    ("name", "type"), [("email_opt_in", "boolean"), ("email_sent_at", "timestamp"), ("phone_verified", "boolean")]
)
def test_a_flag_or_a_time_is_not_the_thing_it_speaks_of(name: str, type: str) -> None:
    assert meaning(name, type=type).category in (None, "user.privacy_preferences")


def test_an_identifier_takes_the_registered_namespace_of_its_person() -> None:
    assert meaning("customer_id", type="uuid").subject == "customer_id"
    assert meaning("id", table="raw_customers", type="uuid", unique=True).subject == "customer_id"
    assert meaning("patient_mrn").subject == "patient_mrn"
    assert meaning("mrn").subject == "patient_mrn"


def test_an_identifier_of_a_person_without_a_namespace_is_for_a_person_to_decide() -> None:
    found = meaning("employee_id", type="integer")
    assert (found.subject, found.category) == (None, "user.unique_id")
    assert "identifiers.yaml" in found.decide


def test_the_id_of_an_order_is_no_identifier_of_a_person() -> None:
    for table in ("orders", "customer_orders", "orders_by_customer"):
        assert meaning("id", table=table, type="uuid", unique=True).subject is None


def test_values_tell_what_a_name_hides() -> None:
    assert meaning("field7", shapes={"email": 0.9}).category == "user.contact.email"
    assert meaning("field8", shapes={"holds_email": 0.05, "spaced": 1.0}).category == "user.content"
    assert meaning("field9", average=80.0, shapes={"spaced": 1.0}).category == "user.content"
    assert meaning("email_hash", shapes={"sha256": 1.0}).subject == "email_sha256"


def test_text_that_nobody_can_place_counts_as_confidential() -> None:
    assert meaning("misc").sensitivity is Sensitivity.CONFIDENTIAL
    assert meaning("payload", type="json").sensitivity is Sensitivity.CONFIDENTIAL


def test_in_a_table_of_things_names_and_places_are_those_of_things() -> None:
    assert meaning("name", table="raw_stores").sensitivity is Sensitivity.INTERNAL
    assert meaning("city", table="stores").category is None
    assert meaning("name", table="raw_customers").category == "user.name"


def test_every_category_that_a_name_can_give_is_registered() -> None:
    assert [category for category, _, _ in LOOKUP if category not in CATEGORIES] == []


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("customerId", ("customer", "id")),
        ("Customer-ID", ("customer", "id")),
        ("HTTPStatus", ("http", "status")),
        ("größe", ("große",)),
        ("e_mail😀", ("e", "mail")),
    ],
)
def test_names_are_read_as_words(name: str, split: tuple[str, ...]) -> None:
    assert words(name) == tuple(word.casefold() for word in split) or words(name) == ("grosse",)


def test_one_of_many_is_found() -> None:
    assert [singular(word) for word in ("customers", "supplies", "addresses", "people", "status", "boxes")] == [
        "customer",
        "supply",
        "address",
        "person",
        "status",
        "box",
    ]


def test_the_head_of_a_table_s_name_is_what_its_rows_are() -> None:
    assert [head(n) for n in ("raw_customers", "customer_orders", "dim_customers_2024", "orders_by_customer", "v1")] == [
        "customer",
        "order",
        "customer",
        "order",
        "",
    ]


def test_columns_get_names_that_differ_and_identifiers_stay_as_they_are() -> None:
    assert column_names(["customerId", "E-Mail 😀", "e mail", "😀", "_x", "a" * 200]) == [
        "customerId",
        "e_mail",
        "e_mail_2",
        "column_4",
        "x",
        "a" * 122,
    ]


@pytest.mark.parametrize("type", ["string", "integer", "double", "decimal(18,2)", "boolean"])
@pytest.mark.parametrize("name", ["blood_pressure", "systolic_bp", "heart_rate", "glucose_mg_dl", "cholesterol", "lab_results"])
def test_what_is_measured_of_a_body_is_health_data_and_restricted_whatever_its_type(name: str, type: str) -> None:
    found = meaning(name, type=type)
    assert (found.category, found.sensitivity) == ("user.health", Sensitivity.RESTRICTED)


@pytest.mark.parametrize("name", ["pressure", "tire_pressure", "heart_emoji", "rate", "temperature", "vital_few", "track_id"])
def test_what_is_measured_of_things_is_none(name: str) -> None:
    assert meaning(name, type="double").category is None
