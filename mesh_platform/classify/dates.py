"""The year of a date as people write it: numeric orders, month names of any language, Roman months, other scripts, eras and calendars."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

FIRST, LAST = 1900, 2035
_KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911, "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}  # fmt: skip
_TEN = re.compile(r"([二三四五六七八九]?)十([一二三四五六七八九]?)")
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|民國|民国|[mtshr])\s?(\d{1,3}|元)\s?[年./-]\s?(\d{1,2})\s?[月./-]\s?(\d{1,2})\s?日?"
)
_YMD = re.compile(r"(\d{4})\s?[-/.,_ 年]\s?(\d{1,2})\s?[-/.,_ 月]\s?(\d{1,2})\s?(?:日|g|г)?\.?(?:[t ].{4,20})?")
_DMY = re.compile(r"(\d{1,2})\s?[-/., ]\s?(\d{1,2})\s?[-/., ]\s?(\d{4}|['’]?\d\d)\.?(?:[t ].{4,20})?")
_ROMAN = re.compile(r"(\d{1,2})[-/. ]{1,2}(?:x{0,1}i{1,3}|x{0,1}i?v|vi{0,3}|ix|x|xi|xii)[-/. ]{1,2}(\d{4})")
_WEEK = re.compile(r"(\d{4})[-/.]?(?:w\d\d[-/.]?\d|\d{3})")
_NAMED = re.compile(r"(?:[^\W\d_]{2,12}\.?,? )?(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª|-?го|-?е)?[-., ]{0,3}(?:(?:of|de|of the|del|d'|ngày|tháng) ?)?([^\W\d_][\w.'’\u0300-\u036f\u0900-\u0e7f]{1,20})[-., ]{0,3}(?:(?:de|del|of|г|พ\.ศ\.|ค\.ศ\.) ?)?(\d{4}|['’]?\d\d)(?: ?(?:г|m|р|r|роду|roku)\.?)?")  # fmt: skip
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,14})\.?[-., ]{1,2}(\d{1,2})(?:st|nd|rd|th)?,?[-., ]{1,2}(\d{4})")
_NAMED_BETWEEN = re.compile(r"(\d{4})[-., ]{1,3}([^\W\d_]{3,14})\.?[-., ]{1,2}(\d{1,2})\.?")


@lru_cache(maxsize=65536)
def year_of(text: str) -> int | None:
    """The Gregorian year of the date that `text` is, or nothing where it is none."""
    plain = _plain(text)
    if not 6 <= len(plain) <= 60:
        return None
    if era := _ERA.fullmatch(plain):
        return _between(_ERAS[era[1]] + (1 if era[2] == "元" else int(era[2])), int(era[3]), int(era[4]))
    if found := _YMD.fullmatch(plain):
        return _between(int(found[1]), int(found[2]), int(found[3]))
    if found := _DMY.fullmatch(plain):
        day, month = sorted((int(found[1]), int(found[2])), reverse=True)
        if month > 12:
            return None
        return _between(_full(found[3]), month, day)
    if found := _ROMAN.fullmatch(plain):
        return _between(int(found[2]), 1, int(found[1]))
    if found := _WEEK.fullmatch(plain):
        return _between(int(found[1]), 1, 1)
    for expression, at, day_at in ((_NAMED, 3, 1), (_NAMED_FIRST, 3, 2), (_NAMED_BETWEEN, 1, 3)):
        if found := expression.fullmatch(plain):
            return _between(_full(found[at]), 1, int(found[day_at]))
    if re.fullmatch(r"\d{8}", plain):
        return _between(int(plain[:4]), int(plain[4:6]), int(plain[6:])) or _between(int(plain[4:]), 1, int(plain[:2]))
    return None


def compact(text: str) -> int | None:
    """The year of six digits that are a day, a month and a year in one of the usual orders; a name has to say that they are."""
    if not re.fullmatch(r"\d{6}", text):
        return None
    one, two, three = int(text[:2]), int(text[2:4]), int(text[4:])
    if 1 <= two <= 12 and (1 <= one <= 31 or 1 <= three <= 31):
        return _full(text[4:] if 1 <= one <= 31 else text[:2])
    return None


def _plain(text: str) -> str:
    if text.isascii():
        return text.strip().lower()
    text = unicodedata.normalize("NFKC", text.strip()).lower()
    if "十" in text:
        text = _TEN.sub(lambda m: f"{(m[1] or '一')}{(m[2] or '〇')}", text)
    text = text.translate(_KANJI)
    return "".join(
        str(unicodedata.decimal(c, c)) if c.isdecimal() else c for c in text if c not in "\u200e\u200f\u202a\u202b\u202c"
    )


def _full(year: str) -> int:
    short = int(year.strip("'’"))
    return short if short > 99 else short + (2000 if short <= 25 else 1900)


def _between(year: int, month: int, day: int) -> int | None:
    """`year` in our calendar: Buddhist and Islamic years are brought there."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if 2440 <= year <= 2580:
        year -= 543
    elif 1300 <= year <= 1450:
        year = round(year * 0.97 + 622) if year > 1410 or year < 1330 else year + 600
    return year if FIRST <= year <= LAST else None
