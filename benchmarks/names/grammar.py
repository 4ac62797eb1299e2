"""Sentences by rules: files of `=word choice|choice` and of templates that hold `{word}`; one line so gives thousands of texts.

A choice is kept away from training as a template is: by its own words. What is measured has other templates and other choices.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from pathlib import Path
from random import Random

FILES = Path(__file__).parent / "grammar"
HELD_OUT_SHARE = 5
"""One template, and one choice of a rule, in so many is never trained on."""
FEW = 8
"""A rule with fewer choices has none to spare."""
EVERY = "**"
"""The language of a template that stands for every language which has all of its words."""
_CODE = re.compile(r"([a-z]{2}|\*\*)\|(.*)", re.DOTALL)
_RULE = re.compile(r"=(\w+) (.*)", re.DOTALL)
_WORD = re.compile(r"\{([a-z]+|[A-Z][a-z]+)\}")

Rules = dict[tuple[str, str], tuple[str, ...]]


def away(text: str) -> bool:
    """Whether these words are kept away from training."""
    return zlib.crc32(text.encode()) % HELD_OUT_SHARE == 0


@lru_cache
def load() -> tuple[Rules, tuple[tuple[str, str], ...]]:
    """The rules by language and word, and the templates with their language."""
    rules: Rules = {}
    lines: list[tuple[str, str]] = []
    for path in sorted(FILES.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            named = _CODE.fullmatch(line)
            code, text = (named[1], named[2]) if named else (path.stem[:2], line)
            if rule := _RULE.fullmatch(text):
                rules[code, rule[1]] = tuple(rule[2].replace("\\n", "\n").split("|"))
            elif text:
                lines.append((code, text.replace("\\n", "\n").replace("\\t", "\t")))
    codes = sorted({code for code, _ in rules})
    own = tuple((code, text) for code, text in lines if code != EVERY)
    shared = tuple(
        (code, text)
        for text in (text for code, text in lines if code == EVERY)
        for code in codes
        if (code, "fact") in rules and all((code, word) in rules for word in _WORD.findall(text))
    )
    return rules, own + shared


@lru_cache
def frames() -> frozenset[str]:
    """The templates that all languages share."""
    lines = (FILES / "frames.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("|", 1)[1].replace("\\n", "\n") for line in lines if line)


@lru_cache
def choices(code: str, word: str, held: bool | None) -> tuple[str, ...]:
    """What may stand for a word."""
    every = load()[0][code, word]
    some = tuple(text for text in every if held is None or away(text) == held)
    return some if len(every) >= FEW and some else every


def expand(text: str, code: str, held: bool | None, random: Random) -> str:
    """The template with all words of rules replaced, and mostly with a large letter at its start."""
    ruled = _WORD.match(text) is not None
    while found := _WORD.search(text):
        text = text[: found.start()] + random.choice(choices(code, found[1], held)) + text[found.end() :]
    if code in UNPARTED and random.random() < 0.85:
        text = _PARTED.sub("", text).replace(", ", "、" if code == "ja" else "，").replace(". ", "。").replace(": ", "：")
    return text[:1].upper() + text[1:] if ruled and random.random() < 0.85 else text


UNPARTED = ("ja", "zh")
_PARTED = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
