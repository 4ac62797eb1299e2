"""Scenario 38: who saw Ana's address between two days, under which purpose, policy and consent; one command, which agrees with the log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from mesh_platform.audit import Act, Phase, What
from mesh_platform.audit.reading import newest_records
from mesh_platform.clock import utc_now
from mesh_platform.errors import UsageProblem
from mesh_platform.policy.version import policy_digest
from mesh_platform.state.tables import audit_leaves
from mesh_platform.subjects import Regime
from mesh_platform.subjects.disclosures import Disclosures, disclosures
from tests.propagation.conftest import shop
from tests.propagation.shop import CUSTOMERS, LETTERS, Shop
from tests.scenarios.mesh import BY
from tests.subjects.town import desk_of

__all__ = ["shop"]
ANA = ("email", "ana@mail.test")


def seen(shop: Shop, what: str = "user.contact.email", days: int = 1) -> Disclosures:
    desk = desk_of(shop.runtime)
    return disclosures(desk, desk.identified(*ANA), what, utc_now() - timedelta(days=days), utc_now() + timedelta(seconds=1))


def test_38_an_examiner_sees_who_was_shown_the_address_and_what_the_person_had_said_by_then(shop: Shop) -> None:
    before = len(seen(shop).reads)
    shop.sees(CUSTOMERS, "marketing")
    shop.say("ana", "withdrawn", "marketing")
    shop.sees(CUSTOMERS, "marketing")
    shop.sees(CUSTOMERS, "service")
    found = seen(shop)
    told = found.reads[before:]
    assert [(one.who, one.behind, one.purpose, one.product) for one in told] == [
        ("analyst", "somebody", "marketing", CUSTOMERS),
        ("analyst", "somebody", "marketing", CUSTOMERS),
        ("analyst", "somebody", "service", CUSTOMERS),
    ]
    assert [(one.consent, one.shown) for one in told] == [("consent", True), ("withdrawn", False), ("basis", True)]
    assert [one.rows for one in told] == [4, 3, 4]
    governance = shop.ledger.governance
    assert {one.policy for one in told} == {policy_digest(governance)}
    assert all(one.columns == ("email",) and one.under and one.code and one.version for one in told)
    records = {record.seq: record for record in newest_records(shop.runtime.database, 100, act="read")}
    assert all(records[one.seq].record["actor"]["purpose"] == one.purpose for one in told)
    assert (found.held[CUSTOMERS], found.held[LETTERS]) == (1, 1)


def test_38_what_was_not_asked_about_is_not_told_and_days_bound_it(shop: Shop) -> None:
    shop.sees(CUSTOMERS, "service")
    assert seen(shop, "name").reads == ()
    assert seen(shop, "user.contact").reads == seen(shop).reads != ()
    desk = desk_of(shop.runtime)
    past = utc_now() - timedelta(days=9)
    assert disclosures(desk, desk.identified(*ANA), "email", past, past + timedelta(days=1)).reads == ()
    with pytest.raises(UsageProblem):
        desk.identified("nowhere", "x")


def test_38_after_an_erasure_it_still_tells_who_had_been_shown_her(shop: Shop) -> None:
    shop.sees(CUSTOMERS, "service")
    told = [one.seq for one in seen(shop).reads]
    desk = desk_of(shop.runtime)
    desk.run(desk.open(Regime.GDPR, [ANA], BY).id, BY)
    after = seen(shop)
    assert [one.seq for one in after.reads][: len(told)] == told
    assert not any(after.held.values())


def test_38_a_column_that_nobody_knows_any_more_hides_nobody_who_read_it(shop: Shop) -> None:
    """It was renamed since, or its product is gone."""
    about = [What(product=f"{CUSTOMERS}@1.0.0", fields=("telephone", "town")), What(product="shop/gone@1.0.0", fields=("mail",))]
    made = [shop.runtime.audit.record(Act.READ, Phase.INTENT, BY, one, "allow", purpose="service").seq for one in about]
    told = {one.seq: one for one in seen(shop, "user.contact.phone_number").reads}
    assert [told[seq].columns for seq in made if seq is not None] == [("telephone",), ("mail",)]
    assert all(told[seq].unknown == told[seq].columns and told[seq].shown for seq in made if seq is not None)


def test_38_a_clock_that_was_wrong_takes_no_read_out_of_its_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sees(CUSTOMERS, "service")
    with monkeypatch.context() as patched:
        patched.setattr("mesh_platform.audit.log._now", lambda: 1_000_000)
        shop.sees(CUSTOMERS, "service")
    shop.sees(CUSTOMERS, "service")
    told = seen(shop).reads
    [doubted] = [one for one in told if not one.timed]
    assert doubted.shown and doubted.consent == "unknown" and doubted.rows == 4


def test_38_who_has_the_role_for_one_domain_is_told_of_no_other(shop: Shop) -> None:
    shop.sees(CUSTOMERS, "service")
    desk = desk_of(shop.runtime)
    found = disclosures(
        desk,
        desk.identified(*ANA),
        "user.contact.email",
        utc_now() - timedelta(days=1),
        utc_now(),
        lambda domain: domain == "office",
    )
    assert not [one for one in found.reads if not one.product.startswith("office/")]
    assert CUSTOMERS not in found.held and seen(shop).held[CUSTOMERS] == 1


def test_38_a_read_that_somebody_took_out_of_the_log_is_told_as_a_place_that_is_amiss(shop: Shop) -> None:
    shop.sees(CUSTOMERS, "service")
    before = seen(shop)
    with shop.runtime.database.write() as con:
        con.execute(delete(audit_leaves).where(audit_leaves.c.seq == before.reads[-1].seq))
    after = seen(shop)
    assert (before.amiss, after.amiss, after.as_json()["records_amiss"]) == (0, 1, 1)
    assert after.reads == before.reads[:-1]


def test_38_two_reads_that_were_given_one_id_are_both_told(shop: Shop) -> None:
    shop.sees(CUSTOMERS, "service")
    shop.sees(CUSTOMERS, "service")
    before = seen(shop).reads
    leaves, (one, other) = audit_leaves.c, (each.seq for each in before[-2:])
    with shop.runtime.database.write() as con:
        first, second = (con.execute(select(leaves.eid, leaves.body).where(leaves.seq == seq)).one() for seq in (one, other))
        body = first.body.replace(first.eid.encode(), second.eid.encode())
        con.execute(update(audit_leaves).where(leaves.seq == one).values(body=body))
    assert [each.seq for each in seen(shop).reads] == [each.seq for each in before]
