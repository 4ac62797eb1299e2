"""Columns judged by their values, their names and what is hidden in them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable

import pyarrow as pa
import pytest

from mesh_platform.classify.columns import Column, judge
from mesh_platform.classify.decode import MOST, chains
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.quasi import risk
from mesh_platform.classify.scan import scan

EMAILS = [f"person{i}.{i * 7 % 97}@example.org" for i in range(60)]
NAMES = [f"{first} {last}" for first in ("Maria", "Peter", "Zofia", "Jean", "Ahmed", "Ingrid") for last in ("Schneider", "Kowalski", "Rossi", "Dubois", "Lindqvist")]  # fmt: skip


def held(name: str, values: object) -> Column:
    return judge("shop__t", name, values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values))


def test_addresses_under_a_meaningless_name_are_found_and_explained() -> None:
    found = held("attr_xq", EMAILS)
    assert found.entities == [Entity.EMAIL]
    assert found.sensitivity == "confidential"
    assert found.signs[0].why == "all of distinct values are: e-mail address"


def test_one_address_in_a_hundred_thousand_rows_is_found() -> None:
    rows = ["done", "second try", "fixed on site"] * 33_333 + ["mail ann@example.org first"]
    assert held("tag", rows).entities == [Entity.EMAIL]


def test_a_name_alone_proves_nothing() -> None:
    assert held("email_layout", ["hello_tpl", "newsletter", "basket_left"] * 10).entities == []
    assert held("phone_minutes_sum", list(range(40))).entities == []
    assert held("ssn_checked_flag", [True, False] * 10).entities == []


def test_names_of_persons_are_read_and_things_are_not() -> None:
    assert held("c9", NAMES).entities == [Entity.PERSON]
    assert held("c9", ["Oak Table", "Desk Lamp", "Soft Pillow", "Paper Tray", "Wine Glass", "Steel Shelf", "Garden Chair", "Tea Kettle", "Coffee Mug"]).entities == []  # fmt: skip


def test_digits_need_a_name() -> None:
    numbers = [f"{i * 7919 % 90000000 + 10000000}" for i in range(1, 80)]
    assert held("konto_nr", numbers).entities == [Entity.BANK_ACCOUNT]
    assert held("batch", numbers).entities == []


def test_random_digits_of_which_a_tenth_pass_luhn_are_no_cards() -> None:
    assert held("tracking", [f"{4 * 10**15 + i * 7_919_331_337:016d}" for i in range(300)]).entities == []


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        lambda text: base64.b32encode(text.encode()).decode(),
        lambda text: base64.a85encode(text.encode()).decode(),
        lambda text: text.encode().hex(),
        lambda text: text.replace("@", "%40"),
        lambda text: text.replace("@", "&#64;"),
        lambda text: text.replace("@", "\\u0040"),
        lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
        lambda text: zlib.compress(text.encode()).hex(),
        lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
        lambda text: base64.b64encode(json.dumps({"sub": text}).encode()).decode(),
        lambda text: text[::-1],
        lambda text: " ".join(str(ord(c)) for c in text),
    ],
)
def test_an_address_is_found_behind_an_encoding(encode: Callable[[str], str]) -> None:
    assert Entity.EMAIL in held("c4", [encode(text) for text in EMAILS]).entities


def test_what_decodes_to_nothing_personal_is_not_believed() -> None:
    assert (
        held("state", [base64.b64encode(json.dumps({"offset": i, "sort": "desc"}).encode()).decode() for i in range(50)]).entities
        == []
    )
    assert held("digest", [hashlib.sha256(str(i).encode()).hexdigest() for i in range(50)]).entities == []


def test_a_bomb_opens_up_to_its_limit_only() -> None:
    bomb = base64.b64encode(gzip.compress(b"a" * 10_000_000)).decode()
    assert all(len(out) <= MOST for _, out in chains(bomb))


@pytest.mark.parametrize(
    "values",
    [
        [json.dumps({"ctx": {"to": email}, "n": 1}) for email in EMAILS],
        [f"<o><id>1</id><m>{email}</m></o>" for email in EMAILS],
        [f"lvl=info;mail={email};ms=4" for email in EMAILS],
        [f"7|{email}|A" for email in EMAILS],
        pa.array([{"a": {"b": [email]}} for email in EMAILS]),
        pa.array([[("k", email)] for email in EMAILS], pa.map_(pa.string(), pa.string())),
    ],
)
def test_what_is_nested_is_found(values: object) -> None:
    assert Entity.EMAIL in held("payload", values).entities


@pytest.mark.parametrize(
    ("name", "values", "entity"),
    [
        ("konfession", ["katholisch", "evangelisch", "muslimisch", "keine"], Entity.RELIGION),
        ("c8", ["F41.1", "J44.9", "E11.9", "I10"], Entity.HEALTH),
        ("brth_dat", ["27/08/1993", "30/12/1979", "11/02/1961"], Entity.DATE_OF_BIRTH),
        ("gndr", ["M", "F"], Entity.GENDER),
        ("residence_latitude", [f"{i % 60}.{i * 7919 % 900000 + 100000}" for i in range(50)], Entity.GEO_PRECISE),
        ("altersgruppe", ["20-39", "40-59", "60-79"], Entity.AGE),
    ],
)
def test_special_and_quasi_columns(name: str, values: list[str], entity: Entity) -> None:
    assert held(name, values * 3).entities == [entity]


def test_ids_and_hashes_resolve_within_their_domain() -> None:
    keys = [f"M{2000000 + i * 31}" for i in range(60)]
    people = pa.table({"memberno": keys, "email": EMAILS})
    other = pa.table({"x1": [f"CRM/{key}" for key in keys], "x2": [hashlib.sha1(email.encode()).hexdigest() for email in EMAILS]})
    found = {c.key: c.entities for c in scan([("shop__people", people), ("shop__other", other), ("hr__other", other)]).columns}
    assert found["shop__other.x1"] == [Entity.USER_ID]
    assert found["shop__other.x2"] == [Entity.EMAIL_HASH]
    assert found["hr__other.x1"] == found["hr__other.x2"] == []


def test_rows_in_small_classes_make_a_table_risky() -> None:
    table = pa.table({"age": list(range(100)), "sex": ["M", " M "] * 50})
    assert risk(table.to_batches(), ["age", "sex"]).high
    assert not risk(table.to_batches(), ["sex"]).high
    assert not risk(table.to_batches(), []).high


def test_empty_and_broken_columns_are_no_reason_to_fail() -> None:
    for values in (
        pa.array([], pa.string()),
        pa.nulls(5),
        pa.array([b"\xff\xfe\x00", None]),
        pa.array([None, float("nan"), 1.5]),
    ):
        assert held("c", values).entities == []


def test_what_is_too_long_is_scanned_in_part_and_told() -> None:
    found = held("body", ["ann@example.org " + "x" * 10_000_000])
    assert found.entities == [Entity.EMAIL]
    assert found.skipped == ["1 cells have more than 200,000 characters; what lies behind these was not scanned"]


def test_deep_json_is_no_reason_to_fail() -> None:
    assert held("body", ["[" * 50_000 + "]" * 50_000] * 3).entities == []


def test_no_finding_repeats_a_value() -> None:
    told = json.dumps(scan([("t", pa.table({"c1": EMAILS, "c2": [f"note {e}" for e in EMAILS]}))]).as_json())
    assert "example.org" not in told


def test_keys_that_are_data_stay_out_of_what_is_told() -> None:
    rows = [json.dumps({email: {"city": "Bern", "sum": i}}) for i, email in enumerate(EMAILS)]
    found = scan([("t", pa.table({"c": rows}))])
    assert Entity.EMAIL in found.columns[0].entities
    assert "example.org" not in json.dumps(found.as_json())
