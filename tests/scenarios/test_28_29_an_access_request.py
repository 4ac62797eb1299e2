"""Scenarios 28 and 29: a person gets all that is held of them and nothing of anybody else, once it is known who asks, and in time."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied
from mesh_platform.settings import Settings
from mesh_platform.subjects import Desk, Kind, Regime, Request, Wish
from mesh_platform.tasks.letters import letters_of
from tests.subjects.town import town_at
from tests.subjects.village import ANA, ANN, CUSTOMERS, TICKETS, VISITS

SHOP, PRIVACY = Actor("web-shop", ("source",)), Actor("privacy-engineer", ("privacy",))
JANUARY = datetime(2026, 1, 31, 10, tzinfo=UTC)
ACCESS = Wish(Kind.ACCESS)


@pytest.fixture(scope="module")
def desk(published_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = shutil.copytree(published_village, tmp_path_factory.mktemp("access") / "project")
    with town_at(root) as (_, opened):
        yield replace(opened, letters=letters_of(Settings(project=root, notice_folder=Path("out"))))


def asked(desk: Desk, address: str, regime: Regime = Regime.GDPR, now: datetime = JANUARY) -> Request:
    return desk.open(regime, [("email", address)], SHOP, now, ACCESS)


def code_for(desk: Desk, request: Request, now: datetime = JANUARY) -> str:
    """What comes out of the person's own letter box."""
    desk.send_code(request.id, SHOP, now)
    letters = [json.loads(path.read_text()) for path in (desk.root / "out").glob("*.json")]
    [code] = [letter["code"] for letter in letters if letter.get("request") == request.id]
    return str(code)


@pytest.mark.nightly
def test_28_a_package_is_complete_and_shows_nobody_else(desk: Desk) -> None:
    request = asked(desk, ANA)
    with pytest.raises(Denied, match="DSAR-30"):
        desk.package(request.id, PRIVACY)
    token = desk.check_code(request.id, code_for(desk, request), SHOP, JANUARY)
    _, archive = desk.package_of(request.id, token, JANUARY)
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        whole = "\n".join(packed.read(name).decode() for name in packed.namelist())
        document = json.loads(packed.read("package.json"))
    found = {one["product"]: one for one in document["products"]}
    assert {CUSTOMERS, TICKETS, VISITS} <= found.keys()
    assert [row["cookie"] for row in found[VISITS]["rows"]] == ["ck-9001"], "found by the hash of the address"
    for told in ("purposes", "recipients", "retention", "source"):
        assert all(one["about"].get(told) is not None for one in found.values()), told
    for other in ("Ann Miller", ANN, "C-7002", "Rui", "333 444"):
        assert other not in whole, "somebody else, in her own ticket"
    for number in ("536-22-4567", "4111 1111 1111 1111", "4111111111111111"):
        assert number not in whole, "a number that is not written out"


@pytest.mark.nightly
def test_28_the_package_of_ann_never_shows_ana(desk: Desk) -> None:
    request = asked(desk, ANN)
    token = desk.check_code(request.id, code_for(desk, request), SHOP, JANUARY)
    _, archive = desk.package_of(request.id, token, JANUARY)
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        whole = "\n".join(packed.read(name).decode() for name in packed.namelist())
    assert "Ann Miller" in whole
    assert not [other for other in ("Ana Souza", ANA, "C-7001", "ck-9001", "111 222") if other in whole]


def test_28_five_wrong_codes_lock_the_request(desk: Desk) -> None:
    request = asked(desk, "rui@ex.test")
    code = code_for(desk, request)
    wrong = f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
    for _ in range(4):
        with pytest.raises(CheckFailed):
            desk.check_code(request.id, wrong, SHOP, JANUARY)
    for tried in (wrong, code):
        with pytest.raises(Denied, match="DSAR-31"):
            desk.check_code(request.id, tried, SHOP, JANUARY)


def test_29_deadlines_are_the_calendars_and_a_breach_is_told_once(desk: Desk) -> None:
    leap = datetime(2024, 1, 31, 10, tzinfo=UTC)
    assert desk.status(asked(desk, ANA).id, JANUARY)["due"] == "2026-02-28"
    assert desk.status(asked(desk, ANA, now=leap).id, leap)["due"] == "2024-02-29"
    assert desk.status(asked(desk, ANA, Regime.LGPD).id, JANUARY)["due"] == "2026-02-15"

    request, later = asked(desk, ANN), JANUARY + timedelta(days=9)
    code_for(desk, request)
    desk.extend(request.id, "The archive is read by hand.", PRIVACY, now=later)
    due = str(desk.status(request.id, later)["due"])
    assert "2026-04-30" <= due <= "2026-05-10", "two months more, and not without the notice"

    counted, shown = asked(desk, ANN, Regime.CCPA), JANUARY + timedelta(days=9)
    before = desk.status(counted.id, JANUARY)["due"]
    desk.check_code(counted.id, code_for(desk, counted, shown), SHOP, shown)
    assert desk.status(counted.id, shown)["due"] == before == "2026-03-17", "45 days, begun before anybody was known"

    late = datetime(2026, 3, 18, 9, tzinfo=UTC)
    told = [one for one in desk.sweep(late).told if one.request == counted.id]
    assert [one.event.value for one in told] == ["overdue"]
    assert [one for one in desk.sweep(late).told if one.request == counted.id] == []
