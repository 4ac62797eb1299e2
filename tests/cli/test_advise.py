"""`mesh advise`: on a product of the project, with answers on the command line, and never with a guess in place of one."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Mesh


def test_it_tells_what_to_write_and_who_answered_what(shop: Path, mesh: Mesh) -> None:
    said = mesh("advise", "personal", "shop/customers.email", "--json")
    assert (said.code, said.json["end"], said.json["objections"]) == (0, "key", [])
    assert said.json["patch"]["columns"]["email"]["subject"] == "email"
    told = mesh("advise", "mask", "shop/customers.email", "--answer", "use=token").out
    assert "email: {mask: token}" in told and "(known)" in told and "(said)" in told


def test_a_question_that_nobody_answered_is_an_error_that_names_it(shop: Path, mesh: Mesh) -> None:
    said = mesh("advise", "mask", "shop/customers.email", "--json")
    assert said.code == 2
    assert "ADVISE-01" in said.out + said.err and "--answer use=" in said.out + said.err
    wrong = mesh("advise", "mask", "shop/customers.email", "--answer", "use=year")
    assert wrong.code == 2, "a mask that does not take its type is no answer"
    assert mesh("advise", "mask", "shop/customers.email", "--answer", "colour=red").code == 2
    assert mesh("advise", "mask", "shop/customers").code == 2
    assert mesh("advise", "mask", "shop/customers.nothing").code == 4


def test_a_no_ends_with_exit_code_1_and_the_way_on(shop: Path, mesh: Mesh) -> None:
    said = mesh("advise", "share", "shop/customers", "--to", "agency", "--purpose", "service.orders")
    assert said.code == 1
    assert "register-a-recipient" in said.out
