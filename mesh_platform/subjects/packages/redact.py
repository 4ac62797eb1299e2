"""What of a person's rows is shown to them: nobody else, and no number whose loss would harm them more than its absence.

Whatever looks like somebody and is not known to be the person is taken out: a person who misses a word may ask, one who was shown may not be unshown.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns import CARD, IBAN, NATIONAL, PASSWORD, PRIVATE_KEY, TOKENS
from mesh_platform.classify.texts import read
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.models import Column
from mesh_platform.subjects.packages.collect import Collector, Part, Row
from mesh_platform.subjects.packages.strangers import Piece, Strangers, folded, pieces
from mesh_platform.subjects.requests.kinds import Regime

OTHER, MASKED = "[another person]", "[masked]"
NEVER = ("user.government_id", "user.financial.bank_account", "user.financial.iban", "user.financial.card", "user.financial.credit_card",
         "user.authorization", "user.biometrics", "system.authentication")  # fmt: skip
"""Categories that are never written out (Cal. Code Regs. tit. 11, § 7024(d), and the same under every regime)."""
ALSO: Mapping[Regime | None, tuple[str, ...]] = {Regime.CCPA: ("user.health.record_id", "user.health.insurance_beneficiary_id")}
"""Those that one regime alone keeps back: § 7024(d) names numbers of health insurance and of medical records, which HIPAA has people see."""
_LIKE = re.compile(r"(?<!\d)(?:\d{3}-\d{2}-\d{4}|\d{4}(?:[ -]\d{4}){3})(?!\d)")
"""What is written as a social security number or a card number is taken for one, whatever its check digits."""
HARMFUL = (CARD, IBAN, PASSWORD, PRIVATE_KEY, TOKENS, *NATIONAL)
_PEOPLE = (Entity.PERSON, Entity.EMAIL, Entity.PHONE)
_FREE = 3
"""Words from which on a text is read for names."""
Span = tuple[int, int, str]


@dataclass(slots=True)
class Redactor:
    """Goes over all parts at once, since pieces are looked up together."""

    collector: Collector
    strangers: Strangers
    counts: Counter[str] = field(default_factory=Counter)
    regime: Regime | None = None
    """Under which the answer is given."""
    _keys: frozenset[Piece] = frozenset()
    _values: frozenset[Piece] = frozenset()

    def parts(self, parts: Sequence[Part]) -> list[Part]:
        """The same parts as they may be shown."""
        cells = (text for part in parts for row in (*part.rows, *part.mentions) for text in _texts(row.values()))
        self._keys, self._values = self.strangers.among(piece for text in set(cells) for piece in pieces(text))
        return [
            Part(
                part.held,
                part.columns,
                tuple(self._row(part, row) for row in part.rows),
                tuple(self._row(part, row) for row in part.mentions),
            )
            for part in parts
        ]

    def _row(self, part: Part, row: Row) -> Row:
        strange = set(self.collector.strange(part.held, row))
        said = part.held.descriptor.columns if part.held.descriptor else {}
        return {name: self._cell(cell, said.get(name), name in strange) for name, cell in row.items()}

    def _cell(self, cell: Any, said: Column | None, strange: bool) -> Any:
        if cell is None or isinstance(cell, bool):
            return cell
        if strange:
            return self._counted(OTHER)
        if said is not None and said.category and never(said.category, self.regime):
            return self._counted(MASKED)
        if said is not None and said.subject:
            return cell
        named, telephone = said is None or may_name(said), said is not None and is_telephone(said)
        return _leaves(cell, lambda text: self._text(text, named, telephone), lambda: self._counted(MASKED))

    def _text(self, text: str, named: bool, telephone: bool = False) -> str:
        free = len(text.split()) >= _FREE
        spans: list[Span] = [(start, end, MASKED) for start, end in harmful(text, telephone)]
        for piece in pieces(text):
            if piece in self._keys or (named and piece in self._values and (free or not piece.part)):
                spans.append((piece.start, piece.end, OTHER))
        if free and named:
            spans += [
                (span.start, span.end, OTHER) for span in read(text).spans if span.entity in _PEOPLE and self._unknown(text, span)
            ]
        return self._without(text, spans)

    def _unknown(self, text: str, span: Any) -> bool:
        """Whether what reads like a person is not known to be the one who asks."""
        found = text[span.start : span.end]
        piece = Piece(span.start, span.end, found, folded(found))
        words = {word for name in self.strangers.own for word in name.split()}
        return not (piece.name in self.strangers.own or {*piece.name.split()} <= words or self.strangers.is_own(piece))

    def _without(self, text: str, spans: Iterable[Span]) -> str:
        """The text with each run of overlapping spans replaced once; what harms goes before who it is."""
        runs = list[Span]()
        for start, end, mark in sorted(spans):
            if runs and start < runs[-1][1]:
                begun, until, before = runs[-1]
                runs[-1] = begun, max(until, end), MASKED if MASKED in (mark, before) else before
            else:
                runs.append((start, end, mark))
        for start, end, mark in reversed(runs):
            text = text[:start] + self._counted(mark) + text[end:]
        return text

    def _counted(self, mark: str) -> str:
        self.counts[mark] += 1
        return mark


def never(key: str, regime: Regime | None = None) -> bool:
    """Whether a category is never written out, under any regime or under this one."""
    return any(key == each or key.startswith(f"{each}.") for each in (*NEVER, *ALSO.get(regime, ())))


def harmful(text: str, telephone: bool = False) -> Iterator[tuple[int, int]]:
    """Where card, account and national numbers and secrets stand in a text; `telephone`: in one that says it is a telephone number, of which one
    in five passes for some country's national number by its check digits."""
    if not telephone:
        yield from (match.span() for match in _LIKE.finditer(text))
    for pattern in HARMFUL:
        if not (telephone and pattern in NATIONAL):
            yield from pattern.spans(text)


