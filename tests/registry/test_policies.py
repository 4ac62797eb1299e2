"""Versions of the policy in the registry: written with the first decision under them, and never again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mesh_platform.policy.version import version_of
from mesh_platform.product.governance import Governance
from mesh_platform.registry import GateDecision, Registry
from mesh_platform.registry.policies import Judged
from mesh_platform.state import Conflict, Database
from mesh_platform.state.tables import gate_decisions, policy_versions
from tests.registry.samples import CUSTOMERS, NOON

ONE = version_of(Governance())
OTHER = version_of(Governance.model_validate({"purposes": {"service": {"bases": ["contract"]}}}))
OPEN = GateDecision(CUSTOMERS, "spec-1", "publish", True, NOON, policy=ONE.digest)
LATER = NOON + timedelta(hours=1)


def test_a_version_is_seen_with_the_first_decision_under_it(registry: Registry) -> None:
    assert registry.policy_versions() == ()
    for decision, version in (
        (OPEN, ONE),
        (replace(OPEN, open=False, decided_at=LATER, policy=OTHER.digest), OTHER),
        (replace(OPEN, open=False, decided_at=LATER), ONE),
        (replace(OPEN, policy=None), None),
    ):
        registry.record_decision(decision, version)
    assert [(one.version, one.first_seen_at) for one in registry.policy_versions()] == [(ONE, NOON), (OTHER, LATER)]
    assert registry.judged_under() == {
        ONE.digest: Judged(2, 1, NOON, LATER),
        OTHER.digest: Judged(1, 1, LATER, LATER),
        None: Judged(1, 0, NOON, NOON),
    }


def test_a_decision_and_its_version_stand_together_or_not_at_all(registry: Registry, database: Database) -> None:
    with pytest.raises(Conflict):
        registry.record_decision(replace(OPEN, place="somewhere"), ONE)  # type: ignore[arg-type]
    with database.read() as con:
        assert [con.execute(select(func.count()).select_from(one)).scalar() for one in (policy_versions, gate_decisions)] == [
            0,
            0,
        ]


def test_a_decision_that_names_another_version_than_it_comes_with_is_none(registry: Registry) -> None:
    for version in (OTHER, None):
        with pytest.raises(ValueError, match="another version of the policy"):
            registry.record_decision(OPEN, version)
