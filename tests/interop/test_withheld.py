"""Texts of people lose what looks like personal data before they stand in a package; what the platform says loses the values that it quotes."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.classify.patterns import LONGEST_CELL
from mesh_platform.classify.written import personal
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.model import Notification
from mesh_platform.interop.evidence.outsider import examine, unpacked
from mesh_platform.interop.withheld import UNREAD, without_persons, without_values
from mesh_platform.policy import rules
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.interop.asking import Package, asked
from tests.subjects.town import CARDS, TOWNS

NAME, MAIL, PHONE, IBAN = "Marlene Vogt", "marlene.vogt@mail.test", "+49 170 1234567", "DE89370400440532013000"
WROTE = f"Ask {NAME}, {MAIL} or {PHONE}; invoices go to {IBAN}."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Ask {NAME}.", "Ask [withheld: looks like person]."),
        (f"Write to {MAIL} first", "Write to [withheld: looks like email] first"),
        (f"Call {PHONE}", "Call [withheld: looks like phone]"),
        ("Call 0170 1234567 first", "Call [withheld: looks like phone] first"),
        (f"Paid from {IBAN}", "Paid from [withheld: looks like iban]"),
        ("Write to marlene.vogt\uff20mail.test", "Write to [withheld: looks like email]"),
        ("Write to marlene.vogt@ma\u200bil.test first", "Write to [withheld: looks like email] first"),
        ("Write to marlene.vogt@mail\u3002test", "Write to [withheld: looks like email]"),
        ("Paid by 4111\u200b1111\u200b1111\u200b1111", "Paid by [withheld: looks like credit card]"),
        ("Write to marlene.vogt@ma\u034fil\ufe0f.te\u3164st", "Write to [withheld: looks like email]"),
        ("Se\u0301jour a\u0300 Ge\u0300ve", "Se\u0301jour a\u0300 Ge\u0300ve"),
        ("Customer 360", "Customer 360"),
        ("Nobody reads it, and rows older than 30 days go.", "Nobody reads it, and rows older than 30 days go."),
        ("", ""),
    ],
)
def test_what_looks_like_personal_data_is_cut_and_its_kind_is_told(text: str, said: str) -> None:
    assert without_persons(text) == said
    assert without_persons(said) == said, "what was cut once stays as it is"


def test_words_of_the_platform_lose_values_and_keep_names_of_things() -> None:
    assert without_values("of \uff14111 1111 1111 1111\u2026") == "of [withheld: looks like credit card]\u2026"
    assert (
        personal("marlene.vogt\uff20mail.test") and personal("marlene.vogt@ma\u00adil.test") and not personal("80\u202f% \u2026")
    )
    assert without_values(f"{TOWNS} is kept for Hans Peter ({MAIL}, {IBAN}).") == (
        f"{TOWNS} is kept for Hans Peter ([withheld: looks like email], [withheld: looks like iban])."
    )
    for rule in rules():
        for text in (rule.title, rule.remedy, rule.condition):
            assert without_values(text) == text, rule.name


def test_a_text_that_is_too_long_to_be_read_is_withheld_as_a_whole() -> None:
    assert without_persons("a " * (LONGEST_CELL // 2 + 1)) == UNREAD


def test_what_is_written_of_a_breach_is_cut_too() -> None:
    told = {
        "rule": "GDPR-33",
        "source": "",
        "house_rule": False,
        "due": "2026-11-01T00:00:00Z",
        "state": "told",
        "told": None,
        "recorded": None,
    }
    said = Notification(**told, to=MAIL, reason=WROTE, reference=f"of {MAIL}").model_dump_json()
    assert [text for text in (NAME, MAIL, PHONE, IBAN) if text in said] == []


def _changed(file: Path, change: Any) -> None:
    document = yaml.safe_load(file.read_text()) if file.exists() else {}
    change(document)
    file.write_text(yaml.safe_dump(document))


def _write(root: Path) -> None:
    """Put name, address, phone and IBAN wherever people write for the platform."""
    governance, today = root / "governance", utc_now().date()
    for key in (TOWNS, CARDS):
        _changed(
            root / "domains" / key / "product.yaml",
            lambda said: said["dataProduct"].update(name=f"Towns of {NAME}, {MAIL}", description=WROTE),
        )
    _changed(governance / "purposes.yaml", lambda said: said["purposes"]["service"].update(description=WROTE))
    waiver = {
        "product": CARDS, "rule": "CORE-03", "about": "retention", "covers": "0" * 16, "reason": WROTE, "control": WROTE, "requestedBy": NAME,
        "approvedBy": "privacy-engineer", "approvedOn": today.isoformat(), "expires": (today + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    _changed(governance / "waivers.yaml", lambda said: said.update(waivers=[waiver]))
    vendor = {
        "description": WROTE,
        "role": "processor",
        "country": "DE",
        "subProcessors": [{"name": NAME, "country": "DE", "does": WROTE}],
    }
    _changed(governance / "recipients.yaml", lambda said: said.update(recipients={"mailer": vendor}))
    attested = {
        "kind": "attestation", "about": ["GDPR-33"], "title": WROTE, "by": "data-protection-officer", "on": today.isoformat(),
        "expires": (today + timedelta(days=90)).isoformat(),
    }  # fmt: skip
    _changed(governance / "register.yaml", lambda said: said.update(register={"attested": attested}))


@pytest.fixture(scope="session")
def talkative(told_town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Package, bool]:
    """A package of the town after people wrote what they should not, and whether it verifies."""
    root = shutil.copytree(told_town, tmp_path_factory.mktemp("talkative") / "project")
    _write(root)
    with open_runtime(Settings(project=root)) as opened:
        mesh = load_mesh(root)
        assert mesh.governance_findings == () and mesh.broken == {}
        assert publish(mesh, ProductKey.parse(CARDS), opened).status is Status.BLOCKED
        made = asked(opened)
        return made, examine(made.data, opened.audit.signer.succession)["ok"]


def test_no_name_address_phone_or_account_that_people_wrote_stands_in_any_file(talkative: tuple[Package, bool]) -> None:
    made, holds = talkative
    for name, body in unpacked(made.data).items():
        assert [text for text in (NAME, "Vogt", MAIL, PHONE, IBAN) if text in body.decode()] == [], name
    assert holds


def test_the_kind_stands_where_it_was_cut(talkative: tuple[Package, bool]) -> None:
    evidence = talkative[0].evidence
    cut = "Ask [withheld: looks like person], [withheld: looks like email] or [withheld: looks like phone]; invoices go to [withheld: looks like iban]."
    assert {one.title for one in evidence.products if one.product == TOWNS} == {
        "Towns of [withheld: looks like person], [withheld: looks like email]"
    }
    assert [one.control for one in evidence.waivers] == [cut]
    assert [one.title for one in evidence.attestations] == [cut]
    [*activities] = json.loads(unpacked(talkative[0].data)["processing.json"])["processing"]
    assert cut in {one["description"] for one in activities}


def test_who_answers_for_a_domain_or_an_attestation_is_told_as_the_law_asks(talkative: tuple[Package, bool]) -> None:
    activities = json.loads(unpacked(talkative[0].data)["processing.json"])["processing"]
    assert "people-team@example.com" in {one["contact"] for one in activities}
    assert [one.by for one in talkative[0].evidence.attestations] == ["data-protection-officer"]
