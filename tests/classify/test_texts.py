"""Personal data in texts: what is found, what is left alone, and what a hostile text costs."""

from __future__ import annotations

import itertools
import json
import time
from importlib.resources import files

import pytest

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts import read
from mesh_platform.classify.texts.tagger import LEAST


def found(text: str) -> list[tuple[str, str]]:
    """The kinds and the words of the spans."""
    return [(str(span.entity), text[span.start : span.end]) for span in read(text).spans]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("My passport number is X4582913 and it expires soon.", "PASSPORT", "X4582913"),
        ("Meine Ausweisnummer lautet L01X00T471.", "NATIONAL_ID", "L01X00T471"),
        ("Kundennummer: 4711-08, bitte um Rückruf.", "USER_ID", "4711-08"),
        ("Née le 3 mars 1984 à Lille.", "DATE_OF_BIRTH", "3 mars 1984"),
        ("Fecha de nacimiento 12/04/1979", "DATE_OF_BIRTH", "12/04/1979"),
        ("carta d'identità CA12345AB", "NATIONAL_ID", "CA12345AB"),
        ("Mijn rijbewijs 5123456789 is verlopen", "DRIVER_LICENSE", "5123456789"),
        ("Auto z numer rejestracyjny WA 12345", "VEHICLE_ID", "WA 12345"),
        ("körkort 850709-9805", "DRIVER_LICENSE", "850709-9805"),
        ("NHS number 943 476 5919", "MEDICAL_ID", "943 476 5919"),
        ("Konto 532013000 bei der Bank", "BANK_ACCOUNT", "532013000"),
        ("username: night_owl77", "USERNAME", "night_owl77"),
        ('{"event":"login","u":"owlnight","ok":true}', "USERNAME", "owlnight"),
        ("GET /users/48213/orders 200", "USER_ID", "48213"),
        ("level=info user_id=8d41b6 action=view", "USER_ID", "8d41b6"),
        ("Failed password for invalid user mlopez from 81.2.69.142 port 22", "USERNAME", "mlopez"),
        ("session opened for user 'mlopez' by cron", "USERNAME", "mlopez"),
        ("sub=auth0|5f7c8ec7c33c6c004bbafe82 scope=read", "USER_ID", "auth0|5f7c8ec7c33c6c004bbafe82"),
        ("My driver's license number is F162823540116", "DRIVER_LICENSE", "F162823540116"),
        ("agent: and your passport number? customer: K7712903", "PASSPORT", "K7712903"),
        ("my password is Tr0ub4dor&3 please reset", "SECRET", "Tr0ub4dor&3"),
        ("reach me on 020 7946 0018 after six", "PHONE", "020 7946 0018"),
        ("redirect /login?mail=ann.lee%40mail.example.org&x=1", "EMAIL", "ann.lee%40mail.example.org"),
        ("write to ann.lee at mail dot example dot org", "EMAIL", "ann.lee at mail dot example dot org"),
        ("payload YW5uLmxlZUBtYWlsLmV4YW1wbGUub3Jn failed", "EMAIL", "YW5uLmxlZUBtYWlsLmV4YW1wbGUub3Jn"),
        ("電話番号は090-1234-5678です。", "PHONE", "090-1234-5678"),
        ("생년월일은 1984.04.03입니다", "DATE_OF_BIRTH", "1984.04.03"),
        ("And your date of birth? Caller: 3.4.1984.", "DATE_OF_BIRTH", "3.4.1984"),
        ("The patient has a rash, record no. 4711-0822", "MEDICAL_ID", "4711-0822"),
        ("The patient (*12.03.1961) sleeps badly.", "DATE_OF_BIRTH", "12.03.1961"),
        ("ann.lee@mail.example.org:Sunfl0wer!", "SECRET", "Sunfl0wer!"),
        ("sign-in refused for kestrel_9 from 81.2.69.142", "USERNAME", "kestrel_9"),
        ("message me, @kestrelwing!", "USERNAME", "kestrelwing"),
        ("81.2.69.142 - kestrelwing [12/Mar/2025] GET /", "USERNAME", "kestrelwing"),
        ("bounced: ann=2Elee=40mail.example.org", "EMAIL", "ann=2Elee=40mail.example.org"),
        ("key KO5BO31... replaced, check acct KQX4471", "USER_ID", "KQX4471"),
        ("lat=48.858370 lon=2.294481", "GEO_PRECISE", "48.858370 lon=2.294481"),
    ],
)
def test_a_word_beside_a_value_says_what_it_is(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Order 964-99-6129 was shipped.",
        "Die Bestellung 20394817 ist unterwegs.",
        "commande 48213349 du 11/03/2025",
        "build 4.12.7.301 took 2209 ms",
        "request 8c71bc9a-c381-453d-9eae-68f086bfb547 finished",
        "upstream 10.0.2.52 answered 502",
        "login failed three times",
        "user: sure, here it is",
        "The new firmware stopped the freezes on Corvex Q12.",
        "Member since 2019.",
        "Total 1 250 000 EUR",
        "Record no. 4711-0822 of the archive",
        "0488-357604 numaralı sipariş",
        "affects libfoo < 18.16.64.90",
        "firmware: 21.13.65.1",
        "Regulation (EU) 2016/679",
    ],
)
def test_numbers_of_things_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Could you forward the estimate to Henrietta Oakley?", "Henrietta Oakley"),
        ("Frau Brinkmeier wartet seit Montag auf den Techniker.", "Brinkmeier"),
        ("La señora Echeverría quiere hablar con soporte.", "Echeverría"),
        ("Kind regards,\nOluwaseun Adebayo", "Oluwaseun Adebayo"),
        ("Клиент Тимофей Рудаков просит перезвонить.", "Тимофей Рудаков"),
        ("contract_Ludmila_Havel_signed.pdf was uploaded", "Ludmila_Havel"),
        ("山本健一と申します。", "山本健一"),
    ],
)
def test_names_are_found_in_many_languages_and_forms(text: str, name: str) -> None:
    assert ("PERSON", name) in found(text)


