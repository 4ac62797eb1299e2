"""The patterns: what is one, what only looks like one."""

from __future__ import annotations

import re
import time

import polars as pl
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mesh_platform.classify import hits, patterns
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns import Pattern
from mesh_platform.classify.prefilter import KINDS
from mesh_platform.product.categories import CATEGORIES


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (patterns.EMAIL, "ann.lee+news@mail.example.org"),
        (patterns.IBAN, "DE89 3704 0044 0532 0130 00"),
        (patterns.CARD, "4111 1111 1111 1111"),
        (patterns.IP4, "81.2.69.142"),
        (patterns.IP6, "2a01:4f8:c0c:77aa::1f"),
        (patterns.MAC, "5c:05:0c:0f:22:5f"),
        (patterns.PHONE, "(415) 555-0188"),
        (patterns.PHONE_INTERNATIONAL, "+33 7 56 78 12 04"),
        (patterns.OBFUSCATED, "ann dot lee at example dot org"),
        (patterns.TOKENS, "ghp_" + "a1B2" * 9),
        (patterns.WKT, "POINT(23.727539 37.983810)"),
        (patterns.IMEI, "490154203237518"),
    ],
)
def test_a_value_is_known_whole_and_inside_of_a_text(pattern: Pattern, text: str) -> None:
    assert pattern.whole(text)
    inside = f"note: {text} (seen)"
    assert [inside[a:b] for a, b in pattern.spans(inside)] == [text]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (patterns.IBAN, "DE00 3704 0044 0532 0130 00"),
        (patterns.CARD, "4111 1111 1111 1112"),
        (patterns.IP4, "10.0.1.2"),
        (patterns.IP4, "6.0.16.10"),
        (patterns.PHONE, "978-3-16-148410-0"),
        (patterns.PHONE, "2021-02-28"),
        (patterns.OBFUSCATED, "look at that. Then go"),
        (patterns.EMAIL, "logo@2x.png"),
    ],
)
def test_what_only_looks_like_one_is_none(pattern: Pattern, text: str) -> None:
    assert not pattern.whole(text)
    assert not list(pattern.spans(f"so {text} it"))


def test_every_entity_has_a_category_of_the_taxonomy() -> None:
    assert all(pattern.entity.category in CATEGORIES for pattern in patterns.PATTERNS)


@pytest.mark.parametrize(
    "hostile", ["a@" * 20_000, "1-" * 20_000, "a." * 20_000 + "@", ":" * 40_000, "dot " * 10_000, "token=" * 8_000]
)
def test_no_text_makes_a_pattern_slow(hostile: str) -> None:
    began = time.perf_counter()
    for pattern in patterns.PATTERNS:
        list(pattern.spans(hostile))
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("pattern", hits.TO_THE_LAST, ids=lambda pattern: pattern.name)
def test_what_a_pattern_may_find_passes_the_filter_before_it(pattern: Pattern) -> None:
    ascii_only = re.compile(pattern.regex.pattern, (pattern.regex.flags & ~re.UNICODE) | re.ASCII)
    wanted = "|".join(f"(?:{KINDS[kind]})" for kind in hits.KINDS_OF[pattern] if kind in KINDS)

    @settings(
        max_examples=8,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.from_regex(ascii_only, fullmatch=True, alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
    def passes(text: str) -> None:
        if pattern.whole(text) or pattern.entity is Entity.NATIONAL_ID:
            assert pl.Series([text]).str.contains(wanted)[0]
            assert pc.match_substring_regex(text, wanted).as_py()

    passes()
