"""Every rule of every pack, by its own worked examples."""

from __future__ import annotations

from collections import Counter

import pytest

from mesh_platform.policy import Rule, Vector, gate, rules
from tests.policy.vectors import FIT, facts_of

EXAMPLES = [pytest.param(rule, vector, id=f"{rule.name}: {vector.says}") for rule in rules() for vector in rule.vectors]


@pytest.mark.parametrize(("rule", "vector"), EXAMPLES)
def test_a_rule_says_of_its_example_what_the_example_says(rule: Rule, vector: Vector) -> None:
    facts = facts_of(vector)
    assert list(facts.missing(rule.needs)) == []
    objections = list(rule.check(facts)) if rule.applies(facts) else []
    assert (objections == []) is vector.passes, [o.why for o in objections]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_has_an_example_that_passes_and_one_that_fails(rule: Rule) -> None:
    assert {vector.passes for vector in rule.vectors} == {True, False}
    assert rule.title and rule.source and rule.version >= 1


def test_no_two_rules_have_the_same_name() -> None:
    assert [name for name, n in Counter(rule.name for rule in rules()).items() if n > 1] == []


@pytest.mark.parametrize("about", FIT)
def test_the_mesh_that_the_examples_start_from_passes_every_rule(about: str) -> None:
    decision = gate(facts_of(Vector("fit", True, {"about": about})), rules())
    assert decision.findings == ()
    assert decision.open
