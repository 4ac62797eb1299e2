"""Kinds of columns by their values where the name says little, and their look-alikes that are none."""

from __future__ import annotations

import itertools
import json
import random

import pyarrow as pa
import pytest

from mesh_platform.classify.columns import Column, judge
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.hits import HEAD
from mesh_platform.classify.patterns import luhn
from mesh_platform.classify.sketch import Sketch

GIVEN = ("Annika", "Mohammed", "Giulia", "Tomasz", "Beatriz", "Henrik", "Chiara", "Fatima", "Lukas", "Ingrid")
FAMILY = ("Schneider", "Rossi", "Kowalski", "Fernandes", "Nielsen", "Haddad", "Moreau", "Popescu", "Novotny")
PEOPLE = [f"{given} {family}" for given, family in itertools.product(GIVEN, FAMILY)]
DRAWN = random.Random(11)


def held(name: str, values: object) -> Column:
    return judge("t", name, values if isinstance(values, pa.Array) else pa.array(values))


def days(first: int, last: int, written: str) -> list[str]:
    roman = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
    drawn = [(DRAWN.randint(first, last), DRAWN.randint(1, 12), DRAWN.randint(1, 28)) for _ in range(80)]
    return [written.format(y=year, m=month, d=day, r=roman[month - 1]) for year, month, day in drawn]


@pytest.mark.parametrize(
    ("name", "values", "entity"),
    [
        ("staatsangehoerigkeit", ["dänisch", "kroatisch", "irisch", "griechisch"], Entity.NATIONALITY),
        ("f2", ["hinduistisch", "sunnitisch", "zeugen jehovas", "konfessionslos"], Entity.RELIGION),
        ("f2", ["Ver.di", "IG BCE", "GEW", "Marburger Bund"], Entity.TRADE_UNION),
        ("f2", ["B01AC06", "C07AB02", "M01AE01", "R06AE07"], Entity.HEALTH),
        ("f2", ["GdB 20", "GdB 60", "mobility impairment", "keine"], Entity.HEALTH),
        ("f2", ["Haselnuss", "birch pollen", "Latex", "Milch", "wasp venom"], Entity.HEALTH),
        ("icd11_code", ["5A10", "6A02.Z", "CA40.0", "8B20"], Entity.HEALTH),
        ("gb_dt", days(1938, 2007, "{d}. {r}. {y}"), Entity.DATE_OF_BIRTH),
        ("bd", days(1938, 2007, "{y}年{m}月{d}日"), Entity.DATE_OF_BIRTH),
        ("fs_nr", [f"C{DRAWN.randint(10**7, 10**8)}" for _ in range(40)], Entity.DRIVER_LICENSE),
        ("ktonr", [str(DRAWN.randint(10**8, 10**9)) for _ in range(40)], Entity.BANK_ACCOUNT),
        ("laengengrad", [f"{DRAWN.uniform(6, 15):.5f}" for _ in range(40)], Entity.GEO_PRECISE),
        ("path", [rf"C:\Users\{given[:1].lower()}{family.lower()}\Desktop\a.csv" for given in GIVEN for family in FAMILY], Entity.USERNAME),
        ("f2", [f"whatsapp://send?phone=49{DRAWN.randint(15 * 10**8, 16 * 10**8)}" for _ in range(20)], Entity.PHONE),
        ("f2", ["".join(DRAWN.choices("abcdefgh0123456789_-AB", k=22)) + ":APA91b" + "x9Yz" * 33 for _ in range(20)], Entity.DEVICE_ID),
        ("f2", ["佐藤健", "鈴木美咲", "高橋翔太", "田中葵", "渡辺陽菜", "伊藤蓮", "山本結衣", "中村大翔", "小林さくら"[:4], "加藤悠真", "吉田凛", "山田湊", "松本杏", "井上樹", "木村紬"], Entity.PERSON),
    ],
)  # fmt: skip
def test_what_the_values_are(name: str, values: list[str], entity: Entity) -> None:
    assert entity in held(name, values).entities


@pytest.mark.parametrize("name", ["c4", "product_line", "feld_7"])
def test_many_names_of_persons_are_told_under_any_name(name: str) -> None:
    assert held(name, PEOPLE).entities == [Entity.PERSON]


