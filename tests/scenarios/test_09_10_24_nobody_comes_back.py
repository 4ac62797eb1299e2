"""Scenarios 9, 10 and 24: whatever is delivered, run or asked for again, somebody who was erased stays gone, and their owner is told once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mesh_platform.errors import NotFound
from mesh_platform.lake import Place
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, publish
from mesh_platform.subjects import Desk, State
from mesh_platform.tasks import Tasks, resurrection_key
from tests.subjects.test_erasure import opened
from tests.subjects.town import ANN, BY, CARDS, CUSTOMERS, EVERYONE_ELSE, ORDER, TOWNS, deliver, everything, rows, town_at

Town = tuple[Runtime, Desk]
PANDAS = """
import pandas as pd


def transform(inputs):
    people = inputs["customers"].to_pandas()[["customer_id", "town"]]
    return pd.concat([people, pd.DataFrame({"customer_id": ["C-7"], "town": ["Lisbon"]})])
"""
"""Keeps a copy of somebody, as a notebook does."""
COUNTED = """
def transform(inputs):
    towns = inputs["customers"].to_pandas().groupby("town", as_index=False).size()
    return towns.rename(columns={"size": "people"})
"""


FULL = """{{ config(materialized='table', full_refresh=true) }}
select customer_id, town from {{ source('people', 'customers') }} union select 'C-7', 'Lisbon'
"""
INCREMENTAL = FULL.replace("'table'", "'incremental', unique_key='customer_id'")


@pytest.fixture(scope="module")
def after(published_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Desk, Path, dict[str, int]]]:
    """The town after Ana was certified, and the versions in which she stood."""
    root = shutil.copytree(published_town, tmp_path_factory.mktemp("after") / "project")
    with town_at(root) as (runtime, desk):
        before = {key: runtime.lake.versions(place(key))[-1].snapshot_id for key in ORDER}
        deliver(root, "ann", "joana", "unknown")
        assert desk.run(opened(desk).id, BY).state is State.CERTIFIED
        yield runtime, desk, root, before


def place(key: str) -> Place:
    return Place("westeurope", *key.split("/"))


def published(runtime: Runtime, root: Path, key: str) -> Outcome:
    outcome = publish(load_mesh(root), ProductKey.parse(key), runtime)
    assert outcome.status is Status.PUBLISHED, [str(finding) for finding in outcome.findings]
    return outcome


def rewritten(root: Path, key: str, transform: str) -> None:
    """The product by a Python transform from here on."""
    folder = root / "domains" / key
    (folder / "transform.sql").unlink()
    (folder / "transform.py").write_text(transform)


def by_dbt(root: Path, key: str, model: str) -> Path:
    """The product by a model of dbt from here on; the model's file."""
    domain, _, name = key.partition("/")
    folder = root / "domains" / key
    (folder / "transform.sql").unlink()
    said = yaml.safe_load((folder / "product.yaml").read_text())
    said["dataProduct"]["transform"] = f"dbt.{name}"
    said["dataProduct"]["columns"]["town"]["sensitivity"] = "confidential"  # of other Jinja nobody can tell what it is made of
    (folder / "product.yaml").write_text(yaml.safe_dump(said))
    models = root / "dbt_project/models" / domain
    models.mkdir(parents=True)
    (root / "dbt_project/dbt_project.yml").write_text("name: mesh\nversion: '1.0.0'\nconfig-version: 2\nprofile: mesh\n")
    (models / "sources.yml").write_text(f"sources: [{{name: {domain}, tables: [{{name: customers}}]}}]\n")
    file = models / f"{name}.sql"
    file.write_text(model)
    return file


def test_24_no_version_in_which_the_person_stood_can_be_asked_for_and_no_file_lies_beside_those_that_are_needed(
    after: tuple[Runtime, Desk, Path, dict[str, int]],
) -> None:
    runtime, _, _, before = after
    with runtime.lake.reader() as reader:
        for key in ORDER:
            with pytest.raises(NotFound, match="LAKE-18"):
                reader.fetch(place(key), "SELECT * FROM {t}", version=before[key])
    assert all(runtime.lake.file_report(place(key)).clean for key in ORDER)


