"""By what a person is known: keys of one row are followed, and what may lead to somebody else is told and not followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.lake import Place, Reader
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms
from mesh_platform.subjects import Identifier, Regime, State
from mesh_platform.subjects.people import identity as walking
from mesh_platform.subjects.people.hashes import candidates
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.people.identity import FAN_OUT, close, in_all_forms
from tests.subjects.town import ANA, BY, CUSTOMERS, Town, publish_all, rows

NAMESPACES = {
    "customer": Namespace(normal=("trim", "upper")),
    "email": Namespace(normal=("trim", "lower")),
    "email_sha256": Namespace.model_validate({"derivedFrom": "email", "transform": "sha256"}),
    "email_base64": Namespace.model_validate({"derivedFrom": "email", "transform": "base64"}),
    "cookie": Namespace(),
    "device": Namespace(weak=True),
}
CATEGORIES = {"customer": "user.unique_id", "email": "user.contact.email", "cookie": "user.device.cookie_id"}
TOKENS = SubjectTokens(b"k" * 32, NAMESPACES)
Rows = Sequence[Mapping[str, str | None]]


class Mesh:
    """Products as rows, read as the walk reads them: by the short mark of one column, or all values of one."""

    def __init__(self, patch: pytest.MonkeyPatch, **products: Rows) -> None:
        self.rows = {f"shop/{name}": rows for name, rows in products.items()}
        self.namespaces: dict[str, str] = {}
        patch.setattr(walking._Walk, "_rows", lambda walk, product, column, marks: self._marked(product, column, marks))
        patch.setattr(walking._Walk, "_values", lambda walk, product, column, _: self._values(product, column))

    def _marked(self, product: Held, column: str, marks: Sequence[int]) -> list[Mapping[str, str | None]]:
        def mark(text: str | None) -> int | None:
            return None if text is None else subject63_of(TOKENS.token(product.subjects[column], text))

        return [row for row in self.rows[product.key] if mark(row[column]) in marks]

    def _values(self, product: Held, column: str) -> list[str]:
        return [text for row in self.rows[product.key] if (text := row[column]) is not None]

    def known(self, namespace: str, text: str, keys: Mapping[str, str] | None = None) -> tuple[set[str], set[tuple[str, str]]]:
        """`namespace:spelling` of all that is found, and the (product, namespace) of what was not followed."""
        return self.of_all(namespace, text, keys=keys)

    def of_all(self, namespace: str, *texts: str, keys: Mapping[str, str] | None = None) -> tuple[set[str], set[tuple[str, str]]]:
        """The same of a request for several people."""
        held = []
        for key, each in self.rows.items():
            unique = [[(keys or {}).get(key)]] if keys and key in keys else []
            columns = {name: self.namespaces.get(name, name) for name in each[0]}
            said = {name: SimpleNamespace(category=CATEGORIES.get(held_as)) for name, held_as in columns.items()}
            descriptor = cast(Any, SimpleNamespace(unique_groups=tuple(map(tuple, unique)), inputs=(), columns=said))
            held.append(Held(key, Place("westeurope", *key.split("/")), descriptor, columns, frozenset(columns), (1,)))
        named = [
            form
            for text in texts
            for form in in_all_forms(TOKENS, NAMESPACES, Identifier(namespace, TOKENS.token(namespace, text), (text,)))
        ]
        closure = close(named, held, cast(Reader, None), TOKENS, NAMESPACES, len(texts))
        found = {f"{one.namespace}:{text}" for one in closure.identifiers for text in one.spellings if "_" not in one.namespace}
        return found, {(weak.product, weak.namespace) for weak in closure.weak}


def test_keys_are_followed_through_rows_and_forms_in_every_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = next(text for name, text in walking.derived_forms(NAMESPACES, "email", "ana@x.test") if name == "email_sha256")
    mesh = Mesh(
        monkeypatch,
        customers=[{"customer": "C-7", "email": "Ana@x.test"}, {"customer": "C-8", "email": "ann@x.test"}],
        visits=[{"cookie": "ck-9", "email_sha256": hashed}, {"cookie": "ck-8", "email_sha256": None}],
    )
    everything = {"customer:c-7", "email:ana@x.test", "email:Ana@x.test", "cookie:ck-9"}
    found, weak = mesh.known("customer", "c-7")
    assert (found - {"customer:C-7"}, weak) == (everything - {"email:ana@x.test"}, set())
    found, _ = mesh.known("cookie", "ck-9")
    assert {"customer:C-7", "email:Ana@x.test"} <= found, "an address is found from its hash"


def test_an_address_of_two_customers_is_nobody_s_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = next(text for name, text in derived_forms(NAMESPACES, "email", "home@x.test") if name == "email_sha256")
    mesh = Mesh(
        monkeypatch,
        customers=[{"customer": "C-7", "email": "home@x.test"}, {"customer": "C-8", "email": "home@x.test"}],
        visits=[{"cookie": "ck-9", "email_sha256": hashed}],
    )
    keys = {"shop/customers": "customer"}
    assert mesh.known("email", "home@x.test", keys) == (set(), {("shop/customers", "email")}), "it names nobody"
    assert mesh.known("customer", "C-7", keys) == ({"customer:C-7"}, {("shop/customers", "email")}), (
        "and goes with neither of them"
    )
    assert mesh.known("cookie", "ck-9", keys)[0] == {"cookie:ck-9"}, "nor does its hash"


def test_whoever_writes_for_somebody_else_is_not_taken_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = Mesh(
        monkeypatch,
        tickets=[{"customer": "C-7", "email": "bob@x.test"}],
        customers=[{"customer": "C-7", "email": "ana@x.test"}, {"customer": "C-9", "email": "bob@x.test"}],
    )
    keys = {"shop/customers": "customer"}
    ana, weak = mesh.known("customer", "C-7", keys)
    assert (ana, weak) == ({"customer:C-7", "email:ana@x.test"}, {("shop/customers", "email")})
    bob, weak = mesh.known("email", "bob@x.test", keys)
    assert (bob, weak) == ({"customer:C-9", "email:bob@x.test"}, {("shop/tickets", "customer")})


def test_two_keys_of_one_kind_in_a_row_are_two_people(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = Mesh(monkeypatch, letters=[{"email": "ana@x.test", "email_to": "ann@x.test"}])
    mesh.namespaces["email_to"] = "email"
    assert mesh.known("email", "ana@x.test") == ({"email:ana@x.test"}, {("shop/letters", "email")})


def test_people_of_one_request_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [{"customer": f"C-{number}", "email": f"{number}@x.test"} for number in (7, 8, 9)]
    mesh = Mesh(monkeypatch, customers=people, tickets=[{"customer": "C-7", "email": "9@x.test"}])
    found, weak = mesh.of_all("customer", "C-7", "C-8", keys={"shop/customers": "customer"})
    assert found == {"customer:C-7", "customer:C-8", "email:7@x.test", "email:8@x.test"}
    assert weak == {("shop/customers", "email")}


def test_a_key_that_leads_to_too_many_others_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"email": "till@x.test", "cookie": f"ck-{number}"} for number in range(FAN_OUT + 1)]
    assert Mesh(monkeypatch, visits=rows).known("email", "till@x.test") == ({"email:till@x.test"}, {("shop/visits", "cookie")})
    few = Mesh(monkeypatch, visits=rows[:-1]).known("email", "till@x.test")
    assert (len(few[0]), few[1]) == (FAN_OUT + 1, set())


def test_a_shared_device_is_told_where_a_row_of_somebody_else_stands_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [{"cookie": "ck-9", "device": "d-1"}]
    assert Mesh(monkeypatch, visits=own).known("cookie", "ck-9") == ({"cookie:ck-9"}, set())
    shared = [*own, {"cookie": "ck-5", "device": "d-1"}]
    assert Mesh(monkeypatch, visits=shared).known("cookie", "ck-9") == ({"cookie:ck-9"}, {("shop/visits", "device")})


def test_the_engine_passes_on_every_value_that_has_the_hash() -> None:
    values = ["+34 600-111", " +34 600 111", "\u00a0+34 600 111", "a@x.test", "A@X.test\t", "\u212a@x.test", "k@x.test", "", "%"]
    with duckdb.connect() as con:
        for transform in ("sha256", "sha1", "md5", "sha512"):
            for normal in (("trim", "lower"), ("alphanumeric", "upper"), ("trim", "e164")):
                namespaces = {
                    "base": Namespace.model_validate({"normal": normal}),
                    "hash": Namespace.model_validate({"derivedFrom": "base", "transform": transform, "normal": ["lower"]}),
                }
                judged = "e164" not in normal and transform != "sha512"
                for value in values:
                    [(_, hashed)] = derived_forms(namespaces, "base", value)
                    alike = {each for each in values if [*derived_forms(namespaces, "base", each)] == [("hash", hashed)]}
                    condition = candidates("text", "hash", {f" {hashed.upper()}", "') OR true --"}, namespaces)
                    rows = con.execute(f"SELECT text FROM (SELECT unnest(?) AS text) WHERE {condition}", [values]).fetchall()
                    found = {text for (text,) in rows}
                    assert alike <= found, (transform, normal, value)
                    others = {text for text in found - alike if text.isprintable() and text.isascii()}
                    assert (others == set()) is judged, (transform, normal, value)


def test_whoever_shares_an_address_keeps_their_rows_and_is_not_suppressed(town: Town, project: Path) -> None:
    runtime, desk = town
    file, other = project / "landing/customers.csv", ("C-80", ANA, "Porto")
    file.write_text(file.read_text() + ",".join(other) + "\n")
    publish_all(runtime)
    named = desk.open(Regime.GDPR, (("email", ANA),), BY)
    with pytest.raises(CheckFailed) as refused:
        desk.run(named.id, BY)
    assert (refused.value.finding.rule, desk.store.get(named.id).state) == ("DSAR-43", State.OPEN)
    assert ANA not in str(refused.value)

    done = desk.run(desk.open(Regime.GDPR, (("customer_id", "C-7"),), BY).id, BY)
    publish_all(runtime)
    assert [row for row in rows(runtime, CUSTOMERS) if row[1] == ANA] == [other]
    assert {task.product: task.state for task in done.tasks}["people/customers over email"] is State.BLOCKED