def test_given_names_alone_are_told_without_a_name_for_them() -> None:
    names = "Annika Henrik Giulia Tomasz Beatriz Lukas Chiara Fatima Mohammed Ingrid Pavel Katarina Miguel Sofia Johan Elena Marek Lucia Stefan Irina Bruno Helena Viktor Amelie Oskar Paula Emil Clara Anton Greta".split()  # noqa: SIM905
    assert held("c4", names).entities == [Entity.PERSON]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("model", ["Renault Megane", "Opel Corsa", "Skoda Fabia", "Ford Focus", "Seat Leon", "Fiat Tipo", "Alfa Romeo Giulia", "Mercedes Vito"] * 20),
        ("c4", ["Billy Regal", "Malm Kommode", "Erika Nähmaschine", "Henry Sauger", "Karl Hocker", "Paula Lampe", "Otto Schrank", "Emma Matratze"] * 20),
        ("case_no", [f"{DRAWN.randint(100, 999)}-{DRAWN.randint(10, 99)}-{DRAWN.randint(1000, 9999)}" for _ in range(90)]),
        ("amount_gross", [f"{DRAWN.uniform(5, 900):.2f}" for _ in range(90)]),
        ("branch_address", ["Hauptstraße 4, 10115 Berlin", "Via Roma 12, 20121 Milano", "Lange Gasse 7, 1080 Wien"] * 40),
        ("gen", ["Gen 4", "Gen 5", "Gen 6"] * 20),
        ("pw_policy", ["strong", "weekly", "never", "2fa"] * 20),
        ("posted_on", days(2023, 2026, "{y}{m:02d}{d:02d}")),
        ("inv_no", [f"INV-{DRAWN.randint(10**5, 10**6)}" for _ in range(60)]),
        ("basket", [json.dumps({"items": [{"name": ware, "qty": 2}]}) for ware in ("Paula Lampe", "Otto Schrank", "Emma Matratze")] * 30),
    ],
)  # fmt: skip
def test_what_only_looks_like_it(name: str, values: list[str]) -> None:
    assert held(name, values).entities == []


@pytest.mark.parametrize(
    ("values", "entities"),
    [
        ([str({"who": name, "n": i}) for i, name in enumerate(PEOPLE)], {Entity.PERSON}),
        ([f"<a><b fn='{n.split()[0]}' ln='{n.split()[1]}'/></a>" for n in PEOPLE], {Entity.PERSON}),
        ([f"<a><to><![CDATA[{street} {i}, 10{i % 90 + 10:02d}5 Berlin]]></to></a>" for i, street in enumerate(["Lindenstraße", "Goethestraße", "Am Markt"] * 20, 1)], {Entity.STREET_ADDRESS}),
        ([json.dumps([{"q": "halter", "a": n}, {"q": "ort", "a": "x"}]) for n in PEOPLE], {Entity.PERSON}),
        ([f"{i:05d}{n:<32}{'AT':<9}K" for i, n in enumerate(PEOPLE)], {Entity.PERSON}),
        ([f"PID|1||{7000000 + i}^^^KH^MR||{n.split()[1]}^{n.split()[0]}||19{50 + i % 40}0412|M" for i, n in enumerate(PEOPLE)], {Entity.PERSON, Entity.MEDICAL_ID}),
        ([f"/BENM//NAME/{n.upper()}/REMI/{i}" for i, n in enumerate(PEOPLE)], {Entity.PERSON}),
        ([*PEOPLE, *(f"{i}.5" for i in range(60)), *(f"A{i}" for i in range(40))], {Entity.PERSON}),
    ],
)  # fmt: skip
def test_what_stands_inside(values: list[str], entities: set[Entity]) -> None:
    assert entities <= set(held("c4", values).entities)


def test_a_sex_and_an_age_in_one_text_single_people_out() -> None:
    texts = [
        f"{'FM'[i % 2]}{20 + i * 7 % 60}, {town}"
        for i, town in enumerate(("Graz", "Linz", "Wels", "Steyr", "Lienz", "Bregenz") * 15)
    ]
    assert set(held("c4", texts).entities) == {Entity.GENDER, Entity.AGE, Entity.CITY}


def test_number_plates_of_several_countries_are_told_by_their_layouts() -> None:
    forms = (
        "AA-999-AA",
        "9 AAA 999",
        "AAA 999",
        "AA 999 AA",
        "A-AA 9999",
        "AA99 AAA",
        "9999 AAA",
        "AAA-99",
        "AA 99999",
        "A 999 AA",
        "99-AA-99",
        "AAA 9A9",
        "999-AA-9",
    )
    plates = [
        "".join(DRAWN.choice("ABCDEFGHKLMNPRSTVXYZ") if c == "A" else DRAWN.choice("123456789") if c == "9" else c for c in form)
        for form in forms * 8
    ]
    assert held("c4", plates).entities == [Entity.VEHICLE_ID]


def test_keys_of_maps_that_are_data_are_scanned() -> None:
    rows = pa.array(
        [[(f"{n.replace(' ', '.').lower()}@example.org", "owner")] for n in PEOPLE], pa.map_(pa.string(), pa.string())
    )
    assert Entity.EMAIL in held("acl", rows).entities


def test_few_notes_of_a_column_of_single_words_are_read() -> None:
    notes = ["done", "open", "callback"] * 40 + [
        f"customer {n} lives at Lindenstraße {i}, 10115 Berlin" for i, n in enumerate(PEOPLE[:12], 1)
    ]
    from mesh_platform.classify.reading import reader

    found = judge("t", "remark", pa.array(notes), reader())
    assert {Entity.PERSON, Entity.STREET_ADDRESS} & set(found.entities)


def test_the_id_of_a_key_is_no_key() -> None:
    assert held("account_user_id", [f"rx_{DRAWN.randbytes(4).hex()}" for _ in range(60)]).entities == [Entity.USER_ID]


