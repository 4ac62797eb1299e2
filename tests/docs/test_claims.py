"""What the pages say is missing, is missing: a sentence that says so goes when the thing comes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT

PAGES = [ROOT / "README.md", *sorted((DOCS / "explanation").glob("*.md"))]
MISSING = {
    r"no HTTP\b": "mesh_platform/api/app.py",
    r"no requests\b|no grants\b|without a workflow|when there are grants": "mesh_platform/access/granting.py",
    r"no read path for people": "mesh_platform/access/reading.py",
    r"no read leaves rows out|not yet applied to rows": "mesh_platform/access/filters.py",
    r"tokens stand nowhere|`token` is empty": "mesh_platform/publish/people.py",
    r"read under their contracts alone": "mesh_platform/publish/inputs.py",
    r"no bound on small groups": "mesh_platform/access/aggregates/view.py",
    r"does not yet delete by retention|deletion by retention[^|]*\| do not exist": "mesh_platform/retention",
    r"erase people|erasure of a person \| do not exist": "mesh_platform/subjects",
    r"no waivers": "mesh_platform/policy/waiving.py",
}
"""Words that say of something that it is missing, and where it stands once it is there."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_said_to_be_missing_that_is_there(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    stale = [words for words, place in MISSING.items() if (ROOT / place).exists() and re.search(words, text)]
    assert not stale


def test_what_is_missing_is_said_once_at_least() -> None:
    text = " ".join(" ".join(page.read_text(encoding="utf-8").split()) for page in PAGES)
    unsaid = [words for words, place in MISSING.items() if not (ROOT / place).exists() and not re.search(words, text)]
    assert not unsaid


def test_the_tests_that_the_threat_model_names_stand() -> None:
    text = (DOCS / "explanation" / "threat-model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", text)
    assert len(named) > 30
    assert not [name for name in named if not (ROOT / name).exists()]