def test_the_bounds_are_among_those_measured_on_templates_kept_away_and_name_few_that_are_nobody() -> None:
    measured = json.loads(files("mesh_platform.classify.texts").joinpath("names.json").read_text())["on the templates kept away"]
    assert all(measured[f"{label} {least}"]["precision"] > 0.9 for label, least in LEAST.items())
    assert measured[f"clean {LEAST['PER']}"]["false alarms"] < 0.05


def test_a_title_is_no_part_of_the_name() -> None:
    assert found("Please ask Dr. Wolfenstein about it.") == [("PERSON", "Wolfenstein")]


@pytest.mark.parametrize(
    "text", ["Please send your IBAN and BIC.", "Kontonummer fehlt noch.", "It was sent by accident, sorry about that."]
)
def test_names_of_fields_and_small_words_are_no_names(text: str) -> None:
    assert found(text) == []


def test_a_small_word_behind_a_name_is_not_part_of_it() -> None:
    assert ("PERSON", "Brinkmeier") in found("Herrn Brinkmeier angerufen und beraten.")


def test_an_address_is_given_in_its_parts() -> None:
    spans = found("Please deliver to 14 Chestnut Avenue, Leeds LS6 2QT.")
    assert spans == [("STREET_ADDRESS", "14 Chestnut Avenue"), ("STREET_ADDRESS", "Leeds LS6 2QT")]


def test_a_number_in_a_list_is_no_part_of_an_address() -> None:
    assert found("Leave it at 14 Chestnut Avenue, meter 004711.") == [("STREET_ADDRESS", "14 Chestnut Avenue")]


def test_wares_with_a_given_name_are_nobody() -> None:
    assert found("We are out of the Olivia Blender and the Marcus Blanket.") == []


def test_a_name_that_an_address_for_mail_repeats_is_found_where_its_place_says_little() -> None:
    assert ("PERSON", "zelmira") in found("zelmira here, write to zelmira.okonjo@mail.example.org")


def test_spans_are_in_order_and_do_not_overlap() -> None:
    spans = read(
        "Dear Ms. Oakley, mail ann@example.org or call +44 20 7946 0018. Your card 4111 1111 1111 1111 expired.\nBest,\nBen Marsh"
    ).spans
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert {str(s.entity) for s in spans} == {"PERSON", "EMAIL", "PHONE", "CREDIT_CARD"}


def test_a_finding_holds_no_value() -> None:
    text = "My passport number is X4582913."
    assert all("X4582913" not in str(field) for span in read(text).spans for field in span)


def test_what_lies_behind_the_limit_is_said() -> None:
    reading = read("longer" * 50_000 + " ann@example.org")
    assert reading.unread == 300_016 - 200_000
    assert all(span.entity is not Entity.EMAIL for span in reading.spans)


def test_words_beyond_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_platform.classify.texts.tagger.MOST_IN_ALL", 10)
    assert read("one two three " * 10).unread > 0


@pytest.mark.by_day("at", "keys", "entities", "accounts")
@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000_000,
        "@" * 10_000,
        "a." * 8_000,
        "1 " * 8_000,
        "(" * 10_000,
        "passport " * 4_000,
        "A-" * 6_000,
        "\n" * 20_000,
        "\ud800 lone \udfff surrogates " * 100,
        "e\u0301" * 20_000,
        "user=" * 4_000,
        "=A" * 5_000,
        "0x" + "4a" * 10_000,
        "&#97;" * 5_000,
        "a=40" * 5_000,
        "login " + "a.b-" * 5_000,
        "patient " + "1-" * 5_000,
        "token " + "aB1-" * 5_000,
    ],
    ids=["one letter", "at", "dots", "digits", "brackets", "cues", "hyphens", "lines", "surrogates", "marks", "keys", "equals", "hex", "entities", "quoted", "accounts", "files", "tokens"],
)  # fmt: skip
def test_a_hostile_text_costs_bounded_time(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 10
