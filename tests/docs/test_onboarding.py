"""The Jaffle Shop is onboarded as the how-to says, with the data of dbt Labs' own generator where it is at hand."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, blocks, commands, write
from tests.docs.test_tutorial import run

PAGE = DOCS / "how-to" / "onboard-a-domain.md"
DATA = Path(os.environ.get("MESH_SHARED", ROOT.parent / "shared")) / "data" / "jaffle_shop"


@pytest.mark.skipif(not DATA.is_dir(), reason="the Jaffle Shop's files are not at hand (MESH_SHARED)")
def test_the_jaffle_shop_is_onboarded_as_the_how_to_says(project: Path) -> None:
    data = project.parent / "jaffle-data"
    shutil.copytree(DATA, data, dirs_exist_ok=True)
    try:
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            if block.language == "console":
                for command in commands(block.text):
                    run(project, command)
            elif block.words:
                write(project, block)
    finally:
        shutil.rmtree(data)
