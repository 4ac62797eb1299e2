"""The platform puts canaries into landing files, measures what becomes of them and has them erased; nobody counts them, and no contract breaks over one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.product.models import Source
from mesh_platform.publish.canary_figures import canary_figures
from mesh_platform.publish.canarying import Stepped, standing, step
from mesh_platform.publish.planting import NOT, PLANTED, THERE
from mesh_platform.subjects.erasure.landing_added import added
from mesh_platform.subjects.erasure.stores import Landing
from mesh_platform.tasks import TaskKind, Tasks
from tests.propagation.shop import CUSTOMERS, LETTERS, PEOPLE, READERS, TOWNS, Shop, email, shop_at, write_shop

Change = Callable[[Path], object]
Opens = Callable[..., Shop]
MILA: dict[str, Any] = {"identifiers": {"email": email("mila")}, "purpose": "marketing", "erase": "7 days"}


def declare(shop: Shop, plant: dict[str, Any], **more: Any) -> None:
    document = {"canaries": {"mila": {**MILA, "plant": plant, **more}}}
    (shop.root / "governance/canaries.yaml").write_text(yaml.safe_dump(document))


def store(key: str) -> Change:
    return lambda root: rewrite(
        root, key, lambda said: said["source"].update(stores=[{"kind": "landing", "keys": {"email": "email"}}])
    )


def column(key: str, name: str, **rules: Any) -> Change:
    return lambda root: rewrite(
        root, key, lambda said: said["columns"].setdefault(name, {"sensitivity": "internal"}).update(rules)
    )


def rewrite(root: Path, key: str, change: Callable[[dict[str, Any]], object]) -> None:
    file = root / "domains" / key / "product.yaml"
    said = yaml.safe_load(file.read_text())
    change(said["dataProduct"])
    file.write_text(yaml.safe_dump(said, sort_keys=False))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opens]:
    """A shop that was not published yet, with these changes to its files: later ones would wait for a review."""
    with ExitStack() as stack:

        def opens(*changes: Change) -> Shop:
            root = write_shop(tmp_path / "project")
            for change in changes:
                change(root)
            shop = stack.enter_context(shop_at(root))
            shop.grant_all()
            return shop

        yield opens


def stepped(shop: Shop, **later: float) -> Stepped:
    return step(load_mesh(shop.root), shop.runtime, Tasks(shop.runtime.database), utc_now() + timedelta(**later))


def until_erased(shop: Shop) -> Stepped:
    """It agrees, withdraws and is gone from the rows; then it is erased."""
    for _ in range(5):
        found = stepped(shop)
        if found.erased:
            return found
        for domain in ("shop", "office"):
            assert shop.propagation(domain).apply(domain).whole
    raise AssertionError("no erasure was begun")


def delivered(shop: Shop) -> str:
    return (shop.root / "landing/people.csv").read_text()


def sources(found: Stepped) -> dict[str, str]:
    return {one.product: one.state for one in found.planted}


def test_a_canary_is_planted_once_and_sources_without_one_are_named(opened: Opens) -> None:
    shop = opened(store(CUSTOMERS))
    declare(shop, {CUSTOMERS: {"town": "Faro"}})
    before = delivered(shop)
    first = stepped(shop)
    assert sources(first) == {CUSTOMERS: PLANTED, LETTERS: NOT}
    assert delivered(shop) == f"{before}{email('mila')},Faro\n", "every other row as it was"
    [named] = [one for one in first.planted if one.product == LETTERS]
    assert "not declared as a store" in named.why
    assert sources(stepped(shop))[CUSTOMERS] == THERE and delivered(shop).count("mila") == 1
    assert email("mila") not in json.dumps(first.as_json())


def test_a_row_that_the_source_cannot_be_read_with_is_taken_back(opened: Opens) -> None:
    shop = opened(store(CUSTOMERS), column(CUSTOMERS, "age", type="integer"))
    (shop.root / "landing/people.csv").write_text("email,town,age\nana@mail.test,Lisbon,33\n")
    before = delivered(shop)
    declare(shop, {CUSTOMERS: {"town": "Faro", "age": "not a number"}})
    [tried] = [one for one in stepped(shop).planted if one.product == CUSTOMERS]
    assert tried.state == NOT and "taken back" in tried.why and delivered(shop) == before
    declare(shop, {CUSTOMERS: {"town": "Faro"}})
    assert sources(stepped(shop))[CUSTOMERS] == PLANTED, "what nobody gave is made up by what is declared"


def test_a_planted_canary_breaks_no_contract_and_is_in_no_measure_and_no_count(opened: Opens) -> None:
    towns = sorted({*PEOPLE.values()})
    shop = opened(store(CUSTOMERS), store(LETTERS), *(column(key, "town", values=towns) for key in (CUSTOMERS, LETTERS)))
    declare(shop, {CUSTOMERS: {"town": "Nowhere"}})
    stepped(shop)
    shop.publish()
    assert "mila" in shop.held(CUSTOMERS) and "mila" in shop.held(READERS)
    for key in (CUSTOMERS, LETTERS, READERS):
        latest = shop.runtime.registry.latest(ProductKey.parse(key))
        assert latest is not None and latest.rows == len(PEOPLE)
        assert len(shop.sees(key, "marketing")) == len(PEOPLE)
    assert {row["town"] for row in shop.rows(TOWNS)} == {*PEOPLE.values()}


@pytest.mark.nightly
def test_a_canary_is_erased_on_schedule_to_its_certificate_and_comes_back(opened: Opens) -> None:
    shop = opened(store(CUSTOMERS), store(LETTERS))
    declare(shop, {CUSTOMERS: {"town": "Faro"}})
    stepped(shop)
    shop.publish()
    begun = until_erased(shop)
    [erased] = begun.erased
    assert erased.certified_at is not None and erased.state == "ok"
    assert {one.domain for one in erased.domains} == {"shop"}, (
        "it had withdrawn, so the letters and what derives from them held it no more"
    )
    assert all(one.seconds is not None and not one.waits for one in erased.domains)

    assert sources(stepped(shop))[CUSTOMERS] in (PLANTED, THERE) and "mila" in delivered(shop)
    shop.publish()
    assert "mila" in shop.held(CUSTOMERS), "its suppression was lifted"
    assert stepped(shop).erased[0].request == erased.request, "the next is a week away"


def test_an_erasure_that_something_stands_in_the_way_of_turns_red_and_opens_a_task(opened: Opens) -> None:
    elsewhere = "landing/people-too.csv"  # from which the letters are read, whose descriptor does not say how to take anybody out
    shop = opened(store(CUSTOMERS), lambda root: rewrite(root, LETTERS, lambda said: said["source"].update(path=elsewhere)))
    declare(shop, {CUSTOMERS: {"town": "Faro"}})
    file = shop.root / elsewhere
    file.write_text(delivered(shop))
    stepped(shop)
    file.write_text(delivered(shop))
    shop.publish()
    [erased] = until_erased(shop).erased
    assert erased.certified_at is None
    late = standing(load_mesh(shop.root), shop.runtime, utc_now() + timedelta(hours=25)).erased[0]
    assert late.state == "breach" and any(LETTERS in one.waits for one in late.domains)
    stepped(shop, hours=25)
    told = Tasks(shop.runtime.database).listed(kind=TaskKind.PROPAGATION)
    assert any("erasure of the canary mila is late" in task.reason for task in told)
    assert file.read_text().count("mila") == 1, "and it is planted nowhere meanwhile"


@pytest.mark.parametrize("name", ["rows.csv.gz", "rows.ndjson", "rows.parquet"])
def test_a_row_is_added_in_the_form_of_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(pa.table({"mail": ["a@x.test"], "n": pa.array([1], pa.int16())}), path)
    elif name.endswith("gz"):
        path.write_bytes(gzip.compress(b"mail;n\r\na@x.test;1"))
    else:
        path.write_text('{"mail": "a@x.test", "n": 1}')
    landing = Landing(tmp_path, "a/b", Source(path=name), {"mail": "email"})
    added(landing, {"mail": "c@x.test", "n": 2})
    if name.endswith("parquet"):
        assert pq.read_table(path).to_pylist() == [{"mail": "a@x.test", "n": 1}, {"mail": "c@x.test", "n": 2}]
        assert pq.read_schema(path).field("n").type == pa.int16()
    elif name.endswith("gz"):
        assert gzip.decompress(path.read_bytes()) == b"mail;n\r\na@x.test;1\nc@x.test;2\n"
    else:
        assert [json.loads(line) for line in path.read_text().splitlines()][1] == {"mail": "c@x.test", "n": 2}


def test_what_canaries_measured_is_told_by_domain(opened: Opens) -> None:
    shop = opened(store(CUSTOMERS), store(LETTERS))
    declare(shop, {CUSTOMERS: {"town": "Faro"}})
    stepped(shop)
    shop.publish()
    stepped(shop)
    figures = canary_figures(shop.runtime.database, utc_now() + timedelta(hours=1))
    assert {domain for domain, *_ in figures} == {"shop", "office"}
    assert figures["shop", "reads", True] < 2 and 3600 <= figures["office", "rows", False] < 3700
