"""Restricted data is not released into a log that its witnesses have not seen for a day; all else is, with a warning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.audit.reading import newest_records
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.publish.conftest import ORDERS, TOWNS
from tests.witnesses import WitnessProcess, witness_at


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[WitnessProcess]:
    with witness_at(tmp_path / "watch") as running:
        yield running


@pytest.fixture
def watched(project: Path, witness: WitnessProcess) -> Settings:
    """The project, both products published, with a witness that runs and has seen all of it."""
    (project / "witnesses").write_text(witness.text)
    settings = Settings(project=project, audit_witnesses=Path("witnesses"))
    with open_runtime(settings) as runtime:
        witness.trust(runtime.audit.signer.verifiers[0].text)
        witness.start()
        assert [once(runtime, key).status for key in (ORDERS, TOWNS)] == [Status.PUBLISHED] * 2
        assert runtime.audit.checkpoint().witnessed  # type: ignore[union-attr]
    return settings


def once(runtime: Runtime, key: ProductKey) -> Outcome:
    return publish(load_mesh(runtime.settings.project), key, runtime)


def said(outcome: Outcome) -> list[tuple[str, str]]:
    return [(found.severity.value, found.product) for found in outcome.findings if found.rule == "AUDIT-26"]


def served(runtime: Runtime, key: ProductKey) -> int:
    last = runtime.registry.latest(key)
    assert last is not None
    return last.snapshot_id


def test_restricted_data_waits_for_the_witness_that_was_killed_and_goes_on_once_it_is_back(
    watched: Settings, witness: WitnessProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_ENV", "test")
    witness.kill()
    with open_runtime(watched) as runtime:
        assert once(runtime, ORDERS).status is Status.PUBLISHED, "a day has not passed"
        before = served(runtime, ORDERS)
        monkeypatch.setenv("MESH_CLOCK", str(25 * 3600))
        refused = once(runtime, ORDERS)
        assert refused.status is Status.BLOCKED and said(refused) == [("block", "bakery/orders")]
        assert served(runtime, ORDERS) == before, "what was served stays"
        [told] = newest_records(runtime.database, 1, "gate", "bakery/orders")
        assert (told.phase, told.reason) == ("denied", "AUDIT-26")
        lower = once(runtime, TOWNS)
        assert lower.status is Status.PUBLISHED and said(lower) == [("warn", "office/towns")]
        assert [finding.waivable for finding in refused.findings if finding.rule == "AUDIT-26"] == [False]
        witness.start()
        again = once(runtime, ORDERS)
        assert again.status is Status.PUBLISHED and not said(again)


def test_a_deadline_that_passes_while_the_rows_are_made_stops_the_release_too(
    watched: Settings, witness: WitnessProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mesh_platform.publish import flow

    monkeypatch.setenv("MESH_ENV", "test")
    witness.kill()
    fence = flow.refuse_overtaken

    def slow(*arguments: object) -> None:
        monkeypatch.setenv("MESH_CLOCK", str(25 * 3600))
        fence(*arguments)  # type: ignore[arg-type]

    with open_runtime(watched) as runtime:
        before = served(runtime, ORDERS)
        assert once(runtime, ORDERS).status is Status.PUBLISHED
        assert served(runtime, ORDERS) > before
        before = served(runtime, ORDERS)
        monkeypatch.setattr(flow, "refuse_overtaken", slow)
        refused = once(runtime, ORDERS)
        assert refused.status is Status.BLOCKED and said(refused) and served(runtime, ORDERS) == before


def test_without_witnesses_no_age_blocks_anything(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_ENV", "test")
    assert once(runtime, ORDERS).status is Status.PUBLISHED
    monkeypatch.setenv("MESH_CLOCK", str(48 * 3600))
    again = once(runtime, ORDERS)
    assert again.status is Status.PUBLISHED and not said(again)
