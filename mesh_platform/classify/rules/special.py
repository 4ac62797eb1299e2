"""Special categories: religion, politics, health and their like, by vocabulary or by name."""

from __future__ import annotations

from mesh_platform.classify import lexicon, names
from mesh_platform.classify.case import Case, wordy
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import percent
from mesh_platform.classify.values import Profile

_COMMON = lexicon._set(
    "none, other, unknown, s, m, d, w, member, non member, left, right, center, centre, independent, green, greens, liberal, community, prospect, unite, alliance, act, stan, pan, sp, mr, lo, fo, lab, so, pl, pp, ps, po, inc, congress, coalition, volt, novo, moderate, progressive, no, act, act up, equity, sud, disk, ufo, 3f, hk, hr, black, white, mixed, european, african, asian, indian, chinese, japanese, korean, turkish, arab, jewish, german, fluid, straight, spiritual, prefer not to say, orthodox"
)
WHOLE = 0.8
"""A name from which on it speaks for a vocabulary of which no word is known; what is shortened to a few letters does not."""
_GENERIC = {entity: _COMMON & words for entity, words in lexicon.VOCABULARIES.items()}
_GENERIC[Entity.ETHNICITY] = lexicon._set("none, other, unknown, indian, chinese, japanese, korean, turkish, vietnamese, persian")


def special(case: Case) -> None:
    found = case.found
    if not found.sample or found.words > 8:
        return
    for entity, words in lexicon.VOCABULARIES.items():
        if entity in (Entity.GENDER, Entity.MARITAL_STATUS):
            continue
        share, number = found.vocabulary(words)
        named = case.named(entity)
        generic = found.vocabulary(_GENERIC[entity])[0]
        if (
            named >= 0.5
            and not names.about(case.name)
            and (
                share >= 0.2
                or (
                    (named >= WHOLE or share > 0)
                    and found.distinct <= 60
                    and wordy(found)
                    and not names.vague(case.name, entity)
                    and not names.of_a_thing(case.name)
                )
            )
        ):
            case.tell(entity, 1, f"named so, and {percent(share)} of distinct values stand in the vocabulary")
        elif number >= 3 and share >= 0.6 and share - generic >= 0.4:
            case.tell(
                entity,
                1,
                f"{percent(share)} of distinct values stand in the vocabulary of {entity.value.lower().replace('_', ' ')}",
            )
    named = case.named(Entity.HEALTH)
    coded = found.share(lexicon.ICD11)
    if coded >= 0.9 and found.distinct >= 4 and (named >= 0.5 or _dotted(found)):
        case.tell(Entity.HEALTH, 1, f"{percent(coded)} of distinct values have the form of ICD-11 codes")
    elif (
        found.healthy >= (0.4 if named >= 0.4 else 0.5) and (found.distinct >= 3 or named >= 0.5) and _surely(found, named)
    ) or (named >= 0.6 and not names.about(case.name) and (found.healthy >= 0.1 or found.reading.get("illness", 0) >= 0.2)):
        case.tell(Entity.HEALTH, 1, f"{percent(found.healthy)} of distinct values are illnesses, ICD-10 codes or medicines")
    elif (
        named >= 0.75
        and not names.about(case.name)
        and not names.vague(case.name, Entity.HEALTH)
        and found.distinct >= 2
        and wordy(found)
        and found.words <= 5
        and found.leaf.form == "text"
    ):
        case.tell(Entity.HEALTH, 1, "named as health data, with short terms")


def _dotted(found: Profile) -> bool:
    """Whether some codes have the dot before their last signs and few are there in all, as with a list of diagnoses."""
    return found.distinct <= 400 and sum("." in value for value in found.sample) >= 0.3 * len(found.sample)


def _surely(found: Profile, named: float) -> bool:
    """Whether more than foods, animals and short forms speak for health, where the name does not."""
    surer = [value for value in found.sample[:200] if lexicon.fold(value) not in lexicon.BESIDE and lexicon.health(value)]
    told = sum(lexicon.ALLERGEN.search(value) is not None for value in found.folded)
    return named >= 0.4 or (told >= 2 and found.healthy >= 0.6) or len(surer) >= max(1, 0.25 * len(found.sample[:200]))
