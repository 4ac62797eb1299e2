"""Every pattern of the library passes the gate in a mesh with the organisation's real governance, and is blocked without its safeguard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.policy import Decision, Facts, gate, rules_of
from mesh_platform.policy.advise.walking import merged
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.product.lineage import lineage_of
from mesh_platform.product.sql import ShapeCache

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "docs" / "patterns"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != "README.md")
HEADINGS = (
    "**Problem.**",
    "**Forces.**",
    "**Solution.**",
    "## The descriptor",
    "## What the gate checks",
    "## What remains yours",
)
_BLOCK = re.compile(r"```(?:yaml|sql)\n(?:#|--) ([^\n]+)\n(.*?)```", re.DOTALL)
TODAY = date(2026, 12, 1)


@dataclass(frozen=True)
class Pattern:
    """What one page holds: the product, its files, and what is taken away from it."""

    key: ProductKey
    files: Mapping[str, str]
    without: Mapping[str, Any]
    rule: str

    @classmethod
    def of(cls, page: Path) -> Pattern:
        blocks = dict(_BLOCK.findall(page.read_text(encoding="utf-8")))
        [(head, change)] = [(head, text) for head, text in blocks.items() if head.startswith("without it: ")]
        files = {name: text for name, text in blocks.items() if name != head}
        [descriptor] = [name for name in files if name.endswith("product.yaml")]
        return cls(
            ProductKey.parse(descriptor[len("domains/") : -len("/product.yaml")]), files, yaml.safe_load(change), head[12:]
        )

    def written(self, root: Path) -> Path:
        """The example mesh with the pattern in it; what it says of governance is added to what stands there."""
        for folder in ("governance", "domains", "dbt_project"):
            shutil.copytree(REPOSITORY / folder, root / folder)
        for name, text in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.startswith("governance/") and path.exists():
                text = f"{path.read_text(encoding='utf-8').rstrip()}\n{text.partition(chr(10))[2]}"
            path.write_text(text, encoding="utf-8")
        return root

    def decided(self, root: Path) -> Decision:
        """What the gate says of it, as `mesh check` asks it."""
        mesh = load_mesh(root)
        product = mesh.product(self.key)
        facts = Facts(mesh, product, TODAY, lineage=lineage_of(mesh, product, ShapeCache(None)))
        return gate(facts, rules_of(mesh.governance))


@pytest.fixture(params=PAGES, ids=lambda page: page.stem)
def pattern(request: pytest.FixtureRequest) -> Iterator[Pattern]:
    yield Pattern.of(request.param)


def test_a_pattern_passes_the_gate_and_is_blocked_without_its_safeguard(pattern: Pattern, tmp_path: Path) -> None:
    root = pattern.written(tmp_path)
    decision = pattern.decided(root)
    assert decision.open, [str(one) for one in decision.blocking]
    descriptor = root / "domains" / str(pattern.key) / "product.yaml"
    document = merged(yaml.safe_load(descriptor.read_text(encoding="utf-8")), pattern.without)
    document["dataProduct"] = {key: value for key, value in document["dataProduct"].items() if value is not None}
    descriptor.write_text(yaml.safe_dump(document), encoding="utf-8")
    blocked = pattern.decided(root)
    assert not blocked.open
    assert pattern.rule in {one.rule for one in blocked.blocking}, [str(one) for one in blocked.blocking]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_is_for_and_what_it_leaves_to_people(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [heading for heading in HEADINGS if heading not in text] == []
    assert f"({page.name})" in (FOLDER / "README.md").read_text(encoding="utf-8"), "the list of patterns names it"


def test_there_are_a_dozen() -> None:
    assert 10 <= len(PAGES) <= 20
