"""A person's identifier behind encodings upon encodings: what erases takes it out and nothing else, and the verifier, which reads otherwise, agrees."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.subjects import Identifier
from mesh_platform.subjects.erasure.readings import HIDDEN
from mesh_platform.subjects.erasure.recognise import of_person
from mesh_platform.subjects.erasure.redaction import MARK, Redactor
from mesh_platform.subjects.verifier.forms import Wanted, wanted
from mesh_platform.subjects.verifier.in_columns import found_in
from tests.subjects.test_forms import NAMESPACES, TOKENS

HERS = {"email": "ana.souza@ex.test", "customer": "CR-0007", "phone": "+34 600 111 222"}
NEARLY = ("ann.souza@ex.test", "CR-0008", "+34 600 111 223")
WORDS = (
    "the parcel came late", "ok", "(see page 3)", "order=12;", "r\u00e9sum\u00e9", "\u3053\u308c\u306f", "about 5 %", "a/b/c", "\uff2f\uff2b", "soft\u00adware", "\\u0020",
    "https://ex.test/a?b=1&c=%20d", "&amp; co", "internationalisation", "dGhlIHBhcmNlbCBjYW1lIGxhdGU=", "74686520706172636c", "[1, 2]", "\u0664\u0665", "{}", "'x'",
)  # fmt: skip


def unseen(text: str, chance: random.Random) -> str:
    signs = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
    return "".join(sign + chance.choice(signs) * (chance.random() < 0.4) for sign in text[:-1]) + text[-1:]


def wide(text: str, chance: random.Random) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" and chance.random() < 0.6 else sign for sign in text)


def percent(text: str, chance: random.Random) -> str:
    return chance.choice((quote(text, safe=""), "".join(f"%{byte:02X}" for byte in text.encode())))


def base64_of(text: str, chance: random.Random) -> str:
    made = chance.choice((base64.b64encode, base64.urlsafe_b64encode))(text.encode()).decode()
    return chance.choice((made, made.rstrip("=")))


def hexadecimal(text: str, chance: random.Random) -> str:
    return text.encode().hex()


def entities(text: str, chance: random.Random) -> str:
    way = chance.choice(("&#{};", "&#x{:x};"))
    return "".join(way.format(ord(sign)) for sign in text)


def escapes(text: str, chance: random.Random) -> str:
    return "".join(f"\\u{ord(sign):04x}" if sign == "\\" or chance.random() < 0.7 else sign for sign in text)


def in_json(text: str, chance: random.Random) -> str:
    return json.dumps({"v": text}, ensure_ascii=chance.random() < 0.5)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    way.__name__: way for way in (unseen, wide, percent, base64_of, hexadecimal, entities, escapes, in_json)
}


def asked(known: dict[str, str]) -> Wanted:
    return wanted(people(known), TOKENS, NAMESPACES)


def people(known: dict[str, str]) -> list[Identifier]:
    return [Identifier(name, TOKENS.token(name, text), (text,)) for name, text in known.items()]


ERASER, WANTED = Redactor(of_person(people(HERS), TOKENS, NAMESPACES)), asked(HERS)
SUPPRESSED = {(one.namespace, one.token) for one in people(HERS)}


def found(*texts: str) -> bool:
    """Whether the verifier finds her in a column of these texts."""
    with duckdb.connect() as con:
        con.register("cells", pa.table({"cell": pa.array(texts, pa.string())}))
        return bool(list(found_in(con, "cells", WANTED, {}, TOKENS)))


def looked_at(text: str) -> bool:
    """Whether both engines of expressions take the text for one in which somebody may be told of, as `Mending` and `TextLanding` ask them."""
    expression = f"(?i:{ERASER.found.spelled})|{HIDDEN}"
    with duckdb.connect() as con:
        [[taken]] = con.execute("SELECT regexp_matches(?, ?)", [text, expression]).fetchall()
    return bool(taken) and re.search(expression, text) is not None


def planted(value: str, ways: list[str], seed: int) -> str:
    chance = random.Random(seed)
    for way in ways:
        value = WAYS[way](value, chance)
    return value


SURROUNDINGS = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
CHAINS = st.lists(st.sampled_from([*WAYS]), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(SURROUNDINGS, st.sampled_from([*HERS.values()]), CHAINS, st.integers(0, 1 << 16), SURROUNDINGS)
def test_whatever_an_identifier_hides_behind_it_goes_and_the_rest_of_the_text_stays(
    before: str, value: str, ways: list[str], seed: int, after: str
) -> None:
    hidden = planted(value, ways, seed)
    before, after = f"{before} ", f" {after}"
    assert found(before + hidden + after), "the verifier finds what is planted"
    assert looked_at(before + hidden + after), "and the engine hands it to what erases"
    bare = ERASER.text(before + hidden + after)
    assert bare.startswith(before) and bare.endswith(after)
    assert MARK in bare and hidden not in bare
    assert not found(bare)


@settings(max_examples=150, deadline=None)
@given(SURROUNDINGS, st.sampled_from(NEARLY), CHAINS, st.integers(0, 1 << 16), SURROUNDINGS)
def test_somebody_who_is_nearly_the_same_stays_whatever_they_hide_behind(
    before: str, value: str, ways: list[str], seed: int, after: str
) -> None:
    text = f"{before} {planted(value, ways, seed)} {after}"
    assert ERASER.text(text) == text and not found(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (
            '{"a": "{\\"m\\": \\"ana.souza\\\\u0040ex.test\\", \\"n\\": 1.50}"}',
            '{"a": "{\\"m\\": \\"[erased]\\", \\"n\\": 1.50}"}',
        ),
        ('note: {"m": "ana.souza\\u0040ex.test", "n": 1}', 'note: {"m": "[erased]", "n": 1}'),
        ("see /a/CR%2D0007/b?x=%20y", "see /a/[erased]/b?x=%20y"),
        ("%61na.souza%40ex.test and ann.souza%40ex.test", "[erased] and ann.souza%40ex.test"),
        ("a\u200bna.souza@ex.test, r\u00e9sum\u00e9 \uff2f\uff2b", "[erased], r\u00e9sum\u00e9 \uff2f\uff2b"),
        ("+\u0663\u0664 \u0666\u0660\u0660 \u0661\u0661\u0661 \u0662\u0662\u0662 rang", "[erased] rang"),
        ("\U0001d41a\U0001d427\U0001d41a.souza@ex.test wrote", "[erased] wrote"),
    ],
)
def test_of_a_text_that_hides_her_exactly_what_stands_for_her_goes(text: str, bare: str) -> None:
    assert ERASER.cell(text) == bare


def test_half_a_pair_and_bytes_that_are_no_text_are_read_past() -> None:
    for text in (
        "\\ud83d\\ude00 and \\ud83d alone",
        "%FF%FE%00",
        "&#xD800; &#99999999;",
        '{"a": "abc\\ud83dabc"}',
        "\\xff\\x00 = /w==",
    ):
        assert ERASER.cell(text) == text
    paired = '{"a": "\\ud83d ana.souza@ex.test"}'
    assert ERASER.cell(paired) == '{"a": "\\ud83d [erased]"}' and ERASER.cell(paired).encode()
