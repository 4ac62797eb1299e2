"""Names and addresses of persons, by what the words read like."""

from __future__ import annotations

import re

from mesh_platform.classify import given, names
from mesh_platform.classify.case import Case, digity, of_sites, worded
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import spread
from mesh_platform.classify.sign import percent
from mesh_platform.classify.values import READ, Profile


def _few(found: Profile) -> bool:
    """Whether few values come again and again: wares, dishes and models have the names of persons, too."""
    return found.distinct <= 40 and found.rows >= 8 * found.distinct


def _unnamed(case: Case, person: float) -> str:
    """Why a column holds names of persons though its name does not say so; nothing where it may not."""
    found = case.found
    probe = spread([v for v in found.sample if len(v) <= 60], READ)
    cased = [v for v in probe if v.lower() != v.upper()]
    names_known, others = given.known(cased)
    bare = len(cased) < 0.5 * len(probe)
    sure = found.distinct >= 40 and not _few(found)
    if (case.of_a_thing and not sure) or found.distinct < 8 or found.words > 5 or digity(found) > 0.3:
        return ""
    if found.distinct >= 15 and (share := given.east(probe)) >= 0.75:
        return f"family names of East Asia with given names behind them ({percent(share)})"
    if case.named(Entity.USERNAME, Entity.CITY, Entity.JOB_TITLE, Entity.NATIONALITY) >= 0.5:
        return ""
    if _few(found):
        return f"read as personal names ({percent(person)})" if person >= 0.5 and (given.whole(cased) >= 0.5 or bare) else ""
    if person >= (0.8 if case.of_a_thing else 0.5) and (names_known >= (0.6 if case.of_a_thing else 0.3) or bare):
        return f"read as personal names ({percent(person)})"
    if found.distinct >= 25 and person >= 0.15 and names_known >= 0.5 and others <= 0.15 and digity(found) < 0.05:
        return f"words of which {percent(names_known)} are known as names of persons"
    return ""


def people(case: Case) -> None:
    found = case.found
    if found.leaf.form != "text" or not found.sample or found.words > 12:
        return
    mean = found.reading
    person, street = mean.get("person", 0), mean.get("street", 0)
    named, named_street = case.named(Entity.PERSON), case.named(Entity.STREET_ADDRESS)
    letters = sum(bool(re.search(r"[^\W\d_]{2}", v)) for v in found.sample) / len(found.sample)
    against = names.about(case.name) or (case.of_a_thing and named < 0.7)
    if case.explained or letters < 0.5:
        return
    if found.words > 5 or found.dated >= 0.3:
        person = 0.0
    if found.dated >= 0.3:
        street = 0.0
    if named >= 0.5 and named < 0.7 and _few(found) and not any(map(names.of_a_person, case.leaf.names)):
        named = 0.0
    if named >= 0.5 and not against and person >= (0.3 if named > 0.62 else 0.5) and found.distinct >= 3:
        case.tell(Entity.PERSON, 1, f"named as a person, and read as names ({percent(person)})")
    elif (
        named >= 0.85
        and not against
        and letters >= 0.9
        and digity(found) < 0.1
        and found.distinct >= (10 if found.rows >= 60 else 5)
        and person + mean.get("handle", 0) >= 0.1
        and found.words <= 4
        and mean.get("words", 0) + mean.get("thing", 0) < 0.5
    ):
        case.tell(Entity.PERSON, 1, "named as a person, with words that may be names")
    elif not names.of_a_place(case.name) and (why := _unnamed(case, person)):
        case.tell(Entity.PERSON, 1, why)
    elif (
        worded(found)
        and (
            named_street >= 0.5
            and not against
            and not names.of_a_place(case.name)
            and not (of_sites(found) and not names.of_a_person(case.name))
            and (street >= 0.3 or (mean.get("place", 0) + street >= 0.6 and digity(found) >= 0.5))
        )
    ) or (
        street >= 0.65
        and found.distinct >= 8
        and found.words <= 9
        and digity(found) >= 0.4
        and found.share(re.compile(r".*[/=_:{}\[\]<>].*", re.DOTALL)) < 0.3
        and not names.of_a_place(case.name)
        and not of_sites(found)
        and worded(found)
        and not case.told
    ):
        case.tell(Entity.STREET_ADDRESS, 1, f"read as street addresses ({percent(street)})")
