"""Words of a text with their places: runs of letters in one script, runs of digits, single signs, ends of lines.

Chinese, Japanese and Korean signs stand alone, since no blank parts their words. An underscore parts words (`CV_Anna_Lima`).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

_MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_INDIC = "\u0900-\u0963\u0970-\u0dff"
_SOUTH_EAST = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
_ALONE = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3"
_THAI_HEADS = "คุณ|นางสาว|นาง|นาย|ลูกค้าชื่อ|ลูกค้า|ผู้รับ|ผู้ส่ง|ผู้ป่วย|ชื่อ|พี่|น้อง|หมอ|อาจารย์|พยาน|ทนาย"
"""What Thai writes against a name: titles, and words for who somebody is."""
_TOKEN = re.compile(
    rf"(?P<head>(?<![\u0e00-\u0e7f])(?:{_THAI_HEADS})(?=[\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e]))|(?P<alone>[{_ALONE}])"
    rf"|(?P<word>(?:(?![{_ALONE}])[^\W\d_]|[{_INDIC}{_SOUTH_EAST}])(?:(?![{_ALONE}])[^\W\d_]|[{_MARKS}{_INDIC}{_SOUTH_EAST}]){{0,59}})"
    r"|(?P<number>\d{1,60})|(?P<line>\n)|(?P<sign>[^\w\s]|_)"
)


class Token(NamedTuple):
    """A part of a text; `kind` is word, alone, number, sign or line."""

    text: str
    start: int
    end: int
    kind: str


def tokens(text: str, most: int | None = None) -> list[Token]:
    """The parts of `text`, in order, at most so many; blanks are left out."""
    return [
        Token(m.group(), m.start(), m.end(), "word" if m.lastgroup == "head" else str(m.lastgroup))
        for m in islice(_TOKEN.finditer(text), most)
    ]
