"""For each pattern an expression without look-around that passes wherever the pattern is found, for an engine that is linear in the text.

It is derived from the pattern, so it cannot fall behind it. It is read against the bytes of a text, where beyond ASCII any sign may stand
for any other (digits are ASCII by then, `lookalike`); what stands around a value is let go or taken into it, and long repeats lose their bounds.
"""

from __future__ import annotations

import re
import re._constants as c  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

COPIES = 3
"""So often a part is asked for where it is asked for that often or more: an automaton holds a copy for each."""
SIGNS = 40
"""The same where the part is one sign of ASCII, and the expression cannot begin just anywhere."""
_ANY = frozenset(range(128))
_WORD, _DIGIT, _BLANK = (frozenset(i for i in _ANY if re.match(kind, chr(i))) for kind in (r"\w", r"\d", r"\s"))
_CATEGORIES = {
    c.CATEGORY_DIGIT: (_DIGIT, False), c.CATEGORY_NOT_DIGIT: (_ANY - _DIGIT, True), c.CATEGORY_SPACE: (_BLANK, True),
    c.CATEGORY_NOT_SPACE: (_ANY - _BLANK, True), c.CATEGORY_WORD: (_WORD, True), c.CATEGORY_NOT_WORD: (_ANY - _WORD, True),
}  # fmt: skip
_BEYOND = r"[\x80-\xff]{1,4}"


def texts(values: Sequence[str]) -> Any:
    """Texts as what a gate reads."""
    try:
        return pa.array(values, pa.large_string()).cast(pa.large_binary())
    except UnicodeEncodeError:  # half a character, as JSON may spell one out
        return pa.array([value.encode("utf-8", "surrogatepass") for value in values], pa.large_binary())


def passing(held: Any, wanted: str) -> Any:
    """Where `wanted` is found in `texts`, as an array of truth values."""
    return np.asarray(pc.match_substring_regex(held, wanted).to_numpy(zero_copy_only=False), dtype=bool)


@lru_cache(maxsize=512)
def gate(expression: re.Pattern[str]) -> str:
    """What passes wherever `expression` is found."""
    nodes = list(parser.parse(expression.pattern, expression.flags))
    before, behind = _edge(nodes[0], first=True), _edge(nodes[-1], first=False)
    ahead = next((i for i, (kind, told) in enumerate(nodes) if kind is c.ASSERT and told[0] > 0), None)
    if ahead is not None:  # what it looks for is as sure to be there as what follows, and says more
        nodes, behind = [*nodes[:ahead], *nodes[ahead][1][1]], ""
    inner = "".join(_node(node, SIGNS if before else COPIES) for node in nodes)
    return f"(?{'i' if expression.flags & re.IGNORECASE else ''}:{before}{inner}{behind})"


def either(expressions: Iterable[re.Pattern[str]]) -> str:
    """What passes wherever one of `expressions` is found."""
    return "|".join(map(gate, expressions))


def _edge(node: Any, first: bool) -> str:
    """What must not stand before the first part or behind the last, as a sign that may; a longer look is let go."""
    if node[0] is not c.ASSERT_NOT or (node[1][0] < 0) is not first:
        return ""
    parts = node[1][1]
    ways = parts[0][1][1] if len(parts) == 1 and parts[0][0] is c.BRANCH else [parts]
    kept_out = frozenset[int]().union(*(_signs(way[0])[0] for way in ways if len(way) == 1 and way[0][0] in _ONE_SIGN))
    return f"(?:{'^' if first else '$'}|{_class(_ANY - kept_out, True)})" if kept_out else ""


def _node(node: Any, bound: int) -> str:
    kind, told = node
    if kind in _ONE_SIGN:
        signs, beyond = _signs(node)
        return f"(?:{_class(signs, False)}|{_BEYOND})" if beyond and signs else _BEYOND if beyond else _class(signs, False)
    if kind is c.BRANCH:
        return "(?:" + "|".join(_sequence(way, bound) for way in told[1]) + ")"
    if kind is c.SUBPATTERN:
        return f"(?{'i' if told[1] & re.IGNORECASE else ''}:{_sequence(told[3], bound)})"
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        least, most, inner = told
        return _repeat(least, most, inner, bound)
    if kind is c.ATOMIC_GROUP:
        return f"(?:{_sequence(told, bound)})"
    return "" if kind in (c.ASSERT, c.ASSERT_NOT, c.AT) else r"[\x00-\xff]*"  # the last: what another part found, once more


def _sequence(nodes: Any, bound: int) -> str:
    return "".join(_node(node, bound) for node in nodes)


def _repeat(least: int, most: int, inner: Any, bound: int) -> str:
    signs, beyond = _signs(inner[0]) if len(inner) == 1 and inner[0][0] in _ONE_SIGN else (frozenset(), False)
    body = _class(signs, beyond) if signs else f"(?:{_sequence(inner, bound)})"
    if most <= (bound if signs else COPIES) and not beyond:
        return f"{body}{{{least},{most}}}"
    return body + ("*" if not least else f"{{{min(least, COPIES)},}}")


_ONE_SIGN = (c.LITERAL, c.NOT_LITERAL, c.IN, c.CATEGORY, c.ANY)


def _signs(node: Any) -> tuple[frozenset[int], bool]:
    """The signs of ASCII that one sign may be, and whether it may be another."""
    kind, told = node
    if kind is c.CATEGORY:
        return _CATEGORIES[told]
    if kind is c.ANY:
        return _ANY, True
    if kind is c.LITERAL:
        return frozenset((told,)) & _ANY, told > 127
    if kind is c.NOT_LITERAL:
        return _ANY - {told}, True
    if kind is c.RANGE:
        return frozenset(range(told[0], told[1] + 1)) & _ANY, bool(told[1] > 127)
    parts = [_signs(item) for item in told if item[0] is not c.NEGATE]
    held = frozenset[int]().union(*(signs for signs, _ in parts))
    return (_ANY - held, True) if told[0][0] is c.NEGATE else (held, any(beyond for _, beyond in parts))


def _class(signs: frozenset[int], beyond: bool) -> str:
    runs = [[i for _, i in run] for _, run in groupby(enumerate(sorted(signs)), lambda pair: pair[1] - pair[0])]
    return "[" + "".join(rf"\x{run[0]:02x}-\x{run[-1]:02x}" for run in runs) + (r"\x80-\xff" if beyond else "") + "]"
