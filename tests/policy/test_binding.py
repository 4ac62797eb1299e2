"""What a sensitivity binds follows from it alone, and counts as present only where a probe has seen it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.policy import Control, binding_for
from mesh_platform.product import Sensitivity


@pytest.mark.parametrize(
    ("level", "controls"),
    [
        (Sensitivity.PUBLIC, set()),
        (Sensitivity.INTERNAL, {"access_logging", "region_of_files", "replica_regions"}),
        (
            Sensitivity.CONFIDENTIAL,
            {"access_logging", "retention_enforced", "mask_by_default", "region_of_files", "replica_regions"},
        ),
        (Sensitivity.RESTRICTED, set(Control)),
    ],
)
def test_each_level_binds_its_controls(level: Sensitivity, controls: set[str]) -> None:
    assert set(binding_for(level).controls) == controls


@given(st.sampled_from(Sensitivity), st.sampled_from(Sensitivity))
def test_a_higher_level_binds_all_that_a_lower_one_does(a: Sensitivity, b: Sensitivity) -> None:
    if a <= b:
        assert set(binding_for(a).controls) <= set(binding_for(b).controls)


def test_a_control_that_nobody_has_probed_is_neither_present_nor_absent() -> None:
    found = binding_for(Sensitivity.RESTRICTED, {Control.ENCRYPTION: True, Control.MASKING: False, Control.RETENTION: None})
    assert found.present == {Control.ENCRYPTION}
    assert found.absent == {Control.MASKING}
    states = found.as_json()["controls"]
    assert states == {
        "encryption_at_rest": "present",
        "access_logging": "not evaluated",
        "durable_audit": "not evaluated",
        "retention_enforced": "not evaluated",
        "legal_basis_at_read": "not evaluated",
        "mask_by_default": "absent",
        "region_of_files": "not evaluated",
        "replica_regions": "not evaluated",
    }


def test_a_probe_of_what_is_not_bound_binds_nothing() -> None:
    assert binding_for(Sensitivity.PUBLIC, {Control.ENCRYPTION: True}).present == frozenset()
