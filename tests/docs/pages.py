"""The documentation as the tests read it: pages, their fenced blocks, and the commands in these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\(exit code (\d+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what else its info string says, and its text."""

    language: str
    words: tuple[str, ...]
    text: str


@dataclass
class Command:
    """A line that begins with `$ `, the lines that its output must hold, and its exit code."""

    line: str
    expected: list[str] = field(default_factory=list)
    code: int = 0


def blocks(text: str) -> Iterator[Block]:
    for match in _FENCE.finditer(text):
        language, *words = match[2].split() or [""]
        yield Block(language, tuple(words), match[3])


def without_blocks(text: str) -> str:
    return _FENCE.sub("", text)


def write(project: Path, block: Block) -> None:
    """Put a file block where its info string says, or add it to what stands there."""
    path = project / block.words[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if "append" in block.words else "w", encoding="utf-8") as file:
        file.write(block.text)


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif code := _EXIT.fullmatch(line.strip()):
            found[-1].code = int(code[1])
        elif line.strip():
            found[-1].expected.append(squeezed(line))
    return found


def squeezed(line: str) -> str:
    """A line of a table is the same line in a narrower one."""
    return " ".join(line.split())


def pages() -> list[Path]:
    """Every page that people read."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "governance").rglob("*.md")), *sorted(DOCS.rglob("*.md"))]
