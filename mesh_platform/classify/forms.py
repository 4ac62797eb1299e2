"""Forms that prove nothing by themselves: dates, digits, handles, bands. A name or a neighbour has to speak beside them."""

from __future__ import annotations

import re

CODED = re.compile(r"[0-9a-fA-F-]{12,}|[A-Za-z0-9+/=]{24,}")
HASH = re.compile(r"(?:[\w-]{2,12}[:$])?(?:[0-9a-fA-F]{16,128}|[A-Za-z0-9+/_-]{20,128}={0,2}|[A-Z2-7]{24,110}={0,6})")
DATE = re.compile(
    r"(?:19|20)\d\d([-/. ]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|(?:0?[1-9]|[12]\d|3[01])([-/. ])(?:0?[1-9]|1[0-2])\2(?:(?:19|20)\d\d|\d\d)|(?:0?[1-9]|1[0-2])([-/. ])(?:0?[1-9]|[12]\d|3[01])\3(?:(?:19|20)\d\d|\d\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?[-./ ]{0,2}(?:of )?(?:de )?[^\W\d_]{3,12}\.?,?[-./ ]{0,2}(?:de )?(?:(?:19|20)\d\d|\d\d)|[^\W\d_]{3,12}\.? (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,? (?:19|20)\d\d|(?:19|20)\d\d年\d{1,2}月\d{1,2}日|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|(?:19|20)\d\d-[A-Za-z]{3}-\d\d"
)
YEAR = re.compile(r"(?:19[0-9]\d|20[0-2]\d)(?:\.0)?")
BAND = re.compile(
    r"\d{1,3}\s?(?:-|–|—|to|bis|a|à|do|\.\.)\s?\d{1,3}|(?:<|>|≥|≤|<=|>=|under|over|unter|über|ab)\s?\d{1,3}|\d{1,3}\s?(?:\+|s|plus|and over|or older|und älter|und mehr|et plus|ans et plus|o más|y más|e oltre|ou mais|e mais|i więcej|en ouder|och äldre|og eldre|og derover|ja yli|a více|a viac|és több|și peste|ve üzeri|y|yrs?|years?|jahre|ans|años|anos|anni|lat|let|rokov|jaar|år|vuotta|év|ani|yaş|m|metų|gadi|aastat|лет|років|ετών|tuổi|tahun|歳|岁|세|代)|[\[(]\d{1,3},\s?\d{1,3}[\])]",
    re.IGNORECASE,
)
POST = re.compile(
    r"(?:[A-Z]{1,2}[ -])?(?=.{3,12}$)(?=.*\d)[0-9A-Za-z]{2,8}(?:[ -][0-9A-Za-z]{2,5})?|〒\d{3}-\d{4}|[^\W\d_]{1,3} ?\d{2,3} ?\d{2,3}"
)
PLATE = re.compile(r"(?=.*\d)[^\W_]{1,8}(?:[ ·.-][^\W_]{1,6}){0,3}")
GEOHASH = re.compile(r"[0-9b-hjkmnp-z]{6,12}")
COOKIE = re.compile(r"(?=.*\d)[\w.|:%~-]{8,200}")
DOCUMENT = re.compile(r"(?=(?:.*\d){3})[A-Za-z0-9]{1,20}(?:[ ./-]?[A-Za-z0-9]{1,12}){0,4}")
DIGITS = re.compile(r"\d{2,10}(?:[ ./-]\d{1,12}){0,4}|\d{5,24}")
HANDLE = re.compile(r"@?(?=.*[A-Za-z\u0080-\uffff])[\w.+~-]{2,40}")
DIGITS_PHONE = re.compile(r"\+?\(?\d[\d ()./-]{5,18}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?", re.IGNORECASE)
SECRET = re.compile(r"(?=.*\d|.*[^\w\s])[^\s]{8,400}")
GROUPED = re.compile(r"\+|\(\d|\d[ ./-]\d+[ ./-]\d|x\d|ext", re.IGNORECASE)
CODE = re.compile(r"(?=.*\d)[\w:#./@|-]{3,64}")
MRN = re.compile(
    r"MRN[-: #]?\d{4,12}|(?:NHS|KVNR|MBI|HICN)[-: #]?[A-Z]?\d{6,12}|[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d\d",
    re.IGNORECASE,
)
H3 = re.compile(
    r"8[0-9a-f]{14}|[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}|[A-R]{2}\d\d[a-x]{2}(?:\d\d)?(?:[a-x]{2})?|///[\w.]{6,60}|\d\d[C-X][A-HJ-NP-Z]{2}\d{6,10}|\d{1,2}[C-X] \d{6} \d{7}",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"(?:[^\w\s]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RSD|TRY|JPY|CNY|INR|BRL|MXN|ARS|CLP|COP|CAD|AUD|NZD|ZAR|ILS|AED|SAR|EGP|NGN|KES|THB|VND|KRW|SGD|HKD|IDR|PHP|RUB|UAH|KZT|GEL|AMD)\s?|Rs\.?|kr\.?|zł|Kč|Ft|R\$|лв|CHF|[A-Z]{1,2}\$)?\s?\d[\d.,' \u00a0]{1,14}\s?[kK]?\s?[^\d\s]{0,4}(?:\s?[-–]\s?[^\d\s]{0,4}\s?\d[\d.,' ]{1,14}[kK]?)?"
)
DIGEST = re.compile(
    r"(?:[\w-]{2,12}[:$|])?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}|[A-Za-z0-9+/_-]{43}=|[A-Za-z0-9+/_-]{86}==)"
)
