"""What a change does to rows is told although each column stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mesh_platform.access.aggregates.groups import Groups
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.policy import NotEvaluated, rules
from mesh_platform.product import Governance, LegalBasis
from mesh_platform.product.models import Retention
from mesh_platform.publish.row_effects import AT_PUBLICATION, AT_READS, AT_RETENTION, Shown, biting, told_of, waiting

BASES = ["contract", "consent", "legitimate_interests"]
FLAT = Purposes(Governance.model_validate({"purposes": {"service": {"bases": BASES}, "mail": {"bases": BASES}}}))
BELOW = Purposes(
    Governance.model_validate({"purposes": {"service": {"bases": BASES}, "mail": {"bases": BASES, "parent": "service"}}})
)
RETENTION = Retention.model_validate({"period": "2 years"})
GROUPS = Groups(("town",), "month", 5)


def shown(basis: LegalBasis = LegalBasis.CONTRACT, purposes: Purposes = FLAT) -> Shown:
    return Shown(purposes.asked("mail", [basis]), basis, frozenset({"email"}), GROUPS, RETENTION, {"at": "month"})


WAS = shown()


@pytest.mark.parametrize(
    ("now", "acts", "said"),
    [
        (shown(LegalBasis.CONSENT), AT_READS, "rests on consent, in place of contract. Rows of suppressed"),
        (shown(purposes=BELOW), AT_READS, "what stands above it"),
        (replace(WAS, asked=None), AT_READS, "nobody is left out"),
        (replace(WAS, subjects=frozenset({"email", "phone"})), AT_READS, "counts for other rows"),
        (replace(WAS, groups=replace(GROUPS, least=10)), AT_READS, "groups of at least 10 people"),
        (replace(WAS, groups=None), AT_READS, "It gets rows, in place of groups"),
        (replace(WAS, coarse={"at": "year"}), AT_PUBLICATION, "'at'"),
        (replace(WAS, retention=None), AT_RETENTION, "kept for ever, in place of 2 years"),
    ],
)
def test_whatever_decides_which_rows_are_shown_is_told_where_it_changes(now: Shown, acts: str, said: str) -> None:
    [(when, _, why)] = told_of(WAS, now, "mail")
    assert when == acts and said in why


def test_where_nothing_of_it_changes_nothing_is_told() -> None:
    assert not [*told_of(WAS, shown(), "mail")]


def test_of_rules_that_come_those_that_need_rows_are_told_and_no_attested_one() -> None:
    def new(*names: str) -> list[Any]:
        return [NotEvaluated("customer/profiles", name, "") for name in names]

    biting_ones = biting(rules())
    some = min(biting_ones)
    attested = next(one.name for one in rules() if one.upheld == "attested")
    assert waiting(new(attested, some), biting_ones) == (some,)
