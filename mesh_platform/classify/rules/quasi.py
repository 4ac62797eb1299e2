"""What singles a person out together with others: birth, age, sex, place, work, pay."""

from __future__ import annotations

import re
from collections import Counter

from mesh_platform.classify import forms, lexicon, names
from mesh_platform.classify.case import Case, digity, of_sites, wordy
from mesh_platform.classify.dates import compact, year_of
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import YEARS_ALONE, percent
from mesh_platform.classify.values import Profile

_ABOUT_PLACE = frozenset({"warehouse", "wh", "store", "depot", "hub", "branch", "office", "plant", "site", "facility", "shop"})


_LONG_MARITAL = frozenset(word for word in lexicon.MARITAL if len(word) > 2 and word != "single")
_SEXES = [lexicon._set(text) for text in ("male, m, man, männlich, mann, homme, masculin, masculino, hombre, homem, maschio, uomo, mężczyzna, muž, férfi, bărbat, erkek, мужской, мужчина, м, άνδρας, 男, 男性, 남, 남성, ذكر, h, mies, kille, mand, mannlig", "female, f, woman, w, weiblich, frau, femme, féminin, femenino, feminino, mujer, mulher, femmina, donna, kobieta, k, žena, nő, femeie, kadın, женский, женщина, ж, γυναίκα, 女, 女性, 여, 여성, أنثى, nainen, kvinna, kvinde, kvinne, vrouw, v")]  # fmt: skip


def births(case: Case) -> None:
    found = case.found
    named = case.named(Entity.DATE_OF_BIRTH)
    if (
        found.leaf.form in ("date", "time", "text")
        and _lifetimes(found)
        and not (names.about(case.name) or _of_an_event(case.name))
    ):
        case.tell(Entity.DATE_OF_BIRTH, 1, "dates that spread over decades and end long ago")
        return
    if 0.25 <= named < 0.5 and case.named(Entity.CITY, Entity.NATIONALITY) <= named and fits_a_life(found):
        case.tell(Entity.DATE_OF_BIRTH, 1, _as_years(found, "named like a date of birth, with days that spread over a life"))
        return
    if named < 0.5 or case.named(Entity.CITY, Entity.NATIONALITY) > case.named(Entity.DATE_OF_BIRTH):
        return
    if found.leaf.form in ("date", "time") or found.dated >= 0.6:
        case.tell(Entity.DATE_OF_BIRTH, 1, "named as date of birth, with dates")
    elif found.share(forms.YEAR) >= 0.8:
        case.tell(Entity.DATE_OF_BIRTH, 1, f"{YEARS_ALONE}named as year of birth")
    elif case.named(Entity.DATE_OF_BIRTH) >= 0.5 and sum(compact(v) is not None for v in found.sample) >= 0.9 * max(
        1, len(found.sample)
    ):
        case.tell(Entity.DATE_OF_BIRTH, 1, "named as date of birth, with days, months and years of two digits")
    elif found.numbers and _epoch_birth(found.numbers):
        case.tell(Entity.DATE_OF_BIRTH, 1, "named as date of birth, with day or second numbers")


_EVENTS = frozenset(
    ["order", "ordered", "start", "started", "begin", "end", "ended", "built", "build", "construction", "constructed", "founded", "foundation", "established", "opened", "opening", "closed", "published", "publication", "release", "released", "issue", "issued", "made", "manufactured", "production", "produced", "hire", "hired", "joined", "join", "entry", "exit", "contract", "signed", "valid", "expiry", "installed", "installation", "registered", "registration", "purchase", "purchased", "sale", "sold", "death", "died", "buchung", "bestellung", "lieferung", "gebaut", "baujahr", "bau", "gegrundet", "eroffnet", "erschienen", "eintritt", "austritt", "vertrag", "kauf", "tod", "sterbedatum", "construction", "fondation", "ouverture", "parution", "embauche", "construccion", "fundacion", "apertura", "publicacion", "alta", "baja", "costruzione", "fondazione", "budowa", "zalozenia", "model", "modell", "vintage", "jahrgangswein", "release", "war", "event", "history", "historical", "building", "completed", "completion", "constructing", "erected", "erection", "handover", "commissioned", "commissioning", "decommissioned", "inaugurated", "inauguration", "renovated", "renovation", "refurbished", "listed", "launched", "launch", "introduced", "discontinued", "planted", "laid", "manufacture", "manufacturing", "assembled", "acquired", "acquisition", "transferred", "graduated", "graduation", "married", "marriage", "wedding", "divorced", "admitted", "discharge", "licensed", "certified", "awarded", "patented", "filed", "granted", "recorded", "recording", "premiere", "filmed", "painted", "printed", "survey", "surveyed", "inspection", "inspected", "errichtet", "errichtung", "fertigstellung", "inbetriebnahme", "renoviert", "heirat", "hochzeit", "anschaffung", "herstellung", "zulassung", "erstzulassung", "gegruendet", "achevement", "achat", "livraison", "mise", "service", "terminado", "fabricacion", "matriculacion", "completato", "fabbricazione", "immatricolazione", "acquisto", "konstrukcja", "ukonczenia", "produkcji", "rejestracji", "bouwjaar", "oplevering", "aankoop", "byggar", "byggd", "fardigstalld", "tillverkning", "valmistumis", "rakennus", "vystavba", "vyroba", "epites", "gyartas", "constructie", "fabricatie", "yapim", "insaat", "uretim"]
)  # fmt: skip