def test_09_what_a_source_delivers_again_is_left_out_counted_and_told_once(
    after: tuple[Runtime, Desk, Path, dict[str, int]],
) -> None:
    runtime, _, root, _ = after
    tasks, key = Tasks(runtime.database), resurrection_key(CUSTOMERS)
    deliver(root, "ana", "ann", "joana", "unknown")
    assert published(runtime, root, CUSTOMERS).suppressed == 1
    assert published(runtime, root, CUSTOMERS).suppressed == 1, "a full run of it again"
    assert everything(runtime) == EVERYONE_ELSE
    [told] = [task for task in tasks.listed() if task.key == key]
    assert (told.product, told.role, told.rule, told.open) == (CUSTOMERS, "owner", "RUN-16", True)

    deliver(root, "ann", "joana", "unknown")
    assert published(runtime, root, CUSTOMERS).suppressed == 0
    resolved = tasks.find(key)
    assert resolved is not None and not resolved.open


@pytest.mark.nightly
def test_10_a_transform_that_kept_a_copy_brings_nobody_back(after: tuple[Runtime, Desk, Path, dict[str, int]]) -> None:
    runtime, _, root, _ = after
    rewritten(root, CARDS, PANDAS)
    said = yaml.safe_load((root / "domains" / CARDS / "product.yaml").read_text())
    said["dataProduct"]["columns"]["town"]["sensitivity"] = "confidential"  # Python may have made it of the key
    (root / "domains" / CARDS / "product.yaml").write_text(yaml.safe_dump(said))
    assert published(runtime, root, CARDS).suppressed == 1
    assert rows(runtime, CARDS) == EVERYONE_ELSE[CARDS]


@pytest.mark.nightly
def test_10_a_model_of_dbt_that_is_made_in_full_brings_nobody_back(published_town: Path, tmp_path: Path) -> None:
    """A model that keeps a copy of somebody, as `dbt build --full-refresh` makes it, over sources that deliver her again; there is no other way to
    make one, and one that asks for another is refused."""
    root = shutil.copytree(published_town, tmp_path / "project")
    model = by_dbt(root, CARDS, INCREMENTAL)
    with town_at(root) as (runtime, desk):
        refused = publish(load_mesh(root), ProductKey.parse(CARDS), runtime)
        assert refused.status is Status.BLOCKED and "DBT-03" in {finding.rule for finding in refused.findings}
        model.write_text(FULL)
        assert published(runtime, root, CARDS).suppressed == 0
        assert ("C-7", "Lisbon") in rows(runtime, CARDS)
        deliver(root, "ann", "joana", "unknown")
        assert desk.run(opened(desk).id, BY).state is State.CERTIFIED
        deliver(root, "ana", "ann", "joana", "unknown")
        published(runtime, root, CUSTOMERS)
        assert published(runtime, root, CARDS).suppressed == 1, "the copy in the model"
        assert rows(runtime, CARDS) == EVERYONE_ELSE[CARDS]


@pytest.mark.nightly
def test_10_a_run_in_python_that_read_before_somebody_was_erased_reads_again(
    after: tuple[Runtime, Desk, Path, dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, desk, root, _ = after
    rewritten(root, TOWNS, COUNTED)
    passed: list[str] = []

    def erased_meanwhile(name: str) -> None:
        if name == "publish.staged" and name not in passed:
            event = Event(
                desk.ledger.tokens.token("email", ANN), "email", Kind.SUPPRESSION, Decision.IMPOSED, "subjects", "late/0"
            )
            desk.ledger.append(event, by=BY)
        passed.append(name)

    monkeypatch.setattr("mesh_platform.publish.flow.fp", erased_meanwhile)
    published(runtime, root, TOWNS)
    assert passed.count("publish.staged") == 2
    assert rows(runtime, TOWNS) == [("Porto", 1)]


@pytest.mark.nightly
def test_a_new_sign_up_is_somebody_new_once_the_suppression_is_lifted(
    after: tuple[Runtime, Desk, Path, dict[str, int]],
) -> None:
    runtime, desk, root, _ = after
    path = root / "landing/customers.csv"
    path.write_text(f"{path.read_text()}C-90,ana@ex.test,Porto\n")
    assert published(runtime, root, CUSTOMERS).suppressed == 2, "Ann is gone by now, and the address that comes back is Ana's"
    token = desk.ledger.tokens.token("email", "ana@ex.test")
    desk.ledger.append(Event(token, "email", Kind.SUPPRESSION, Decision.LIFTED, "crm", "sign-up-1"), by=BY)
    published(runtime, root, CUSTOMERS)
    assert ("C-90", "ana@ex.test", "Porto") in rows(runtime, CUSTOMERS)
    assert not any(row[0] == "C-7" for row in rows(runtime, CUSTOMERS)), "who she was does not come back"
