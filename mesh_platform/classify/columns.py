"""One column: its leaves judged, what is embedded or encoded in them judged too, and all of it brought to one finding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.classify import decode, leaves, patterns
from mesh_platform.classify.embedded import embedded
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.forms import CODED
from mesh_platform.classify.judge import signs
from mesh_platform.classify.leaves import Leaf
from mesh_platform.classify.lexicon import GENDER
from mesh_platform.classify.rules.quasi import fits_births, fits_postcodes
from mesh_platform.classify.sign import Sign, percent
from mesh_platform.classify.values import Profile, profile
from mesh_platform.classify.wording import first_reading
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.sensitivity import Sensitivity

Reader = Callable[[list[str]], "list[tuple[Entity, float]]"]
"""Reads free texts: each entity with the share of the texts that hold it."""
DEEPEST = 3
PROBE = 120
TEXTS = 150
_STRONG = frozenset({Entity.EMAIL, Entity.IBAN, Entity.CREDIT_CARD, Entity.IP_ADDRESS, Entity.MAC_ADDRESS, Entity.SECRET, Entity.PROFILE_URL, Entity.GEO_PRECISE})  # fmt: skip


@dataclass(slots=True)
class Column:
    """What one column holds. `signs` are the reasons; `skipped` says what was not scanned."""

    table: str
    name: str
    rows: int
    filled: int
    distinct: int
    signs: list[Sign] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def entities(self) -> list[Entity]:
        return sorted({sign.entity for sign in self.signs}, key=list(Entity).index)

    @property
    def personal(self) -> bool:
        return any(entity.personal for entity in self.entities)

    @property
    def quasi(self) -> bool:
        return bool(self.entities) and not self.personal

    @property
    def kind(self) -> str:
        """`special`, `direct`, `quasi` or `none`."""
        kinds = {entity.kind for entity in self.entities}
        return next((kind for kind in ("special", "direct", "quasi") if kind in kinds), "none")

    @property
    def sensitivity(self) -> Sensitivity:
        found = Sensitivity.highest(entity.sensitivity for entity in self.entities) if self.entities else Sensitivity.INTERNAL
        return Sensitivity.INTERNAL if self.entities == [Entity.DATE_OF_BIRTH] and self._years else found

    @property
    def _years(self) -> bool:
        return all("year" in sign.why for sign in self.signs)

    @property
    def identifiability(self) -> Identifiability:
        order = (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS, Identifiability.QUASI)
        held = {entity.identifiability for entity in self.entities}
        return next((level for level in order if level in held), Identifiability.NONE)

    @property
    def categories(self) -> list[str]:
        """Keys of `mesh_platform.product.categories`."""
        return sorted({entity.category for entity in self.entities})

    def add(self, found: Iterable[Sign]) -> None:
        held = {sign.entity for sign in self.signs}
        for sign in found:
            if sign.entity not in held:
                held.add(sign.entity)
                self.signs.append(sign)


def judge(table: str, name: str, values: Any, reader: Reader | None = None) -> Column:
    """The finding on an Arrow column that is at hand as a whole, before what the rest of the mesh adds."""
    return of_leaves(table, name, leaves.of_column(name, values), len(values), len(values) - values.null_count, reader)


def of_leaves(table: str, name: str, parts: list[Leaf], rows: int, filled: int, reader: Reader | None = None) -> Column:
    """The finding on a column of `rows` cells, of which `filled` are not null, that was taken apart into `parts`."""
    column = Column(table, name, rows, filled, sum(leaf.distinct for leaf in parts))
    for leaf in parts:
        _leaf(column, leaf, reader, 0)
        column.skipped += leaf.notes
    return column


def _leaf(column: Column, leaf: Leaf, reader: Reader | None, depth: int) -> None:
    found = profile(leaf)
    column.profiles.append(found)
    told = [sign._replace(where=".".join(leaf.names[1:])) for sign in signs(found)]
    whole = any(sign.share >= 0.5 and "distinct values are" in sign.why for sign in told)
    if not whole and depth < DEEPEST and leaf.form == "text":
        form, inner = embedded(leaf)
        if inner:
            before = list(column.signs)
            for part in inner:
                _leaf(column, part, reader, depth + 1)
            fresh = [sign for sign in column.signs if sign not in before]
            if form == "fields":
                fresh += _demographic(inner, fresh)
                column.signs = before
                column.add(fresh if _composite(fresh) else [])
            told = [sign for sign in told if sign.entity in _STRONG or not fresh or sign.entity in {s.entity for s in fresh}]
            if form in ("JSON", "XML"):
                told = [sign for sign in told if sign.entity in _STRONG]
    if not told or (told[0].entity is Entity.SECRET and found.hits.get(patterns.JWT)):
        told += _decoded(found)
        told = told or _residual(found)
    if found.words >= 3.5 and leaf.form == "text" and reader is not None and not whole and not _addressed(told):
        told += _read(found, reader, {sign.entity for sign in told})
    column.add(told)


def _addressed(told: list[Sign]) -> bool:
    return any(sign.entity is Entity.STREET_ADDRESS and sign.share >= 0.5 for sign in told)


def _composite(found: list[Sign]) -> bool:
    """Fields are believed where a proof, a person or two quasi-identifiers come out of them."""
    return any(sign.entity.personal for sign in found) or len({sign.entity for sign in found}) >= 2


def _demographic(parts: list[Leaf], known: list[Sign]) -> list[Sign]:
    """A date or year far back, a gender and short codes side by side: the classic three that single people out."""
    seen = [profile(part) for part in parts]
    dated = [p for p in seen if fits_births(p)]
    sexes = [p for p in seen if p.distinct <= 8 and p.vocabulary(GENDER)[0] >= 0.75]
    if not (dated and sexes):
        return []
    told = [
        Sign(Entity.DATE_OF_BIRTH, 1, "a field of dates spread over decades beside a field of genders"),
        Sign(Entity.GENDER, 1, "a field of genders beside dates spread over decades"),
    ]
    if any(p not in dated and p not in sexes and p.distinct >= 8 and fits_postcodes(p) for p in seen):
        told.append(Sign(Entity.POSTCODE, 1, "a field of short codes beside dates of birth and genders"))
    return [sign for sign in told if sign.entity not in {s.entity for s in known}]


def _read(found: Profile, reader: Reader, known: set[Entity]) -> list[Sign]:
    texts = leaves.spread([v for v in found.sample if " " in v and len(v) <= 20_000], TEXTS)
    if len(texts) < 8:
        return []
    told = []
    for entity, share in reader(texts):
        if entity not in known and share >= (0.1 if entity in (Entity.PERSON, Entity.STREET_ADDRESS) else 0.08):
            told.append(Sign(entity, share, f"{percent(share)} of the texts read hold such spans"))
    return told


def _decoded(found: Profile) -> list[Sign]:
    """What an encoding hides, believed only if it scans positive."""
    probe = leaves.spread([v for v in found.sample if 4 <= len(v) <= decode.LONGEST], PROBE)
    if len(probe) < 2 or found.leaf.form not in ("text", "integer"):
        return []
    ways: dict[tuple[str, ...], dict[str, int]] = {}
    for value in probe:
        for chain, out in decode.chains(value):
            ways.setdefault(chain, Counter())[out.strip()] += found.leaf.counts.get(value, 1)
    for chain, counts in sorted(ways.items(), key=lambda item: (-len(item[1]), len(item[0]))):
        if len(counts) < 0.3 * len(probe) or len(counts) < 2:
            continue
        inner = Column("", found.leaf.name, 0, 0, 0)
        _plain_leaf(inner, Leaf((*found.leaf.names[:-1], "decoded"), dict(counts), "text", [], True))
        share = len(counts) / len(probe)
        told = [s for s in inner.signs if s.share >= 0.3 and s.entity.personal and _believable(chain, s)]
        if told:
            way = " in ".join(reversed(chain))
            return [Sign(s.entity, share, f"{percent(share)} of values probed are {way}; decoded, {s.why}") for s in told]
    return _weakly(found, probe)


def _believable(chain: tuple[str, ...], sign: Sign) -> bool:
    if chain == ("quoted-printable",) and sign.entity not in _STRONG:
        return False
    return sign.entity in _STRONG or sign.entity in (Entity.PERSON, Entity.PHONE, Entity.NATIONAL_ID, Entity.STREET_ADDRESS, Entity.USER_ID, Entity.BANK_ACCOUNT, Entity.HEALTH, Entity.USERNAME, Entity.MEDICAL_ID, Entity.PASSPORT)  # fmt: skip


def _plain_leaf(inner: Column, leaf: Leaf) -> None:
    found = profile(leaf)
    told = signs(found)
    form, parts = embedded(leaf)
    for part in parts if form in ("JSON", "XML", "key=value") else []:
        inner.add(signs(profile(part)))
    inner.add(sign for sign in told if not parts or sign.entity in _STRONG)


def _weakly(found: Profile, probe: list[str]) -> list[Sign]:
    if sum(patterns.EMAIL.whole(v) for v in probe) >= 0.3 * len(probe):
        return []
    turned = [next((out for out in _turned(v) if patterns.EMAIL.whole(out)), "") for v in probe]
    if sum(map(bool, turned)) >= 0.5 * len(probe):
        return [
            Sign(
                Entity.EMAIL,
                1,
                f"{percent(sum(map(bool, turned)) / len(probe))} of values probed are encoded and reversed; decoded, they are e-mail addresses",
            )
        ]
    for name, step in decode.WEAK.items():
        out = [step(v) or "" for v in probe]
        for pattern in (patterns.EMAIL, patterns.IBAN, patterns.PROFILE):
            share = sum(pattern.whole(v) for v in out) / len(out)
            if share >= 0.5:
                return [
                    Sign(
                        pattern.entity, share, f"{percent(share)} of values probed are {name}; decoded, they are: {pattern.name}"
                    )
                ]
    return []


def _turned(value: str) -> list[str]:
    """What comes out of one step on the reversed text, and the reverse of what comes out of one step."""
    return [out for _, out in decode.chains(value[::-1], 1)] + [out[::-1] for _, out in decode.chains(value, 1)]


def _residual(found: Profile) -> list[Sign]:
    """Names within a template: what is the same in many values is taken away, what stays is read (`CV_…_2024.pdf`)."""
    values = [v for v in found.sample if len(v) <= 120][:400]
    if (
        len(values) < 8
        or found.words > 3
        or found.share(CODED) >= 0.3
        or found.leaf.form != "text"
        or any("://" in v for v in values[:20])
    ):
        return []
    if sum(bool(re.search(r"[A-Za-z]\d+[A-Za-z]", v)) for v in values) >= 0.3 * len(values):
        return []
    pieces = [re.findall(r"[^\W\d_]+", re.sub(r"\.\w{2,5}$", "", v)) for v in values]
    if sum(len(p) >= 2 for p in pieces) < 0.7 * len(pieces) or not sum(
        bool(re.search(r"[_.\d-]", v)) for v in values
    ) >= 0.7 * len(values):
        return []
    common = Counter(token.lower() for piece in pieces for token in set(piece))
    rest = [" ".join(t for t in piece if common[t.lower()] <= max(1, 0.08 * len(values)) and len(t) > 1) for piece in pieces]
    kept = [r for r in rest if 2 <= len(r.split()) <= 4]
    if len(kept) < 0.6 * len(values) or len(set(kept)) < 6:
        return []
    person = first_reading([r.title() for r in kept[:300]]).get("person", 0.0)
    if person >= 0.6:
        return [
            Sign(
                Entity.PERSON,
                len(kept) / len(values),
                f"parts of a recurring form that read as personal names ({percent(person)})",
            )
        ]
    return []


__all__ = ["Column", "Reader", "judge"]
