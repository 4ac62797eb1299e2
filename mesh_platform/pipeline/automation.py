"""When products run by themselves: derived ones after their inputs, ingests by the clock, both when their files change, and once a day
whatever was left behind.

`eager()` may stop without a word after a code location was reloaded (dagster#33656), so the daily schedule is not a convenience.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import dagster as dg

from mesh_platform.clock import utc_now
from mesh_platform.pipeline.card import Card

Condition = dg.AutomationCondition
_HOUR = 3600.0
_CADENCES = ((0.5 * _HOUR, "*/5 * * * *"), (1 * _HOUR, "*/15 * * * *"), (4 * _HOUR, "0 * * * *"), (24 * _HOUR, "0 */4 * * *"))
_DAILY = "0 2 * * *"
_A_DAY = timedelta(hours=23)


def condition_of(card: Card) -> dg.AutomationCondition[Any] | None:
    """What starts this product; None for a draft and for what cannot run."""
    if not card.automated:
        return None
    return _after_inputs() if card.inputs else _by_the_clock(cadence(card.freshness_seconds))


@cache
def _after_inputs() -> dg.AutomationCondition[Any]:
    changed = Condition.code_version_changed() & ~Condition.any_deps_missing() & ~Condition.in_progress()
    return (Condition.eager() | changed) & Condition.all_deps_blocking_checks_passed()


@cache
def _by_the_clock(cron: str) -> dg.AutomationCondition[Any]:
    never_run = Condition.missing() & Condition.initial_evaluation()  # on_missing sees only what becomes missing later
    changed = Condition.code_version_changed()
    return (Condition.on_cron(cron) | Condition.on_missing() | never_run | changed) & ~Condition.in_progress()


def cadence(freshness_seconds: float | None) -> str:
    """How often a source is fetched so that its promise can be kept: at least four times within it; once a day without one."""
    if freshness_seconds is None:
        return _DAILY
    return next((cron for limit, cron in _CADENCES if freshness_seconds <= limit), _DAILY)


def automation_sensor(domain: str) -> dg.AutomationConditionSensorDefinition:
    """The sensor that evaluates those conditions; Dagster's own one starts stopped, and would never run."""
    return dg.AutomationConditionSensorDefinition(
        f"{domain}_automation",
        target=dg.AssetSelection.groups(domain),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts products when their inputs were published anew, and ingests by the clock.",
    )


def safety_net(domain: str, cards: Sequence[Card]) -> dg.ScheduleDefinition:
    """Once a day, all products of the domain whose last publication is older than a day."""
    keys = [dg.AssetKey(card.path) for card in cards if card.automated]

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        stale = [key for key in keys if _older_than_a_day(context.instance, key)]
        return dg.RunRequest(asset_selection=stale) if stale else dg.SkipReason("Every product was published within the day.")

    return dg.ScheduleDefinition(
        name=f"{domain}_safety_net",
        target=dg.AssetSelection.assets(*keys),
        cron_schedule=f"{minute(domain)} 3 * * *",
        execution_fn=request,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Runs what automation left behind: every product that was not published within the day.",
    )


def _older_than_a_day(instance: dg.DagsterInstance, key: dg.AssetKey) -> bool:
    event = instance.get_latest_materialization_event(key)
    return event is None or event.timestamp < (utc_now() - _A_DAY).timestamp()


def minute(domain: str) -> int:
    """Domains start at different minutes, always the same one."""
    return int(hashlib.sha256(domain.encode()).hexdigest(), 16) % 60
