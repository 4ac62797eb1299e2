"""A hold covers its scope and nothing else, whoever opened another; it is opened and closed once, by the privacy team, on record."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, MeshError, NotFound, UsageProblem
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime
from mesh_platform.publish.retirement import retire
from mesh_platform.retention import Hold, Holder, Keeper, Scope, covered
from tests.cli.conftest import Mesh
from tests.retention.books import ANA, BEN, BY, INVOICES, ORDERS, ledger_of, publish_all, rows, suppress

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANAS, BENS = b"a" * 16, b"b" * 16


def hold(**scope: Any) -> Hold:
    return Hold("h", "M-1", "legal", "a claim", Scope(**scope), "p", "p", NOW)


@pytest.fixture(scope="module")
def orders() -> Any:
    """Rows of Ana and Ben over three years, as they lie in the lake; and the product's descriptor."""
    from mesh_platform.product.models import DataProduct
    from tests.publish.bakery import COMMON
    from tests.retention.books import KEPT, ORDER_COLUMNS

    described = {**COMMON, "name": "Orders", "domain": "Shop", "columns": ORDER_COLUMNS, "retention": KEPT[ORDERS]}
    con = duckdb.connect()
    con.execute("CREATE TABLE t (order_no BIGINT, email VARCHAR, ordered_on DATE, _mesh_subject_email BIGINT)")
    for number, (who, day) in enumerate([(ANAS, "2023-05-05"), (ANAS, "2024-05-05"), (BENS, "2024-06-06"), (BENS, None)]):
        con.execute("INSERT INTO t VALUES (?, 'x', ?, ?)", [number, day, subject63_of(who)])
    types = {name: kind for name, kind, *_ in con.execute("DESCRIBE t").fetchall()}
    return con, Holder(ORDERS, DataProduct.model_validate(described, by_alias=True), types)


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        ({"products": (ORDERS,)}, [0, 1, 2, 3]),
        ({"products": (INVOICES,)}, []),
        ({"domains": ("shop",)}, [0, 1, 2, 3]),
        ({"domains": ("club",)}, []),
        ({"products": (INVOICES,), "domains": ("shop",)}, [0, 1, 2, 3]),
        ({"subjects": (("email", ANAS),)}, [0, 1]),
        ({"subjects": (("cookie_id", ANAS),)}, []),
        ({"categories": ("user.contact",)}, [0, 1, 2, 3]),
        ({"categories": ("user.name",)}, []),
        ({"since": date(2024, 1, 1)}, [1, 2, 3]),
        ({"until": date(2024, 5, 5)}, [0, 1, 3]),
        ({"since": date(2024, 5, 6), "until": date(2024, 6, 6), "subjects": (("email", BENS),)}, [2, 3]),
        ({"subjects": (("email", ANAS),), "domains": ("club",)}, []),
    ],
)
def test_a_hold_covers_its_scope_and_a_row_without_a_day(scope: dict[str, Any], kept: list[int], orders: Any) -> None:
    con, one = orders
    found = con.execute(f"SELECT order_no FROM t WHERE {covered([hold(**scope)], one)} ORDER BY 1").fetchall()
    assert [row[0] for row in found] == kept


def test_holds_that_overlap_keep_what_one_of_them_covers(orders: Any) -> None:
    con, one = orders
    holds = [hold(subjects=(("email", ANAS),)), hold(since=date(2024, 6, 1))]
    found = con.execute(f"SELECT order_no FROM t WHERE {covered(holds, one)} ORDER BY 1").fetchall()
    assert [row[0] for row in found] == [0, 1, 2, 3]


def test_a_hold_of_one_person_covers_that_persons_rows_by_whichever_key_they_are_found(orders: Any) -> None:
    con, one = orders
    holds = [hold(subjects=(("email", ANAS),))]
    for person, kept in (((ANAS, b"c" * 16), 4), ((BENS,), 0)):
        [[count]] = con.execute(f"SELECT count(*) FROM t WHERE {covered(holds, one, person)}").fetchall()
        assert count == kept


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"scope": Scope()}, "HOLD-02"),
        ({"matter": " "}, "HOLD-02"),
        ({"reason": "x" * 401}, "HOLD-02"),
        ({"scope": Scope(since=date(2026, 2, 1), until=date(2026, 1, 1))}, "HOLD-02"),
        ({"actor": Actor("shop-owner", ("owner",), ("shop",))}, "HOLD-01"),
    ],
)
def test_a_hold_says_what_it_covers_and_who_may_say_so(given: dict[str, Any], rule: str, books: tuple[Runtime, Keeper]) -> None:
    runtime, keeper = books
    asked: dict[str, Any] = {
        "matter": "M-1",
        "owner": "legal",
        "reason": "a claim",
        "scope": Scope(domains=("shop",)),
        "actor": BY,
    } | given
    with pytest.raises((UsageProblem, Denied)) as refused:
        keeper.holds.open(**asked, audit=runtime.audit, now=NOW)
    assert refused.value.finding.rule == rule
    assert keeper.holds.listed() == ()