_DAYS = frozenset(("date", "dates", "day", "on", "at", "since", "from", "until", "till", "datum", "tag", "am", "seit", "bis", "ab", "fecha", "dia", "desde", "hasta", "giorno", "dal", "jour", "le", "depuis", "dato", "dag", "dzien", "dnia", "pvm", "paiva", "den", "dne", "kelt", "ziua", "tarih", "tarihi", "diena", "data", "time", "timestamp", "ts", "year", "jahr", "annee", "ano", "anno", "rok", "jaar"))  # fmt: skip
"""Words for a day or a time: beside none for a birth they say that something else is meant."""


def _of_an_event(name: str) -> bool:
    """Whether a word of the name says what else happened on a day long ago, or means a day and none speaks of a birth."""
    parts = names.tokens(name)
    return not _EVENTS.isdisjoint(parts) or (
        not _DAYS.isdisjoint(parts) and names.suggests(name).get(Entity.DATE_OF_BIRTH, 0.0) < 0.25
    )


def fits_a_life(found: Profile) -> bool:
    """Dates, years, or numbers of days or seconds that spread over two decades and more, most of them long ago."""
    if found.distinct < 12:
        return False
    if found.leaf.form in ("date", "time") or found.dated >= 0.9:
        years = sorted(y for v in found.sample if (y := year_of(v)))
    elif found.share(forms.YEAR) >= 0.95:
        years = sorted(int(float(v)) for v in found.sample if forms.YEAR.fullmatch(v))
    elif found.numbers and _epoch_birth(found.numbers):
        most = sorted(map(abs, found.numbers))
        day = 1 if most[-1] < 60_000 else 86_400 if most[-1] < 3e9 else 86_400_000
        return most[-1] / day - most[0] / day > 365 * 6 or min(found.numbers) < 0
    else:
        years = sorted(y for v in found.sample if (y := compact(v)))
        if len(years) < 0.97 * len(found.sample):
            return False
    return bool(years) and years[-1] - years[0] >= 6 and years[len(years) // 2] <= 2016 and years[-1] <= 2024


def _as_years(found: Profile, why: str) -> str:
    return why if found.share(forms.YEAR) < 0.8 else YEARS_ALONE + why.replace("days", "years")


def _lifetimes(found: Profile) -> bool:
    """Whether dates spread over decades and end years ago, as only those of people do that are grown up."""
    years = sorted(y for v in found.sample if (y := year_of(v)))
    if len(years) < 20 or len(years) < 0.9 * len(found.sample) or found.distinct < 20:
        return False
    return (
        years[-1] - years[0] >= 30
        and years[len(years) // 2] <= 2000
        and years[-len(years) // 50 - 1] <= 2012
        and years[0] >= 1915
    )


_SEX_THEN_AGE = re.compile(
    r"(?P<sex>[^\W\d_]{1,9}?)[\s,;/|_.:-]{0,2}(?P<age>\d{2}|(?:19|20)\d\d|(?:19|20)\d{6})(?:[\s,;/|_.:-]{1,3}(?P<rest>.{1,60}))?"
)
_AGE_THEN_SEX = re.compile(
    r"(?P<age>\d{2}|(?:19|20)\d\d|(?:19|20)\d{6})(?:\s?(?:y|yo|j|jahre|ans|años|anni|lat|let))?[\s,;/|_.:-]{0,2}(?P<sex>[^\W\d_]{1,9})(?:[\s,;/|_.:-]{1,3}(?P<rest>.{1,60}))?"
)


def glued(case: Case) -> None:
    """A sex and an age or a birth in one text, with a place behind them: `F34, Lyon`, `41/m/8010`."""
    found = case.found
    if found.distinct < 20 or found.leaf.form != "text":
        return
    for form in (_SEX_THEN_AGE, _AGE_THEN_SEX):
        parts = [m for v in found.sample if len(v) <= 80 and (m := form.fullmatch(v))]
        sexes = Counter(lexicon.fold(m["sex"]) for m in parts)
        if (
            len(parts) < 0.9 * len(found.sample)
            or not 2 <= len(sexes) <= 6
            or sum(n for s, n in sexes.items() if s in lexicon.GENDER) < 0.9 * len(parts)
        ):
            continue
        numbers = sorted(int(m["age"][:4]) for m in parts)
        if numbers[-1] - numbers[0] < 25 or len(set(numbers)) < 12:
            continue
        case.tell(Entity.GENDER, 1, "a field of genders before or behind numbers that may be ages")
        if numbers[0] > 1900:
            case.tell(
                Entity.DATE_OF_BIRTH,
                1,
                f"a field of {'days' if len(parts[0]['age']) > 4 else 'years'} spread over decades beside a field of genders",
            )
        else:
            case.tell(Entity.AGE, 1, "a field of numbers that may be ages beside a field of genders")
        rest = [m["rest"] for m in parts if m["rest"]]
        if len(rest) >= 0.6 * len(parts) and len(set(rest)) >= 5:
            digits = sum(any(c.isdigit() for c in r) for r in rest) >= 0.8 * len(rest)
            case.tell(Entity.POSTCODE if digits else Entity.CITY, 1, "a field of places beside genders and ages")
        return


def quasi(case: Case) -> None:
    found = case.found
    if not found.sample:
        return
    glued(case)
    if case.told:
        return
    about = names.about(case.name)
    numbers = found.numbers
    gender, genders = found.vocabulary(lexicon.GENDER)
    marital, states = found.vocabulary(lexicon.MARITAL)
    codes = all(len(v) <= 2 for v in found.sample)
    if found.distinct <= 14 and gender >= 0.8 and genders >= 2 and (case.named(Entity.GENDER) >= 0.4 or _both_sexes(found)):
        case.tell(Entity.GENDER, 1, f"{percent(gender)} of distinct values mean a gender")
    elif (
        case.named(Entity.GENDER) >= (0.45 if found.distinct <= 5 else 0.6)
        and found.distinct <= 10
        and not about
        and (codes or gender >= 0.3)
    ):
        case.tell(Entity.GENDER, 1, "named as gender, with few codes")
    elif found.distinct <= 25 and marital >= 0.6 and states >= 3 and found.vocabulary(_LONG_MARITAL)[1] >= 2:
        case.tell(Entity.MARITAL_STATUS, 1, f"{percent(marital)} of distinct values mean a marital status")
    elif (
        case.named(Entity.MARITAL_STATUS) >= 0.6
        and found.distinct <= 25
        and (codes or marital >= 0.2 or (case.named(Entity.MARITAL_STATUS) >= 0.9 and wordy(found)))
    ):
        case.tell(Entity.MARITAL_STATUS, 1, "named as marital status, with few values")
    elif (
        case.named(Entity.AGE) >= (0.4 if _ages(found, numbers) else 0.5)
        and not about
        and numbers
        and all(0 <= n <= 125 for n in numbers)
    ):
        case.tell(Entity.AGE, 1, "named as age, with such numbers")
    elif case.named(Entity.AGE) >= 0.45 and found.share(forms.BAND) >= 0.6:
        case.tell(Entity.AGE, 1, "named as age, with bands")
    elif found.share(forms.BAND) >= 0.9 and (_age_bands(found) or _age_labels(found)):
        case.tell(Entity.AGE, 1, "bands of years that cover a life")
    elif (
        case.named(Entity.SALARY) >= 0.5
        and found.distinct >= 5
        and (numbers or found.share(forms.MONEY) >= 0.8)
        and case.named(Entity.SALARY) >= case.named(Entity.AGE)
        and (case.named(Entity.SALARY) >= (0.7 if numbers else 0.55) or _rounded(numbers))
    ):
        case.tell(Entity.SALARY, 1, "named as pay, with numbers")
    elif (
        case.named(Entity.POSTCODE) >= 0.5
        and found.share(forms.POST) >= (0.6 if case.named(Entity.POSTCODE) >= 0.7 else 0.9)
        and not _ABOUT_PLACE & set(names.tokens(case.name))
        and found.distinct >= 5
        and not of_sites(found)
    ):
        case.tell(Entity.POSTCODE, 1, "named as postcode, with a fitting form")
    elif (
        found.distinct >= 6
        and sum(lexicon.fold(v) in lexicon.DEMONYMS for v in found.sample) >= 0.8 * len(found.sample)
        and not about
    ):
        case.tell(Entity.NATIONALITY, 1, "words for the people of countries")
    elif case.named(Entity.NATIONALITY) >= 0.85 and wordy(found) and found.distinct <= 300 and not about:
        case.tell(Entity.NATIONALITY, 1, "named as nationality, with words")
    elif case.named(Entity.NATIONALITY) >= 0.5 and (sum(map(lexicon.country, found.sample)) >= 0.4 * len(found.sample)):
        case.tell(Entity.NATIONALITY, 1, "named as nationality, with countries or their people")
    elif (
        case.named(Entity.JOB_TITLE) >= 0.5
        and not about
        and wordy(found)
        and found.distinct >= 4
        and (found.reading.get("job", 0) >= 0.25 or case.named(Entity.JOB_TITLE) >= 0.8)
    ):
        case.tell(Entity.JOB_TITLE, 1, "named as occupation, with words")
    elif (
        found.distinct >= 6
        and not about
        and sum(lexicon.fold(v) in lexicon.JOBS for v in found.sample) >= 0.4 * len(found.sample)
    ) or (
        found.reading.get("job", 0) >= 0.6
        and found.distinct >= 15
        and not about
        and sum(" " in v for v in found.sample) >= 0.3 * len(found.sample)
    ):
        case.tell(Entity.JOB_TITLE, 1, f"read as occupations ({percent(found.reading.get('job', 0))})")
    elif (
        case.named(Entity.CITY) >= 0.55
        and not about
        and wordy(found)
        and digity(found) < 0.3
        and found.distinct >= 4
        and found.reading.get("words", 0) < 0.6
    ):
        case.tell(Entity.CITY, 1, "named as town of a person, with words")


def _ages(found: Profile, numbers: list[float]) -> bool:
    """Whole numbers that spread over the years of grown people."""
    return (
        found.distinct >= 25
        and bool(numbers)
        and min(numbers) >= 0
        and 55 <= max(numbers) <= 110
        and all(n % 1 == 0 for n in numbers)
    )


def _rounded(numbers: list[float]) -> bool:
    """Whether pay may be meant: thousands, many of them round."""
    return bool(numbers) and sum(n % 10 == 0 for n in numbers) >= 0.4 * len(numbers) and max(numbers) >= 1000


def _age_bands(found: Profile) -> bool:
    """Bands of five to twenty-five years that begin below thirty and reach beyond sixty."""
    matches = [m for v in found.sample if (m := re.fullmatch(r"(\d{1,3})\s?[-–]\s?(\d{1,3})", v))]
    pairs = [(int(m[1]), int(m[2])) for m in matches]
    if len(pairs) < 3:
        return False
    return (
        min(low for low, _ in pairs) < 30
        and 59 <= max(high for _, high in pairs) <= 120
        and all(4 <= high - low <= 25 for low, high in pairs)
    )


def _age_labels(found: Profile) -> bool:
    """`under 35`, `35 to 59`, `60 plus`: three bands or more that meet, the first and the last of them open."""
    ends = sorted({int(n) for v in found.sample for n in re.findall(r"\d{1,3}", v)})
    open_ended = sum(len(re.findall(r"\d+", v)) == 1 for v in found.sample)
    return 3 <= found.distinct <= 14 and open_ended == 2 and len(ends) >= 2 and 12 <= ends[0] <= 40 and 50 <= ends[-1] <= 100


def _both_sexes(found: Profile) -> bool:
    return all(found.vocabulary(words)[1] for words in _SEXES)


def _epoch_birth(numbers: list[float]) -> bool:
    middle = sorted(numbers)[len(numbers) // 2]
    if max(map(abs, numbers)) > 1e10:
        middle /= 1000
    return -1e9 <= middle <= 1.4e9 and (abs(middle) > 1e6 or 1000 < abs(middle) < 60000)


def fits_births(found: Profile) -> bool:
    """Whether the values are dates or years that spread over decades and end some years ago."""
    years = [y for v in found.sample if (y := year_of(v) or (int(v) if re.fullmatch(r"(?:19|20)\d\d", v) else None))]
    return len(years) >= 0.7 * max(1, len(found.sample)) and len(set(years)) >= 8 and max(years) - min(years) >= 25


def fits_postcodes(found: Profile) -> bool:
    return found.share(forms.POST) >= 0.7
