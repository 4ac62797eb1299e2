"""What a package says of the waivers in `governance/waivers.yaml`: as the gate takes them, and not as they were signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.page import page
from mesh_platform.publish import Runtime
from tests.interop.asking import asked
from tests.subjects.town import CARDS

TODAY = utc_now().date()
ROLES = {
    "priv": {"roles": ["privacy"]},
    "elsewhere": {"roles": ["privacy"], "domains": ["web"]},
    "steward": {"roles": ["steward"]},
    "asker": {"roles": ["owner"]},
}


def _signed(**change: object) -> dict[str, object]:
    waiver = {
        "product": CARDS,
        "rule": "CORE-03",
        "covers": "0" * 16,
        "reason": "a period is being agreed on",
        "control": "nobody has a grant",
        "requestedBy": "asker",
        "approvedBy": "priv",
        "approvedOn": TODAY - timedelta(days=5),
        "expires": TODAY + timedelta(days=20),
    }
    return waiver | change


CASES = (
    ({}, "approved", None),
    ({"approvedOn": TODAY - timedelta(days=60), "expires": TODAY}, "approved", None),
    ({"approvedOn": TODAY - timedelta(days=60), "expires": TODAY - timedelta(days=1)}, "expired", None),
    ({"approvedBy": "steward"}, "refused", "has not the role privacy for people"),
    ({"approvedBy": "elsewhere"}, "refused", "has not the role privacy for people"),
    ({"requestedBy": "priv"}, "refused", "nobody approves their own"),
    ({"requestedBy": "stranger"}, "refused", "is nobody in governance/roles.yaml"),
    ({"expires": TODAY + timedelta(days=86)}, "refused", "lasts longer than 90 days"),
)


@pytest.fixture
def told(runtime: Runtime) -> object:
    governance = runtime.settings.project / "governance"
    (governance / "roles.yaml").write_text(yaml.safe_dump({"principals": ROLES}))
    (governance / "waivers.yaml").write_text(yaml.safe_dump({"waivers": [_signed(**change) for change, _, _ in CASES]}))
    return asked(runtime).evidence


def test_a_waiver_of_a_file_that_the_gate_refuses_is_told_as_refused_with_the_reason_and_no_name(told) -> None:  # type: ignore[no-untyped-def]
    assert len(told.waivers) == len(CASES)
    for one, (change, state, why) in zip(told.waivers, CASES, strict=True):
        assert one.state == state, change
        assert (one.why is None) if why is None else why in one.why, change
        assert not any(name in (one.why or "") for name in ("asker", "elsewhere", "steward", "stranger"))
    assert "refused: It lasts longer than 90 days after its approval." in page(told)
