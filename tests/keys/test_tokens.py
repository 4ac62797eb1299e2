"""Keyed tokens: one person whatever the spelling, another person under another key, and a column as value by value."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.errors import UsageProblem
from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import normal_form

KEY = bytes(range(32))
NAMESPACES = {
    "customer_id": Namespace(normal=("trim", "upper")),
    "email": Namespace(normal=("trim", "lower")),
    "email_sha256": Namespace(normal=("trim", "lower"), derived_from="email", transform="sha256"),
    "hash_base64": Namespace(normal=("trim",), derived_from="email_sha256", transform="base64"),
    "phone": Namespace(normal=("trim", "e164")),
    "german_phone": Namespace(normal=("e164",), calling_code="49"),
    "iban": Namespace(normal=("alphanumeric", "upper")),
}
TOKENS = SubjectTokens(KEY, NAMESPACES)


def test_a_token_is_hmac_sha256_over_namespace_and_normal_form() -> None:
    expected = hmac.new(KEY, b"mesh subject v1\0customer_id\0C-7", hashlib.sha256).digest()[:16]
    assert TOKENS.token("customer_id", " c-7 ") == expected
    assert TOKENS.subject63("customer_id", "C-7") == int.from_bytes(expected[:8], "big") >> 1 < 1 << 63


def test_another_key_or_namespace_is_another_token() -> None:
    assert SubjectTokens(bytes(32), NAMESPACES).token("customer_id", "C-7") != TOKENS.token("customer_id", "C-7")
    assert TOKENS.token("email", "7") != TOKENS.token("iban", "7")
    with pytest.raises(ValueError, match="32 bytes"):
        SubjectTokens(b"short", NAMESPACES)


@pytest.mark.parametrize(
    ("namespace", "spellings"),
    [
        ("customer_id", ["C-7", " c-7", "C-7\u200b", "\ufeffc-7\n"]),
        ("email", ["zoë@example.com", "ZOE\u0308@EXAMPLE.COM "]),
        ("iban", ["DE89 3704 0044", "de8937040044", "DE89-3704-0044"]),
        (
            "phone",
            ["+49 30 1234567", "0049301234567", "tel:+49 (0)30 1234567", "+49-30/123 45 67 ext. 8", "＋４９３０１２３４５６７"],
        ),
        ("german_phone", ["030 1234567", "+49301234567", "0049 30 1234567", "(030) 123-4567"]),
    ],
)
def test_every_spelling_of_an_identifier_has_one_token(namespace: str, spellings: list[str]) -> None:
    assert len({TOKENS.token(namespace, spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("namespace", "text"), [("phone", "+49 30 1"), ("german_phone", "030 1"), ("phone", "030 1"), ("phone", "n/a")]
)
def test_a_number_keeps_what_it_does_not_tell(namespace: str, text: str) -> None:
    assert normal_form(NAMESPACES[namespace], text) == {"+49 30 1": "+49301", "n/a": ""}.get(
        text, {"german_phone": "+49301", "phone": "0301"}[namespace]
    )


def test_the_hash_of_an_identifier_has_the_token_of_the_one_that_another_product_holds() -> None:
    forms = dict(TOKENS.forms("email", " Ana@example.com"))
    digest = hashlib.sha256(b"ana@example.com").hexdigest()
    assert list(forms) == ["email", "email_sha256", "hash_base64"]
    assert forms["email_sha256"] == TOKENS.token("email_sha256", digest.upper())


def test_what_is_not_registered_or_empty_is_refused_without_being_told() -> None:
    with pytest.raises(UsageProblem, match="KEY-10"):
        TOKENS.token("tax_id", "7")
    for namespace, text in (("phone", "none-given"), ("email", "none-\ud800"), ("customer_id", " \u200b ")):
        with pytest.raises(UsageProblem, match="KEY-11") as error:
            TOKENS.token(namespace, text)
        assert "none" not in str(error.value)


TEXTS = st.lists(st.none() | st.text(max_size=8) | st.sampled_from(["C-1", " c-1 ", "C-2", ""]), max_size=30)


@given(TEXTS, st.sampled_from(list(NAMESPACES)), st.booleans())
def test_a_column_has_the_tokens_of_its_values(texts: list[str | None], namespace: str, encoded: bool) -> None:
    column = pa.array(texts, pa.string())
    if encoded:
        column = pa.chunked_array([column.dictionary_encode(), column.dictionary_encode()])
        texts = texts + texts
    alone = [
        TOKENS.token(namespace, text) if text is not None and normal_form(NAMESPACES[namespace], text) else None for text in texts
    ]
    assert TOKENS.tokens(namespace, column).to_pylist() == alone
    assert TOKENS.subjects63(namespace, column).to_pylist() == [None if each is None else subject63_of(each) for each in alone]


def test_a_column_of_numbers_holds_identifiers_and_one_of_fractions_none() -> None:
    assert TOKENS.tokens("customer_id", pa.array([7, None])).to_pylist() == [TOKENS.token("customer_id", "7"), None]
    with pytest.raises(TypeError, match="double"):
        TOKENS.tokens("customer_id", pa.array([7.0]))


def test_the_order_of_tokens_is_that_of_their_63_bits() -> None:
    made = sorted(TOKENS.token("customer_id", str(number)) for number in range(500))
    assert [*map(subject63_of, made)] == sorted(map(subject63_of, made))
