"""Links between pages lead somewhere: the file is there, and so is the heading behind a `#`."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, pages, without_blocks

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")
_HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)


def links(page: Path) -> list[str]:
    return [link for link in _LINK.findall(_CODE.sub("", without_blocks(page.read_text(encoding="utf-8")))) if "://" not in link]


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in _HEADING.findall(without_blocks(page.read_text(encoding="utf-8")))}


def anchor(heading: str) -> str:
    """As code forges make it: lower case, without punctuation, dashes for spaces."""
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
    return "".join(kept).replace(" ", "-")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in links(page):
        target, _, fragment = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{link}: there is no such file"
        assert path.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert not fragment or fragment in anchors(path), f"{link}: there is no such heading"


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if link.partition("#")[0]]
    assert [page.relative_to(DOCS).as_posix() for page in sorted(DOCS.rglob("*.md")) if page not in reached] == []
