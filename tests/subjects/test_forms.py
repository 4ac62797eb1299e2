"""In which forms an identifier is looked for, and that a near-identical one of somebody else is not it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import unicodedata
from decimal import Decimal
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest

from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.product.governance import Namespace
from mesh_platform.subjects import Identifier
from mesh_platform.subjects.erasure.recognise import of_person
from mesh_platform.subjects.erasure.redaction import Redactor
from mesh_platform.subjects.verifier.forms import wanted
from mesh_platform.subjects.verifier.in_columns import found_in

NAMESPACES = {
    "customer": Namespace(normal=("trim", "upper")),
    "email": Namespace(normal=("trim", "lower")),
    "sha": Namespace.model_validate({"derivedFrom": "email", "transform": "sha256"}),
    "base64": Namespace.model_validate({"derivedFrom": "email", "transform": "base64"}),
    "phone": Namespace(normal=("trim", "e164")),
}
TOKENS = SubjectTokens(b"k" * 32, NAMESPACES)
ANA = "ana@ex.test"


def forms(namespace: str, text: str) -> set[str]:
    """The forms of an identifier that stand in `text`, by name."""
    known = {"customer": "C-7", "email": " Ana@Ex.test", "phone": "+34 600 111 222"}[namespace]
    one = Identifier(namespace, TOKENS.token(namespace, known), (known,))
    return {form.name for form in wanted([one], TOKENS, NAMESPACES).forms if form.stands_in(text)}


@pytest.mark.parametrize(
    ("namespace", "text"),
    [
        ("email", "Mail: ANA@EX.TEST, please."),
        ("email", '{"u":{"mail":"ana@ex.test"}}'),
        ("email", "ana@ex.test."),
        ("email", "see <mailto:ana@ex.test>"),
        ("email", hashlib.sha256(ANA.encode()).hexdigest().upper()),
        ("email", f"t={base64.b64encode(ANA.encode()).decode()}&x"),
        ("email", TOKENS.token("email", ANA).hex()),
        ("email", "ana%40ex.test"),
        ("email", "ana@ex.test_2026.csv"),
        ("email", ANA.encode().hex()),
        ("customer", "customer c-7 called"),
        ("customer", "invoice_C-7_2026.pdf"),
        ("phone", "+34600111222"),
        ("phone", "call 0034 600-111-222 now"),
        ("phone", "(34) 600.111.222"),
    ],
)
def test_the_person_is_found_in_every_form(namespace: str, text: str) -> None:
    assert forms(namespace, text)


@pytest.mark.parametrize(
    ("namespace", "text"),
    [
        ("email", "joana@ex.test"),
        ("email", "jo.ana@ex.test"),
        ("email", "x+ana@ex.test"),
        ("email", "x_ana@ex.test"),
        ("email", "ana@ex.test.example"),
        ("email", "ana@ex.tests"),
        ("email", "ann@ex.test"),
        ("customer", "C-77"),
        ("customer", "AC-7"),
        ("customer", "C-7-1"),
        ("customer", "x_AC-7"),
        ("phone", "+34 600 111 2223"),
        ("phone", "1346001112225"),
    ],
)
def test_somebody_who_is_nearly_the_same_is_somebody_else(namespace: str, text: str) -> None:
    assert forms(namespace, text) == set()


JOSE = "jos\u00e9@ex.test"
DOCUMENT = json.dumps({"pad": "y" * 30_000, "u": {"mail": ANA}}).encode()


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([unicodedata.normalize("NFD", JOSE)]),
        pa.array(["ana\u200b@ex.test"]),
        pa.array(["\uff41\uff4e\uff41@ex.test"]),
        pa.array([{"u": [{"mail": ANA}]}]),
        pa.array([ANA.encode("utf-16-le")]),
        pa.array([JOSE.encode()]),
        pa.array([gzip.compress(DOCUMENT)]),
        pa.array([base64.b64encode(DOCUMENT).decode()]),
        pa.array([base64.b64encode(hashlib.sha256(ANA.encode()).digest()).decode()]),
        pa.array([str(UUID(hashlib.md5(ANA.encode()).hexdigest()))]),
        pa.array([34600111222]),
        pa.array([34600111222.0]),
        pa.array([Decimal(34600111222)], pa.decimal128(18, 0)),
        pa.array([[34600111222]]),
    ],
)
def test_the_verifier_finds_the_person_in_columns_of_every_kind(cells: pa.Array) -> None:
    known = (("email", ANA), ("email", JOSE), ("phone", "+34 600 111 222"))
    asked = wanted([Identifier(name, TOKENS.token(name, text), (text,)) for name, text in known], TOKENS, NAMESPACES)
    nobody = wanted([Identifier("email", TOKENS.token("email", "ann@ex.test"), ("ann@ex.test",))], TOKENS, NAMESPACES)
    with duckdb.connect() as con:
        con.register("cells", pa.table({"cell": cells}))
        assert list(found_in(con, "cells", asked, {}, TOKENS))
        assert not list(found_in(con, "cells", nobody, {}, TOKENS))


def test_what_is_found_by_an_encoding_of_its_own_or_in_a_name_of_a_file_is_taken_out_too() -> None:
    redactor = Redactor(
        of_person([Identifier("customer", TOKENS.token("customer", "CR-0007"), ("CR-0007",))], TOKENS, NAMESPACES)
    )
    coded = base64.b64encode(b"CR-0007").decode()
    assert redactor.text(f"see invoice_CR-0007_2026.pdf and t={coded}") == "see invoice_[erased]_2026.pdf and t=[erased]"
    assert redactor.text("invoice_XCR-0007.pdf") == "invoice_XCR-0007.pdf"
