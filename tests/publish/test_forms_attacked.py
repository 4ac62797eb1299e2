"""Card data, codes, days and ages under other names, in other writings and in documents: what the forms of staged values tell of them."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pyarrow as pa
import pytest

from mesh_platform.lake import Writer
from mesh_platform.policy import Shape
from mesh_platform.product import Product, ProductKey
from mesh_platform.product.models import DataProduct
from mesh_platform.publish import Outcome
from mesh_platform.publish.shapes import shapes_of
from tests.publish.conftest import ORDERS
from tests.publish.test_flow import rules
from tests.publish.test_pack_products import column, stays, write

Run = Callable[[ProductKey], Outcome]
KEPT = {"period": "1 year", "from": "ingested", "action": "delete"}


def digest(i: int, length: int = 64) -> str:
    return hashlib.sha256(b"%d" % i).hexdigest()[:length]


def seen(values: Mapping[str, list[Any]], claim: str | None = None, said: Mapping[str, Any] | None = None) -> Mapping[str, Shape]:
    """The shapes of these columns."""
    con = duckdb.connect()
    con.register("given", pa.table(dict(values)))
    con.execute("CREATE TABLE staged AS FROM given")
    kinds = [(row[0], row[1]) for row in con.execute("DESCRIBE staged").fetchall()]
    declared = {name: {"type": "string", "sensitivity": "restricted", **(said or {}).get(name, {})} for name in values}
    privacy = {"privacy": {"claim": claim}} if claim else {}
    descriptor = DataProduct.model_validate({"name": "Told", "domain": "bakery", "columns": declared, **privacy})
    product = cast(Product, SimpleNamespace(descriptor=descriptor))
    writer = cast(Writer, SimpleNamespace(con=con, table="staged", columns=lambda: kinds))
    try:
        return shapes_of(product, writer).columns
    finally:
        con.close()


class TestCards:
    @pytest.mark.parametrize(
        "name", ["cvv", "card_cvv", "CardCVV2", "cc_cvc", "cvn", "cvvCode", "cardSecurityCode", "card_verification_value"]
    )
    def test_a_verification_code_under_any_of_its_names(self, name: str) -> None:
        assert seen({name: list(range(100, 160))})[name].cvv == 60

    @pytest.mark.parametrize("name", ["security_code", "cid", "csc"])
    def test_a_word_that_means_other_things_too_is_one_beside_cards_alone(self, name: str) -> None:
        assert seen({name: ["123"] * 9, "card_number": ["x"] * 9})[name].cvv == 9
        assert name not in seen({name: ["123"] * 9})

    @pytest.mark.parametrize(
        "text",
        [
            "cvv code 123", "CVV：１２３", "the card security code is 1234", '{"card_cvv":"123"}', '{"cvvCode":123}',
            '{"card":{"securityCode":"123"}}', "{'cvc': [123]}", "cvv on the back is 123", "cvc2 (123)",
        ],
    )  # fmt: skip
    def test_a_verification_code_in_one_text_of_many(self, text: str) -> None:
        assert seen({"note": ["all is well"] * 50 + [text]})["note"].cvv == 1

    @pytest.mark.parametrize(
        "text", ["cvv check failed 3 times", "CVV mismatch for order 4711", "the security code is 1234", "cvv: 12345"]
    )
    def test_what_speaks_of_one_and_holds_none_is_none(self, text: str) -> None:
        assert "note" not in seen({"note": [text] * 9})

    def test_track_data_without_its_sentinels(self) -> None:
        assert seen({"note": ["4111111111111111=29011010000"]})["note"].track == 1

    @pytest.mark.parametrize(
        "cut", ["**** **** **** 1111", "XXXX-XXXX-XXXX-1111", "************1111", "411111******1111", "4111 11•• •••• 1111"]
    )
    def test_a_cut_number_in_any_writing(self, cut: str) -> None:
        assert seen({"note": [cut]})["note"].truncated == 1

    def test_the_last_four_and_the_first_six_are_cut_numbers_by_their_names(self) -> None:
        found = seen({"card_last4": ["1111"], "bin": ["411111"]})
        assert (found["card_last4"].truncated, found["bin"].truncated) == (1, 1)

    @pytest.mark.parametrize(
        "made",
        [digest, lambda i: f"sha256:{digest(i)}", lambda i: base64.b64encode(hashlib.sha256(b"%d" % i).digest()).decode()],
    )
    def test_hashes_beside_what_speaks_of_cards_are_counted(self, made: Callable[[int], str]) -> None:
        assert seen({"card": [made(i) for i in range(9)]})["card"].hashes == 9
        declared = {"told": {"category": "user.financial.card.pan"}}
        assert seen({"told": [made(i) for i in range(9)]}, said=declared)["told"].hashes == 9

    def test_hashes_as_bytes_are_counted_and_random_tokens_of_a_provider_are_none(self) -> None:
        assert seen({"card": [hashlib.sha256(b"%d" % i).digest() for i in range(9)]})["card"].hashes == 9
        assert seen({"card": [str(uuid.uuid4()) for _ in range(9)]})["card"].hashes == 0

    def test_an_unkeyed_hash_of_card_numbers_is_not_published(self, run: Run, project: Path) -> None:
        said = column(category="user.financial.card.pan", identifiability="none")
        write(project, "card\n" + "".join(f"{digest(i)}\n" for i in range(40)), {"card": said}, retention=KEPT)
        assert rules(run(ORDERS)) == {"PCI-3.5.1.1"}

    def test_cut_numbers_beside_hashes_that_nobody_explains_are_not_published(self, run: Run, project: Path) -> None:
        text = "cut,ref\n" + "".join(f"**** **** **** {i:04d},{digest(i)}\n" for i in range(40))
        write(project, text, {"cut": column(), "ref": column()}, retention=KEPT)
        assert rules(run(ORDERS)) == {"PCI-3.5.1"}


class TestClaims:
    @pytest.mark.parametrize(
        "made",
        [
            lambda i: digest(i, 12), lambda i: f"p-{digest(i)}", lambda i: f"{{{uuid.uuid4()}}}", lambda i: f"P{i:06d}",
            lambda i: base64.b32encode(hashlib.sha256(b"%d" % i).digest()).decode().strip("="), lambda i: digest(i) if i % 2 else "none",
            lambda i: int(digest(i, 15), 16),
        ],
    )  # fmt: skip
    def test_a_keyed_hash_or_a_number_of_each_person_s_own_in_any_writing_is_a_code(self, made: Callable[[int], Any]) -> None:
        assert seen({"told": [made(i) for i in range(40)]}, "safe_harbor")["told"].codes

    def test_running_numbers_are_codes_by_their_name_and_measures_are_none(self) -> None:
        found = seen({"case_nr": list(range(40)), "cost": list(range(40)), "crp": [i * 1.37 for i in range(40)]}, "safe_harbor")
        assert (found["case_nr"].codes, found["cost"].codes, found["crp"].codes) == (40, 0, 0)

    def test_codes_of_illnesses_are_nobody_s_own(self) -> None:
        assert seen({"icd": ["E11.9", "S72.001A", "J45"] * 20}, "safe_harbor")["icd"].codes == 0

    @pytest.mark.parametrize(
        "text",
        [
            "2024-03-15",
            "03/15/2024",
            "15.03.2024",
            "March 15, 2024",
            "15 Mar 2024",
            "20240315",
            "2024-03",
            "seen on 2024-03-15 again",
        ],
    )
    def test_days_in_texts_are_days(self, text: str) -> None:
        assert seen({"told": [text] * 30}, "safe_harbor")["told"].days == 30

    @pytest.mark.parametrize("text", ["2024", "2024-01-01", "20240101", "version 1.20.24", "fine"])
    def test_years_are_none(self, text: str) -> None:
        assert seen({"told": [text] * 30}, "safe_harbor")["told"].days == 0

    def test_days_and_moments_as_numbers_are_days(self) -> None:
        found = seen(
            {"told": [20240301 + i % 28 for i in range(40)], "admitted_at": [1_700_000_000 + i for i in range(40)]}, "safe_harbor"
        )
        assert found["told"].days and found["admitted_at"].days

    @pytest.mark.parametrize(
        ("name", "value"),
        [("age", "93"), ("patientAge", 93), ("years_old", 93), ("note", "a woman of 93 years old"), ("note", "aged 91")],
    )
    def test_an_age_above_89_under_any_name_and_in_a_text(self, name: str, value: object) -> None:
        assert seen({name: [value] * 3}, "safe_harbor")[name].old == 3

    def test_beginnings_of_postal_codes_that_lost_their_zero_are_of_few_people(self) -> None:
        assert seen({"zipCode": [36] * 9}, "safe_harbor")["zipCode"].fine_places == 9
        assert seen({"note": ["moved to CA 90210"]}, "safe_harbor")["note"].fine_places == 1

    def test_days_as_texts_in_what_claims_safe_harbor_are_not_published(self, run: Run, project: Path) -> None:
        rows = [f"{('fine', 'good', 'well')[i % 3]},2024-0{1 + i % 9}-15" for i in range(40)]
        stays(project, rows, ill=column(category="user.health"), admitted=column())
        assert rules(run(ORDERS)) == {"HIPAA-514B2-C"}


PANS = [f"41111111{i:07d}" for i in range(60)]


def checked(number: str) -> str:
    """The number with its check digit."""
    digits = [int(c) for c in reversed(number)]
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits))
    return number + str(-total % 10)


WHOLE = [checked(one) for one in PANS]
CODES = [f"{(i * 37) % 1000:03d}" for i in range(60)]
EXPIRES, BRANDS = ["09/27", "12/2028", "01-29"] * 20, ["Visa", "mastercard", "AMEX"] * 20


class TestCardsThatNoSingleValueShows:
    @pytest.mark.parametrize("name", ["security_code", "cid", "csc"])
    @pytest.mark.parametrize("beside", [{"valid": EXPIRES}, {"scheme": BRANDS}, {"nr": WHOLE}])
    def test_short_codes_are_verification_codes_beside_what_stands_on_cards(
        self, name: str, beside: dict[str, list[str]]
    ) -> None:
        assert seen({name: CODES, **beside})[name].cvv == 60

    @pytest.mark.parametrize("beside", [{"valid": ["2027-09-01"] * 60}, {"scheme": ["gold", "silver", "basic"] * 20}, {}])
    def test_and_beside_anything_else_they_are_not(self, beside: dict[str, list[str]]) -> None:
        found = seen({"security_code": CODES, **beside})
        assert "security_code" not in found or not found["security_code"].cvv

    def test_a_column_that_says_what_else_it_holds_is_no_verification_code(self) -> None:
        found = seen({"cid": CODES, "valid": EXPIRES}, said={"cid": {"subject": "customer_id"}})
        assert "cid" not in found or not found["cid"].cvv

    def test_the_bare_name_cid_is_one_where_its_codes_begin_with_noughts_and_no_number_of_customers(self) -> None:
        assert seen({"cid": CODES})["cid"].cvv == 60
        for others in ([str(i) for i in range(100, 160)], list(range(100, 160)), ["gold"] * 60):
            assert "cid" not in seen({"cid": others})

    @pytest.mark.parametrize("name", ["C V V", "c_v_v", "C.V.C"])
    def test_letters_apart_are_a_name_too(self, name: str) -> None:
        assert seen({name: CODES})[name].cvv == 60

    @pytest.mark.parametrize("text", ["C V V: 123", "c.v.v. 123", "C.V.C: 1234"])
    def test_and_in_texts(self, text: str) -> None:
        assert seen({"note": ["all is well"] * 50 + [text]})["note"].cvv == 1

    @pytest.mark.parametrize(
        "text",
        ["PIN: 4711", "pin=4711", "she said her PIN is 4711.", "card 12, PIN: 4711", "Meine PIN: 4711", "(pin code: 4711)"],
    )
    def test_a_pin_in_one_text_of_many(self, text: str) -> None:
        assert seen({"note": ["all is well"] * 50 + [text]})["note"].pin == 1

    @pytest.mark.parametrize(
        "text",
        [
            "PIN: 560001", "SIM PIN: 4711", "door pin: 4711", "GPIO pin: 1024", "pin 1234", "pin the note of 2024", "PIN: 47",
            "spin: 4711", "the pin count was 1200 lower", "PIN: 4711A",
        ],
    )  # fmt: skip
    def test_other_pins_are_none(self, text: str) -> None:
        assert "note" not in seen({"note": [text] * 9}) or not seen({"note": [text] * 9})["note"].pin

    @pytest.mark.parametrize("url", [False, True], ids=["padded", "for URLs"])
    @pytest.mark.parametrize("number", [WHOLE[7], " ".join(WHOLE[7][i : i + 4] for i in range(0, 16, 4)), "378282246310005"])
    def test_one_number_in_base64_among_a_hundred_values(self, number: str, url: bool) -> None:
        text = base64.urlsafe_b64encode(number.encode()).decode()
        token = [base64.b64encode(digest(i, 16).encode()).decode() for i in range(99)]
        assert seen({"ref": [*token, text.rstrip("=") if url else text]})["ref"].encoded == 1
        assert not seen({"ref": token}).get("ref", Shape()).encoded

    def test_digits_in_base64_that_are_no_card_number_are_none(self) -> None:
        wrong = [base64.b64encode(f"{int(one) + 1}".encode()).decode() for one in WHOLE]
        assert "ref" not in seen({"ref": wrong}) or not seen({"ref": wrong})["ref"].encoded

    @pytest.mark.parametrize("at", [6, 8])
    def test_a_number_that_is_cut_over_two_columns(self, at: int) -> None:
        found = seen({"a": [one[:at] for one in WHOLE], "b": [one[at:] for one in WHOLE], "n": ["x"] * 60})
        assert found["a"].split == found["b"].split == 60 and "n" not in found

    def test_and_where_numbers_have_lost_their_noughts(self) -> None:
        found = seen({"a": [int(one[:6]) for one in WHOLE], "b": [int(one[6:]) for one in WHOLE]})
        assert found["b"].split >= 54

    def test_two_columns_of_numbers_that_make_none(self) -> None:
        six, eight = [f"{400000 + 7 * i}" for i in range(200)], [f"{i * 7919 % 100000000:08d}" for i in range(200)]
        assert not any(one.split for one in seen({"a": six, "b": eight, "c": list(range(10**9, 10**9 + 200))}).values())


@pytest.mark.parametrize("how", ["base64", "cut"])
def test_numbers_that_no_single_value_shows_are_not_published(run: Run, project: Path, how: str) -> None:
    if how == "base64":
        rows = [f"a thing,{i}" for i in range(100)] + [base64.b64encode(WHOLE[3].encode()).decode() + ",1"]
    else:
        rows = [f"{one[:6]},{one[6:]}" for one in WHOLE]
    write(project, "a,b\n" + "\n".join(rows) + "\n", {"a": column(), "b": column()}, retention=KEPT)
    outcome = run(ORDERS)
    assert "PCI-3.5.1" in rules(outcome) and not any(one[:6] in str(outcome.findings) for one in WHOLE)


class TestPlacesInTexts:
    @pytest.mark.parametrize(
        "text",
        [
            "seen in Springfield, IL for a cough", "Boston, Massachusetts", "she is from Boston, MA.", "lives in Cedar Rapids", "He lived near Eau Claire",
            "a resident of Yonkers", "born in Tulsa, raised elsewhere", "moved here from Fresno last year", "of Cambridge 02139", "zip code is 02139",
            "postal code: 02139", "ZIP 02139-4307", "the town of Salem", "grew up in Santa Fe", "hometown: Omaha", "Kansas City, MO", "lives in Kansas City",
        ],
    )  # fmt: skip
    def test_a_town_or_a_whole_zip_code_in_one_text_of_many(self, text: str) -> None:
        assert seen({"note": ["stable, and sent home"] * 50 + [text]}, "safe_harbor")["note"].fine_places == 1

    @pytest.mark.parametrize(
        "text",
        [
            "lives in Texas", "born in Germany", "born in March", "moved to Ward 3", "moved to Intensive care", "Stable, OK", "Seen by Jones, MD",
            "Referred by Smith, PA", "Abdomen, CT without contrast", "zip 021", "a dose of 12345 units", "lives in assisted living", "from New York",
            "a resident of North Dakota", "Ticket 12345 was closed", "lives in the United States", "in Phase, II", "travelled to Mexico",
            "Discharged, IV removed", "the city of his birth", "She moved here from Hungary",
        ],
    )  # fmt: skip
    def test_a_state_a_country_and_what_else_stands_after_the_same_words_are_none(self, text: str) -> None:
        assert seen({"note": [text] * 9}, "safe_harbor")["note"].fine_places == 0

    def test_without_a_claim_nothing_is_looked_for(self) -> None:
        assert "note" not in seen({"note": ["lives in Cedar Rapids"] * 9})
