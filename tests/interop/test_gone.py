"""Products that are no more: an examiner who asks for a time in which they lived sees what was decided, read and waived, and how they ended."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import delete, update

from mesh_platform.actor import Actor
from mesh_platform.audit.succession import Succession
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, Finding, NotFound
from mesh_platform.interop.evidence.export import PAGE
from mesh_platform.interop.evidence.model import Gone
from mesh_platform.interop.evidence.outsider import examine, unpacked
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish, register, retire
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry import Retirements
from mesh_platform.registry.waivers import Waivers
from mesh_platform.settings import Settings
from mesh_platform.state.tables import retirements
from tests.interop.asking import OF_OFFICE, Package, asked
from tests.subjects.town import TOWNS, VISITORS, VISITS

OWNER = Actor("owner", ("owner",), ("web", "office"), impersonated_by="marlene.vogt")
REASON = "Marlene Vogt left"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def ended(told_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town after `web/visits` was kept back once, had a waiver asked for it and was retired with its reader; the folder of `office/towns` is gone, no more."""
    root = shutil.copytree(told_town, tmp_path_factory.mktemp("ended") / "project")
    with open_runtime(Settings(project=root)) as opened:
        register(load_mesh(root), opened.registry)
        file = root / "domains" / VISITS / "product.yaml"
        document = yaml.safe_load(file.read_text())
        del document["dataProduct"]["retention"]
        file.write_text(yaml.safe_dump(document))
        mesh = load_mesh(root)
        assert publish(mesh, ProductKey.parse(VISITS), opened).status is Status.BLOCKED
        finding = Finding("CORE-03", "here", "It is kept for ever.", "Say how long.", VISITS, waivable=True)
        Waivers(opened.database, tasks_of(opened)).ask(mesh, finding, "Being mended.", "Nobody reads it.", 30, OWNER)
        for key in (VISITORS, VISITS, TOWNS):
            shutil.rmtree(root / "domains" / key)
        register(load_mesh(root), opened.registry)
        for key in (VISITORS, VISITS):
            retire(load_mesh(root), ProductKey.parse(key), opened, OWNER, REASON, utc_now())
    return root


@pytest.fixture
def town(ended: Path, tmp_path: Path) -> Path:
    """That project, for this test alone."""
    return shutil.copytree(ended, tmp_path / "project")


@pytest.fixture(scope="session")
def whole(ended: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Package, Succession]:
    """Its package for GDPR, and the log's public keys; made once."""
    root = shutil.copytree(ended, tmp_path_factory.mktemp("whole") / "project")
    with open_runtime(Settings(project=root)) as opened:
        return asked(opened), opened.audit.signer.succession


def of(made: Package) -> dict[str, Gone]:
    return {one.product: one for one in made.evidence.gone}


def test_a_retired_product_is_told_with_its_receipt_and_all_that_was_on_record_of_it(
    whole: tuple[Package, Succession],
) -> None:
    made, keys = whole
    visits = of(made)[VISITS]
    assert (visits.state, visits.proven, visits.versions) == ("retired", True, ("1.0.0",))
    assert visits.rows and visits.files and visits.places == ("westeurope",) and visits.sensitivity == "confidential"
    assert (visits.kept_back, visits.decisions) == (1, len([one for one in made.evidence.decisions if one.product == VISITS]))
    assert visits.reads == sum(one.reads for one in made.evidence.access if one.product == VISITS) > 0
    assert visits.first_published <= visits.last_published < visits.ended
    records = {one.id: one for one in made.evidence.records}
    assert [(records[id_].act, records[id_].phase) for id_ in visits.records] == [("retire", "intent"), ("retire", "done")]
    assert [one.state for one in made.evidence.waivers if one.product == VISITS] == ["asked"]
    assert examine(made.data, keys)["ok"]
    assert VISITS not in {one.product for one in made.evidence.products}


def test_who_ended_it_and_why_stand_in_no_file(whole: tuple[Package, Succession]) -> None:
    for name, body in unpacked(whole[0].data).items():
        assert [text for text in (REASON, "marlene.vogt", "Vogt") if text in body.decode()] == [], name


