"""One erasure from the request to the certificate, on real files: the person is gone everywhere, the near-identical one is untouched."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, UsageProblem
from mesh_platform.lake import Place
from mesh_platform.subjects import Desk, Regime, Request, State, digest, proven
from tests.subjects.killed import killed_run
from tests.subjects.town import (
    ANA,
    ANN,
    BY,
    CARDS,
    CUSTOMERS,
    EVERYONE_ELSE,
    ORDER,
    TOWNS,
    VISIT_ROWS,
    VISITORS,
    VISITS,
    Town,
    deliver,
    everything,
    hashed,
    publish_all,
    seen,
)


def opened(desk: Desk, *subjects: tuple[str, str]) -> Request:
    return desk.open(Regime.GDPR, subjects or (("email", f" {ANA.title()}"),), BY)


def states(request: Request) -> dict[str, State]:
    return {task.product: task.state for task in request.tasks}


STEPS = [
    "subjects.frozen", "subjects.imposed", "subjects.suppressed", "subjects.planned", "subjects.store", "subjects.looked", "subjects.retained",
    "subjects.verified",
    *(f"subjects.{step}@{turn}" for step in ("intended", "published", "purged", "receipt") for turn in (1, 2, 3, 4, 5)),
    "purge.renamed@2", "publish.renamed@1", "lake.indexed@2",
]  # fmt: skip
"""Where a run is killed; a traced run passes them all, and `subjects.certified`."""


@pytest.mark.by_day("subjects.purged@3")
@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_goes_from_the_request_over_a_kill_to_the_certificate_and_nothing_brings_the_person_back(
    step: str, town: Town, project: Path, tmp_path: Path
) -> None:
    runtime, desk = town
    request = opened(desk)
    assert killed_run(project, request.id, tmp_path / "trace", step) == -signal.SIGKILL
    erased = {task.product: task.version for task in desk.store.get(request.id).tasks if task.state is State.ERASED}
    blocked = desk.run(request.id, BY)
    assert erased.items() <= {task.product: task.version for task in blocked.tasks}.items(), "nothing is done twice"

    assert everything(runtime) == EVERYONE_ELSE
    assert blocked.state is State.BLOCKED, "the file from which it would be made again still holds her"
    assert (project / "landing/visits.csv").read_text() == f"cookie,hash,pages\n{VISIT_ROWS['ann']}\n{VISIT_ROWS['unknown']}\n"
    assert states(blocked) == {
        CUSTOMERS: State.BLOCKED,
        VISITS: State.VERIFIED,
        CARDS: State.VERIFIED,
        VISITORS: State.VERIFIED,
        TOWNS: State.VERIFIED,
    }
    assert "its source, column email" in blocked.tasks[0].reason

    deliver(project, "ann", "joana", "unknown")
    versions = {key: runtime.lake.versions(Place("westeurope", *key.split("/")))[-1].snapshot_id for key in ORDER}
    done = desk.run(request.id, BY)
    assert done.state is State.CERTIFIED
    assert {task.product: task.version for task in done.tasks} == versions, "what was erased is not erased again"
    assert {task.product: task.rows for task in done.tasks} == {CUSTOMERS: 1, VISITS: 1, CARDS: 1, VISITORS: 1, TOWNS: 0}

    assert done.certificate is not None and len(done.certificate["products"]) == 5
    proof = proven(done, runtime.audit)
    assert json.loads(proof.leaf)["obj"]["code"] == digest(done.certificate)
    told = (json.dumps(done.certificate) + proof.leaf).lower()
    assert not [text for text in ("ana@", "c-7", "ck-9", hashed(ANA)) if text in told]
    kept = b"".join(file.read_bytes().lower() for file in (project / ".mesh").glob("*.db*"))
    assert kept and b"ana@ex" not in kept

    deliver(project, "ana", "ann", "joana", "unknown")
    publish_all(runtime, CUSTOMERS, VISITS, TOWNS)
    assert everything(runtime) == EVERYONE_ELSE
    assert seen(desk, "email", ANA) == seen(desk, "cookie_id", "ck-9") == []
    assert seen(desk, "email", ANN) == [CUSTOMERS, VISITS], "the verifier is not blind: it sees whoever is there"


def test_a_plan_tells_what_would_be_done_and_does_nothing(town: Town) -> None:
    runtime, desk = town
    before = everything(runtime)
    closure, tasks = desk.plan(opened(desk, ("cookie_id", "CK-9")).id)
    assert sorted((one.namespace, *one.spellings) for one in closure.identifiers) == [
        ("cookie_id", "CK-9", "ck-9"),
        ("customer_id", "C-7"),
        ("email", ANA),
        ("email_sha256", hashed(ANA)),
    ]
    assert [(task.product, task.strategy, task.state.value, task.rows) for task in tasks] == [
        (CUSTOMERS, "delete_by_key", "open", 1),
        (VISITS, "delete_by_key", "open", 1),
        (TOWNS, "rebuild", "open", 0),
        (CARDS, "delete_by_key", "open", 1),
        (VISITORS, "rebuild", "open", 1),
    ]
    assert everything(runtime) == before


def test_a_second_erasure_says_what_it_took_from_a_file_that_was_delivered_again(town: Town, project: Path) -> None:
    _, desk = town
    deliver(project, "ann", "joana", "unknown")
    first = desk.run(opened(desk).id, BY)
    assert first.state is State.CERTIFIED
    file = project / "landing/visits.csv"
    before = file.read_text()
    file.write_text(f"{before}{VISIT_ROWS['ana']}\n")
    second = desk.run(opened(desk).id, BY)
    assert second.state is State.CERTIFIED and file.read_text() == before
    assert {task.product: (task.rows, task.at_source) for task in second.tasks if task.product == VISITS} == {VISITS: (0, 1)}
    assert second.certificate is not None and not second.found_nothing
    assert [one["at_source"] for one in second.certificate["products"] if one["product"] == VISITS] == [1]
    tomorrow = utc_now() + timedelta(days=1)
    third = desk.run(opened(desk).id, BY, tomorrow)
    assert third.state is State.CERTIFIED and third.found_nothing, "and of somebody of whom nothing is held it says that"
    for request, begun in ((first, first.opened_at), (second, second.opened_at), (third, tomorrow)):
        times = [begun, request.suppressed_at, request.verified_at, request.certified_at, request.answered_at]
        assert times == sorted(times) and begun < request.suppressed_at < request.certified_at, (
            "in the order in which it happened"
        )  # type: ignore[type-var]
        assert request.certificate is not None and request.certificate["certified_at"] == request.certified_at.isoformat()  # type: ignore[union-attr]


def test_a_product_that_does_not_open_is_blocked_and_keeps_no_other_waiting(town: Town, project: Path) -> None:
    _, desk = town
    (project / ".mesh/catalogs/westeurope/office/visitors.key").unlink()
    tasks = {task.product: task for task in desk.plan(opened(desk).id)[1]}
    assert tasks.pop(VISITORS).reason.startswith("It does not open (LAKE-13)")
    assert {task.state for task in tasks.values()} == {State.OPEN}
    assert seen(desk, "email", "nobody@ex.test") == [VISITORS], "nobody can say that it holds nothing"


@pytest.mark.nightly
def test_a_run_passes_every_step_at_which_it_is_killed(town: Town, project: Path, tmp_path: Path) -> None:
    _, desk = town
    deliver(project, "ann", "joana", "unknown")
    with (project / "landing/visits.csv").open("a") as visits:
        visits.write(f"{VISIT_ROWS['ana']}\n")
    assert killed_run(project, opened(desk).id, tmp_path / "trace") == 0
    passed = (tmp_path / "trace").read_text().split()
    met = {f"{name}@{passed[: i + 1].count(name)}" for i, name in enumerate(passed)}
    assert {step if "@" in step else f"{step}@1" for step in STEPS} | {"subjects.certified@1"} <= met
    listed = {step.partition("@")[0] for step in STEPS} | {"subjects.certified"}
    assert {name for name in passed if name.startswith("subjects.")} <= listed


def test_who_may_not_and_who_is_nobody_of_their_own_are_refused(town: Town) -> None:
    _, desk = town
    with pytest.raises(Denied):
        desk.open(Regime.GDPR, [("email", ANA)], Actor("owner", ("owner",)))
    with pytest.raises(UsageProblem, match="DSAR-03"):
        opened(desk, ("device_id", "d-1"))
    with pytest.raises(UsageProblem, match="KEY-10"):
        opened(desk, ("passport", "P-1"))
    with pytest.raises(UsageProblem, match="DSAR-03"):
        opened(desk, ("email", "a" * 1_001))
    request = opened(desk)
    for say in (
        lambda: desk.attest(request.id, f"passport of {ANA}", BY),
        lambda: desk.extend(request.id, f"many of {ANA}", BY, "by post"),
    ):
        with pytest.raises(UsageProblem, match="DSAR-40") as refused:
            say()
        assert ANA not in str(refused.value)
