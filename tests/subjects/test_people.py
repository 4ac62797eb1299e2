"""What people ask for beside erasure: who asks is found out first, nobody else is in what they get, and each kind does what it says. SCENARIO 28."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.publish import Runtime
from mesh_platform.settings import Settings
from mesh_platform.subjects import Desk, Kind, Regime, Request, State, Wish, digest, proven
from mesh_platform.subjects.requests.history import history
from mesh_platform.tasks.letters import letters_of
from tests.subjects.town import town_at
from tests.subjects.village import ANA, ANN, CARD, CUSTOMERS, NATIONAL_BY_CHANCE, TICKETS, VISITS

PRIVACY, LEAD, SHOP = Actor("privacy-engineer", ("privacy",)), Actor("privacy-lead", ("privacy",)), Actor("web-shop", ("source",))
NOW = datetime(2026, 1, 31, 10, tzinfo=UTC)
ACCESS = Wish(Kind.ACCESS)


@contextmanager
def village_at(root: Path) -> Iterator[tuple[Runtime, Desk]]:
    with town_at(root) as (runtime, desk):
        yield runtime, replace(desk, letters=letters_of(Settings(project=root, notice_folder=Path("out"))))


@pytest.fixture(scope="module")
def village(published_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Desk]]:
    """One copy for all that changes no product."""
    with village_at(shutil.copytree(published_village, tmp_path_factory.mktemp("read") / "project")) as opened:
        yield opened


@pytest.fixture
def desk(village: tuple[Runtime, Desk]) -> Desk:
    shutil.rmtree(village[1].root / "out", ignore_errors=True)
    return village[1]


def opened(desk: Desk, *subjects: tuple[str, str], wish: Wish = ACCESS, by: Actor = PRIVACY, now: datetime = NOW) -> Request:
    return desk.open(Regime.GDPR, subjects or (("email", ANA),), by, now, wish)


def letters(desk: Desk) -> list[dict[str, str]]:
    return [
        json.loads(path.read_text())
        for path in sorted((desk.root / "out").glob("*.json"), key=lambda each: each.stat().st_mtime_ns)
    ]


def package(desk: Desk, id: str, now: datetime = NOW) -> tuple[dict[str, Any], str]:
    """The document, and every member of the archive as one text."""
    _, archive = desk.package(id, PRIVACY, None, now)
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return json.loads(packed.read("package.json")), "\n".join(packed.read(name).decode() for name in packed.namelist())


class TestWhoAsks:
    def test_the_right_code_from_the_persons_own_letter_shows_who_they_are(self, desk: Desk) -> None:
        request = opened(desk, ("customer_id", "C-7001"), by=SHOP)
        with pytest.raises(Denied, match="DSAR-30"):
            desk.run(request.id, PRIVACY, NOW)
        assert desk.send_code(request.id, SHOP, NOW) == "email"
        [letter] = letters(desk)
        assert letter["to"] == ANA and letter["code"] in letter["text"]
        token = desk.check_code(request.id, f" {letter['code']} ", SHOP, NOW + timedelta(minutes=5))
        assert desk.store.get(request.id).identity == "verified"
        kept, archive = desk.package_of(request.id, token, NOW)
        assert kept.rows and zipfile.is_zipfile(io.BytesIO(archive))

    def test_five_wrong_codes_lock_and_the_right_one_comes_too_late(self, desk: Desk) -> None:
        request = opened(desk, ("email", "rui@ex.test"), by=SHOP)
        desk.send_code(request.id, SHOP, NOW)
        [letter] = letters(desk)
        wrong = "00000000" if letter["code"] != "00000000" else "11111111"
        for _ in range(4):
            with pytest.raises(CheckFailed, match="DSAR-33"):
                desk.check_code(request.id, wrong, SHOP, NOW)
        with pytest.raises(Denied, match="DSAR-31"):
            desk.check_code(request.id, wrong, SHOP, NOW)
        with pytest.raises(Denied, match="DSAR-31"):
            desk.check_code(request.id, letter["code"], SHOP, NOW)
        with pytest.raises(Denied, match="DSAR-31"):
            desk.send_code(request.id, SHOP, NOW)
        with pytest.raises(Denied, match="DSAR-30"):
            desk.package(request.id, PRIVACY)
        assert any(task.rule == "DSAR-31" for task in desk.tasks.listed())
        assert desk.attest(request.id, "identity card seen", PRIVACY, NOW).identity == "attested"

    @pytest.mark.nightly
    def test_a_code_ends_with_its_time_and_with_the_next_one(self, desk: Desk) -> None:
        request = opened(desk, by=SHOP)
        desk.send_code(request.id, SHOP, NOW)
        desk.send_code(request.id, SHOP, NOW)
        old, new = letters(desk)
        with pytest.raises(CheckFailed, match="DSAR-33"):
            desk.check_code(request.id, old["code"], SHOP, NOW)
        with pytest.raises(CheckFailed, match="DSAR-33"):
            desk.check_code(request.id, new["code"], SHOP, NOW + timedelta(minutes=31))
        desk.check_code(request.id, new["code"], SHOP, NOW + timedelta(minutes=29))

    def test_somebody_elses_number_beside_ones_own_address_gets_nothing(self, desk: Desk) -> None:
        request = opened(desk, ("email", "mallory@ex.test"), ("customer_id", "C-7001"), by=SHOP)
        with pytest.raises(CheckFailed, match="DSAR-35"):
            desk.send_code(request.id, SHOP, NOW)
        assert letters(desk) == []

    @pytest.mark.nightly
    def test_a_code_that_was_sent_takes_the_place_of_what_privacy_attested(self, desk: Desk) -> None:
        request = opened(desk, ("email", ANN))
        assert request.identity == "attested"
        desk.send_code(request.id, PRIVACY, NOW)
        with pytest.raises(Denied, match="DSAR-30"):
            desk.package(request.id, PRIVACY)

    def test_a_code_stands_in_no_row_and_no_record(self, desk: Desk, village: tuple[Runtime, Desk]) -> None:
        request = opened(desk, ("email", "rui@ex.test"), by=SHOP)
        desk.send_code(request.id, SHOP, NOW)
        [letter] = letters(desk)
        home = village[0].settings.home_path
        held = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
        assert letter["code"].encode() not in held and b"rui@ex.test" not in held

    @pytest.mark.nightly
    def test_too_many_codes_do_not_go_out_to_one_address(self, desk: Desk) -> None:
        later = NOW + timedelta(days=10)
        with pytest.raises(Denied, match="DSAR-32"):
            for _ in range(6):
                desk.send_code(opened(desk, ("email", ANN), by=SHOP).id, SHOP, later)
        assert len(letters(desk)) == 5

    def test_a_letter_that_does_not_leave_takes_its_code_back(self, desk: Desk) -> None:
        (desk.root / "out").write_text("no folder")
        request = opened(desk, ("email", "rui@ex.test"))
        with pytest.raises(Unavailable, match="DSAR-34"):
            desk.send_code(request.id, PRIVACY, NOW + timedelta(days=20))
        assert desk.store.get(request.id).identity == "attested"
        (desk.root / "out").unlink()
        assert [one.event.value for one in history(desk.store.database, request.id)][-1] == "code did not leave"

    def test_where_no_channel_is_set_no_code_is_on_record_as_sent(self, desk: Desk) -> None:
        request = opened(desk, ("email", "rui@ex.test"))
        with pytest.raises(CheckFailed, match="DSAR-34"):
            replace(desk, letters=None).send_code(request.id, PRIVACY, NOW)
        assert [one.event.value for one in history(desk.store.database, request.id)] == ["opened"]

    def test_a_system_sees_to_its_own_requests_alone(self, desk: Desk) -> None:
        request = opened(desk, by=SHOP)
        with pytest.raises(Denied, match="DSAR-02"):
            desk.send_code(request.id, Actor("other-shop", ("source",)), NOW)
        with pytest.raises(Denied, match="DSAR-02"):
            desk.attest(request.id, "seen", SHOP)

    @pytest.mark.by_day("confusable")
    @pytest.mark.parametrize(
        "text",
        ["%", "*", "ana@ex.tes_", "' OR 1=1 --", "аna@ex.test", "a" * 900],
        ids=["wildcard", "star", "blank", "injected", "confusable", "long"],
    )
    def test_an_identifier_that_is_no_bodys_matches_nobody(self, desk: Desk, text: str) -> None:
        closure, _ = desk.plan(opened(desk, ("email", text)).id)
        assert {one.namespace for one in closure.identifiers} == {"email", "email_sha256"}
        document, _ = package(desk, opened(desk, ("email", text)).id)
        assert document["products"] == []

    @pytest.mark.nightly
    def test_one_that_holds_somebody_elses_is_not_even_echoed(self, desk: Desk) -> None:
        with pytest.raises(CheckFailed, match="DSAR-38"):
            desk.package(opened(desk, ("email", f"{ANA}\u200b.de")).id, PRIVACY)

    def test_an_empty_or_overlong_identifier_is_refused_without_a_word_of_it(self, desk: Desk) -> None:
        for text in ("", "  ", "x" * 1_001):
            with pytest.raises(UsageProblem) as refused:
                opened(desk, ("email", text))
            assert "xxx" not in str(refused.value)


class TestPackage:
    def test_holds_every_row_of_the_person_by_any_identifier_and_nobody_else(self, desk: Desk) -> None:
        request = desk.run(opened(desk).id, PRIVACY, NOW)
        assert request.state is State.VERIFIED, request.tasks
        assert {task.product: task.rows for task in request.tasks if task.rows} == {CUSTOMERS: 1, TICKETS: 2, VISITS: 1}
        document, whole = package(desk, request.id)
        found = {one["product"]: one for one in document["products"]}
        assert found[CUSTOMERS]["rows"][0]["name"] == "Ana Souza" and found[VISITS]["rows"][0]["cookie"] == "ck-9001"
        assert found[CUSTOMERS]["rows"][0]["town"] == "Lisbon"
        [ticket], [mention] = found[TICKETS]["rows"], found[TICKETS]["mentions"]
        assert "Ana Souza called from +34 600 111 222" in ticket["body"] and json.loads(ticket["payload"])["u"]["mail"] == ANA
        assert ANA in mention["body"] and mention["customer_id"] is None
        for other in ("Ann", "Miller", ANN, "C-7002", "Rui", "333 444", "ck-9002"):
            assert other not in whole, other
        for number in ("536-22-4567", "219-09-9999", CARD, CARD.replace(" ", "")):
            assert number not in whole, number
        assert desk.store.get(request.id).state is State.CERTIFIED

    def test_a_column_called_as_a_secret_and_a_telephone_number_like_a_national_one_keep_nothing_back(self, desk: Desk) -> None:
        document, _ = package(desk, opened(desk).id)
        assert {one["product"]: one["rows"] for one in document["products"]}[VISITS][0]["click_token"] == "YW5hQGV4LnRlc3Q"
        document, _ = package(desk, opened(desk, ("email", "rui@ex.test")).id)
        rows = {one["product"]: one["rows"][0] for one in document["products"]}
        assert rows[CUSTOMERS]["phone"] == NATIONAL_BY_CHANCE
        assert json.loads(rows[TICKETS]["payload"])["u"] == {"mail": "rui@ex.test", "api_token": "[masked]"}

    def test_of_somebody_of_whom_nothing_is_held_it_says_so(self, desk: Desk) -> None:
        request = desk.run(opened(desk, ("email", "nobody@ex.test")).id, PRIVACY, NOW)
        assert (request.state, request.found_nothing) == (State.VERIFIED, True)
        document, whole = package(desk, request.id)
        assert document["products"] == [] and "Nothing of this kind is held of you" in whole
        assert not desk.run(opened(desk).id, PRIVACY, NOW).found_nothing

    def test_says_what_has_to_be_said_and_runs_no_script(self, desk: Desk) -> None:
        document, whole = package(desk, opened(desk).id)
        said = {one["product"]: one["about"] for one in document["products"]}[CUSTOMERS]
        assert said["purposes"] == {"service": "contract"} and said["retention"]["period"] == "2 years"
        assert said["source"]["collected"]["notice"] == "n1" and said["stored_in"] == ["westeurope"]
        assert [one["recipient"] for one in said["recipients"]] == ["office"]
        assert said["columns"]["email"]["category"] == "user.contact.email" and document["rights"]
        assert "<script" not in whole and "default-src &#x27;none&#x27;" in whole

    def test_the_one_of_ann_never_shows_ana(self, desk: Desk) -> None:
        _, whole = package(desk, opened(desk, ("customer_id", "C-7002")).id)
        assert "Ann Miller" in whole
        for other in ("Ana", "Souza", ANA, "C-7001", "111 222"):
            assert other not in whole, other

    def test_what_is_taken_along_was_collected_from_the_person(self, desk: Desk) -> None:
        document, _ = package(desk, opened(desk, wish=Wish(Kind.PORTABILITY)).id)
        assert {one["product"] for one in document["products"]} == {CUSTOMERS, TICKETS, VISITS}
        assert all(not one["mentions"] for one in document["products"]) and document["rights"] == []

    def test_is_written_for_its_owner_alone_and_gone_with_its_time(self, desk: Desk, tmp_path: Path) -> None:
        request = opened(desk)
        kept, _ = desk.package(request.id, PRIVACY, tmp_path / "ana.zip", NOW)
        desk.package(request.id, PRIVACY, tmp_path / "ana", NOW)
        assert (tmp_path / "ana.zip").stat().st_mode & 0o777 == 0o600 and (
            tmp_path / "ana/index.html"
        ).stat().st_mode & 0o777 == 0o600
        with pytest.raises(UsageProblem, match="DSAR-40"):
            desk.package(request.id, PRIVACY, tmp_path / "ana.zip", NOW)
        (tmp_path / "ana/index.html").write_text("changed")
        assert desk.sweep(kept.expires_at).deleted >= 1
        assert not (tmp_path / "ana.zip").exists() and (tmp_path / "ana/index.html").exists()
        with pytest.raises(NotFound, match="DSAR-39"):
            desk.package(request.id, PRIVACY, None, kept.expires_at)
        with pytest.raises(Unavailable, match="DSAR-09"):
            desk.store.identifiers(request.id)

    def test_is_kept_sealed_and_what_was_handed_over_is_proven(self, desk: Desk) -> None:
        request = opened(desk)
        desk.package(request.id, PRIVACY, None, NOW)
        sealed = desk.lake.home / "packages" / f"{request.id}.sealed"
        assert sealed.stat().st_mode & 0o777 == 0o600 and sealed.read_bytes()[:2] != b"PK"
        done = desk.store.get(request.id)
        assert done.certificate is not None and digest(done.certificate) in proven(done, desk.audit).leaf
        assert ANA not in json.dumps(dict(done.certificate))
        assert [one.event.value for one in history(desk.store.database, request.id)][-1] == "package handed over"

    def test_another_requests_token_opens_nothing(self, desk: Desk) -> None:
        request = opened(desk)
        for token in ("", "x" * 43, "é"):
            with pytest.raises(Denied, match="DSAR-30"):
                desk.package_of(request.id, token, NOW)
        with pytest.raises(Denied, match="DSAR-30"):
            desk.package_of("none", "x" * 43, NOW)


class TestOtherKinds:
    def test_a_restriction_hides_the_person_from_every_purpose_and_is_lifted_again(self, desk: Desk) -> None:
        request = desk.run(opened(desk, ("email", "rui@ex.test"), wish=Wish(Kind.RESTRICTION)).id, PRIVACY, NOW)
        assert request.state is State.CERTIFIED, request.tasks
        token = desk.ledger.tokens.token("customer_id", "C-7003")
        assert desk.ledger.check(token, "service").reason == "restricted"
        lifted = desk.run(opened(desk, ("customer_id", "C-7003"), wish=Wish(Kind.RESTRICTION, lift=True)).id, PRIVACY, NOW)
        assert lifted.state is State.CERTIFIED and desk.ledger.check(token, "service").allowed

    def test_an_objection_closes_the_purpose_that_hears_it_and_says_which_does_not(self, desk: Desk) -> None:
        wish = Wish(Kind.OBJECTION, purposes=("marketing", "service"))
        request = desk.run(opened(desk, ("email", "rui@ex.test"), wish=wish).id, PRIVACY, NOW)
        assert {task.product: task.state for task in request.tasks} == {
            "purpose marketing": State.CERTIFIED,
            "purpose service": State.UNTOUCHED,
        }
        token = desk.ledger.tokens.token("customer_id", "C-7003")
        assert desk.ledger.check(token, "marketing").reason == "objected" and desk.ledger.check(token, "service").allowed

    def test_a_wish_that_does_not_fit_its_kind_is_refused(self, desk: Desk) -> None:
        for wish in (Wish(purposes=("service",)), Wish(Kind.ACCESS, lift=True), Wish(Kind.ACCESS, people=2)):
            with pytest.raises(UsageProblem, match="DSAR-40"):
                opened(desk, wish=wish)


class TestClocks:
    def test_are_extended_once_in_time_with_a_letter_and_told_once_when_they_run_out(self, desk: Desk) -> None:
        request = opened(desk, ("email", "rui@ex.test"))
        assert desk.status(request.id, NOW)["due"] == "2026-02-28"
        desk.extend(request.id, "The archive is read by hand.", PRIVACY, now=NOW + timedelta(days=20))
        assert letters(desk)[-1]["to"] == "rui@ex.test" and "2026-04-30" in letters(desk)[-1]["text"]
        assert desk.status(request.id, NOW)["due"] == "2026-04-30"
        with pytest.raises(CheckFailed, match="DSAR-37"):
            desk.extend(request.id, "Again.", PRIVACY, now=NOW + timedelta(days=21))
        late = datetime(2026, 5, 1, 12, tzinfo=UTC)
        told = [one for one in desk.sweep(late).told if one.request == request.id]
        assert [(one.event.value, one.due) for one in told] == [("overdue", "2026-04-30")]
        assert desk.status(request.id, late)["breached"] and not [
            one for one in desk.sweep(late).told if one.request == request.id
        ]

    @pytest.mark.nightly
    def test_no_extension_after_the_first_month_and_none_where_nobody_can_be_told(self, desk: Desk) -> None:
        request = opened(desk, ("email", "rui@ex.test"))
        with pytest.raises(CheckFailed, match="DSAR-37"):
            desk.extend(request.id, "Late.", PRIVACY, now=datetime(2026, 3, 1, 12, tzinfo=UTC))
        with pytest.raises(CheckFailed, match="DSAR-34"):
            replace(desk, letters=None).extend(request.id, "Early.", PRIVACY, now=NOW)
        assert desk.status(request.id, NOW)["due"] == "2026-02-28"
        replace(desk, letters=None).extend(request.id, "Early.", PRIVACY, told="by telephone, today", now=NOW)
        assert desk.status(request.id, NOW)["due"] == "2026-04-30"


class TestMany:
    @pytest.mark.nightly
    def test_more_people_than_one_may_decide_for_need_a_second_principal(self, desk: Desk) -> None:
        subjects = [("customer_id", f"C-900{number}") for number in range(3)]
        request = opened(desk, *subjects, wish=Wish(people=3))
        assert request.people == 3
        with pytest.raises(Denied, match="DSAR-36"):
            desk.run(request.id, PRIVACY, NOW)
        with pytest.raises(Denied, match="DSAR-36"):
            desk.approve(request.id, PRIVACY)
        desk.approve(request.id, LEAD)
        assert desk.run(request.id, PRIVACY, NOW).state in (State.CERTIFIED, State.BLOCKED)


@pytest.mark.nightly
def test_an_erasure_takes_the_packages_of_the_person_along(published_village: Path, tmp_path: Path) -> None:
    with village_at(shutil.copytree(published_village, tmp_path / "project")) as (_, desk):
        of_ana, of_ann = opened(desk), opened(desk, ("email", ANN))
        for request in (of_ana, of_ann):
            desk.package(request.id, PRIVACY, None, NOW)
        desk.run(opened(desk, wish=Wish(Kind.ERASURE)).id, PRIVACY, NOW)
        with pytest.raises(MeshError, match="DSAR-39"):
            desk.package(of_ana.id, PRIVACY, None, NOW)
        assert desk.package(of_ann.id, PRIVACY, None, NOW)[0].rows
