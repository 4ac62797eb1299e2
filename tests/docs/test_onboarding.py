"""A jaffle shop is onboarded as the how-to says, with made-up files of the form that its page speaks of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs import jaffle
from tests.docs.pages import DOCS
from tests.docs.running import run_page


@pytest.mark.nightly
def test_the_jaffle_shop_is_onboarded_as_the_how_to_says(project: Path) -> None:
    data = project.parent / "jaffle-data"
    jaffle.write(data)
    try:
        run_page(DOCS / "how-to" / "onboard-a-domain.md", project)
    finally:
        shutil.rmtree(data)
