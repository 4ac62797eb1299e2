"""Every form in which an identifier may stand in a cell or a text, and how it is told from a near-identical one of somebody else.

For the verifier alone: what erases works with tokens and never comes here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms, normal_form
from mesh_platform.subjects.requests import Identifier

Name = Literal["raw", "normalised", "derived", "digits", "keyed token"]
_BEFORE, _AFTER = r"(?<!\w)(?<!\w[._%+@-])", r"(?!\w)(?![._+@-]\w)"
_FEWEST_DIGITS = 7
_FUNCTIONS = ("md5", "sha1", "sha256", "sha512")
_FEWEST_HASHED = 2


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `text` is searched for in lower case; `pattern` then tells whether it stands there by itself."""

    name: Name
    text: str
    pattern: re.Pattern[str]
    digits: bool = False
    """Whether it is looked for among the digits of a text alone."""

    def stands_in(self, text: str) -> bool:
        return self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is looked for: forms in texts, numbers in columns of numbers, the tokens of a namespace among the values of its columns, and
    hashes, by what they are made with.
    """

    forms: tuple[Form, ...]
    marks: frozenset[int]
    tokens: Mapping[str, frozenset[bytes]]
    hashes: Mapping[str, str]


def wanted(
    identifiers: Iterable[Identifier], tokens: SubjectTokens, namespaces: Mapping[str, Namespace], salts: Sequence[bytes] = ()
) -> Wanted:
    """What to look for, made anew from the spellings."""
    forms, held, hashes = dict[str, Form](), dict[str, set[bytes]](), dict[str, str]()
    for one in identifiers:
        for spelling in one.spellings:
            held.setdefault(one.namespace, set()).add(tokens.token(one.namespace, spelling))
            hashes |= _hashes(normal_form(namespaces[one.namespace], spelling), spelling, salts)
            for form in _forms(one.namespace, spelling, namespaces):
                forms.setdefault(form.text + str(form.digits), form)
            for namespace, text in derived_forms(namespaces, one.namespace, spelling):
                held.setdefault(namespace, set()).add(tokens.token(namespace, text))
    every = sorted(set().union(*held.values()))
    shown = tokens.shown(pa.array(every, pa.binary(16))).to_pylist() if every else []
    for text in (*(token.hex() for token in every), *shown, *(str(subject63_of(token)) for token in every)):
        forms.setdefault(text, Form("keyed token", text, _alone(text)))
    return Wanted(
        tuple(forms.values()),
        frozenset(map(subject63_of, every)),
        {name: frozenset(each) for name, each in held.items()},
        hashes,
    )


def _hashes(normal: str, spelling: str, salts: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    """What the usual functions make of an identifier, plain and with each registered salt."""
    if len(normal) < _FEWEST_HASHED:
        return
    for text in dict.fromkeys((normal, normal.lower(), normal.upper(), spelling, spelling.strip())):
        for name in _FUNCTIONS:
            yield hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest(), name
            for salt in salts:
                for whole in (salt + text.encode(), text.encode() + salt):
                    yield hashlib.new(name, whole, usedforsecurity=False).hexdigest(), f"{name} with a registered salt"
                yield hmac.new(salt, text.encode(), name).hexdigest(), f"{name} with a registered key"


def _forms(name: str, spelling: str, namespaces: Mapping[str, Namespace]) -> Iterator[Form]:
    namespace = namespaces[name]
    normal = normal_form(namespace, spelling)
    for kind, text in (
        ("raw", spelling.strip()),
        ("normalised", normal),
        *(("derived", text) for _, text in derived_forms(namespaces, name, spelling)),
    ):
        if _tells(text):
            yield Form(kind, text.lower(), _alone(text))  # type: ignore[arg-type]
    digits = "".join(filter(str.isdigit, normal))
    if "e164" in namespace.normal and len(digits) >= _FEWEST_DIGITS:
        yield Form(
            "digits",
            digits,
            re.compile(r"(?<!\d)(?:00[\s().\-/]{0,3})?" + r"[\s().\-/]{0,3}".join(digits) + r"(?!\d)"),
            digits=True,
        )


def _tells(text: str) -> bool:
    """Whether the text can be told from any word or number; where it cannot, it is looked for in the columns of its namespace alone."""
    if text.isdigit():
        return len(text) >= _FEWEST_DIGITS
    return len(text) >= (5 if text.isalpha() else 3)


def _alone(text: str) -> re.Pattern[str]:
    """`text` where it is not part of something longer: an address is not found in another one that ends as it does."""
    return re.compile(_BEFORE + re.escape(text) + _AFTER, re.IGNORECASE)
