"""Special categories: religion, politics, health and their like, by vocabulary or by name."""

from __future__ import annotations

from mesh_platform.classify import lexicon, names
from mesh_platform.classify.case import Case, wordy
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import percent

_COMMON = lexicon._set(
    "none, other, unknown, s, m, d, w, member, non member, left, right, center, centre, independent, green, greens, liberal, community, prospect, unite, alliance, act, stan, pan, sp, mr, lo, fo, lab, so, pl, pp, ps, po, inc, congress, coalition, volt, novo, moderate, progressive, no, act, act up, equity, sud, disk, ufo, 3f, hk, hr, black, white, mixed, european, african, asian, indian, chinese, japanese, korean, turkish, arab, jewish, german, fluid, straight, spiritual, prefer not to say, orthodox"
)
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
                    found.distinct <= 60
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
    if (found.healthy >= 0.5 and (found.distinct >= 3 or named >= 0.5)) or (
        named >= 0.6 and not names.about(case.name) and (found.healthy >= 0.1 or found.reading.get("illness", 0) >= 0.2)
    ):
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
