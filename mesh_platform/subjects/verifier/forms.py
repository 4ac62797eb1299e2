"""Every form in which an identifier may stand in a cell or a text, and how it is told from a near-identical one of somebody else.

For the verifier alone: what erases works with tokens and never comes here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import pyarrow as pa

from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms, normal_form
from mesh_platform.subjects.requests.values import Identifier

Name = Literal["raw", "normalised", "derived", "digits", "encoded", "keyed token"]
_BEFORE, _AFTER = r"(?<!\w)(?<!\w[._%+@-])", r"(?!\w)(?![._+@-]\w)"
_APART, _FROM = r"(?<![^\W_])(?<!\w[.%+@-])", r"(?![^\W_])(?![.+@-]\w)"
"""The same where `_` parts words, as in names of files: of an identifier that has none of its own; in front of an address it makes another one."""
_FEWEST_DIGITS, _TELLING_DIGITS, _FEWEST_ENCODED = 7, 9, 5
_FUNCTIONS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256")
_FEWEST_HASHED = 2


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `text` is searched for in lower case; `pattern` then tells whether it stands there by itself."""

    name: Name
    text: str
    pattern: re.Pattern[str]
    digits: bool = False
    """Whether it is looked for among the digits of a text alone."""

    @property
    def is_number(self) -> bool:
        """Whether it is one that can be told from any other in a column of numbers."""
        return self.text.isascii() and self.text.isdigit() and _TELLING_DIGITS <= len(self.text) <= 15

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
            for form in (*_forms(one.namespace, spelling, namespaces), *_encoded(spelling, namespaces[one.namespace])):
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
            yield from _written(hashlib.new(name, text.encode(), usedforsecurity=False).digest(), name)
            for salt in salts:
                for whole in (salt + text.encode(), text.encode() + salt):
                    yield from _written(
                        hashlib.new(name, whole, usedforsecurity=False).digest(), f"{name} with a registered salt"
                    )
                yield from _written(hmac.digest(salt, text.encode(), name), f"{name} with a registered key")


def _written(digest: bytes, said: str) -> Iterator[tuple[str, str]]:
    """A hash as it is written: in hexadecimal, and in Base64 without what fills it up."""
    yield digest.hex(), said
    yield base64.b64encode(digest).decode().rstrip("="), f"{said} in Base64"


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


def _encoded(spelling: str, namespace: Namespace) -> Iterator[Form]:
    """An identifier by itself behind an encoding, where it is long enough to be told by it: too short a word for whoever decodes texts."""
    for text in dict.fromkeys((spelling.strip(), normal_form(namespace, spelling))):
        if namespace.derived_from is None and len(text) >= _FEWEST_ENCODED and _tells(text):
            data = text.encode("utf-8", "replace")
            for coded in (base64.b64encode(data).decode().rstrip("="), data.hex(), quote(text, safe="")):
                if coded != text:
                    yield Form("encoded", coded.lower(), _alone(coded))


def _tells(text: str) -> bool:
    """Whether the text can be told from any word or number; where it cannot, it is looked for in the columns of its namespace alone."""
    if text.isdigit():
        return len(text) >= _FEWEST_DIGITS
    return len(text) >= (5 if text.isalpha() else 3)


def _alone(text: str) -> re.Pattern[str]:
    """`text` where it is not part of something longer: an address is not found in another one that ends as it does."""
    before = _BEFORE if "@" in text or "_" in text else _APART
    return re.compile(before + re.escape(text) + (_AFTER if "_" in text else _FROM), re.IGNORECASE)
