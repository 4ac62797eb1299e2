"""What is allowed: purposes with their parents, legal bases, objections, signals, restriction, suppression, evidence and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.errors import UsageProblem
from mesh_platform.ledger import Answer, Decision, Event, Kind, Reason
from mesh_platform.ledger.fold import fold, micros
from mesh_platform.ledger.law import Row, decide
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.product.models import LegalBasis
from tests.ledger.samples import ANA, GOVERNANCE, NOW, event, grant, newest_word, object_to, withdraw

PURPOSES = Purposes(GOVERNANCE)
CONSENT, INTEREST = LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS


def answer(said: list[Event], purpose: str, *bases: LegalBasis, at: float = 0) -> Answer:
    """The answer after these events, `at` days later."""
    state = fold(enumerate(said, 1))
    rows = [Row(slot.kind, slot.purpose, slot.source, *held) for slot, held in state.items() if slot.subject == ANA]
    return decide(rows, PURPOSES.asked(purpose, bases or None), micros(NOW + timedelta(days=at)) or 0)


def test_without_a_record_consent_says_no_contract_and_interest_say_yes() -> None:
    assert answer([], "marketing.email") == (False, Reason.NO_RECORD, None)
    assert answer([], "orders") == answer([], "analytics") == (True, Reason.BASIS, None)


def test_a_grant_of_the_parent_covers_the_children_and_a_withdrawal_takes_them_along() -> None:
    assert answer([grant("marketing")], "marketing.email") == (True, Reason.CONSENT, 1)
    assert answer([grant("marketing.email"), withdraw("marketing")], "marketing.email") == (False, Reason.WITHDRAWN, 2)


def test_a_child_that_was_decided_later_goes_its_own_way() -> None:
    said = [grant("marketing"), withdraw("marketing.email")]
    assert not answer(said, "marketing.email").allowed and answer(said, "marketing.partners").allowed
    said = [withdraw("marketing"), grant("marketing.email")]
    assert answer(said, "marketing.email").allowed and not answer(said, "marketing").allowed


def test_a_grant_of_a_child_says_nothing_of_its_parent() -> None:
    assert answer([grant("marketing.email")], "marketing").reason is Reason.NO_RECORD


def test_a_late_event_of_an_ordering_source_never_overrides_what_it_said_later() -> None:
    said = [withdraw("marketing.email", source_order=5), grant("marketing.email", source_order=3)]
    assert answer(said, "marketing.email") == (False, Reason.WITHDRAWN, 1)
    assert not answer(
        [withdraw("marketing", source_order=5), grant("marketing.email", source_order=3)], "marketing.email"
    ).allowed
    late_from_another = [withdraw("marketing", source_order=5), grant("marketing", source_order=3, source="desk")]
    assert answer(late_from_another, "marketing").allowed


def test_of_two_events_with_one_order_the_one_that_closes_stands() -> None:
    for said in ([grant("marketing", source_order=5), withdraw("marketing", source_order=5)],) * 2:
        assert not answer(said, "marketing").allowed
        assert not answer(said[::-1], "marketing").allowed


def test_only_consent_hears_consent_and_an_objection_is_heard_by_interest() -> None:
    assert answer([withdraw("orders")], "orders").allowed
    assert answer([object_to("orders")], "orders").allowed
    assert answer([grant("analytics"), object_to("analytics")], "analytics", INTEREST) == (False, Reason.OBJECTED, 2)
    assert answer([withdraw("analytics")], "analytics", INTEREST).allowed
    assert answer([object_to("analytics"), event("objection", "lifted", "analytics")], "analytics", INTEREST).allowed


def test_an_objection_to_what_was_consented_to_closes_until_a_newer_grant() -> None:
    assert answer([grant("marketing"), object_to("marketing.email")], "marketing.email").reason is Reason.OBJECTED
    assert answer([object_to(""), grant("marketing.email")], "marketing.email").allowed


def test_a_withdrawn_consent_is_not_swapped_for_another_basis() -> None:
    assert answer([withdraw("analytics")], "analytics", CONSENT, INTEREST).reason is Reason.WITHDRAWN
    assert answer([grant("analytics", expires_at=NOW)], "analytics", CONSENT, INTEREST).reason is Reason.EXPIRED


def test_a_basis_that_the_registry_does_not_name_is_none() -> None:
    assert answer([], "marketing", LegalBasis.CONTRACT).reason is Reason.NO_BASIS
    assert decide((), PURPOSES.asked("marketing", ()), 0).reason is Reason.NO_BASIS


def test_a_signal_opts_out_of_the_marked_purpose_alone_and_a_newer_choice_goes_before_it() -> None:
    signal = event("objection", "objected", "signal:gpc")
    assert answer([grant("marketing"), signal], "marketing.partners") == (False, Reason.SIGNAL, 2)
    assert answer([grant("marketing"), signal], "marketing.email").allowed
    assert answer([signal, grant("marketing.partners")], "marketing.partners").allowed
    assert not answer([grant("marketing"), signal, event("objection", "lifted", "signal:gpc")], "analytics", CONSENT).allowed
    assert answer([grant("marketing"), signal, event("objection", "lifted", "signal:gpc")], "marketing.partners").allowed


def test_a_restriction_leaves_legal_claims_and_a_suppression_nothing() -> None:
    restricted = [grant("marketing"), event("restriction", "imposed")]
    assert {answer(restricted, purpose).reason for purpose in ("marketing", "orders", "analytics")} == {Reason.RESTRICTED}
    assert answer(restricted, "legal_claims").allowed
    assert answer([*restricted, event("restriction", "lifted")], "marketing").allowed
    assert answer([event("suppression", "imposed")], "legal_claims").reason is Reason.SUPPRESSED


@pytest.mark.parametrize("missing", ["notice_version", "captured_at"])
def test_a_grant_without_evidence_is_none_and_leaves_what_stood(missing: str) -> None:
    assert answer([grant("marketing", **{missing: None})], "marketing").reason is Reason.NO_RECORD
    assert answer([withdraw("analytics"), grant("analytics", **{missing: None})], "analytics").reason is Reason.WITHDRAWN
    assert answer([grant("marketing"), grant("marketing", **{missing: None})], "marketing") == (True, Reason.CONSENT, 1)


def test_a_grant_counts_between_its_two_moments_and_a_refusal_at_once() -> None:
    said = [grant("marketing", effective_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=3))]
    assert [answer(said, "marketing", at=day).reason for day in (0, 1, 2.9, 3)] == [
        Reason.NOT_YET,
        Reason.CONSENT,
        Reason.CONSENT,
        Reason.EXPIRED,
    ]
    assert not answer([grant("marketing"), withdraw("marketing", effective_at=NOW + timedelta(days=9))], "marketing").allowed


def test_what_is_not_registered_is_an_error_and_an_alias_is_not() -> None:
    with pytest.raises(UsageProblem, match="LEDGER-01"):
        PURPOSES.asked("resale")
    assert PURPOSES.asked("newsletter").purpose == "marketing.email"


SAID = st.builds(
    lambda kind, decision, purpose, source, order: event(kind, decision, purpose, source=source, source_order=order),
    st.just("consent"),
    st.sampled_from(["granted", "withdrawn", "denied"]),
    st.sampled_from(["marketing", "marketing.email", "marketing.partners"]),
    st.sampled_from(["web", "crm"]),
    st.none() | st.integers(0, 4),
)


@given(st.lists(SAID, max_size=8), st.sampled_from(["marketing", "marketing.email"]))
@settings(max_examples=300)
def test_the_slots_say_what_the_story_says(said: list[Event], purpose: str) -> None:
    word = newest_word(list(enumerate(said, 1)), Kind.CONSENT, PURPOSES.asked(purpose))
    found = answer(said, purpose)
    if word is None:
        assert found.reason is Reason.NO_RECORD
    else:
        assert (found.sequence, found.allowed) == (word[0], word[1].decision is Decision.GRANTED)


@given(st.lists(SAID, max_size=8), st.sampled_from(["marketing", "marketing.email", "marketing.partners"]), st.data())
def test_one_more_refusal_never_allows_more(said: list[Event], purpose: str, data: st.DataObject) -> None:
    refusal = data.draw(
        st.sampled_from(
            [object_to(""), object_to("signal:gpc"), event("restriction", "imposed"), event("suppression", "imposed")]
        )
    )
    before, after = answer(said, purpose), answer([*said, refusal], purpose)
    assert before.allowed or not after.allowed


@given(st.lists(SAID, max_size=8), st.data())
def test_events_of_an_ordering_source_decide_alike_in_whichever_order_they_arrive(said: list[Event], data: st.DataObject) -> None:
    ordered = [each for each in said if each.source_order is not None and each.source == "web"]
    shuffled = data.draw(st.permutations(ordered))
    for purpose in ("marketing", "marketing.email", "marketing.partners"):
        assert answer(ordered, purpose).allowed == answer(shuffled, purpose).allowed