def test_a_hold_is_closed_once(books: tuple[Runtime, Keeper]) -> None:
    runtime, keeper = books
    for scope in (Scope(domains=("shop",)), Scope(products=(ORDERS,))):
        keeper.holds.open("M-1", "legal", "a claim", scope, BY, runtime.audit, NOW)
    assert len(keeper.holds.close("M-1", "settled", BY, runtime.audit, NOW)) == 2
    assert keeper.holds.listed(only_open=True) == ()
    for name, error in (("M-1", CheckFailed), ("M-9", NotFound)):
        with pytest.raises(error):
            keeper.holds.close(name, "settled", BY, runtime.audit, NOW)
    with pytest.raises(MeshError, match="HOLD-01"):
        keeper.holds.close("M-1", "settled", Actor("shop-owner", ("owner",)), runtime.audit, NOW)


def test_what_is_delivered_again_of_an_erased_person_stays_where_a_hold_or_the_law_keeps_it_and_nowhere_else(
    books: tuple[Runtime, Keeper],
) -> None:
    runtime, keeper = books
    suppress(runtime, ANA)
    keeper.holds.open(
        "M-1",
        "legal",
        "a claim",
        Scope(products=(ORDERS,), since=date.today().replace(month=1, day=1).replace(year=date.today().year - 1)),
        BY,
        runtime.audit,
        NOW,
    )
    publish_all(runtime, ORDERS, INVOICES)
    assert [row[0] for row in rows(runtime, ORDERS)] == [2, 3, 4, 5], "of her two orders the one that is held"
    assert [row[:3] for row in rows(runtime, INVOICES)] == [("I-2", None, "Ana"), ("I-3", BEN, "Ben"), ("I-4", BEN, "Ben")]


def test_who_signed_up_anew_is_not_taken_for_somebody_erased(books: tuple[Runtime, Keeper]) -> None:
    """The suppression is of one source, and another one's newer word lifts it: what the law keeps of the erased is not asked of the living."""
    runtime, keeper = books
    suppress(runtime, ANA)
    assert {one.product: one.minimum for one in keeper.plan(NOW)}[INVOICES] > 0
    ledger = ledger_of(runtime)
    token = ledger.tokens.token("email", ANA)
    ledger.append(Event(token, "email", Kind.SUPPRESSION, Decision.LIFTED, "crm", "signed-up"), by=BY)
    assert {one.product: one.minimum for one in keeper.plan(NOW)}[INVOICES] == 0


def test_a_product_under_a_hold_is_not_retired(books: tuple[Runtime, Keeper], project: Path) -> None:
    runtime, keeper = books
    keeper.holds.open("M-1", "legal", "a claim", Scope(domains=("shop",)), BY, runtime.audit, NOW)
    shutil.rmtree(project / "domains" / ORDERS)
    mesh = load_mesh(project)
    with pytest.raises(Denied, match="HOLD-06"):
        retire(mesh, ProductKey.parse(ORDERS), runtime, BY, "it ends", NOW)
    assert len(rows(runtime, ORDERS)) == 5


def test_the_commands_open_plan_apply_and_close(project: Path, monkeypatch: pytest.MonkeyPatch, mesh: Mesh) -> None:
    monkeypatch.chdir(project)
    privacy = ("--as", "privacy-engineer")
    scope = ("--subject", f"email:{ANA}", "--product", ORDERS)
    assert mesh("hold", "open", "--matter", "M-1", "--owner", "legal", "--reason", "a claim", *scope).code == 3
    telling = ("--matter", f"{ANA} against us", "--owner", "legal", "--reason", "a claim", *scope, *privacy)
    assert (refused := mesh("hold", "open", *telling)).code == 2 and ANA not in refused.out + refused.err
    unknown = ("--matter", "M-1", "--owner", "legal", "--reason", "a claim", "--product", "shop/nothing", *privacy)
    assert mesh("hold", "open", *unknown).code == 4
    said = mesh("hold", "open", "--matter", "M-1", "--owner", "legal", "--reason", "a claim", *scope, *privacy, "--json")
    assert (said.code, said.json["scope"]["subjects"], said.json["state"]) == (0, {"email": 1}, "open")
    assert ANA not in said.out

    planned = {one["product"]: one for one in mesh("retention", "plan", "--json").json["products"]}
    assert (planned[ORDERS]["overdue"], planned[ORDERS]["held"], planned[ORDERS]["state"]) == (1, 1, "due")
    assert mesh("retention", "apply", "--as", "shop-owner").code == 3, "it is for the privacy team and the platform"
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("MESH_ISSUER", "https://id.example.com")
        assert mesh("retention", "apply").code == 3, "an identity provider has to say who asks"
    assert mesh("retention", "apply", "--as-of", "2999-01-01").code == 2
    done = {one["product"]: one for one in mesh("retention", "apply", "--json").json["products"]}
    assert (done[ORDERS]["rows_by_step"], done[ORDERS]["left"]) == ({"delete": 1}, 0)
    assert mesh("retention", "check", "--json").json["ok"] is True

    assert mesh("hold", "close", "M-1", "--reason", "settled", *privacy).code == 0
    assert mesh("hold", "close", "M-1", "--reason", "settled", *privacy).code == 1
    assert [one["state"] for one in mesh("hold", "list", *privacy, "--json").json] == ["closed"]
    assert json.dumps(planned).count("@") == 0
