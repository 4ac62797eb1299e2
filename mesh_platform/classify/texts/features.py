"""What the tagger sees of each word: its shape, script and lists, classes of the words around it, its place in line and text.

The word itself is a feature only where it is a cue that many templates share; a name never is, so names that were not seen are no strangers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mesh_platform.classify.texts.cues import CLASSES, STREET_ENDS
from mesh_platform.classify.texts.lists import Lists
from mesh_platform.classify.texts.tokens import Token


class Seen(NamedTuple):
    """One word, judged by itself."""

    word: str
    shape: str
    kinds: str
    lists: str
    cue: str
    ending: str = ""
    step: str = ""


_EDGE = Seen("", "^", "", "", "^")


@lru_cache(maxsize=50_000)
def shape(text: str) -> str:
    """`Xx`, `X`, `XX`, `xx`, `XxX`, a digit run by length, the sign itself, or the script's name."""
    first = text[0]
    if first.isdigit():
        return f"d{min(len(text), 6)}"
    if not (first.isalpha() or unicodedata.combining(first)):
        return first
    script = unicodedata.name(first, "?").split()[0]
    if first.upper() == first.lower():
        return script
    if len(text) == 1:
        form = "X" if first.isupper() else "x"
    elif text.isupper():
        form = "XX"
    elif text.islower():
        form = "xx"
    else:
        form = "Xx" if first.isupper() and text[1:].islower() else "XxX"
    return form if script == "LATIN" else f"{form}{script[:2]}"


def _seen(token: Token, lists: Lists) -> Seen:
    if token.kind == "line":
        return Seen("\n", "NL", "", "", "NL")
    word = token.text.lower()
    if token.kind in ("sign", "number"):
        return Seen(word, shape(token.text), "", "", shape(token.text))
    found = lists.of(word)
    kinds = CLASSES.get(word, ())
    if len(word) > 5 and "street" not in kinds and word.endswith(STREET_ENDS):
        kinds = (*kinds, "streetend")
    name = "".join(n[0] for n in found if n != "cue")
    ending = word[-2:] if token.kind == "word" and len(word) > 3 and token.text == word else ""
    step = str(lists.step(word)) if token.kind == "word" and len(word) > 1 else ""
    return Seen(
        word,
        shape(token.text),
        "+".join(kinds),
        name or _near(word, token.kind, lists),
        word if "cue" in found else "?",
        ending,
        step,
    )


def _near(word: str, kind: str, lists: Lists) -> str:
    """`~` and the lists of a word that is in none, without an ending of case or a small word written against its beginning."""
    if kind != "word" or len(word) < 4:
        return "-"
    stems: tuple[str, ...]
    if word[0] in _PREFIXED:
        stems = (word[1:], word[2:]) if len(word) > 4 else (word[1:],)
    else:
        stems = (word[:-1], word[:-2], word[:-3])
        stems = tuple(stem for stem in stems if len(stem) >= 4)
        stems += tuple(stem + "a" for stem in stems[:2])
    for stem in stems:
        found = [n[0] for n in lists.of(stem) if n in ("given", "family", "place")]
        if found:
            return "~" + "".join(found)
    return "-"


_PREFIXED = frozenset("ובלהמשכوفلبكا")
"""Letters that Hebrew and Arabic write against the word that they belong to."""


def _brands(seen: list[Seen], lists: Lists) -> None:
    """Mark pairs of words that are a brand together, whatever each of them is alone."""
    for i in range(len(seen) - 1):
        if seen[i].shape[:1] == "X" == seen[i + 1].shape[:1] and "brand" in lists.of(f"{seen[i].word} {seen[i + 1].word}"):
            seen[i] = seen[i]._replace(lists="B")
            seen[i + 1] = seen[i + 1]._replace(lists="B")


class Run(NamedTuple):
    """Words in a row that are written large, with what joins them: how many, with a word of firms, and what stands at their end."""

    size: int
    firm: bool
    last: str
    behind: str


_JOINS = frozenset("&-.'’+")


def _runs(seen: Sequence[Seen]) -> list[Run | None]:
    """For each word the run that it is in."""
    found: list[Run | None] = [None] * len(seen)
    i = 0
    while i < len(seen):
        if seen[i].shape[:1] != "X":
            i += 1
            continue
        end = i + 1
        while end < len(seen) and (
            seen[end].shape[:1] == "X"
            or (
                end + 1 < len(seen)
                and seen[end + 1].shape[:1] == "X"
                and (seen[end].shape in _JOINS or "part" in seen[end].kinds)
            )
        ):
            end += 1
        behind = seen[end] if end < len(seen) else _EDGE
        large = [s for s in seen[i:end] if s.shape[:1] == "X"]
        firm = any("org" in s.kinds and len(s.word) > 1 for s in large) or ("org" in behind.kinds and len(behind.word) > 1)
        run = Run(min(len(large), 5), firm, f"{large[-1].lists}{large[-1].step}", behind.shape[:2])
        found[i:end] = [run] * (end - i)
        i = end
    return found


def _caps(seen: Sequence[Seen]) -> str:
    """How the text uses capitals."""
    shapes = [s.shape for s in seen if s.shape[:2] in ("Xx", "XX", "xx")]
    if not shapes:
        return "none"
    lower, upper = sum(s[:2] == "xx" for s in shapes), sum(s[:2] == "XX" for s in shapes)
    if lower == len(shapes):
        return "lower"
    if upper > 0.7 * len(shapes):
        return "upper"
    return "title" if lower < 0.25 * len(shapes) else "some" if lower < 0.6 * len(shapes) else "few"


