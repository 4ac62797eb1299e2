"""A wrong value is put right where it comes from, in what is made of it, and in no older version; nobody else's row changes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.errors import CheckFailed, UsageProblem
from mesh_platform.lake import Place
from mesh_platform.product import load_mesh
from mesh_platform.product.models import Source
from mesh_platform.publish import Runtime
from mesh_platform.publish.carrying import republishing
from mesh_platform.subjects import Closure, Desk, Identifier, Kind, Regime, Request, State, Wish
from mesh_platform.subjects.corrected import Correction
from tests.subjects.town import ANA, ANN, BY, CARDS, CUSTOMERS, TOWNS, VISITORS, VISITS, hashed, rows, town_at

Town = tuple[Runtime, Desk]


def asked(town: Town, column: str, value: str) -> Request:
    runtime, desk = town
    desk = replace(desk, republish=republishing(load_mesh(runtime.settings.project), runtime))
    request = desk.open(Regime.GDPR, [("email", ANA)], BY, wish=Wish(Kind.RECTIFICATION, column=column, value=value))
    return desk.run(request.id, BY)


def states(request: Request) -> Mapping[str, State]:
    return {task.product: task.state for task in request.tasks}


def test_a_value_is_put_right_in_its_source_in_what_is_made_of_it_and_in_no_older_version(town: Town, project: Path) -> None:
    before = (project / "landing/visits.csv").read_text()
    request = asked(town, f"{VISITS}.pages", "7")
    assert request.state is State.CERTIFIED, request.tasks
    assert states(request) == {VISITS: State.CERTIFIED, VISITORS: State.CERTIFIED}
    assert (project / "landing/visits.csv").read_text() == before.replace(f"ck-9,{hashed(ANA)},3", f"ck-9,{hashed(ANA)},7")
    assert rows(town[0], VISITS) == [("ck-1", None, 5), ("ck-9", hashed(ANA), 7), ("ck-99", hashed(ANN), 4)]
    assert rows(town[0], VISITORS) == [("ck-1", 5), ("ck-9", 7), ("ck-99", 4)]
    for key in (VISITS, VISITORS):
        assert len(town[0].lake.versions(Place("westeurope", *key.split("/")))) == 1
    assert '"7"' not in json.dumps(dict(request.certificate or {})) and request.detail == {"column": f"{VISITS}.pages"}


@pytest.mark.nightly
def test_a_source_that_is_no_store_blocks_until_it_was_put_right_by_hand(town: Town, project: Path) -> None:
    request = asked(town, f"{CUSTOMERS}.town", "Braga")
    assert request.state is State.BLOCKED and states(request)[CUSTOMERS] is State.BLOCKED
    file = project / "landing/customers.csv"
    file.write_text(file.read_text().replace(f"C-7,{ANA},Lisbon", f"C-7,{ANA},Braga"))
    desk = replace(town[1], republish=republishing(load_mesh(project), town[0]))
    done = desk.run(request.id, BY)
    assert done.state is State.CERTIFIED, done.tasks
    assert states(done).keys() == {CUSTOMERS, CARDS, TOWNS}
    assert rows(town[0], CARDS) == [("C-7", "Braga"), ("C-77", "Lisbon"), ("C-8", "Porto")]
    assert rows(town[0], TOWNS) == [("Braga", 1), ("Lisbon", 1), ("Porto", 1)]


@pytest.mark.nightly
def test_a_key_a_derived_product_and_a_column_that_is_none_are_not_put_right(town: Town) -> None:
    for column, why in (
        (f"{CUSTOMERS}.email", "holds identifiers"),
        (f"{CARDS}.town", "derives from other products"),
        (f"{CUSTOMERS}.nothing", "has no column nothing"),
        ("people/nobody.town", "Nothing of it is published"),
    ):
        with pytest.raises(UsageProblem, match=f"DSAR-41.*{why}"):
            asked(town, column, "x")
    assert town[1].store.listed() == (), "nothing waits that could never be carried out"
    nobodys = town[1].open(
        Regime.GDPR, [("email", "nobody@ex.test")], BY, wish=Wish(Kind.RECTIFICATION, column=f"{CUSTOMERS}.town", value="x")
    )
    assert town[1].run(nobodys.id, BY).state is State.BLOCKED
    for column, value in ((None, "x"), ("people/customers", "x"), (f"{CUSTOMERS}.town", None)):
        with pytest.raises(UsageProblem, match="DSAR-41"):
            town[1].open(Regime.GDPR, [("email", ANA)], BY, wish=Wish(Kind.RECTIFICATION, column=column, value=value))


@pytest.fixture(scope="module")
def desk(published_town: Path) -> Iterator[Desk]:
    with town_at(published_town) as (_, opened):
        yield opened


class TestFiles:
    """The same in each form of file, without a mesh around it."""

    def correct(self, root: Path, desk: Desk, name: str, value: str = "7") -> int:
        source = Source.model_validate({"path": name, "purpose": "service", "basis": "contract", "notice": "n1"})
        tokens = desk.ledger.tokens
        closure = Closure((Identifier("customer_id", tokens.token("customer_id", "C-7")),))
        return Correction(root, "a/b", source, {"id": "customer_id"}, "pages", value).put_right(closure, tokens)

    ROWS: tuple[dict[str, Any], ...] = ({"id": " c-7", "pages": 3}, {"id": "C-77", "pages": 3}, {"id": None, "pages": 4})

    def test_a_quoted_csv_keeps_every_other_byte(self, desk: Desk, tmp_path: Path) -> None:
        text = 'id;note;pages\r\n"C-7";"a; ""b""\r\nc";3\r\nC-77;x;3\r\n'
        (tmp_path / "a.csv").write_bytes(text.encode())
        assert self.correct(tmp_path, desk, "a.csv") == 1
        assert (tmp_path / "a.csv").read_bytes().decode() == 'id;note;pages\r\nC-7;"a; ""b""\r\nc";7\r\nC-77;x;3\r\n'
        assert self.correct(tmp_path, desk, "a.csv") == 0

    def test_packed_lines_of_json_keep_numbers_as_numbers(self, desk: Desk, tmp_path: Path) -> None:
        (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in self.ROWS).encode()))
        assert self.correct(tmp_path, desk, "a.ndjson.gz") == 1
        found = [json.loads(line) for line in gzip.decompress((tmp_path / "a.ndjson.gz").read_bytes()).splitlines()]
        assert found == [{"id": " c-7", "pages": 7}, *self.ROWS[1:]]

    def test_a_parquet_file_keeps_its_types_and_refuses_what_is_no_such_value(self, desk: Desk, tmp_path: Path) -> None:
        pq.write_table(pa.Table.from_pylist(list(self.ROWS)), tmp_path / "a.parquet")
        assert self.correct(tmp_path, desk, "a.parquet") == 1
        assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [{"id": " c-7", "pages": 7}, *self.ROWS[1:]]
        with pytest.raises(pa.ArrowInvalid):
            self.correct(tmp_path, desk, "a.parquet", "seven")

    def test_a_file_without_the_column_is_refused(self, desk: Desk, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,note\nC-7,x\n")
        with pytest.raises(CheckFailed, match="DSAR-41"):
            self.correct(tmp_path, desk, "a.csv")
