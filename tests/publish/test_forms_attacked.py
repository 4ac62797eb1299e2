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
