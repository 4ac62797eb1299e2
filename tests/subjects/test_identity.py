"""By what a person is known: keys of one row are followed, and what may lead to somebody else is told and not followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.lake import Place, Reader
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms
from mesh_platform.subjects import Identifier
from mesh_platform.subjects import identity as walking
from mesh_platform.subjects.hashes import candidates
from mesh_platform.subjects.held import Held
from mesh_platform.subjects.identity import FAN_OUT, close, in_all_forms

NAMESPACES = {
    "customer": Namespace(normal=("trim", "upper")),
    "email": Namespace(normal=("trim", "lower")),
    "email_sha256": Namespace.model_validate({"derivedFrom": "email", "transform": "sha256"}),
    "email_base64": Namespace.model_validate({"derivedFrom": "email", "transform": "base64"}),
    "cookie": Namespace(),
    "device": Namespace(weak=True),
}
TOKENS = SubjectTokens(b"k" * 32, NAMESPACES)
Rows = Sequence[Mapping[str, str | None]]


class Mesh:
    """Products as rows, read as the walk reads them: by the short mark of one column, or all values of one."""

    def __init__(self, patch: pytest.MonkeyPatch, **products: Rows) -> None:
        self.rows = {f"shop/{name}": rows for name, rows in products.items()}
        patch.setattr(walking._Walk, "_rows", lambda walk, product, column, marks: self._marked(product, column, marks))
        patch.setattr(walking._Walk, "_values", lambda walk, product, column, _: self._values(product, column))

    def _marked(self, product: Held, column: str, marks: Sequence[int]) -> list[Mapping[str, str | None]]:
        def mark(text: str | None) -> int | None:
            return None if text is None else subject63_of(TOKENS.token(column, text))

        return [row for row in self.rows[product.key] if mark(row[column]) in marks]

    def _values(self, product: Held, column: str) -> list[str]:
        return [text for row in self.rows[product.key] if (text := row[column]) is not None]

    def known(self, namespace: str, text: str, keys: Mapping[str, str] | None = None) -> tuple[set[str], set[tuple[str, str]]]:
        """`namespace:spelling` of all that is found, and the (product, namespace) of what was not followed."""
        held = []
        for key, rows in self.rows.items():
            unique = [[(keys or {}).get(key)]] if keys and key in keys else []
            descriptor = cast(Any, SimpleNamespace(unique_groups=tuple(map(tuple, unique)), inputs=()))
            columns = {name: name for name in rows[0]}
            held.append(Held(key, Place("westeurope", *key.split("/")), descriptor, columns, frozenset(columns), (1,)))
        named = in_all_forms(TOKENS, NAMESPACES, Identifier(namespace, TOKENS.token(namespace, text), (text,)))
        closure = close(named, held, cast(Reader, None), TOKENS, NAMESPACES)
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
    mesh = Mesh(monkeypatch, customers=[{"customer": "C-7", "email": "home@x.test"}, {"customer": "C-8", "email": "home@x.test"}])
    found, weak = mesh.known("email", "home@x.test", {"shop/customers": "customer"})
    assert (found, weak) == ({"email:home@x.test"}, {("shop/customers", "customer")})
    found, weak = mesh.known("customer", "C-7", {"shop/customers": "customer"})
    assert ("customer:C-8" in found, weak) == (False, {("shop/customers", "customer")})


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
