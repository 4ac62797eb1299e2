"""Normal forms: every spelling of one identifier becomes the same text, by the steps of `governance/identifiers.yaml`.

What is made of a normal form is kept for years (a suppression, a consent), so no step depends on a library's tables: a number that is read
otherwise after an update would be another person.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from mesh_platform.product.governance import Namespace

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_EXTENSION = re.compile(r"(?:;|,|#|\bext\.?|\bx)", re.IGNORECASE)
_TRUNK = re.compile(r"\(\s*0\s*\)")


def normal_form(namespace: Namespace, identifier: str) -> str:
    """The identifier's normal form, `""` where nothing is left of it. Canonically equivalent texts (NFC) are the same before any step."""
    return normaliser(namespace)(identifier)


def normaliser(namespace: Namespace) -> Callable[[str], str]:
    """`normal_form` for many identifiers of one namespace."""
    code = namespace.calling_code
    steps = tuple((lambda text: _e164(text, code)) if step == "e164" else _STEPS[step] for step in namespace.normal)

    def normal(text: str) -> str:
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        for step in steps:
            text = step(text)
        return text

    return normal


def derived_forms(namespaces: Mapping[str, Namespace], namespace: str, identifier: str) -> Iterator[tuple[str, str]]:
    """The identifier as other namespaces hold it, hashed or encoded: (namespace, identifier there), through any number of steps."""
    met, waiting = {namespace}, [(namespace, identifier)]
    while waiting:
        held_as, text = waiting.pop()
        normal = normal_form(namespaces[held_as], text)
        for name, other in namespaces.items():
            if other.derived_from == held_as and other.transform is not None and name not in met:
                met.add(name)
                waiting.append((name, transformed(other.transform, normal)))
                yield waiting[-1]


def transformed(transform: str, text: str) -> str:
    """`text` hashed (hexadecimal) or encoded as a derived namespace says."""
    data = text.encode()
    if transform == "base64":
        return base64.b64encode(data).decode("ascii")
    return hashlib.new(transform, data, usedforsecurity=False).hexdigest()


def _trim(text: str) -> str:
    text = text.strip()
    return text if text.isascii() else text.strip(_INVISIBLE).strip()


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _e164(text: str, calling_code: str | None) -> str:
    """`+` and digits where the number tells its country or the namespace does; else its digits alone."""
    text = unicodedata.normalize("NFKC", text)
    text = _EXTENSION.split(text.removeprefix("tel:"), maxsplit=1)[0]
    plus = text.lstrip(" (").startswith("+")
    digits = _digits(_TRUNK.sub("", text) if plus or _digits(text).startswith("00") else text)
    if not digits:
        return ""
    if plus:
        return "+" + digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    return f"+{calling_code}{digits.removeprefix('0')}" if calling_code else digits


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdecimal())


_STEPS: dict[str, Callable[[str], str]] = {
    "trim": _trim,
    "lower": str.lower,
    "upper": str.upper,
    "alphanumeric": _alphanumeric,
}
