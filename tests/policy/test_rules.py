"""Every rule of every pack, by its own worked examples."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from mesh_platform.cli.entry import COMMANDS
from mesh_platform.enforcement import passes, upholding
from mesh_platform.policy import Control, Rule, Upheld, Vector, gate, rules
from mesh_platform.policy.facts import GATHERED, Need
from tests.policy.vectors import FIT, facts_of

PROBED = {
    Control.ENCRYPTION,
    Control.LEGAL_BASIS,
    Control.MASKING,
    Control.REGION,
    Control.REPLICAS,
    Control.RETENTION,
    Control.ACCESS_LOG,
    Control.DURABLE_AUDIT,
}  # tests/publish/test_probes.py shows that each is looked at
PACKAGE = Path(__file__).parents[2] / "mesh_platform"
EXAMPLES = [pytest.param(rule, vector, id=f"{rule.name}: {vector.says}") for rule in rules() for vector in rule.vectors]


@pytest.mark.parametrize(("rule", "vector"), EXAMPLES)
def test_a_rule_says_of_its_example_what_the_example_says(rule: Rule, vector: Vector) -> None:
    assert passes(rule, vector) is vector.passes


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_has_an_example_that_passes_and_one_that_fails(rule: Rule) -> None:
    assert {vector.passes for vector in rule.vectors} == {True, False}
    assert rule.title and rule.source and rule.version >= 1
    assert rule.pack == "CORE" or rule.remedy


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.upheld is Upheld.PLATFORM], ids=lambda rule: rule.name)
def test_the_code_that_is_said_to_uphold_a_rule_exists(rule: Rule) -> None:
    assert upholding(rule)


def test_what_is_said_to_be_gathered_is_what_the_platform_hands_to_the_rules() -> None:
    """A rule that needs more is shown as not evaluated yet; one that needs no more can be judged."""
    given: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Facts":
                given |= {keyword.arg for keyword in node.keywords if keyword.arg}
    said = given - {"mesh", "product", "today", "remedies", "probed"}
    assert said == {need for need in GATHERED if isinstance(need, Need)} | {"probes"}
    assert {need for need in GATHERED if isinstance(need, Control)} == PROBED
    assert {rule.name for rule in rules() if not rule.judged} == {
        *(f"CORE-04 ({control})" for control in Control if control not in PROBED),
        "CORE-18 (grants)",
        "CORE-20 (evidence)",
    }


def test_a_command_that_a_finding_names_exists() -> None:
    named = {
        verb
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for verb in re.findall(r"`mesh ([a-z]+)", node.value)
    }
    assert named - COMMANDS.keys() <= {"retire"}, "no such command"


def test_no_two_rules_have_the_same_name() -> None:
    assert [name for name, n in Counter(rule.name for rule in rules()).items() if n > 1] == []


@pytest.mark.parametrize("about", FIT)
def test_the_mesh_that_the_examples_start_from_passes_every_rule(about: str) -> None:
    decision = gate(facts_of(Vector("fit", True, {"about": about})), rules())
    assert decision.findings == ()
    assert decision.open