def is_telephone(said: Column) -> bool:
    """Whether the column says that it holds telephone numbers."""
    return said.category is not None and said.category.startswith("user.contact.phone_number")


def may_name(said: Column) -> bool:
    """Whether names of people may stand in the column: not in one that says it holds towns or levels."""
    if said.values is not None:
        return False
    known = category(said.category) if said.category else None
    return (
        known is None
        or known.identifiability is Identifiability.DIRECT
        or known.key.startswith(("user.content", "user.account"))
        or known.key == "user"
    )


def _texts(cells: Iterable[Any]) -> Iterator[str]:
    """Every text in them."""
    for cell in cells:
        found = list[str]()
        _leaves(cell, lambda text, found=found: found.append(text) or text)  # type: ignore[misc]
        yield from found


def _leaves(cell: Any, do: Callable[[str], str], mask: Callable[[], str] | None = None) -> Any:
    """`cell` with every text in it (in lists, records, and JSON that is written as text) replaced by what `do` gives, and by `mask` what the name
    beside it says is a secret."""
    if isinstance(cell, str):
        parsed = _parsed(cell)
        return do(cell) if parsed is None else json.dumps(_leaves(parsed, do, mask), ensure_ascii=False)
    if isinstance(cell, dict):
        return {
            do(str(name)): mask() if mask is not None and _is_secret(name, each) else _leaves(each, do, mask)
            for name, each in cell.items()
        }
    if isinstance(cell, list | tuple):
        return [_leaves(each, do, mask) for each in cell]
    if isinstance(cell, int) and not isinstance(cell, bool):
        shown = do(str(cell))
        return cell if shown == str(cell) else shown
    return cell


def _is_secret(name: Any, cell: Any) -> bool:
    return isinstance(cell, str) and any(True for _ in PASSWORD.spans(json.dumps({str(name): cell}, ensure_ascii=False)))


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None
