"""A breach has the clocks of the laws that bind it: told in time, or late and with the reason, or not at all and with the ground; and nothing of it is written over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.actor import Actor
from mesh_platform.audit.reading import records_at
from mesh_platform.errors import CheckFailed, Denied, NotFound, UsageProblem
from mesh_platform.policy import rules
from mesh_platform.state import Database
from mesh_platform.subjects.breaches import TERMS, Breach, Breaches, Happened, Risk, Side, duties_of, duties_seen, seen_by
from mesh_platform.subjects.breaches.values import Answer, digest
from mesh_platform.subjects.requests.clocks import Calendar
from mesh_platform.tasks import Tasks
from tests.processes import processes
from tests.subjects.telling import ANYBODY, AWARE, BY, CALENDAR, GDPR, WHAT, assessment, found, register_at, report, tell

MADRID = ZoneInfo("Europe/Madrid")
HOUR, MICRO = timedelta(hours=1), timedelta(microseconds=1)


def breach(
    *laws: str, aware: datetime = AWARE, people: int | None = 3, risk: Risk | None = None, side: Side = Side.CONTROLLER
) -> Breach:
    return Breach("b", aware, aware, "p", "p", WHAT, (), side, found(laws or GDPR, people), risk=risk)


def due(one: Breach, calendar: Calendar = CALENDAR) -> dict[str, datetime]:
    return {duty.key: duty.due_at for duty in duties_of(one, calendar)}


@pytest.mark.parametrize(
    ("aware", "until"),
    [
        (datetime(2027, 3, 26, 18, tzinfo=MADRID), datetime(2027, 3, 29, 19, tzinfo=MADRID)),  # an hour is left out
        (datetime(2027, 10, 29, 18, tzinfo=MADRID), datetime(2027, 11, 1, 17, tzinfo=MADRID)),  # an hour comes twice
        (datetime(2028, 2, 27, 12, tzinfo=UTC), datetime(2028, 3, 1, 12, tzinfo=UTC)),
        (datetime(2027, 12, 31, 23, 59, tzinfo=UTC), datetime(2028, 1, 3, 23, 59, tzinfo=UTC)),
    ],
    ids=["summer time begins", "summer time ends", "leap day", "new year and a weekend"],
)
def test_72_hours_are_hours_whatever_clocks_and_calendars_do(aware: datetime, until: datetime) -> None:
    [duty] = duties_of(breach("GDPR-33", aware=aware), CALENDAR)
    assert duty.due_at == until.astimezone(UTC) and duty.due_at - aware.astimezone(UTC) == timedelta(hours=72)
    assert not duty.late(duty.due_at) and duty.late(duty.due_at + MICRO)
    assert duty.warn_at - aware.astimezone(UTC) == timedelta(hours=48)


def test_working_days_leave_out_weekends_and_holidays_and_end_with_their_day() -> None:
    friday = datetime(2027, 4, 30, 10, tzinfo=MADRID)
    assert due(breach("LGPD-48", aware=friday))["LGPD-48:authority"] == datetime(2027, 5, 6, tzinfo=MADRID).astimezone(UTC)
    holiday = Calendar(MADRID, frozenset({date(2027, 5, 3)}))
    [duty, _] = duties_of(breach("LGPD-48", aware=friday), holiday)
    assert duty.due_at == datetime(2027, 5, 7, tzinfo=MADRID).astimezone(UTC)
    assert duty.late(duty.due_at) and not duty.late(duty.due_at - MICRO)


def test_few_people_are_told_of_after_the_year_and_many_in_sixty_days() -> None:
    laws = ("HIPAA-404", "HIPAA-406", "HIPAA-408")
    aware = datetime(2027, 3, 1, 12, tzinfo=UTC)
    utc = Calendar(ZoneInfo("UTC"))
    few, sixty = due(breach(*laws, aware=aware, people=499), utc), datetime(2027, 5, 1, tzinfo=UTC)
    assert few == {"HIPAA-404:people": sixty, "HIPAA-408:secretary": datetime(2028, 3, 1, tzinfo=UTC)}, "2028 has a leap day"
    assert due(breach(*laws, aware=aware.replace(year=2028), people=499), utc)["HIPAA-408:secretary"].date() == date(2029, 3, 2)
    assert due(breach(*laws, aware=aware, people=500), utc) == {"HIPAA-404:people": sixty, "HIPAA-408:secretary": sixty}
    many = {"HIPAA-404:people": sixty, "HIPAA-406:media": sixty, "HIPAA-408:secretary": sixty}
    assert due(breach(*laws, aware=aware, people=501), utc) == many == due(breach(*laws, aware=aware, people=None), utc)


@pytest.mark.parametrize(
    ("risk", "asked"),
    [
        (None, {"GDPR-33:authority"}),
        (Risk.UNLIKELY, set()),
        (Risk.RISK, {"GDPR-33:authority"}),
        (Risk.HIGH, {"GDPR-33:authority", "GDPR-34:people"}),
    ],
)
def test_what_has_to_be_told_follows_from_the_risk_and_nobody_knows_counts_as_one(risk: Risk | None, asked: set[str]) -> None:
    assert {*due(breach(risk=risk))} == asked
    assert {*due(breach("DPDP-R7", risk=risk))} == {"DPDP-R7:authority", "DPDP-R7:people"}, "the Rules know no low risk"
    assert {*due(breach(*GDPR, "HIPAA-404", risk=risk, side=Side.PROCESSOR))} == {"GDPR-33:controller", "HIPAA-404:controller"}


def test_a_law_that_binds_none_of_its_products_asks_for_nothing() -> None:
    assert due(breach("LGPD-48", risk=Risk.HIGH)).keys() == {"LGPD-48:authority", "LGPD-48:people"}


def test_a_duty_is_kept_in_time_or_late_with_a_reason() -> None:
    [duty] = duties_of(breach("GDPR-33"), CALENDAR)
    late = duty.due_at + HOUR

    def answered(at: datetime, **more: object) -> bool:
        return replace(duty, answer=Answer(at, at, **more)).kept(late)  # type: ignore[arg-type]

    assert duty.kept(duty.due_at) and not duty.kept(late)
    assert answered(duty.due_at) and not answered(late) and not answered(late, reason=" ") and answered(late, reason="a strike")
    assert not answered(AWARE, spared=True) and answered(AWARE, spared=True, reason="a ground")


def test_each_notification_is_asked_for_by_a_rule_that_this_register_upholds() -> None:
    every = {rule.id: rule for rule in rules()}
    for term in TERMS:
        rule = every[term.rule]
        assert rule.upheld_by == "mesh_platform.subjects.breaches.duties:kept" and rule.source_checked
        assert not term.house or "house" in term.source, "a number that no law gives says so"


@pytest.fixture
def register(sqlite: Database, tmp_path: Path) -> Iterator[Breaches]:
    with register_at(sqlite, tmp_path) as made:
        yield made


def waiting(database: Database) -> dict[str, datetime]:
    return {one.key.split(":", 2)[0] + " " + one.rule: one.due for one in Tasks(database).listed()}


def test_whoever_is_signed_in_reports_and_the_privacy_team_alone_goes_on(register: Breaches, sqlite: Database) -> None:
    made = register.open(report(), found(), ANYBODY, AWARE + HOUR)
    assert waiting(sqlite) == {"breach GDPR-33": AWARE + timedelta(hours=72)}, "the clock began when somebody was aware"
    owner = Actor("people-owner", ("owner",), ("people",))
    other = Actor("health-privacy", ("privacy",), ("health",))
    for actor in (ANYBODY, owner, other, Actor("examiner", ("examiner",))):
        for deed in (
            lambda by: register.assess(made.id, assessment(Risk.UNLIKELY, made), by, AWARE + HOUR),
            lambda by: register.notify(made.id, "GDPR-33", None, AWARE + HOUR, by, AWARE + HOUR),
            lambda by: register.spare(made.id, "GDPR-34", None, "no", by, AWARE + HOUR),
            lambda by: register.close(made.id, "no", by, AWARE + HOUR),
        ):
            with pytest.raises(Denied) as refused:
                deed(actor)
            assert refused.value.finding.rule == "BREACH-01"
    with pytest.raises(Denied):
        register.open(report(since=AWARE, reader="somebody"), found(), ANYBODY, AWARE + HOUR)
    assert len(register.get(made.id).history) == 1


def test_owners_see_their_own_products_and_no_total(register: Breaches) -> None:
    both = found()
    both = replace(both, affected=(*both.affected, *found(product="health/stays").affected), people=6, records=("r",))
    made = register.open(report(since=AWARE, reader="somebody"), both, BY, AWARE)
    owner = seen_by(made, Actor("people-owner", ("owner",), ("people",)))
    assert owner is not None and [one.product for one in owner.found.affected] == ["people/customers"]
    assert (owner.found.people, owner.found.records, owner.reader, owner.history) == (None, (), None, ())
    assert seen_by(made, Actor("sales-owner", ("owner",), ("sales",))) is None and seen_by(made, ANYBODY) is None
    assert seen_by(made, BY) == made == seen_by(made, Actor("examiner", ("examiner",)))


def test_owners_see_the_duties_of_laws_that_bind_their_own_products(register: Breaches) -> None:
    both = found(GDPR)
    both = replace(both, affected=(*both.affected, *found(("HIPAA-404", "HIPAA-406"), product="health/stays").affected))
    made = register.open(report(), both, BY, AWARE)

    def rules_for(actor: Actor) -> set[str]:
        seen = seen_by(made, actor)
        return {one.term.rule for one in duties_seen(made, seen, register.duties(made), actor)} if seen else set()

    assert rules_for(Actor("people-owner", ("owner",), ("people",))) == {"GDPR-33"}
    assert rules_for(Actor("health-examiner", ("examiner",), ("health",))) == {"HIPAA-404"}
    assert rules_for(BY) == rules_for(Actor("examiner", ("examiner",))) == {"GDPR-33", "HIPAA-404"}


def test_a_product_that_somebody_named_meanwhile_is_not_lost_by_an_assessment(register: Breaches) -> None:
    made = register.open(report(), found(), BY, AWARE)
    more = replace(made.found, affected=(*made.found.affected, *found(("HIPAA-404",), product="health/stays").affected))
    register.assess(made.id, assessment(Risk.RISK, made, found=more), BY, AWARE)
    after = register.assess(made.id, assessment(Risk.RISK, made), BY, AWARE)
    assert {one.product for one in after.found.affected} == {"people/customers", "health/stays"}
    assert after.found.people is None and "HIPAA-404:people" in {one.key for one in register.duties(after)}


def test_what_is_told_late_is_told_with_the_reason(register: Breaches, sqlite: Database) -> None:
    made = register.open(report(), found(), BY, AWARE)
    late = AWARE + timedelta(hours=72) + MICRO
    with pytest.raises(CheckFailed) as refused:
        register.notify(made.id, "GDPR-33", "authority", late, BY, late)
    assert refused.value.finding.rule == "BREACH-07" and waiting(sqlite)
    done = register.notify(
        made.id, "GDPR-33", "authority", late, BY, late, reason="the log had to be restored", reference="2027-1"
    )
    [duty] = register.duties(done)
    assert duty.state(late) == "told late" and duty.kept(late) and not waiting(sqlite)
    assert done.answers["GDPR-33:authority"].reason == "the log had to be restored"


def test_told_in_time_counts_although_it_is_written_down_later(register: Breaches) -> None:
    made = register.open(report(), found(), BY, AWARE)
    done = register.notify(made.id, "GDPR-33", None, AWARE + timedelta(hours=72), BY, AWARE + timedelta(days=9))
    answer = done.answers["GDPR-33:authority"]
    assert register.duties(done)[0].state(AWARE) == "told" and answer.recorded_at == AWARE + timedelta(days=9)


def test_a_breach_of_which_nobody_is_told_is_documented_with_the_ground(register: Breaches, sqlite: Database) -> None:
    made = register.open(report(), found(), BY, AWARE)
    with pytest.raises(CheckFailed) as refused:
        register.close(made.id, "nothing", BY, AWARE)
    assert refused.value.finding.rule == "BREACH-06"
    seen = register.assess(made.id, assessment(Risk.UNLIKELY, made, "the disk is encrypted"), BY, AWARE + HOUR)
    assert register.duties(seen) == () and not waiting(sqlite)
    done = register.close(made.id, "the disk was wiped", BY, AWARE + HOUR)
    assert (done.open, done.ground, done.measures) == (False, "the disk is encrypted", "wiped from afar")

    known = register.assess(made.id, assessment(Risk.HIGH, made, "the key lay beside it"), BY, AWARE + 80 * HOUR)
    assert known.open and {*waiting(sqlite)} == {"breach GDPR-33", "breach GDPR-34"}, "what is known better opens it again"
    assert [one.event for one in known.history] == [Happened.OPENED, Happened.ASSESSED, Happened.CLOSED, Happened.ASSESSED]
    assert known.history[1].detail["ground"] == "the disk is encrypted", "what was said before stays"


def test_only_a_law_that_knows_an_exception_spares_and_a_new_assessment_asks_anew(register: Breaches, sqlite: Database) -> None:
    made = register.open(report(), found(), BY, AWARE)
    high = register.assess(made.id, assessment(Risk.HIGH, made), BY, AWARE)
    with pytest.raises(CheckFailed) as refused:
        register.spare(made.id, "GDPR-33", None, "it is a bother", BY, AWARE)
    assert refused.value.finding.rule == "BREACH-05"
    with pytest.raises(UsageProblem):
        register.spare(made.id, "GDPR-34", None, "  ", BY, AWARE)
    spared = register.spare(made.id, "GDPR-34", None, "Art. 34(3)(b): the export was deleted unread", BY, AWARE)
    assert {*waiting(sqlite)} == {"breach GDPR-33"} and spared.answers["GDPR-34:people"].spared
    again = register.assess(made.id, assessment(Risk.HIGH, high, "it was read after all"), BY, AWARE)
    assert {*waiting(sqlite)} == {"breach GDPR-33", "breach GDPR-34"} and not again.answers


@pytest.mark.parametrize(
    ("deed", "rule"),
    [
        (lambda r, id: r.get("nobody"), "BREACH-03"),
        (lambda r, id: r.notify(id, "LGPD-48", "authority", AWARE, BY, AWARE), "BREACH-05"),
        (lambda r, id: r.notify(id, "GDPR-33", "people", AWARE, BY, AWARE), "BREACH-05"),
        (lambda r, id: r.notify(id, "GDPR-33", None, AWARE - HOUR, BY, AWARE), "BREACH-02"),
        (lambda r, id: r.notify(id, "GDPR-33", None, AWARE + HOUR, BY, AWARE), "BREACH-02"),
        (lambda r, id: r.notify(id, "GDPR-33", None, AWARE, BY, AWARE, reason="ask ana@ex.test"), "BREACH-02"),
        (lambda r, id: r.open(replace(report(), what="mail of ana@ex.test"), found(), BY, AWARE), "BREACH-02"),
        (lambda r, id: r.open(report(AWARE + HOUR), found(), BY, AWARE), "BREACH-02"),
        (lambda r, id: r.open(report(since=AWARE, until=AWARE - HOUR), found(), BY, AWARE), "BREACH-02"),
        (lambda r, id: r.open(replace(report(), what=" "), found(), BY, AWARE), "BREACH-02"),
    ],
)
def test_what_does_not_fit_changes_nothing(register: Breaches, deed: object, rule: str) -> None:
    made = register.open(report(), found(), BY, AWARE)
    with pytest.raises((CheckFailed, NotFound, UsageProblem)) as refused:
        deed(register, made.id)  # type: ignore[operator]
    assert refused.value.finding.rule == rule and "ana@ex" not in str(refused.value.finding)
    assert register.listed() == (made,)


def test_every_entry_stands_in_the_audit_log_with_its_hash(database: Database, tmp_path: Path) -> None:
    with register_at(database, tmp_path) as register:
        made = register.open(report(), found(), BY, AWARE)
        register.sweep(AWARE + timedelta(hours=50))
        register.assess(made.id, assessment(Risk.RISK, made), BY, AWARE)
        done = register.notify(made.id, "GDPR-33", None, AWARE, BY, AWARE)
        register._audit.settle()
        told = {one.eid: one for one in records_at(database, range(100)) if one.act == "breach"}
        for entry in done.history:
            obj = told[entry.record or ""].record["obj"]
            assert obj["ref"] == made.id and obj["code"] == entry.sha256
            assert entry.sha256 == digest(made.id, entry.event, entry.occasion, entry.at, entry.detail)
        assert len(told) == len(done.history) == 4
        assert WHAT not in str([one.record for one in told.values()]), "the log knows that it was said, and not what"


def test_the_task_of_a_duty_is_closed_by_telling_and_by_nothing_else(register: Breaches, sqlite: Database) -> None:
    made = register.open(report(), found(), BY, AWARE)
    register.sweep(AWARE + timedelta(hours=50))
    register.sweep(AWARE + timedelta(hours=100))
    tasks = Tasks(sqlite)
    assert sorted(one.kind for one in tasks.listed()) == ["breach", "deadline", "deadline"]
    [task] = tasks.listed(kind="breach")
    with pytest.raises(UsageProblem) as refused:
        tasks.resolve(task.id, "done", "said so", BY)
    assert refused.value.finding.rule == "TASK-04"
    register.notify(made.id, "GDPR-33", None, AWARE, BY, AWARE)
    assert tasks.listed() == () and {one.decision for one in tasks.listed(resolved=True)} == {"told"}
    assert {(one.resolved_by, one.resolved_role) for one in tasks.listed(resolved=True)} == {(BY.name, "privacy")}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sweeps=st.lists(st.integers(0, 120), max_size=5), told=st.none() | st.integers(0, 120))
def test_each_deadline_is_told_of_once_before_and_once_after(register: Breaches, sweeps: list[int], told: int | None) -> None:
    """Whenever the clocks are looked at: a warning and an overdue stand at most once each, and an overdue does wherever somebody looked in time."""
    made = register.open(report(), found(), BY, AWARE)
    overdue = False
    for hour in sorted([*sweeps, *([told] if told is not None else [])]):
        now = AWARE + hour * HOUR
        open_ = "GDPR-33:authority" not in register.get(made.id).answers
        if hour == told and open_:
            register.notify(made.id, "GDPR-33", None, now, BY, now, reason="late")
        elif open_:
            overdue |= hour > 72
            register.sweep(now)
        else:
            assert made.id not in {one.breach for one in register.sweep(now)}
    counted = Counter(one.event for one in register.get(made.id).history)
    assert counted[Happened.WARNED] <= 1 and counted[Happened.OVERDUE] == int(overdue)


def test_two_processes_that_tell_at_once_leave_one_entry(sqlite: Database, tmp_path: Path) -> None:
    with register_at(sqlite, tmp_path) as register:
        made = register.open(report(), found(), BY, AWARE)
        go, said = processes.Event(), processes.Queue()
        arguments = (str(sqlite.file), str(tmp_path), made.id, go, said)
        children = [processes.Process(target=tell, args=arguments, daemon=True) for _ in range(2)]
        for child in children:
            child.start()
        assert [said.get(timeout=60) for _ in children] == ["ready", "ready"]
        go.set()
        assert sorted(said.get(timeout=60) for _ in children) == ["BREACH-08", "told"]
        for child in children:
            child.join(60)
        assert [one.event for one in register.get(made.id).history] == [Happened.OPENED, Happened.NOTIFIED]
