"""Whose hash is it? Normal form and hash as the engine computes them, for a million values in the time that Python takes for a thousand.

The engine decides of printable ASCII alone, where its steps are Python's letter for letter; every other value is handed on to be looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mesh_platform.product.governance import Namespace

_STEPS = {
    "trim": "trim({})",
    "lower": "lower({})",
    "upper": "upper({})",
    "alphanumeric": "regexp_replace({}, '[^A-Za-z0-9]', '', 'g')",
}
_HEX = re.compile(r"[0-9a-f]+")
"""What else somebody gives as a hash is none, and does not come into a statement."""
_HASHES = frozenset({"sha256", "sha1", "md5"})


def candidates(cell: str, name: str, hashes: Collection[str], namespaces: Mapping[str, Namespace]) -> str:
    """A condition on `cell`, text of the namespace from which `name` is derived, that holds for every value which hashes to one of `hashes`, and for
    others that the engine cannot judge.
    """
    namespace = namespaces[name]
    base = namespaces[namespace.derived_from] if namespace.derived_from else None
    if base is None or namespace.transform not in _HASHES or not set(base.normal) <= _STEPS.keys():
        return "true"
    text = cell
    for step in base.normal:
        text = _STEPS[step].format(text)
    asked = ", ".join(f"'{each}'" for each in sorted({each.strip().lower() for each in hashes}) if _HEX.fullmatch(each))
    return f"(NOT regexp_full_match({cell}, '[ -~]*') OR {namespace.transform}({text}) IN ({asked or 'NULL'}))"
