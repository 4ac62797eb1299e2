"""The reference is current: every command, every setting and every key of governance stands in it."""

from __future__ import annotations

import re

import pytest

from mesh_platform.product.governance import Governance
from mesh_platform.product.model import Model
from mesh_platform.settings import Settings
from tests.docs.cli_reference import PAGE, with_commands
from tests.docs.pages import DOCS


def reference(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def test_the_commands_on_the_page_are_those_of_the_program() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_commands(page) == page, "write it anew: python -m tests.docs.cli_reference"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    rows = [row for row in reference("settings.md").splitlines() if row.startswith(f"| `{name}` | `MESH_{name.upper()}` |")]
    assert len(rows) == 1, f"give `{name}` a row in docs/reference/settings.md"
    if field.default_factory is None and not field.is_required() and field.default is not None:
        assert f"`{field.default}`" in rows[0]


def test_no_setting_is_documented_that_is_none() -> None:
    told = re.findall(r"^\| `(\w+)` \| `MESH_", reference("settings.md"), re.MULTILINE)
    assert set(told) - set(Settings.model_fields) == set()


def keys_of(model: type[Model]) -> set[str]:
    """The YAML keys of a model and of the models in it."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        found.add(field.alias or name)
        for inner in models_in(field.annotation):
            found |= keys_of(inner)
    return found


def models_in(annotation: object) -> list[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in models_in(part)]


def test_every_key_of_governance_is_documented() -> None:
    page = reference("governance.md")
    parts = {
        "policies",
        "tree",
        "ownPacks",
        "where",
    }  # the models' own names for what stands under governancePolicies, regions and packs/
    missing = {key for key in keys_of(Governance) - parts if f"`{key}`" not in page and f"`{key}:`" not in page}
    assert missing == set(), "add them to docs/reference/governance.md"
