"""The register of recipients: an entry counts while its review and the agreement that its role needs do, and not a day longer."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mesh_platform.product import Governance, load_governance
from mesh_platform.product.governance.recipient_links import recipient_links
from mesh_platform.product.governance.recipients import AGREEMENT, UNKNOWN, Holder, Recipient, first_end, lapsed

TODAY = date(2026, 11, 22)
DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))


def held(**said: Any) -> tuple[Recipient, Governance]:
    record = {"kind": "dpa", "about": ["mailer"], "by": "legal@example.com", "on": "2026-01-01", "expires": "2027-06-30"}
    one = {"role": "processor", "records": ["it"], "reviewed": "2026-01-01", "expires": "2027-01-31", **said}
    governance = Governance.model_validate({"recipients": {"mailer": one}, "records": {"it": record}}, by_alias=True)
    return governance.recipients["mailer"], governance


def test_a_reviewed_processor_under_its_agreement_counts_until_the_first_of_both_ends() -> None:
    one, governance = held()
    end = first_end(one, governance)
    assert end is not None and end.on == date(2027, 1, 31)
    assert lapsed(one, governance, date(2027, 1, 31)) == ""
    assert lapsed(one, governance, date(2027, 2, 1)) == "Its entry ended on 2027-01-31."
    late, governance = held(expires="2030-01-01")
    assert "agreement (dpa) ended on 2027-06-30" in lapsed(late, governance, date(2027, 7, 1))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"role": None}, "What it is under the law"),
        ({"reviewed": None}, "Nobody has reviewed it"),
        ({"expires": None}, "Nobody has reviewed it"),
        ({"reviewed": "2026-12-24"}, "Nobody has reviewed it"),
        ({"records": []}, "no agreement with it (dpa)"),
        ({"role": "business_associate"}, "no agreement with it (baa)"),
    ],
)
def test_an_entry_that_lacks_something_does_not_count(said: dict[str, Any], why: str) -> None:
    one, governance = held(**said)
    assert why in lapsed(one, governance, TODAY)


def test_who_is_not_in_the_register_gets_nothing_and_who_is_of_the_organisation_needs_no_agreement() -> None:
    one, governance = held(role="internal", records=[])
    assert lapsed(one, governance, TODAY) == ""
    assert lapsed(UNKNOWN, governance, TODAY)


@given(DAYS, DAYS, DAYS, st.sampled_from([*AGREEMENT, "controller", "internal"]), DAYS)
def test_once_lapsed_an_entry_stays_lapsed(reviewed: date, expires: date, agreement: date, role: str, today: date) -> None:
    if expires < reviewed or agreement < date(2026, 1, 1):
        return
    kind = AGREEMENT.get(role, "scc")
    record = {"kind": kind, "about": ["x"], "by": "y", "on": date(2026, 1, 1), "expires": agreement}
    one = {"role": role, "records": ["it"], "reviewed": reviewed, "expires": expires}
    governance = Governance.model_validate({"recipients": {"x": one}, "records": {"it": record}}, by_alias=True)
    end = first_end(governance.recipients["x"], governance)
    assert end is not None
    assert bool(lapsed(governance.recipients["x"], governance, max(today, end.on + timedelta(days=1))))


def test_principals_hosts_and_files_lead_to_their_recipient() -> None:
    desk = {"address": "https://x.example.com", "secret": "env:X_SECRET", "principals": ["carla"], "recipient": "mailer"}
    _, governance = held(principals=["ben"], hosts=["SMTP.mailer.example.com"])
    governance = governance.model_copy(update={"holders": {"desk": Holder.model_validate(desk)}})
    for name in ("ben", "carla"):
        found = governance.recipient_of(name)
        assert found is not None and found[0] == "mailer"
    assert governance.recipient_of("ana") is None
    at, called = governance.recipient_at("smtp.mailer.example.com"), governance.recipient_called(" Mailer")
    assert at is not None and called is not None and at[0] == called[0] == "mailer"


@pytest.mark.parametrize("said", [{"address": "https://x.example.com"}, {"reviewed": "2026-02-01", "expires": "2026-01-01"}])
def test_half_an_address_and_an_end_before_its_review_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Recipient.model_validate(said)


def test_what_an_entry_names_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "governance").mkdir()
    twice = {"role": "controller", "principals": ["ben"]}
    one = {**twice, "records": ["nothing"], "regions": ["Atlantis"], "places": ["EU"]}
    desk = {"address": "https://x.example.com", "secret": "env:X_SECRET", "principals": ["carla"], "recipient": "nobody"}
    written = {"recipients": {"mailer": one, "printer": twice}, "holders": {"desk": desk}, "regions": {"EU": ["westeurope"]}}
    for name, document in written.items():
        (tmp_path / "governance" / f"{name}.yaml").write_text(yaml.safe_dump({name: document}))
    _, findings = load_governance(tmp_path)
    said = [finding.why for finding in findings if finding.rule == "DESC-11"]
    assert len(said) == 6, said
    for part in ("'nothing'", "'Atlantis'", "'EU'", "'ben'", "'nobody'"):
        assert any(part in why for why in said), part


def test_an_agreement_with_somebody_else_is_no_agreement_with_a_recipient() -> None:
    _, governance = held()
    assert not [why for _, _, why, _ in recipient_links(governance) if "about" in why]
    other = governance.records["it"].model_copy(update={"about": ("printer",)})
    [link] = recipient_links(governance.model_copy(update={"records": {"it": other}}))
    assert link[:2] == ("recipients", "mailer") and "about printer" in link[2]
