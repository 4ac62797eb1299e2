"""In which forms an identifier is looked for, and that a near-identical one of somebody else is not it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.product.governance import Namespace
from mesh_platform.subjects import Identifier
from mesh_platform.subjects.forms import wanted

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
        ("customer", "customer c-7 called"),
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
        ("email", "ana@ex.test.example"),
        ("email", "ana@ex.tests"),
        ("email", "ann@ex.test"),
        ("customer", "C-77"),
        ("customer", "AC-7"),
        ("customer", "C-7-1"),
        ("phone", "+34 600 111 2223"),
        ("phone", "1346001112225"),
    ],
)
def test_somebody_who_is_nearly_the_same_is_somebody_else(namespace: str, text: str) -> None:
    assert forms(namespace, text) == set()
