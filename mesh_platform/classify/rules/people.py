"""Names and addresses of persons, by what the words read like."""

from __future__ import annotations

import re

from mesh_platform.classify import names
from mesh_platform.classify.case import Case, digity, worded
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import percent


def people(case: Case) -> None:
    found = case.found
    if found.leaf.form != "text" or not found.sample or found.words > 12:
        return
    mean = found.reading
    person, street = mean.get("person", 0), mean.get("street", 0)
    named, named_street = case.named(Entity.PERSON), case.named(Entity.STREET_ADDRESS)
    letters = sum(bool(re.search(r"[^\W\d_]{2}", v)) for v in found.sample) / len(found.sample)
    against = names.about(case.name)
    if case.explained or letters < 0.5:
        return
    if found.words > 5 or found.dated >= 0.3:
        person = 0.0
    if found.dated >= 0.3:
        street = 0.0
    if named >= 0.5 and not against and person >= (0.3 if named > 0.62 else 0.5) and found.distinct >= 3:
        case.tell(Entity.PERSON, 1, f"named as a person, and read as names ({percent(person)})")
    elif (
        named >= 0.85
        and not against
        and letters >= 0.9
        and digity(found) < 0.1
        and found.distinct >= 5
        and found.words <= 4
        and mean.get("words", 0) + mean.get("thing", 0) < 0.5
    ):
        case.tell(Entity.PERSON, 1, "named as a person, with words that may be names")
    elif (
        person >= 0.5
        and found.distinct >= 8
        and not names.of_a_place(case.name)
        and not names.of_a_thing(case.name)
        and found.words <= 5
        and case.named(Entity.USERNAME, Entity.CITY, Entity.JOB_TITLE) < 0.5
    ):
        case.tell(Entity.PERSON, 1, f"read as personal names ({percent(person)})")
    elif (
        worded(found)
        and (
            named_street >= 0.5
            and not against
            and not names.of_a_place(case.name)
            and (street >= 0.3 or (mean.get("place", 0) + street >= 0.6 and digity(found) >= 0.5))
        )
    ) or (
        street >= 0.65
        and found.distinct >= 8
        and found.words <= 9
        and digity(found) >= 0.4
        and found.share(re.compile(r".*[/=_:{}\[\]<>].*", re.DOTALL)) < 0.3
        and not names.of_a_place(case.name)
        and worded(found)
        and not case.told
    ):
        case.tell(Entity.STREET_ADDRESS, 1, f"read as street addresses ({percent(street)})")
