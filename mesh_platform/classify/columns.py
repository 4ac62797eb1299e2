"""One column: its leaves judged, what is embedded or encoded in them judged too, and all of it brought to one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.classify import leaves, names, patterns
from mesh_platform.classify.case import of_sites
from mesh_platform.classify.embedded import embedded
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.forms import CODED
from mesh_platform.classify.hidden import STRONG, decoded, residual
from mesh_platform.classify.judge import signs
from mesh_platform.classify.leaves import Leaf
from mesh_platform.classify.lexicon import GENDER, country
from mesh_platform.classify.rules.quasi import fits_a_life, fits_births, fits_postcodes
from mesh_platform.classify.sign import YEARS_ALONE, Sign, percent
from mesh_platform.classify.sparse import sparse
from mesh_platform.classify.values import Profile, profile
from mesh_platform.product.categories import Identifiability
from mesh_platform.product.sensitivity import Sensitivity

Reader = Callable[[list[str]], "list[tuple[Entity, float]]"]
"""Reads free texts: each entity with the share of the texts that hold it."""
DEEPEST = 3
TEXTS = 120
FEW_AGAIN, MOSTLY = 4, 0.6
"""Where few texts come again and again, as those of wares do, names are believed in more of them."""
LONGEST_READ = 20_000
"""Characters of one text that are read for names; the patterns look at all of it."""
PEOPLE, AMONG_OTHERS = 0.3, 0.08
"""The share of texts with a name or address from which on a column is believed to hold them: wares and places are named after people. Less is
enough beside numbers and addresses that are a person's."""
_KEPT = STRONG | {Entity.MEDICAL_ID, Entity.USERNAME}
"""What is told of a text as a whole stays beside what its fields tell."""
BY_CHANCE = 0.05
"""The share of single words below which what was found may stand in an encoding by chance."""
FIRST = 50
"""Texts that are read first; the others only where these leave it open."""


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
        return all(sign.why.startswith(YEARS_ALONE) for sign in self.signs)

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
    if {Entity.GENDER, Entity.DATE_OF_BIRTH} <= set(column.entities) or {Entity.GENDER, Entity.AGE} <= set(column.entities):
        column.add(_beside_births(column.profiles))
    return column


def _beside_births(profiles: list[Profile]) -> Iterable[Sign]:
    """Codes of countries beside a birth and a gender: where somebody is from."""
    for found in profiles:
        if found.distinct >= 4 and found.sample and sum(map(country, found.sample)) >= 0.9 * len(found.sample):
            why = "words for countries beside a field of genders and of births"
            yield Sign(Entity.NATIONALITY, 1, why, ".".join(found.leaf.names[1:]))


def _leaf(column: Column, leaf: Leaf, reader: Reader | None, depth: int) -> None:
    found = profile(leaf)
    column.profiles.append(found)
    told = [sign._replace(where=".".join(leaf.names[1:])) for sign in signs(found)]
    form = ""
    whole = any(sign.share >= 0.5 and "distinct values are" in sign.why for sign in told)
    if not whole and depth < DEEPEST and leaf.form == "text":
        form, inner = embedded(leaf)
        if inner:
            before = list(column.signs)
            for part in inner:
                _leaf(column, part, reader, depth + 1)
            fresh = [sign for sign in column.signs if sign not in before]
            if form in ("fields", "loose fields"):
                fresh = _demographic(inner, [] if form == "loose fields" else fresh) + (fresh if form == "fields" else [])
                fresh += _born(inner, fresh)
                column.signs = before
                column.add(fresh if _composite(fresh) else [])
            told = [sign for sign in told if sign.entity in _KEPT or not fresh or sign.entity in {s.entity for s in fresh}]
            if form in ("JSON", "XML"):
                told = [sign for sign in told if sign.entity in STRONG]
    hidden: list[Sign] = []
    if not told or (told[0].entity is Entity.SECRET and (found.hits.get(patterns.JWT) or found.hits.get(patterns.TOKENS))):
        hidden = decoded(found)
        told += hidden
    elif found.words <= 1.5 and all(sign.share < BY_CHANCE for sign in told):
        hidden = decoded(found)
        told = hidden or told
    elif all("named" in sign.why for sign in told) and found.share(CODED) >= 0.5:
        told = decoded(found) or told
    if not told:
        told = residual(found)
    if leaf.form == "text" and not form and not whole and not hidden and found.words < 3.5:
        told += _among(found, {sign.entity for sign in told})
    if (
        (found.words >= 3.5 or (not told and found.words >= 1.3))
        and leaf.form == "text"
        and form not in ("JSON", "XML")
        and reader is not None
        and not whole
        and not hidden
        and not _addressed(told)
    ):
        told += _read(found, reader, {sign.entity for sign in told})
    if leaf.form == "text" and not whole:
        told += sparse(found, {sign.entity for sign in told})
    column.add(told)