def test_a_person_whose_name_begins_as_an_office_does_is_one() -> None:
    people = ["cindy", "devon", "hristo", "salesia", "hrvoje", "itziar", "botond", "opsahl", "helpmann", "adminta"]
    assert [*held("f2", [f"{name}{i}@mail.test" for i, name in enumerate(people)]).entities] == [Entity.EMAIL]
    offices = [f"{name}@firm{i}.test" for i, name in enumerate(["info", "sales", "support-eu", "hr", "billing", "team2"])]
    assert not held("f2", offices).entities


@pytest.mark.parametrize("name", ["completed", "built_on", "since"])
def test_old_days_of_things_are_no_births(name: str) -> None:
    assert held(name, days(1938, 2007, "{y}-{m:02d}-{d:02d}")).entities == []


def test_ids_of_messages_are_no_addresses() -> None:
    sent = [f"<{DRAWN.randint(10**5, 10**6)}.{DRAWN.randbytes(6).hex()}@mx{i % 9}.example.net>" for i in range(80)]
    assert held("msg_ref", sent).entities == []


def test_persons_between_offices_are_told() -> None:
    offices, people = [f"info@firm{i}.test" for i in range(90)], [f"ana.smith{i}@mail.test" for i in range(10)]
    assert [*held("f2", offices + people).entities] == [Entity.EMAIL]
    assert not held("f2", offices).entities


def test_cards_are_told_among_as_many_that_are_none() -> None:
    valid = [f"4{i:014d}" for i in range(1, 120)]
    valid = [text + next(str(d) for d in range(10) if luhn(text + str(d))) for text in valid]
    wrong = [text[:-1] + str((int(text[-1]) + 1) % 10) for text in valid[:110]]
    assert Entity.CREDIT_CARD in held("f2", valid + wrong).entities


@pytest.mark.parametrize("deep", [13, 60])
def test_what_stands_deep_in_json_or_as_its_key_is_searched(deep: int) -> None:
    nested = ['{"a":' * deep + f'"guest{i}@mail.test"' + "}" * deep for i in range(50)]
    assert Entity.EMAIL in held("f2", nested).entities
    keyed = [json.dumps({f"guest{i}@mail.test": i, "plain": 1}) for i in range(50)]
    assert Entity.EMAIL in held("f2", keyed).entities


def test_maps_with_many_keys_are_scanned_and_keys_that_are_data_too() -> None:
    kind = pa.map_(pa.string(), pa.int64())
    mails = pa.array([[(f"guest{i}@mail.test", i)] for i in range(400)], kind)
    assert Entity.EMAIL in held("f2", mails).entities
    assert not held("f2", pa.array([[(f"shelf {i}", i) for i in range(300)]], kind)).entities


def test_bytes_of_two_byte_letters_are_read() -> None:
    assert (
        Entity.EMAIL in held("f2", pa.array([f"guest{i}@mail.test".encode("utf-16-le") for i in range(50)], pa.binary())).entities
    )


def test_cards_as_floating_numbers_are_cards() -> None:
    valid = [f"4{i:014d}" for i in range(1, 120)]
    numbers = [float(text + next(str(d) for d in range(10) if luhn(text + str(d)))) for text in valid]
    assert Entity.CREDIT_CARD in held("f2", pa.array(numbers, pa.float64())).entities


def test_a_day_of_birth_of_two_digits_weighs_more_than_a_year() -> None:
    of_days = held(
        "birth_date", [f"{DRAWN.randint(1, 28):02d}{DRAWN.randint(1, 12):02d}{DRAWN.randint(45, 99)}" for _ in range(80)]
    )
    assert (of_days.entities, of_days.sensitivity) == ([Entity.DATE_OF_BIRTH], "confidential")
    of_years = held("birth_year", [str(DRAWN.randint(1940, 2004)) for _ in range(80)])
    assert (of_years.entities, of_years.sensitivity) == ([Entity.DATE_OF_BIRTH], "internal")


def test_a_person_behind_hundreds_of_keys_of_json_is_found() -> None:
    bare = {f"k{i}": i for i in range(250)}
    texts = [json.dumps(bare | {"zz": f"guest{i}@mail.test"}) for i in range(60)]
    assert Entity.EMAIL in held("f2", texts).entities


def test_one_account_among_long_texts_full_of_links_is_found() -> None:
    long = [f"see https://shop.test/{i}?a=$1 " * 300 for i in range(3_000)]
    sketch = Sketch(room=2_000_000)
    sketch.feed(pa.array([*(f"{text}{i}" for i, text in enumerate(long)), "DE89370400440532013000"]))
    assert "DE89370400440532013000" in {*sketch.rare.counts, *sketch.counts}


@pytest.mark.parametrize("more", [1, 3, 40, 5_000])
def test_numbers_beyond_those_that_are_looked_at_closely_are_scanned(more: int) -> None:
    assert not held("number", pa.array(range(HEAD + more), pa.int64())).entities
