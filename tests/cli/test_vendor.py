"""`mesh vendor`: who outside stands in the register, how long their entries count, and who relies on them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import yaml

from mesh_platform.clock import utc_now
from tests.cli.conftest import Mesh
from tests.cli.project import put


def register(project: Path, days: int) -> None:
    today = utc_now().date()
    one = {"role": "controller", "country": "DE", "principals": ["ben"], "reviewed": today - timedelta(days=90)}
    put(
        project / "governance/recipients.yaml",
        yaml.safe_dump({"recipients": {"agency": {**one, "expires": today + timedelta(days=days)}}}),
    )


def test_the_days_that_are_left_count_down_to_a_denial(shop: Path, mesh: Mesh) -> None:
    for days, state, code in ((90, "ok", 0), (12, "ends soon", 0), (-1, "denied", 1)):
        register(shop, days)
        listed = mesh("vendor", "list", "--json")
        found = listed.json["recipients"]
        assert listed.code == code
        assert [(one["name"], one["state"], one["days_left"]) for one in found] == [("agency", state, days)]
    said = mesh("vendor", "list").out
    assert "denied" in said and "agency" in said


def test_one_recipient_is_told_with_who_relies_on_it(shop: Path, mesh: Mesh) -> None:
    register(shop, 90)
    said = mesh("vendor", "show", "Agency", "--json").json
    assert (said["role"], said["uses"], said["told"]) == ("controller", ["principal ben"], False)
    first, *rest = mesh("vendor", "show", "agency").out.splitlines()
    assert first == "agency: ok." and next(filter(str.strip, rest)).split() == ["description", "not", "said"]
    assert not any("─" in line for line in rest), "no head of a table that has none"
    unknown = mesh("vendor", "show", "nobody")
    assert unknown.code == 4
    assert "VENDOR-02" in unknown.err and "agency" in unknown.err
