"""The tutorial does what it says: its files are written and its commands are run, in order, in a project of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks
from tests.docs.running import run_page

PAGE = DOCS / "tutorial" / "first-product.md"


@pytest.mark.nightly
def test_the_tutorial_does_what_it_says_in_a_repository(project: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    run_page(PAGE, project)


def test_every_block_of_the_tutorial_is_run_but_the_setting_up() -> None:
    untested = [
        block.text for block in blocks(PAGE.read_text(encoding="utf-8")) if block.language != "console" and not block.words
    ]
    assert untested == ["make demo\nsource .venv/bin/activate\n"]
