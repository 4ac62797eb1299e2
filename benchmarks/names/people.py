"""Names of people by language: from Faker's locales, from own lists, and from chains of letters that look as if they were."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from random import Random

from faker.config import AVAILABLE_LOCALES

from benchmarks.names import native, own

LOCALES: dict[str, tuple[str, ...]] = {
    "en": ("en_US", "en_GB", "en_IE", "en_IN", "en_NG", "en_NZ", "en_PK", "en_KE", "en_CA", "en_AU"),
    "de": ("de_DE", "de_AT", "de_CH"), "fr": ("fr_FR", "fr_CH", "fr_CA", "fr_BE", "fr_DZ"), "es": ("es_ES", "es_MX", "es_AR", "es_CO", "es_CL"),
    "it": ("it_IT",), "pt": ("pt_PT", "pt_BR"), "nl": ("nl_NL", "nl_BE"), "pl": ("pl_PL",), "sv": ("sv_SE",), "da": ("da_DK",), "no": ("no_NO",),
    "fi": ("fi_FI",), "is": ("is_IS",), "cs": ("cs_CZ",), "sk": ("sk_SK",), "hu": ("hu_HU",), "ro": ("ro_RO",), "hr": ("hr_HR",), "sl": ("sl_SI",),
    "tr": ("tr_TR",), "lt": ("lt_LT",), "lv": ("lv_LV",), "et": ("et_EE",), "sq": ("sq_AL",), "id": ("id_ID",), "ms": ("id_ID",), "vi": ("vi_VN",),
    "sw": ("sw", "en_KE"), "tl": ("tl_PH", "en_PH"), "ha": ("ha_NG",), "yo": ("yo_NG", "ig_NG"), "ru": ("ru_RU",), "uk": ("uk_UA",), "bg": ("bg_BG",),
    "mk": ("mk_MK",), "el": ("el_GR",), "ar": ("ar_SA", "ar_AA", "ar_DZ", "ar_PS"), "fa": ("fa_IR",), "he": ("he_IL",), "hi": ("hi_IN", "mr_IN"),
    "bn": ("bn_BD",), "ta": ("ta_IN",), "ne": ("ne_NP",), "th": ("th_TH",), "ka": ("ka_GE",), "hy": ("hy_AM",), "ja": ("ja_JP",), "zh": ("zh_CN", "zh_TW"),
    "ko": ("ko_KR",),
}  # fmt: skip
LATIN = tuple(code for code in LOCALES if code not in {"ru", "uk", "bg", "mk", "el", "ar", "fa", "he", "hi", "bn", "ta", "ne", "th", "ka", "hy", "ja", "zh", "ko"})  # fmt: skip
OTHER = tuple(code for code in LOCALES if code not in LATIN)
GLUED = frozenset({"ja", "zh", "ko"})
LAST_FIRST = frozenset({"hu", "vi"})
GIVEN_ATTRIBUTES = ("first_names", "first_names_male", "first_names_female", "first_names_nonbinary", "first_names_unisex", "first_names_est", "first_names_rus", "first_name_pairs", "first_romanized_name_pairs", "boy_names", "girl_names")  # fmt: skip
FAMILY_ATTRIBUTES = ("last_names", "last_names_male", "last_names_female", "last_name_pairs", "last_names_nonbinary", "family_names", "surnames_male", "surnames_female", "last_names_est", "last_names_rus")  # fmt: skip


def _flat(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (key for key in value if isinstance(key, str))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from ([part[0]] if isinstance(part, tuple) and part and isinstance(part[0], str) else _flat(part))


@lru_cache
def provider_names(locale: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given and family names of one Faker locale."""
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ImportError:
        return (), ()
    given = {n.strip() for a in GIVEN_ATTRIBUTES for n in _flat(getattr(provider, a, ()))}
    family = {n.strip() for a in FAMILY_ATTRIBUTES for n in _flat(getattr(provider, a, ()))}
    return tuple(sorted(n for n in given if n and len(n) < 40)), tuple(sorted(n for n in family if n and len(n) < 40))


def own_last(text: str) -> list[str]:
    found, words, i = [], text.split(), 0
    while i < len(words):
        for length in (3, 2):
            head = " ".join(words[i : i + length])
            if head in own.JOINED and i + length < len(words):
                found.append(f"{head} {words[i + length]}")
                i += length + 1
                break
        else:
            if words[i] in own.JOINED and i + 1 < len(words):
                found.append(f"{words[i]} {words[i + 1]}")
                i += 2
            else:
                found.append(words[i])
                i += 1
    return found


@lru_cache
def all_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every given and every family name that training knows."""
    given: set[str] = set()
    family: set[str] = set()
    for locale in sorted({loc for locs in LOCALES.values() for loc in locs} | set(AVAILABLE_LOCALES)):
        first, last = provider_names(locale)
        given |= set(first)
        family |= set(last)
    for words in own.FIRST.values():
        given |= set(words.split())
    for words in own.LAST.values():
        family |= set(own_last(words))
    for first, last in native.NAMES.values():
        given |= set(first)
        family |= set(last)
    return tuple(sorted(given)), tuple(sorted(family))


class Chain:
    """Words that look as if they came from a list: letters in chains of three."""

    def __init__(self, words: Iterable[str]) -> None:
        self.after: dict[str, list[str]] = defaultdict(list)
        for word in words:
            padded = f"^^{word}$"
            for i in range(len(padded) - 2):
                self.after[padded[i : i + 2]].append(padded[i + 2])

    def draw(self, random: Random) -> str:
        for _ in range(20):
            state, word = "^^", ""
            while len(word) < 14:
                letter = random.choice(self.after[state])
                if letter == "$":
                    break
                word += letter
                state = (state + letter)[-2:]
            if 3 <= len(word) < 14:
                return word
        return word or "Anna"


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
