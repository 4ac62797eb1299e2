"""The reference of rules: current, and complete for every id that the code can name."""

from __future__ import annotations

import re
from pathlib import Path

from mesh_platform.contract.rules import Kind
from mesh_platform.policy import rules
from mesh_platform.policy.reference import END, with_rules

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs/reference/rules.md").read_text(encoding="utf-8")
ID = re.compile(r'"((?!UTF-)[A-Z]{2,12}-\d{2}[A-Z]?)"')
SHOWN = re.compile(r"^(?:#### |\| )([A-Z]+-\d{2}[A-Z]?)(?![\w.-])", re.MULTILINE)


def named_in_code() -> set[str]:
    files = (PROJECT / "mesh_platform").rglob("*.py")
    found = {name for file in files for name in ID.findall(file.read_text(encoding="utf-8"))}
    return found | {kind.code for kind in Kind}


def test_the_rules_on_the_page_are_those_of_the_code() -> None:
    assert with_rules(PAGE) == PAGE, "write it anew: python -m mesh_platform.policy.reference docs/reference/rules.md"


def test_every_id_that_the_code_can_name_stands_on_the_page() -> None:
    shown = set(SHOWN.findall(PAGE))
    assert named_in_code() - shown == set(), "add a line to docs/reference/rules.md"
    assert shown - named_in_code() == set(), "remove the line from docs/reference/rules.md"


def test_every_example_is_told() -> None:
    policy = PAGE.partition(END)[0]
    assert all(f": {vector.says}\n" in policy for rule in rules() for vector in rule.vectors)
