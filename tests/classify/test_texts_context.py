"""What the place of a value says: whose address it is, who speaks, what a heading or a record calls it."""

from __future__ import annotations

import pytest

from mesh_platform.classify.texts import read


def found(text: str) -> list[tuple[str, str]]:
    """The kinds and the words of the spans."""
    return [(str(span.entity), text[span.start : span.end]) for span in read(text).spans]


@pytest.mark.parametrize(
    "text",
    [
        "resolver set to 8.8.8.8 and 1.1.1.1",
        "502 from upstream 81.2.69.142 after 3 s",
        "drain node web-7 (81.2.69.142) before noon",
        "le serveur 81.2.69.142 ne répond plus",
        "сервер 81.2.69.142 перезапущен",
        "Versione 12.81.69.142 installata",
        "sürüm 12.81.69.142 yayınlandı",
        "schema 12.81.69.142 applied",
        "**Build:** 12.81.69.142",
        "broken address (12.81.269.142) in the table",
    ],
)
def test_addresses_of_machines_and_versions_are_nobodys(text: str) -> None:
    assert {"IP_ADDRESS", "PHONE"}.isdisjoint(kind for kind, _ in found(text))


@pytest.mark.parametrize(
    "text",
    [
        "gateway refused login from 81.2.69.142",
        "firewall: blocked 81.2.69.142 after 5 tries",
        "last client 81.2.69.142 left",
        "81.2.69.142 posted twice",
        "server log: user came from 81.2.69.142",
    ],
)
def test_an_address_of_somebody_is_found_beside_words_for_machines_too(text: str) -> None:
    assert ("IP_ADDRESS", "81.2.69.142") in found(text)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("[08:14] kestrel_wing: is the build red?", "USERNAME", "kestrel_wing"),
        ("08:14 <kappawave> on it", "USERNAME", "kappawave"),
        ("dn: uid=kestrelwing,ou=staff,dc=corp", "USERNAME", "kestrelwing"),
        ("She signed in as kestrel.wing again", "USERNAME", "kestrel.wing"),
        ("eingeloggt als kestrel.wing", "USERNAME", "kestrel.wing"),
        ("connecté en tant que kestrel.wing", "USERNAME", "kestrel.wing"),
        ("вошёл как kestrel77", "USERNAME", "kestrel77"),
        ("hello, user kwingel", "USERNAME", "kwingel"),
        ('{"member":{"id":"M-40771","plan":"b"}}', "USER_ID", "M-40771"),
        ("charge failed for cus_Jd82kPq01xYz", "USER_ID", "cus_Jd82kPq01xYz"),
        ("pay into 20-41-07 30415588 please", "BANK_ACCOUNT", "20-41-07 30415588"),
        ("plate AB-CD 417 at gate 2", "VEHICLE_ID", "AB-CD 417"),
        ("geboren 3. XI. 1974 in Gera", "DATE_OF_BIRTH", "3. XI. 1974"),
        ("Ihr Geburtsdatum. Kundin: 3.4.84.", "DATE_OF_BIRTH", "3.4.84"),
        ("numer identyfikacyjny 74110345678", "NATIONAL_ID", "74110345678"),
        ("الرقم القومي 27411030112345", "NATIONAL_ID", "27411030112345"),
        ("patiëntnummer 5581930", "MEDICAL_ID", "5581930"),
        ("číslo dokladu 41577302", "PASSPORT", "41577302"),
        ("هاتف ٠٥٠ ١٢٣ ٤٥٦٧", "PHONE", "٠٥٠ ١٢٣ ٤٥٦٧"),
        ("charge failed for usr_kWpTzRqLmNbVcX", "USER_ID", "usr_kWpTzRqLmNbVcX"),
        ("Nagy Béla ügyfél azonosítója QW-736217", "USER_ID", "QW-736217"),
        ("Hasta Deniz Kurt, protokol 5520917-33.", "MEDICAL_ID", "5520917-33"),
        ("Patient Anna Van Loon, May 15, 1961, seen today", "DATE_OF_BIRTH", "May 15, 1961"),
        ("the key glpat-QweRtyUiopAsdfGhjkLz leaked", "SECRET", "glpat-QweRtyUiopAsdfGhjkLz"),
    ],
)
def test_a_value_is_what_its_place_says(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize("text", ["zakázka 389-41-5553 odeslána", "mã đơn 389-41-5553 đã giao"])
def test_the_number_of_an_order_is_no_national_number(text: str) -> None:
    assert found(text) == []


def test_values_below_headings_are_what_these_say() -> None:
    text = "customer_name;dob;phone;city\nQuell Ombrast;04/07/1961;555 0147;Bath\nIrune Zabat;11 May 1975;555 0148;York"
    kinds = found(text)
    assert ("PERSON", "Quell Ombrast") in kinds and ("PERSON", "Irune Zabat") in kinds
    assert ("DATE_OF_BIRTH", "04/07/1961") in kinds and ("DATE_OF_BIRTH", "11 May 1975") in kinds
    assert ("PHONE", "555 0147") in kinds
    assert not any(value in ("Bath", "York") for _, value in kinds)


def test_rows_without_headings_for_people_are_left_alone() -> None:
    assert found("sku,qty,price\nA-1,3,9.50\nB-2,1,4.20") == []
