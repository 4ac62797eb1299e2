"""What a column's name suggests: words of many languages, camel and snake case, compounds, abbreviations, and words that say the opposite.

A name is evidence, never a verdict: what it suggests must fit the values. `email_type` and `addresses_total` name something about the
thing, not the thing. A part that is no word is read as the words that it most likely shortens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from mesh_platform.classify import words
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.short import SHORT, TYPES

_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")
_ENDINGS = frozenset("dat nam adr num tel ort cod kod typ txt".split())  # noqa: SIM905
_UMLAUT = re.compile(r"ae|oe|ue")
_PARTICIPLE = re.compile(r"\w+(?:ed|en|wn|de)")
_SHORT = 0.88
"""How well a listed short form stands for its word."""
_NEAR = 0.08
"""Readings of an abbreviation so much weaker than the best one still count."""


def fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """`dtBirth_2` → dt, birth, 2; `kundennummer` → kunden, nummer."""
    found = [word for part in _SPLIT.findall(fold(name)) for word in _known(part.lower())]
    return tuple(found[:-1] if len(found) > 1 and found[-1] in TYPES else found)


def _known(part: str) -> tuple[str, ...]:
    """The words of `part`; where it is none, as it is with umlauts that were spelt out."""
    found = _compound(part)
    if _UMLAUT.search(part) and not all(word in _vocabulary() for word in found):
        other = _compound(_UMLAUT.sub(lambda m: m[0][0], part))
        return other if all(word in _vocabulary() for word in other) else found
    return found


@lru_cache(maxsize=65536)
def _compound(part: str) -> tuple[str, ...]:
    """`part` as two or three whole words of the vocabulary, with what German puts between them; itself if it is none."""
    if len(part) < 5 or part in _vocabulary():
        return (part,)
    for cut in range(len(part) - 2, 2, -1):
        head, rest = part[:cut], part[cut:]
        plain = next(
            (
                h
                for h in (head, head.removesuffix("s"), head.removesuffix("n"), head.removesuffix("en"))
                if h in _vocabulary() or (h in SHORT and rest in words.IDENTIFIERS)
            ),
            "",
        )
        if len(plain) >= 3:
            if len(rest) == 2 and rest not in words.IDENTIFIERS:
                continue
            tail = (rest,) if rest in _vocabulary() else _compound(rest)
            if len(tail) > 1 or tail[0] in _vocabulary():
                return (plain, *tail)
    if not readings(part):
        for cut in range(1, 5):
            if part[cut:] in _vocabulary() and len(part) - cut > 2:
                return (part[:cut], part[cut:])
        for cut in range(len(part) - 3, 2, -1):
            if part[cut:] in _ENDINGS and any(word.startswith(part[:cut]) for word in _vocabulary()):
                return (part[:cut], part[cut:])
    return (part,)


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[Entity, tuple[str, ...], str], ...]:
    return tuple(
        (entity, tuple(phrase.split()), phrase.replace(" ", ""))
        for entity, text in words.PHRASES.items()
        for phrase in (p.strip() for p in text.split(","))
    )


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    told = {word for _, phrase, _ in _phrases() for word in phrase}
    return frozenset(
        told | words.IDENTIFIERS | words.PEOPLE | words.OWN | words.OPAQUE | words.ABOUT | words.PLACES | words.THINGS
    )


@lru_cache(maxsize=1)
def _by_letter() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(_vocabulary()):
        found.setdefault(word[0], []).append(word)
    return found


class _Index(NamedTuple):
    """All phrases, and which of them have a word first that is more than a word for an identifier, and which are this when glued."""

    phrases: list[tuple[Entity, tuple[str, ...], str]]
    by_word: dict[str, list[int]]
    by_glued: dict[str, list[int]]
    longest: int


@lru_cache(maxsize=1)
def _index() -> _Index:
    grouped: dict[str, list[tuple[Entity, tuple[str, ...], str]]] = {}
    for one in _phrases():
        grouped.setdefault(next((word for word in one[1] if word not in words.IDENTIFIERS), one[1][0]), []).append(one)
    found = _Index([], {}, {}, max(len(glued) for _, _, glued in _phrases()))
    for word, phrases in grouped.items():
        for one in phrases:
            found.by_word.setdefault(word, []).append(len(found.phrases))
            found.by_glued.setdefault(one[2], []).append(len(found.phrases))
            found.phrases.append(one)
    return found


def _plausible(parts: tuple[str, ...], joined: str) -> Iterator[tuple[Entity, tuple[str, ...], str]]:
    """The phrases of which `parts` may hold a word, or that stand in the name as a whole."""
    index = _index()
    held = {word for part in parts for word in readings(part)}
    letters = {part for part in parts if len(part) == 1}
    near = held & index.by_word.keys() if not letters else {w for w in index.by_word if w in held or w[0] in letters}
    glued = {joined[a:b] for a in range(len(joined)) for b in range(a + 5, min(a + index.longest, len(joined)) + 1)} | {joined}
    wanted = {at for word in near for at in index.by_word[word]}
    wanted.update(at for part in glued & index.by_glued.keys() for at in index.by_glued[part])
    yield from (index.phrases[at] for at in sorted(wanted))


def shortens(short: str, word: str) -> float:
    """How well `short` may stand for `word`, 0 to 1: its beginning, its consonants, or letters of it in order."""
    if not 2 <= len(short) < len(word) or short[0] != word[0]:
        return 0.0
    covered = len(short) / len(word)
    consonants = word[0] + re.sub(r"[aeiouy]", "", word[1:])
    if short in (consonants, word[0] + re.sub(r"[aeiou]", "", word[1:])):
        return 0.9 if len(short) > 2 else 0.66
    if word.startswith(short):
        return 0.6 + 0.35 * covered if len(short) > 2 else 0.45 + 0.3 * covered
    if len(short) > 2 and consonants.startswith(short):
        return 0.6 + 0.3 * len(short) / len(consonants)
    shared = next((i for i, (a, b) in enumerate(zip(short, word, strict=False)) if a != b), len(short))
    at = iter(word[shared:])
    least = 0.5 if len(short) == 3 else 0.25 if shared >= 3 else 0.35
    if len(short) > 2 and covered >= least and all(c in at for c in short[shared:]) and not set(short[shared:]) & set("aeiou"):
        return 0.45 + 0.35 * covered + (0.1 if short[-1] == word[-1] else 0)
    if len(short) == 2 and consonants.startswith(short):
        return 0.5
    return 0.6 if len(short) == 2 and short[1] == word[-1] and len(word) <= 5 else 0.0


@lru_cache(maxsize=65536)
def readings(token: str) -> dict[str, float]:
    """The words that `token` is or may shorten, each with how well; a word is nothing but itself."""
    for whole in (
        token,
        token.removesuffix("s"),
        token.removesuffix("es"),
        token.removesuffix("en"),
        token.removesuffix("n"),
        token.removesuffix("e"),
    ):
        if whole in _vocabulary():
            return {whole: 1.0} | dict.fromkeys(SHORT.get(token, ()), _SHORT)
    if token in SHORT:
        return dict.fromkeys(SHORT[token], _SHORT)
    held = {word: score for word in _by_letter().get(token[:1], ()) if (score := shortens(token, word)) >= 0.5}
    best = max(held.values(), default=0.0)
    return {word: score for word, score in held.items() if score >= best - _NEAR}


def _match(phrase: tuple[str, ...], parts: tuple[str, ...], to_the_word: bool = False) -> float:
    """How well all words of `phrase` stand in `parts`, each once: 1 as whole words, less where shortened, 0 not.

    `to_the_word`: no word for an identifier stands for another: the id of a key is no key.
    """
    used: set[int] = set()
    score = 1.0
    for wanted in phrase:
        best, at = max(
            ((_stands_for(part, wanted, len(phrase) > 1, to_the_word), -i) for i, part in enumerate(parts) if i not in used),
            default=(0.0, 0),
        )
        if not best:
            return 0.0
        used.add(-at)
        score -= 0.8 * (1 - best) if len(phrase) > 1 else 1.1 * (1 - best)
    return max(score, 0.3) * (0.55 + 0.45 * len(used) / max(1, len(parts)))


def _stands_for(part: str, wanted: str, beside: bool, to_the_word: bool = False) -> float:
    """How well `part` is `wanted`; beside other words, those for an identifier stand for each other, and a letter for a word."""
    found = readings(part)
    if beside and not to_the_word and wanted in words.IDENTIFIERS and wanted not in found:
        return 0.97 * max((score for word, score in found.items() if word in words.IDENTIFIERS), default=0.0)
    return 0.3 if beside and len(part) == 1 and wanted.startswith(part) else found.get(wanted, 0.0)


@lru_cache(maxsize=16384)
def suggests(name: str) -> dict[Entity, float]:
    """What the name suggests, 0 to 1, by entity; words that say the opposite weigh against it."""
    if words.SUMS.issuperset(re.findall(r"[^\W_]+", name.lower())):
        return {}
    parts = tuple(re.sub(r"\d+$", "", w) or w for w in tokens(name) if not w.isdigit() or len(w) > 2)
    joined = "".join(w for w in _SPLIT.findall(fold(name)) if not w.isdigit()).lower()
    found: dict[Entity, float] = {}
    spelt = 0.0
    for entity, phrase, glued in _plausible(parts, joined):
        score = _match(phrase, parts, entity is Entity.SECRET or words.IDENTIFIERS.issuperset(phrase))
        if len(phrase) > 1 and score >= 0.8 and entity not in _NUMBERED:
            spelt = max(spelt, score)
        if glued == joined:
            score = 1.0
        elif len(glued) >= 5 and glued in joined:
            score = max(score, 0.75 * (0.5 + 0.5 * len(glued) / len(joined)) + 0.1)
        if score > found.get(entity, 0):
            found[entity] = score
    if len(joined) <= 5 and (joined.startswith("ip") or joined.endswith("ip")):
        found[Entity.IP_ADDRESS] = max(found.get(Entity.IP_ADDRESS, 0.0), 0.5)
    _of_persons(parts, found)
    if spelt and Entity.USER_ID in found:
        found[Entity.USER_ID] = min(found[Entity.USER_ID], spelt - 0.05)
    if about(name):
        salary = found.get(Entity.SALARY, 0.0) if {"per", "by"} & set(parts) else 0.0
        found = {entity: score * 0.35 for entity, score in found.items()}
        if salary >= 0.5:
            found[Entity.SALARY] = salary
    return found


def _of_persons(parts: tuple[str, ...], found: dict[Entity, float]) -> None:
    """A word for a person beside one for an identifier, a hash or a name; a thing's identifier is none of a person."""
    person, identifier, opaque, thing = (
        _best(parts, those) for those in (words.PEOPLE, words.IDENTIFIERS, words.OPAQUE, words.THINGS)
    )
    if not identifier and any(part in _LETTERS for part in parts):
        identifier = 0.45
    contact = max((found.get(e, 0.0) for e in (Entity.EMAIL, Entity.PHONE, Entity.NATIONAL_ID)), default=0.0)
    if person and identifier and len(parts) >= 2 and not (thing >= person - 0.05 and person < 0.88):
        found[Entity.USER_ID] = max(found.get(Entity.USER_ID, 0.0), 0.95 * person * identifier)
    if opaque and (person or contact >= 0.4) and len(parts) >= 2:
        found[Entity.EMAIL_HASH] = max(found.get(Entity.EMAIL_HASH, 0.0), 0.95 * opaque * max(person, contact))
    elif Entity.EMAIL_HASH in found and not opaque:
        found[Entity.EMAIL_HASH] *= 0.8
    medical, record = _best(parts, words.MEDICAL), max(identifier, _best(parts, words.RECORDS))
    if medical and record and len(parts) >= 2:
        found[Entity.MEDICAL_ID] = max(found.get(Entity.MEDICAL_ID, 0.0), 0.9 * medical * record)
    called = _best(parts, words.NAMES)
    if called or (person and not identifier and not opaque and len(parts) == 1):
        score = 0.6 if len(parts) == 1 else 0.9 * person if person and called else 0.35
        found[Entity.PERSON] = max(found.get(Entity.PERSON, 0.0), score * max(called, person))
    if thing >= 0.9 and person < 0.9:
        for entity in found.keys() & (_NUMBERED | words.VAGUE.keys()):
            found[entity] *= 0.6


