"""The checklist as a page: every line of every domain, what is open with what closes it, and a structure that a screen reader can go through."""

from __future__ import annotations

import re
from datetime import date

import pytest

from mesh_platform.interop.checklist_page import checklist_page
from mesh_platform.policy.checklist import Line
from mesh_platform.policy.checklist.lines import Reason
from mesh_platform.product.register import Record
from tests.interop.accessible import faults
from tests.interop.test_page import Read

TRAINED = Record(
    kind="attestation", about=["TRAINING"], by="lead@example.com", on=date(2026, 1, 1), expires=date(2027, 1, 1), demo=True
)
BACKUP = Reason("There is <none>.", "mesh backup create")
DOMAINS = {
    "sales": (
        Line("data.10", "data architecture", "There are backups", "open", (BACKUP,)),
        Line("access.7", "access", "No exception ends", "not applicable"),
        Line("step.9", "onboarding", "The team is trained", "attested", (), TRAINED),
    ),
    "shop & co": (
        Line("data.10", "data architecture", "There are backups", "open", (BACKUP, Reason("It is late.", "mesh backup create"))),
        Line("access.7", "access", "No exception ends", "done"),
        Line("step.9", "onboarding", "The team is trained", "open", (Reason("Nobody attests it.", "governance/register.yaml"),)),
    ),
}
AS_OF = "2026-11-23T12:00:00+00:00"


@pytest.fixture(scope="module")
def text() -> str:
    return checklist_page(DOMAINS, AS_OF)


def test_its_structure_is_sound_with_one_domain_several_or_none(text: str) -> None:
    for page in (text, checklist_page({"sales": DOMAINS["sales"]}, AS_OF), checklist_page({}, AS_OF)):
        assert faults(page) == []
        read = Read(page)
        assert (read.wrong, read.stack) == ([], [])
        ids = [str(given["id"]) for _, given in read.seen if "id" in given]
        assert {str(given["href"])[1:] for _, given in read.all("a")} <= {*ids}
        assert read.all("script", "link", "img", "iframe") == []


def test_what_is_open_for_the_same_reason_in_several_domains_stands_once(text: str) -> None:
    table = re.search(r"<caption>Open lines</caption>.*?</table>", text, re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL)[1:]
    assert [re.sub(r"<[^>]+>", "|", row).count("data.10") for row in rows] == [1, 1, 0]
    assert "sales, shop &amp; co" in rows[0] and "There is &lt;none&gt;." in rows[0] and "mesh backup create" in rows[0]


def test_every_line_stands_beside_every_domain_and_the_numbers_add_up(text: str) -> None:
    matrix = re.search(r"<caption>Lines and domains</caption>.*?</table>", text, re.DOTALL)
    assert matrix is not None
    rows = [re.findall(r">([^<>]+)<", row) for row in re.findall(r"<tr>(.*?)</tr>", matrix[0], re.DOTALL)[1:]]
    assert rows == [
        ["data.10", "There are backups", "open", "open"],
        ["access.7", "No exception ends", "–", "done"],
        ["step.9", "The team is trained", "attested", "open"],
    ]
    assert (
        '<th scope="row">all domains</th><td class="n">1</td><td class="n">3</td><td class="n">1</td><td class="n">1</td>' in text
    )
    assert 'aria-label="1 done, 3 open, 1 attested"' in text


def test_an_attestation_says_who_until_when_and_that_it_is_an_example(text: str) -> None:
    assert "By lead@example.com on 2026-01-01, until 2027-01-01. It stands for an example; nobody really said so." in text
