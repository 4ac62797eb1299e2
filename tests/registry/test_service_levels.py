"""What interfaces promised and kept: counts by month, percentiles to within a tenth, and nothing said of too few reads."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.product import ProductKey
from mesh_platform.product.models import Sla
from mesh_platform.registry import Registry
from mesh_platform.registry.service_levels import (
    FAILED,
    GROWTH,
    KEPT,
    LEAST,
    SHORTEST,
    TOGETHER,
    ServiceLevel,
    day_of,
    month_of,
    step_of,
)
from tests.registry.conftest import Clock

ORDERS, STOCK = ProductKey("sales", "orders"), ProductKey("sales", "stock")
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
SLA = Sla.model_validate({"availability": 99.5, "latency": "< 100ms"})


def level(*seconds: float, failed: int = 0, together: int = 0) -> ServiceLevel:
    steps = Counter(map(step_of, seconds)) + Counter({FAILED: failed, TOGETHER: together})
    return ServiceLevel("API", MARCH, steps)


class TestPromises:
    def test_as_many_answers_as_promised_keep_the_promise(self) -> None:
        assert level(*[0.01] * 199, failed=1).available(SLA).as_json() == {"promised": "99.5 %", "measured": 99.5, "kept": True}
        assert level(*[0.01] * 198, failed=2).available(SLA).kept is False

    def test_one_answer_in_twenty_may_take_longer(self) -> None:
        assert level(*[0.05] * 95, *[3.0] * 5).in_time(SLA).kept is True
        assert level(*[0.05] * 94, *[3.0] * 6).in_time(SLA).kept is False

    def test_of_too_few_reads_nothing_is_said(self) -> None:
        few = level(*[3.0] * (LEAST - 2), failed=1)
        assert few.available(SLA).kept is None
        assert few.in_time(SLA).kept is None
        assert few.broken(SLA) == []

    def test_what_was_not_promised_is_measured_and_not_judged(self) -> None:
        found = level(*[3.0] * 30, failed=30)
        assert (found.available(None).measured, found.available(None).kept) == (50.0, None)
        assert found.broken(Sla()) == []

    def test_answers_over_several_products_count_for_availability_alone(self) -> None:
        found = level(*[0.01] * 20, together=20)
        assert (found.reads, found.availability) == (40, 100.0)
        assert found.p95_seconds == level(*[0.01] * 20).p95_seconds

    def test_the_broken_ones_are_named(self) -> None:
        assert [name for name, _ in level(*[3.0] * 30, failed=1).broken(SLA)] == ["availability", "latency"]

    @given(st.lists(st.floats(SHORTEST, 60), min_size=1, max_size=200))
    def test_the_time_is_right_to_within_a_tenth(self, seconds: list[float]) -> None:
        exact = sorted(seconds)[-(-len(seconds) * 95 // 100) - 1]
        found = level(*seconds).p95_seconds
        assert found is not None
        assert exact / GROWTH * 0.99 <= found <= exact * GROWTH * 1.01


class TestRegistry:
    def test_processes_add_their_counts(self, registry: Registry, clock: Clock) -> None:
        day = day_of(clock.now)
        for _ in range(2):
            registry.count_reads({(str(ORDERS), "API", day, 7): 3, (str(ORDERS), "SQL", day, FAILED): 1})
        api, sql = registry.service_levels()[ORDERS]
        assert (api.interface, dict(api.steps), sql.interface, sql.failed) == ("API", {7: 6}, "SQL", 2)

    def test_a_month_has_its_own_days(self, registry: Registry) -> None:
        for day in (MARCH - timedelta(days=1), MARCH, MARCH + timedelta(days=30), MARCH + timedelta(days=31)):
            registry.count_reads({(str(ORDERS), "API", day, 7): 1})
        assert registry.service_levels(MARCH)[ORDERS][0].reads == 2
        assert registry.service_levels(MARCH, STOCK) == {}

    def test_what_is_too_old_goes(self, registry: Registry, clock: Clock) -> None:
        old = day_of(clock.now - KEPT - timedelta(days=2))
        registry.count_reads({(str(ORDERS), "API", old, 7): 1})
        registry.count_reads({(str(ORDERS), "API", day_of(clock.now), 7): 1})
        assert registry.service_levels(old) == {}


@pytest.mark.parametrize("hour", [0, 23])
def test_months_are_those_of_utc(hour: int) -> None:
    far = datetime(2026, 3, 31, hour, tzinfo=UTC).astimezone()
    assert month_of(far) == MARCH