_LETTERS = frozenset("cknri")
"""What may stand for a word for an identifier behind one for a person, where the values are a key."""
_NUMBERED = frozenset((Entity.PHONE, Entity.NATIONAL_ID, Entity.USER_ID, Entity.BANK_ACCOUNT, Entity.MEDICAL_ID, Entity.PERSON, Entity.SECRET, Entity.PASSPORT, Entity.ONLINE_ID))  # fmt: skip


def _best(parts: tuple[str, ...], those: frozenset[str]) -> float:
    """How surely one of `parts` is, or shortens, one of `those` rather than another word."""
    return max((score for part in parts for word, score in readings(part).items() if word in those), default=0.0)


def about(name: str) -> bool:
    """Whether the name speaks of something about the thing (its type, count, state), or of a place or firm instead of a person."""
    parts = tokens(name)
    if any(_PARTICIPLE.fullmatch(word) for word, after in pairwise(parts) if after == "by"):
        parts = tuple(part for part in parts if part != "by")
    if words.MEDICAL.intersection(parts):
        parts = tuple(part for part in parts if part not in words.RECORDS)
    return _best(parts, words.ABOUT | words.PLACES) >= 0.88 and not {
        "medical",
        "marital",
        "civil",
        "relationship",
        "health",
    } & set(parts)


