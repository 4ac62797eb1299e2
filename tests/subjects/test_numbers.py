"""The last look at a package for numbers and secrets that are never written out: cell by cell, in every member, told by its place."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from mesh_platform.subjects.packages.numbers import numbers_in

CARD = "4111 1111 1111 1111"


def archive(rows: list[dict[str, Any]], page: str = "<p>nothing</p>", table: str = "note\r\n") -> bytes:
    document = {
        "request": "r1",
        "products": [{"product": "help/tickets", "about": {"name": "Tickets"}, "rows": rows, "mentions": []}],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("package.json", json.dumps(document, indent=2))
        packed.writestr("index.html", page)
        packed.writestr("data/help.tickets.csv", table)
    return out.getvalue()


def look(made: bytes) -> dict[tuple[str, str], int]:
    return dict(numbers_in(made, {}, lambda text: text == "+34 600 111 223"))


def test_is_told_by_product_and_column() -> None:
    assert look(archive([{"body": f"paid with {CARD}"}, {"body": "nothing"}])) == {("help/tickets", "body"): 1}


def test_one_far_down_a_long_package_is_found_too() -> None:
    rows = [{"body": "a word and another " * 50} for _ in range(300)]
    assert look(archive([*rows, {"body": CARD}])) == {("help/tickets", "body"): 1}


def test_one_that_stands_in_the_page_or_the_table_alone_is_found() -> None:
    assert look(archive([], page=f"<td>{CARD}</td>")) == {("", "index.html"): 1}
    assert look(archive([], table=f"note\r\n{CARD}\r\n")) == {("help/tickets", "note"): 1}


def test_a_secret_in_a_document_within_a_cell_is_one() -> None:
    assert look(archive([{"payload": '{"api_token": "hunter-2-hunter"}'}])) == {("help/tickets", "payload"): 1}


def test_what_is_masked_is_none() -> None:
    assert look(archive([{"payload": '{"api_token": "[masked]"}', "body": "password: [masked] or [another person]"}])) == {}


def test_the_name_of_a_column_the_next_cell_and_a_number_of_the_persons_own_make_none() -> None:
    rows = [{"click_token": "YW5hQGV4LnRlc3Q", "from": "4111 1111", "to": "1111 1111", "phone": "+34 600 111 223"}]
    table = "click_token,from,to,phone\r\nYW5hQGV4LnRlc3Q,4111 1111,1111 1111,+34 600 111 223\r\n"
    page = "<tr><td>click_token</td><td>4111 1111</td><td>1111 1111</td><td>+34 600 111 223</td></tr>"
    assert look(archive(rows, page, table)) == {}
