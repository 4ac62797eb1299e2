"""Where people are told of in a text: words, addresses and numbers in it are brought to their normal forms, and known by their tokens.

For what removes: by the tokens of one person's identifiers, or of everybody whom the ledger suppresses. The verifier looks for spelt forms and
never comes here. A word that says nothing by itself (a short number, a short word) is nobody's.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

from mesh_platform.classify.decode import chains
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import normal_form
from mesh_platform.subjects.erasure.readings import CODED, Span, readings
from mesh_platform.subjects.requests.values import Identifier

Holds = Callable[[str, bytes], bool]
"""Whether a token of a namespace is one of those that are looked for."""

_WORD = re.compile(r"[^\s\"'`<>(){}\[\],|]+")
_PART = re.compile(r"[^=:/&?#;]+")
_EDGE = re.compile(r"^\W+|\W+$")
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_DIALLED = re.compile(r"(?<!\w)\+?\(?\d[\d\s().\-/]{4,30}\d(?!\w)")
_GROUP = re.compile(r"\d+")
_ACCOUNT = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){8,30}(?!\w)", re.IGNORECASE)
_CODED = re.compile(CODED)
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_BEFORE, _AFTER = r"(?<!\w)(?<!\w[._%+@-])", r"(?!\w)(?![._+@-]\w)"
_APART, _FROM = r"(?<![^\W_])(?<!\w[.%+@-])", r"(?![^\W_])(?![.+@-]\w)"
"""Where `_` parts words, as in names of files."""
_SEPARATED = r"[\s().\-/_]{0,4}"
_DEPTH, _LOCAL, _MEMORY = 2, 9, 100_000


def telling(text: str) -> bool:
    """Whether a spelling says by itself whose it is, wherever it stands."""
    if text.isdigit():
        return len(text) > 6
    return len(text) > (4 if text.isalpha() else 2)


class Recogniser:
    """Finds identifiers in texts. `spelled` are the spellings that are known, where the person is; found too where no word ends."""

    def __init__(
        self,
        tokens: SubjectTokens,
        namespaces: Mapping[str, Namespace],
        names: Iterable[str],
        holds: Holds,
        spelled: Iterable[Identifier] = (),
    ) -> None:
        asked = sorted(set(names) & namespaces.keys())
        self._holds = holds
        self._words = [(name, tokens.maker(name)) for name in asked if "e164" not in namespaces[name].normal]
        self._numbers = [(name, tokens.maker(name)) for name in asked if "e164" in namespaces[name].normal]
        self._known: dict[str, bool] = {}
        patterns = sorted(set(_patterns(spelled, namespaces)))
        self.spelled = "|".join(pattern for pattern, _, _ in patterns)
        """An expression without boundaries for all spellings, as both engines of expressions read it."""
        bounded = "|".join(f"{before}(?:{pattern}){after}" for pattern, before, after in patterns)
        self._spelled = re.compile(bounded, re.IGNORECASE) if patterns else None
        self._local = re.compile("|".join(sorted(set(_local(spelled, namespaces)))) or r"(?!)")

    def spans(self, text: str, own: bool = False) -> list[Span]:
        """Where an identifier stands; `own`: in what is the person's own, where a telephone number needs no country."""
        found = set(self._in(text, own))
        for reading in readings(text):
            found |= {reading.span(span) for span in self._in(reading.text, own)}
        return sorted(found)

    def _in(self, text: str, own: bool) -> Iterator[Span]:
        """Where one stands in what a text says, or in a word of it behind an encoding."""
        yield from self._plain(text)
        if own:
            yield from (match.span() for match in self._local.finditer(text))
        if _CODED.search(text):
            yield from self._behind(text)

    def _plain(self, text: str) -> Iterator[Span]:
        if self._spelled is not None:
            yield from (match.span() for match in self._spelled.finditer(text))
        for start, end in _candidates(text):
            if self._is_known(text[start:end]):
                yield start, end
        for match in _DIALLED.finditer(text) if self._numbers else ():
            yield from self._dialled(text, match.span())

    def _is_known(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            known = telling(word) and any(self._held(name, make(word)) for name, make in self._words)
            if len(self._known) < _MEMORY:
                self._known[word] = known
        return known

    def _held(self, name: str, token: bytes | None) -> bool:
        return token is not None and self._holds(name, token)

    def _dialled(self, text: str, run: Span) -> Iterator[Span]:
        """A number among the digits that stand together: more may stand before or behind it."""
        groups = [match.span() for match in _GROUP.finditer(text, *run)]
        for first, (start, _) in enumerate(groups):
            begin = (
                start - 1 if start and text[start - 1] == "+" else start - 2 if text[max(start - 2, 0) : start] == "+(" else start
            )
            for _, end in groups[first:]:
                if telling("".join(filter(str.isdigit, text[start:end]))) and any(
                    self._held(name, make(text[begin:end])) for name, make in self._numbers
                ):
                    yield begin, end

    def _behind(self, text: str) -> Iterator[Span]:
        """Words that stand for something else, in which an identifier stands."""
        for match in _WORD.finditer(text):
            found = list[Span]()
            for start, end in sorted(_pieces(match.group()), key=lambda piece: piece[1] - piece[0]):
                word = match.group()[start:end]
                if any(start <= first and last <= end for first, last in found) or not _may_be_coded(word):
                    continue
                if any(next(self._plain(plain), None) for _, plain in chains(word, _DEPTH)):
                    found.append((start, end))
                    yield match.start() + start, match.start() + end


def of_person(identifiers: Iterable[Identifier], tokens: SubjectTokens, namespaces: Mapping[str, Namespace]) -> Recogniser:
    """Of one person."""
    every = tuple(identifiers)
    held = {(one.namespace, one.token) for one in every}
    return Recogniser(tokens, namespaces, {one.namespace for one in every}, lambda name, token: (name, token) in held, every)


def _may_be_coded(word: str) -> bool:
    return len(word) > 7 and _CODED.search(word) is not None and not _PLAIN_WORD.fullmatch(word)


def _candidates(text: str) -> Iterator[Span]:
    for match in _WORD.finditer(text):
        yield from ((match.start() + start, match.start() + end) for start, end in _pieces(match.group()))
    yield from (match.span() for match in _ADDRESS.finditer(text))
    yield from (match.span() for match in _ACCOUNT.finditer(text))


def _pieces(word: str) -> Iterator[Span]:
    """The word, and what stands between the signs that bind words; each as it is and without marks around it."""
    spans = {(0, len(word)), *(match.span() for match in _PART.finditer(word))}
    for start, end in sorted(spans):
        yield start, end
        bare = _EDGE.sub("", word[start:end])
        if bare and bare != word[start:end]:
            begin = word.index(bare, start)
            yield begin, begin + len(bare)


def _patterns(spelled: Iterable[Identifier], namespaces: Mapping[str, Namespace]) -> Iterator[tuple[str, str, str]]:
    """How each spelling is found, and what may not stand before and behind it."""
    for one in spelled:
        namespace = namespaces[one.namespace]
        for spelling in one.spellings:
            for text in {spelling.strip(), normal_form(namespace, spelling)}:
                if telling(text):
                    apart = r"[\s.-]?" if "alphanumeric" in namespace.normal else ""
                    yield apart.join(map(re.escape, text)) if apart else re.escape(text), *_bounds(text)
                    if namespace.derived_from is None:
                        yield from ((re.escape(coded), *_bounds(coded)) for coded in _coded(text))
            digits = "".join(filter(str.isdigit, normal_form(namespace, spelling)))
            if "e164" in namespace.normal and telling(digits):
                yield r"(?:\+|00)?[\s().\-/_]{0,4}" + _SEPARATED.join(digits), _BEFORE, _AFTER


def _bounds(text: str) -> tuple[str, str]:
    return _BEFORE if "@" in text or "_" in text else _APART, _AFTER if "_" in text else _FROM


def _coded(text: str) -> Iterator[str]:
    """The spelling by itself behind an encoding: too short a word, often, to be taken for one."""
    data = text.encode("utf-8", "replace")
    if len(text) > 4:
        yield from (coded for coded in (b64encode(data).decode().rstrip("="), data.hex(), quote(text, safe="")) if coded != text)


def _local(spelled: Iterable[Identifier], namespaces: Mapping[str, Namespace]) -> Iterator[str]:
    """Telephone numbers as they are dialled at home."""
    for one in spelled:
        if "e164" in namespaces[one.namespace].normal:
            for spelling in one.spellings:
                digits = "".join(filter(str.isdigit, normal_form(namespaces[one.namespace], spelling)))
                if len(digits) > _LOCAL:
                    yield rf"(?<!\d)0?{_SEPARATED.join(digits[-_LOCAL:])}(?!\d)"