def vague(name: str, entity: Entity) -> bool:
    """Whether the words of the name that speak for `entity` mean something else as often."""
    parts = tokens(name)
    return bool(words.VAGUE.get(entity, frozenset()).intersection(parts)) and len(parts) <= 2


def of_a_thing(name: str) -> bool:
    """Whether the name speaks of a thing that carries numbers or a name of its own, and of no person."""
    if meaningless(name):
        return False
    parts = tokens(name)
    return (_best(parts, words.THINGS) >= 0.88 or about(name)) and _best(parts, words.PEOPLE) < 0.88


def of_a_place(name: str) -> bool:
    """Whether the name speaks of a shop, a machine or a firm: what is there is not a person's."""
    return _best(tokens(name), words.PLACES) >= 0.88


def of_a_release(name: str) -> bool:
    """Whether the name speaks of a version, whose numbers have the form of addresses."""
    return bool(words.RELEASES.intersection(tokens(name)))


def opaque(name: str) -> bool:
    """Whether the name says hash, digest, token or pseudonym."""
    return _best(tokens(name), words.OPAQUE) >= 0.6


def of_a_person(name: str) -> bool:
    """Whether a word of the name means a person (or what is theirs)."""
    return _best(tokens(name), words.PEOPLE | words.OWN) >= 0.8


def identifier(name: str) -> bool:
    return _best(tokens(name), words.IDENTIFIERS) >= 0.6


def well_known(name: str) -> bool:
    """Whether every word of the name is a word for fields: then it is nobody's own name."""
    return all(token in _vocabulary() or token.isdigit() for token in tokens(name))


def meaningless(name: str) -> bool:
    """`col_17`, `x29`, `field_3`, `c9`."""
    return (
        re.fullmatch(
            r"_?(?:[a-z]|col|column|field|fld|var|attr|attribute|feature|unnamed|dim|val|value|data|spalte|feld|campo|champ|colonne|colonna|coluna|kolumna|kolom|kolumn|sarake|kolonne|sloupec|stlpec|oszlop|coloana|sutun"
            r"|alan|stulpelis|kolonna|veerg|kolona|stolpec|pole|mezo|kentta|felt|falt|free|freifeld|reserve|reserved|spare|extra|misc|custom|udf|user_def|zusatz)(?:[ _:.-]*\d+|[ _-][a-z])?",
            name.strip().lower(),
        )
        is not None
    )
