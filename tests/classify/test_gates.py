"""What passes before a pattern is tried lets through all that the pattern finds, and little else."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mesh_platform.classify import patterns
from mesh_platform.classify.gates import gate, passing, texts
from mesh_platform.classify.hits import count
from mesh_platform.classify.leaves import Leaf
from mesh_platform.classify.lookalike import plain
from mesh_platform.classify.patterns import Pattern

some = settings(max_examples=4, database=None, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.mark.parametrize("pattern", patterns.PATTERNS, ids=lambda pattern: pattern.name)
def test_what_a_pattern_finds_passes_its_gate(pattern: Pattern) -> None:
    wanted = gate(pattern.regex)

    @some
    @given(st.from_regex(pattern.regex), st.sampled_from(["", "é ", "日本", "("]), st.sampled_from(["", " ü", "。", ")", "\n"]))
    def passes(text: str, before: str, behind: str) -> None:
        around = plain(before + text + behind)  # digits of other scripts are brought to ours before anything is looked for
        if pattern.regex.search(around):
            assert passing(texts([around]), wanted).all()

    passes()


def test_a_gate_keeps_the_edges_of_a_pattern() -> None:
    eleven = next(p for p in patterns.NATIONAL if p.name == "Polish PESEL")
    told = passing(
        texts(["44051401359", "no. 44051401359.", "x44051401359", "440514013591", "44051401359-7"]), gate(eleven.regex)
    )
    assert told.tolist() == [True, True, False, False, True], "longer looks are let go: the pattern itself decides"


def test_what_an_earlier_part_found_may_stand_again_in_a_gate() -> None:
    assert passing(texts(["ab-ab"]), gate(re.compile(r"(\w+)-\1"))).all()


def test_half_a_character_stops_no_gate() -> None:
    assert not passing(texts(["\ud83d"]), gate(patterns.EMAIL.regex)).any()
    held = Leaf(("note",), {f"\ud83d {i}": 1 for i in range(60)})
    assert count(held) == {}


def test_a_pattern_is_found_in_many_values_as_in_each_alone() -> None:
    values = [f"order {i}, by user{i}@example.org from 203.0.113.{i % 250}" for i in range(80)]
    one_by_one = [count(Leaf(("line",), {value: 1})) for value in values]
    together = count(Leaf(("line",), dict.fromkeys(values, 1)))
    for pattern in (patterns.EMAIL, patterns.IP4):
        assert together[pattern].rows == sum(found[pattern].rows for found in one_by_one if pattern in found)
    assert np.isclose(len(together), len(set().union(*one_by_one)))
