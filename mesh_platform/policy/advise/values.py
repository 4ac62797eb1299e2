"""A decision tree as a value: questions with their options, where each leads, what facts answer by themselves, and what stands at the ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.errors import Finding
from mesh_platform.policy.facts import Facts
from mesh_platform.product.models import Column

Patch = Mapping[str, Any]
"""What is to be written below `dataProduct:`; mappings are merged key by key, `dataContracts` are added."""


@dataclass(frozen=True)
class Case:
    """What a tree is asked about: a product, and where the tree needs them a column, a purpose, a consumer, fields and a region."""

    facts: Facts
    column: str = ""
    purpose: str = ""
    to: str = ""
    fields: tuple[str, ...] = ()
    region: str = ""
    found: str = ""
    """The data category that the last scan found in the column; empty where it found none."""
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def declared(self) -> Column:
        """The column as the descriptor has it."""
        return self.facts.columns[self.column]


def nobody(case: Case) -> str:
    """A question that facts do not answer."""
    return ""


def none_closed(case: Case) -> frozenset[str]:
    """No option is closed."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: in words, and the question or end that it leads to."""

    words: str
    to: str


@dataclass(frozen=True)
class Question:
    """One question. `known` answers it from facts, empty where they do not; `closed` are options that facts rule out."""

    asks: str
    options: Mapping[str, Option]
    known: Callable[[Case], str] = field(default=nobody, repr=False)
    closed: Callable[[Case], frozenset[str]] = field(default=none_closed, repr=False)
    by: str = ""
    """What answers it without a person, in words for the page."""

    def left(self, case: Case) -> Mapping[str, Option]:
        """The options that facts leave; `known` is theirs alone to say."""
        closed = self.closed(case) | {"known"}
        return {name: one for name, one in self.options.items() if name not in closed}


@dataclass(frozen=True)
class End:
    """Where a tree ends: what it says, what is to be written, and commands."""

    says: str
    patch: Callable[[Case], Patch] = field(default=lambda case: {}, repr=False)
    commands: tuple[str, ...] = ()
    yes: bool = True
    """Whether what was asked about may be done."""


@dataclass(frozen=True)
class Tree:
    """One tree; the first question is `begin`."""

    name: str
    title: str
    begin: str
    questions: Mapping[str, Question]
    ends: Mapping[str, End]
    needs: tuple[str, ...] = ()
    """What of a case it has to be given, beside the product."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question that was answered, by whom: facts, or a person."""

    question: str
    asks: str
    answer: str
    words: str
    by_facts: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that only a person can answer, with the options that are left."""

    question: str
    asks: str
    options: Mapping[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a tree came to. `objections` are what the gate would say against it that it does not say now."""

    tree: str
    end: str
    says: str
    yes: bool
    patch: Patch
    commands: tuple[str, ...]
    steps: tuple[Step, ...]
    objections: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "tree": self.tree,
            "end": self.end,
            "says": self.says,
            "yes": self.yes,
            "patch": dict(self.patch),
            "commands": list(self.commands),
            "steps": [
                {"question": s.question, "answer": s.answer, "by": "facts" if s.by_facts else "a person"} for s in self.steps
            ],
            "objections": [one.as_json() for one in self.objections],
        }
