"""The Jaffle Shop is onboarded as the how-to says, with the data of dbt Labs' own generator where it is at hand."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, blocks, commands
from tests.docs.test_tutorial import MESH, WORKSPACE, run, write

PAGE = DOCS / "how-to" / "onboard-a-domain.md"
DATA = Path(os.environ.get("MESH_SHARED", ROOT.parent / "shared")) / "data" / "jaffle_shop"


@pytest.mark.skipif(not DATA.is_dir(), reason="the Jaffle Shop's files are not at hand (MESH_SHARED)")
def test_the_jaffle_shop_is_onboarded_as_the_how_to_says(tmp_path: Path) -> None:
    (tmp_path / "jaffle-data").symlink_to(DATA)
    project = tmp_path / "project"
    shutil.copytree(ROOT / "governance", project / "governance")
    (project / "domains").mkdir()
    (project / "workspace.yaml").write_text(WORKSPACE)
    (project / "bin").mkdir()
    (project / "bin" / "mesh").write_text(MESH.format(python=sys.executable))
    (project / "bin" / "mesh").chmod(0o755)
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        if block.language == "console":
            for command in commands(block.text):
                run(project, command)
        elif block.words:
            write(project, block)
