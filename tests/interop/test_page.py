"""The document: whole in itself, in order, and readable for whoever does not see it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from mesh_platform.interop.evidence.export import PAGE
from mesh_platform.interop.evidence.outsider import unpacked
from mesh_platform.interop.evidence.page import _share, page
from mesh_platform.interop.markup import Html, table, tag
from mesh_platform.interop.style import STYLE
from tests.interop.accessible import faults
from tests.interop.asking import Package


class Read(HTMLParser):
    """Elements as they open, with their attributes; and what was left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((name, dict(attributes)))
        if name not in ("meta", "br", "hr"):
            self.stack.append(name)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((name, dict(attributes)))

    def handle_endtag(self, name: str) -> None:
        if not self.stack or self.stack.pop() != name:
            self.wrong.append(name)

    def all(self, *names: str) -> list[tuple[str, dict[str, str | None]]]:
        return [one for one in self.seen if one[0] in names]


@pytest.fixture(scope="module")
def text(exported: tuple[Package, str]) -> str:
    return unpacked(exported[0].data)[PAGE].decode()


@pytest.fixture(scope="module")
def read(text: str) -> Read:
    return Read(text)


def test_it_needs_nothing_from_elsewhere(text: str, read: Read) -> None:
    assert read.all("script", "link", "img", "iframe", "object", "form") == []
    assert not re.search(r"https?://|url\(|@import|javascript:", text)
    assert "default-src &#x27;none&#x27;" in text


def test_it_is_well_formed_with_one_of_each_landmark(read: Read) -> None:
    assert (read.wrong, read.stack) == ([], [])
    assert [len(read.all(name)) for name in ("h1", "main", "header", "footer", "nav", "title")] == [1] * 6
    assert read.all("html")[0][1]["lang"] == "en"


def test_headings_go_down_one_step_at_a_time(read: Read) -> None:
    levels = [int(name[1]) for name, _ in read.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_its_caption_and_every_column_and_row_its_head(text: str, read: Read) -> None:
    tables = re.findall(r"<table[^>]*>.*?</table>", text, re.DOTALL)
    assert len(tables) == len(read.all("table")) > 10
    assert all("<caption>" in one and '<th scope="col"' in one and '<th scope="row"' in one for one in tables)


def test_its_structure_is_one_that_a_screen_reader_can_go_through(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("fault", "old", "new"),
    [
        ("html-has-lang", ' lang="en"', ""),
        ("duplicate-id", 'id="policy"', 'id="log"'),
        ("bypass", 'href="#main"', 'href="#nothing"'),
        ("heading-order", "<h2", "<h4"),
        ("empty: a", ">In short</a>", "></a>"),
        ("role-img-alt", 'role="img" aria-label', 'role="img" title'),
        ("landmark-one-main", '<main id="main">', '<main id="main"></main><main>'),
        ("landmark-unique", "Versions of the policy by date", "Versions of the policy"),
        ("scrollable-region-focusable", ' tabindex="0"', ""),
        ("scope-attr-valid", ' scope="row"', ""),
        ("table without a caption", "caption", "span"),
    ],
)
def test_each_fault_of_structure_would_be_told(text: str, fault: str, old: str, new: str) -> None:
    assert old in text
    assert any(one.startswith(fault) for one in faults(text.replace(old, new)))


def test_no_word_is_broken_in_a_table_and_what_is_clicked_is_large_enough() -> None:
    cells = re.search(r"\nth, td \{(.*?)\}", STYLE)
    assert cells and "overflow-wrap: break-word" in cells[1], "`anywhere` lets a column shrink to one letter"
    links = re.search(r"\n(td a, th a, nav.contents a) \{ display: inline-block; min-height: (\d+)px", STYLE)
    assert links and int(links[2]) >= 24  # WCAG 2.2, 2.5.8


def test_a_law_that_binds_no_product_is_said_to_be_kept_by_none(exported: tuple[Package, str]) -> None:
    evidence = exported[0].evidence
    none = evidence.model_copy(update={"summary": {state: 7 if state == "not applicable" else 0 for state in evidence.summary}})
    assert "nothing here says that its law is kept" in page(none)
    assert "nothing here says that its law is kept" not in page(evidence)


def test_links_and_labels_lead_to_what_is_there(text: str, read: Read, exported: tuple[Package, str]) -> None:
    ids = [str(given["id"]) for _, given in read.seen if "id" in given]
    assert len(ids) == len({*ids}), "each id stands once"
    there = unpacked(exported[0].data)
    for _, given in read.all("a"):
        href = str(given["href"])
        assert href[1:] in ids if href.startswith("#") else href in there, href
    assert {str(given["aria-labelledby"]) for _, given in read.seen if "aria-labelledby" in given} <= {*ids}


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_of_text_can_be_read_on_its_ground() -> None:
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", STYLE))
    texts = {name: code for name, code in colours.items() if name not in ("line", "pale")}
    assert len(texts) > 8
    for ground in ("#ffffff", colours["pale"]):
        for name, code in texts.items():
            assert (_luminance(ground) + 0.05) / (_luminance(code) + 0.05) >= 4.5, (name, ground)


def test_names_out_of_descriptors_never_become_markup() -> None:
    nasty = "<script>alert('x')</script>\"&"
    assert tag("p", nasty, title=nasty) == (
        '<p title="&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;">&lt;script&gt;alert(\'x\')&lt;/script&gt;"&amp;</p>'
    )
    assert "<script" not in table(nasty, (nasty,), [(nasty, [nasty, Html("<b>kept</b>")])])


def test_what_text_has_between_backticks_is_shown_as_code_and_stays_text() -> None:
    assert tag("p", "Add `retention: <column>` there.") == "<p>Add <code>retention: &lt;column&gt;</code> there.</p>"
    assert tag("p", tag("a", "`x`", href="`y`")) == '<p><a href="`y`">`x`</a></p>'
    assert tag("title", "`x`") == "<title>`x`</title>"


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(491, 493, "99 %"), (493, 493, "100 %"), (1, 493, "under 1 %"), (0, 493, "0 %"), (0, 0, "none"), (5, 493, "1 %")],
)
def test_only_all_is_told_as_a_hundred_percent_and_only_nothing_as_none(part: int, whole: int, share: str) -> None:
    assert _share(part, whole) == share