def _lines(seen: Sequence[Seen]) -> list[tuple[int, int, int]]:
    """For each word its line: begin, end, number."""
    ends = [i for i, s in enumerate(seen) if s.shape == "NL"] + [len(seen)]
    found: list[tuple[int, int, int]] = []
    begin = 0
    for number, end in enumerate(ends):
        found += [(begin, end, number)] * (min(end + 1, len(seen)) - begin)
        begin = end + 1
    return found


def features(given: Sequence[Token], lists: Lists, forget: frozenset[int] = frozenset()) -> list[list[str]]:
    """A list of features for each word. `forget`: places whose cue is hidden, for training."""
    seen = [_seen(token, lists) for token in given]
    _brands(seen, lists)
    if forget:
        seen = [s._replace(cue="?") if i in forget else s for i, s in enumerate(seen)]
    caps, lines, count, runs = _caps(seen), _lines(seen), len(seen), _runs(seen)
    last_line = lines[-1][2] if lines else 0

    def at(i: int) -> Seen:
        return seen[i] if 0 <= i < count else _EDGE

    found = []
    for i, (token, me) in enumerate(zip(given, seen, strict=True)):
        begin, end, number = lines[i]
        left, right, left2, right2 = at(i - 1), at(i + 1), at(i - 2), at(i + 2)
        glued = i > 0 and given[i - 1].end == token.start
        body = [s for s in seen[begin:end] if s.shape[:1].isalpha()] if end - begin <= 8 else []
        signature = bool(body) and all(s.shape[:2] in ("Xx", "XX", "X") or s.kinds == "part" for s in body)
        out = [
            "b", f"s={me.shape}", f"c={me.cue}", f"k={me.kinds}", f"l={me.lists}", f"sl={me.shape}|{me.lists}", f"slc={me.shape}|{me.lists}|{caps}",
            f"s-1={left.shape}", f"s+1={right.shape}", f"s-2={left2.shape}", f"s+2={right2.shape}", f"c-1={left.cue}", f"c+1={right.cue}", f"c-2={left2.cue}", f"c+2={right2.cue}",
            f"k-1={left.kinds}", f"k+1={right.kinds}", f"k-2={left2.kinds}", f"k+2={right2.kinds}", f"k-3={at(i - 3).kinds}", f"l-1={left.lists}", f"l+1={right.lists}",
            f"S={left.shape}|{me.shape}|{right.shape}", f"S2={left2.shape}|{left.shape}|{me.shape}", f"S3={me.shape}|{right.shape}|{right2.shape}", f"L={left.lists}|{me.lists}|{right.lists}",
            f"c-1s={left.cue}|{me.shape}|{me.lists}", f"k-1s={left.kinds}|{me.shape}|{me.lists}", f"c+1s={right.cue}|{me.shape}|{me.lists}", f"k+1s={right.kinds}|{me.shape}|{me.lists}",
            f"cc={left2.cue}|{left.cue}", f"kk={left2.kinds}|{left.kinds}", f"c+c={right.cue}|{right2.cue}", f"cxc={left.cue}|{right.cue}|{me.shape}",
            f"p={min(i - begin, 3)}|{min(end - i, 4)}|{me.shape}", f"sig={signature}|{number == last_line}|{number == 0}", f"g={glued}|{left.shape}", f"n={min(end - begin, 9)}|{me.shape}",
            f"e-1={left.ending}", f"e+1={right.ending}", f"e+1s={right.ending}|{me.shape}|{me.lists}", f"LS={me.shape}|{me.lists}|{right.shape}|{right.lists}", f"SL={left.shape}|{left.lists}|{me.shape}|{me.lists}",
        ]  # fmt: skip
        run = runs[i]
        if run:
            out += [
                f"R={run.size}|{run.firm}",
                f"Rl={run.last}",
                f"Rb={run.size}|{run.behind}",
                f"Rk={run.size}|{run.firm}|{left.kinds if left.shape[:1] != 'X' else '-'}",
            ]
        if me.step:
            out += [
                f"w={me.step}",
                f"wl={me.step}|{me.lists}",
                f"ws={me.step}|{me.shape}|{caps}",
                f"w-1={left.step}|{me.step}",
                f"w+1={me.step}|{right.step}",
                f"w3={left.step}|{me.step}|{right.step}|{me.shape}",
                f"wc={left.cue}|{me.step}",
                f"w+c={me.step}|{right.cue}",
                f"wk={left.kinds}|{me.step}",
            ]
        if token.kind == "word":
            out += [f"x3={me.word[-3:]}", f"x2={me.word[-2:]}", f"p3={me.word[:3]}", f"len={min(len(me.word), 10)}"]
        elif token.kind == "alone":
            pair, before = me.word + right.word, left.word + me.word
            out += [
                f"a={me.word}",
                f"a-1={left.word}",
                f"a+1={right.word}",
                f"a+2={right2.word}",
                f"a-2={left2.word}",
                f"aa={','.join(lists.of(pair))}",
                f"ab={','.join(lists.of(before))}",
            ]
            out += [f"aaa={','.join(lists.of(right.word + right2.word))}"]
        if number:
            head = lines[begin - 1][0] if begin else 0
            out += [f"up={at(head).kinds}|{at(begin - 2).shape}|{signature}"]
        if left.shape == "-" or left.shape == "'" or left.shape == "." or left.shape == "_":
            out += [f"j={left2.shape}|{left2.lists}|{left.shape}|{me.lists}"]
        found.append(out)
    return found