def _among(found: Profile, known: set[Entity]) -> list[Sign]:
    """Names of persons among values of other kinds, as in tables of attributes and their values."""
    leaf = found.leaf
    if leaf.more[0] or known & {Entity.PERSON, Entity.CITY, Entity.STREET_ADDRESS, Entity.JOB_TITLE, Entity.NATIONALITY}:
        return []
    words = {
        v: n for v, n in leaf.counts.items() if " " in v and 5 <= len(v) <= 60 and not any(c.isdigit() or c in "@/=_" for c in v)
    }
    if not max(12, 0.1 * leaf.distinct) <= len(words) <= 0.8 * leaf.distinct:
        return []
    inner = profile(Leaf(leaf.names, words, "text", [], leaf.nested))
    share = sum(words.values()) / max(1, leaf.rows)
    return [
        sign._replace(share=share, why=f"among values of other kinds: {sign.why}")
        for sign in signs(inner)
        if sign.entity is Entity.PERSON
    ]


def _addressed(told: list[Sign]) -> bool:
    return any(sign.entity is Entity.STREET_ADDRESS and sign.share >= 0.5 for sign in told) and not any(
        sign.share < 0.5 and sign.entity.personal for sign in told
    )


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


def _born(parts: list[Leaf], known: list[Sign]) -> list[Sign]:
    """Days that spread over years beside a person, as rows of registers have them."""
    held = {sign.entity for sign in known}
    if Entity.PERSON not in held or Entity.DATE_OF_BIRTH in held:
        return []
    dated = [p for p in map(profile, parts) if p.distinct >= 12 and fits_a_life(p)]
    return (
        [Sign(Entity.DATE_OF_BIRTH, 1, "a field of days that spread over a life beside names of persons")]
        if len(dated) == 1
        else []
    )


def _read(found: Profile, reader: Reader, known: set[Entity]) -> list[Sign]:
    long = [v for v in found.sample if v.count(" ") >= 2]
    mostly = len(long) / len(found.sample) if found.sample else 0.0
    texts = leaves.spread(long, TEXTS)
    if len(texts) < (8 if mostly >= 0.8 else 4):
        return []
    texts = [text[:LONGEST_READ] for text in texts]
    shares = reader(leaves.spread(texts, FIRST))
    if len(texts) > FIRST and any(share < 0.35 for _, share in shares):
        shares = reader(texts)
    told = []
    repeated = found.rows >= FEW_AGAIN * found.distinct and found.distinct < 40
    people = MOSTLY if repeated else PEOPLE if len([entity for entity in known if entity.personal]) < 2 else AMONG_OTHERS
    for entity, share in shares:
        if entity in (Entity.PERSON, Entity.STREET_ADDRESS) and (
            (share * mostly >= 0.8 and of_sites(found)) or names.of_a_place(found.leaf.name)
        ):
            continue
        if entity is Entity.GEO_PRECISE and names.of_a_place(found.leaf.name):
            continue
        if entity not in known and share >= (people if entity in (Entity.PERSON, Entity.STREET_ADDRESS) else 0.08):
            told.append(Sign(entity, share, f"{percent(share)} of the texts read hold such spans"))
    return told


__all__ = ["Column", "Reader", "judge"]
