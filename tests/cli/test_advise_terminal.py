"""`mesh advise` as a person meets it: questions on a real terminal, answered by number or by name, a wrong answer, Ctrl-C; and nothing is ever written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.project import everything
from tests.cli.terminal import Terminal, terminal

WALKS: dict[str, tuple[tuple[str, ...], tuple[str, ...], int, tuple[str, ...]]] = {
    "personal": (
        ("shop/orders.status",),
        ("2", "direct", "4"),
        0,
        ("status: {sensitivity: confidential, identifiability: direct, category: user.device}", "a number of theirs. (said)"),
    ),
    "basis": (
        ("shop/orders", "--purpose", "analytics"),
        ("2", "no"),
        1,
        ("✗ Nothing carries it", "Is the purpose registered? Yes. (known)", "weighed in writing? No. (said)"),
    ),
    "mask": (("shop/customers.email",), ("2",), 0, ("email: {mask: token}", "in joins and counts. (said)")),
    "share": (
        ("shop/orders", "--to", "shop", "--purpose", "service.orders"),
        ("1",),
        0,
        ("- consumer: shop", "purpose: service.orders", "Rows. (said)"),
    ),
}


@pytest.mark.parametrize("tree", WALKS)
def test_each_tree_is_walked_by_number_or_name_to_an_end_that_says_what_to_write(tree: str, shop: Path) -> None:
    arguments, answers, code, told = WALKS[tree]
    before = everything(shop)
    with terminal(shop, "advise", tree, *arguments) as screen:
        for answer in answers:
            assert "  1  " in screen.answer(answer), "options are numbered"
        assert screen.ended() == code, screen.shown
    for text in told:
        assert text in screen.shown, screen.shown
    assert everything(shop) == before, "it tells what to write, and writes nothing"


def wrong_then_interrupted(screen: Terminal) -> str:
    screen.answer("9")
    said = screen.answer("perhaps")
    screen.until("> ")
    screen.interrupt()
    return said


def test_a_wrong_answer_is_asked_again_and_ctrl_c_ends_it_with_130_and_nothing_written(shop: Path) -> None:
    before = everything(shop)
    with terminal(shop, "advise", "mask", "shop/customers.email") as screen:
        assert "'9' is none of them: type a number from 1 to 5, or one of redact, token" in wrong_then_interrupted(screen)
        assert screen.ended() == 130, screen.shown
    assert "'perhaps' is none of them" in screen.shown
    assert screen.shown.rstrip().endswith("Interrupted.")
    assert "✓" not in screen.shown and "columns:" not in screen.shown, "no advice was given"
    assert everything(shop) == before and not (shop / ".mesh").exists()