def test_a_product_whose_folder_is_gone_and_which_nobody_retired_is_told_as_such(whole: tuple[Package, Succession]) -> None:
    towns = of(whole[0])[TOWNS]
    assert (towns.state, towns.receipt, towns.proven, towns.records) == ("gone", None, None, ())
    assert towns.ended is not None and towns.decisions > 0


def test_the_page_marks_them_with_their_day(whole: tuple[Package, Succession]) -> None:
    made = whole[0]
    text, day = unpacked(made.data)[PAGE].decode(), of(made)[VISITS].ended[:10]
    assert text.count(f"{VISITS} (retired on {day})") >= 3, "kept back, read, waived"
    assert "Products that are no more" in text and f"gone on {day}" in text and "UNPROVEN: it was changed" not in text


def test_filters_find_them_and_names_outside_of_a_domain_stay_hidden(runtime: Runtime) -> None:
    made = asked(runtime, product=VISITS)
    assert [*of(made)] == [VISITS] and made.evidence.products == () and made.evidence.access and made.evidence.decisions
    assert examine(made.data, runtime.audit.signer.succession)["ok"]
    assert [*of(asked(runtime, domain="web"))] == [VISITS]
    office = asked(runtime, OF_OFFICE)
    assert {*of(office)} == {TOWNS, VISITORS} and VISITS not in office.evidence.model_dump_json()
    with pytest.raises(Denied, match="AUTH-03"):
        asked(runtime, OF_OFFICE, product=VISITS)
    with pytest.raises(NotFound, match="EVID-02"):
        asked(runtime, product="web/never")


def test_a_domain_of_which_nothing_is_left_can_be_asked_for(runtime: Runtime, town: Path) -> None:
    shutil.rmtree(town / "domains" / "web")
    assert [*of(asked(runtime, domain="web"))] == [VISITS]
    with pytest.raises(NotFound, match="EVID-02"):
        asked(runtime, domain="nowhere")


def test_a_span_after_their_end_leaves_them_out_and_one_before_tells_that_they_ended_since(runtime: Runtime) -> None:
    [receipt] = Retirements(runtime.database).listed(ProductKey.parse(VISITS))
    assert receipt.finished_at is not None
    after = receipt.finished_at + timedelta(microseconds=1)
    assert VISITS not in of(asked(runtime, since=after))
    assert VISITS in of(asked(runtime, since=receipt.finished_at))
    before = of(asked(runtime, as_of=receipt.begun_at))[VISITS]
    assert (before.state, before.ended, before.proven, before.records) == (
        "retired",
        receipt.finished_at.isoformat(),
        None,
        (),
    )
    first = min(one.published_at for one in runtime.registry.publications(ProductKey.parse(VISITS), withdrawn=True))
    assert VISITS not in of(asked(runtime, as_of=first - MINUTE))


def test_a_receipt_that_was_changed_or_that_the_log_does_not_name_is_unproven(runtime: Runtime) -> None:
    row = retirements.c.product == VISITS
    with runtime.database.write() as con:
        con.execute(update(retirements).where(row).values(reason="another"))
    made = asked(runtime)
    assert of(made)[VISITS].proven is False and "UNPROVEN: it was changed" in unpacked(made.data)[PAGE].decode()
    with runtime.database.write() as con:
        con.execute(update(retirements).where(row).values(reason=REASON, id="another"))
    assert of(asked(runtime))[VISITS].proven is False
    with runtime.database.write() as con:
        con.execute(delete(retirements).where(row))
    assert (of(asked(runtime))[VISITS].state, of(asked(runtime))[VISITS].receipt) == ("gone", None)


def test_one_that_came_again_under_its_name_is_told_beside_its_receipt_and_not_marked(
    runtime: Runtime, town: Path, told_town: Path
) -> None:
    for key in (VISITS, VISITORS):
        shutil.copytree(told_town / "domains" / key, town / "domains" / key)
    assert publish(load_mesh(town), ProductKey.parse(VISITS), runtime).status is Status.PUBLISHED
    made = asked(runtime, product=VISITS)
    [standing], [before] = made.evidence.products, made.evidence.gone
    assert standing.served == "1.0.0" and before.ended < standing.published_at and before.last_published < before.ended
    assert f"{VISITS} (retired" not in unpacked(made.data)[PAGE].decode()
