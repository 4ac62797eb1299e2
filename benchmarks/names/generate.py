"""Labelled texts from templates: alternatives and slots are filled, openings and closings put around, letters changed as people do.

A template is kept away from training by its own words (`held_out`), so the same lines are always the ones that the tagger never saw.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.names import grammar, phrases
from benchmarks.names.people import GLUED, LATIN, OTHER
from benchmarks.names.values import Piece, Values

FRAMES = 0.5
"""The share of texts from the templates that all languages have."""
TEMPLATES = Path(__file__).parent / "templates"


class Template(NamedTuple):
    """One line of the template files."""

    code: str
    text: str


class Example(NamedTuple):
    """A text and the spans in it: start, end, label."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    code: str


def read(name: str) -> list[Template]:
    found = []
    for line in (TEMPLATES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        code, bar, text = line.partition("|")
        if not (bar and re.fullmatch(r"[a-z]{2}", code)):
            code, text = {"forms": "en", "en_clean": "en"}.get(name, name), line
        if text:
            found.append(Template(code, text.replace("\\n", "\n").replace("\\t", "\t")))
    return found


def held_out(template: Template) -> bool:
    return grammar.away(template.text)


BODIES = ("en", "en_clean", "forms", "de", "fr", "es", "it", "pt", "nl", "pl", "nordic", "east", "scripts", "more", "more_clean")


def bodies() -> list[Template]:
    """Every template of the files, and every one of the grammar."""
    return [*(t for name in BODIES for t in read(name)), *(Template(code, text) for code, text in grammar.load()[1])]


_ALTERNATIVES = re.compile(r"\[([^\[\]{}]*(?:\{[A-Z]+\}[^\[\]{}]*)*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{([A-Z]+)\}")


class Generator:
    """Endless examples from some of the templates."""

    def __init__(self, seed: int, held: bool | None) -> None:
        self.random = Random(seed)
        self.values = Values(self.random)
        self.held = held
        chosen = [t for t in bodies() if held is None or held_out(t) == held]
        self.by_code: dict[str, list[Template]] = {}
        for template in chosen:
            self.by_code.setdefault(template.code, []).append(template)
        self.all = [t for t in chosen if t.text not in grammar.frames()]
        self.framed = [t for t in chosen if t.text in grammar.frames()]
        self.addresses = [t for t in chosen if "{ADR}" in t.text]
        self.openings = self._wraps("openings", held)
        self.closings = self._wraps("closings", held)

    def _wraps(self, name: str, held: bool | None) -> dict[str, list[Template]]:
        found: dict[str, list[Template]] = {}
        for template in read(name):
            if held is None or held_out(template) == held:
                found.setdefault(template.code, []).append(template)
        return found

    def __iter__(self) -> Iterator[Example]:
        while True:
            yield self.example()

    def example(self) -> Example:
        random = self.random
        roll = random.random()
        template = random.choice(self.addresses if roll < 0.08 else self.framed if roll < 0.08 + FRAMES else self.all)
        code = template.code
        if random.random() < 0.14:
            return self.finish(self.sentence(code), code)
        pieces = self.fill(template)
        form = template.text.startswith(('{"', "<", "GET", "POST", "{H}")) or "\t" in template.text
        if not form:
            while random.random() < 0.22:
                joiner = " " if random.random() < 0.7 else "\n"
                pieces += [Piece("" if code in GLUED else joiner), *self.fill(random.choice(self.by_code[code]))]
            if random.random() < 0.12:
                pieces = (
                    [*pieces, Piece(" "), *self.sentence(code)]
                    if random.random() < 0.5
                    else [*self.sentence(code), Piece(" "), *pieces]
                )
            if random.random() < 0.3:
                pieces = [*self.fill(self.wrap(self.openings, code)), Piece(random.choice(("\n", "\n", "\n\n", " "))), *pieces]
            if random.random() < 0.3:
                pieces += [Piece("\n"), *self.fill(self.wrap(self.closings, code))]
        return self.finish(pieces, code)

    def sentence(self, code: str) -> list[Piece]:
        """Words without people, at times with an opening or a closing that names somebody."""
        random = self.random
        known = phrases.sentences(code if random.random() < 0.7 else random.choice(("en", "de", "fr", "es", "ru")))
        if not known:
            return self.fill(random.choice(self.all))
        return [Piece(" ".join(random.choice(known) for _ in range(random.choice((1, 1, 2)))))]

    def wrap(self, wraps: dict[str, list[Template]], code: str) -> Template:
        own = wraps.get(code)
        return self.random.choice(own if own and self.random.random() < 0.7 else wraps["en"])

    def fill(self, template: Template) -> list[Piece]:
        random = self.random
        text = grammar.expand(template.text, template.code, self.held, random)
        while found := _ALTERNATIVES.search(text):
            text = text[: found.start()] + random.choice(found.group(1).split("|")) + text[found.end() :]
        pieces: list[Piece] = []
        at = 0
        for slot in _SLOT.finditer(text):
            pieces.append(Piece(text[at : slot.start()]))
            pieces += self.values.draw(slot.group(1), template.code)
            at = slot.end()
        pieces.append(Piece(text[at:]))
        return pieces

    def finish(self, pieces: list[Piece], code: str) -> Example:
        random = self.random
        roll = random.random()
        change = None
        if roll < 0.11:
            change = str.lower
        elif roll < 0.13:
            change = str.upper
        elif roll < 0.18:
            pieces = [Piece(same(p.text, str.upper), p.label) if p.label == "PER" else p for p in pieces]
        elif roll < 0.22:
            pieces = [Piece(same(p.text, str.lower), p.label) if p.label == "PER" else p for p in pieces]
        elif roll < 0.26:
            pieces = [Piece(same(p.text, bare), p.label) for p in pieces]
        text, spans = "", []
        for piece in pieces:
            part = same(piece.text, change) if change else piece.text
            if piece.label and part.strip():
                lead = len(part) - len(part.lstrip())
                spans.append((len(text) + lead, len(text) + len(part.rstrip()), piece.label))
            text += part
        return Example(text, tuple(spans), code)


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def same(text: str, change: object) -> str:
    assert callable(change)
    return str(change(text))


__all__ = ["LATIN", "OTHER", "Example", "Generator", "Template", "bodies", "held_out"]
