"""One cheap expression over all values: what passes may hold something rare and is looked at, the rest is spoken for by a sample.

Written for engines without look-around (linear time on any text). Each kind is coarser than the patterns of `patterns` that it stands for;
a test holds that what a pattern finds passes the filter.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS: dict[str, str] = {
    "address": r"@|%40|\b_?(?i:at|dot|arroba|chiocciola|punkt|punto|ponto|kropka|mal?pa|ma[lł]pa)_?\b[\])}>_ ]",
    "account": r"(?i)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2}",
    "long number": r"(?:\d[ -]?){12}\d?",
    "number with country code": r"\+\d[\d ().\-/ ]{6}",
    "grouped number": r"\d[ .()/-]{1,2}\d[\d .()/-]{5}",
    "network": r"(?:\d{1,3}\.){3}\d|(?:[0-9A-Fa-f]{2}[:-]){5}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f]",
    "link": r"(?i)(?:\.[a-z]{2,10}|^[a-z]{1,3}\.me)/|://[^\s:/@]+:|youtu",
    "place": r"\d\.\d{3,}(?:[^\d.]{1,6}|%2[cC])-?\d{1,3}\.\d{2}|\d ?[°d:] ?\d{1,2} ?['′m:] ?\d{1,2}|(?i:point|geo:)|\+[2-9CFGHJMPQRVWX]{2,3}|\.\d{3,}[+-]\d{3}|\$G[A-Z]{4},|(?i:0[01](?:01000000|00000001|01000020|20000001|e9030000|000003e9))|\d[C-X] ?[A-Z]{2} ?\d{4}|\d[C-X] \d{6}",
    "secret": r"(?i)pass|pwd|secret|token|key|bearer|basic|senha|contrase|mot de|wachtwoord|has[lł]o|пароль|eyJ|begin |\{s?sha|scrypt|pbkdf2|\$",
    "issued": r"EAAA[\w-]{10}|AIza[\w-]{10}|dapi[0-9a-f]{10}|[A-Za-z0-9]{2,12}[_.-][\w-]{10}|\d{8,10}:AA|A[CIKRSZ][A-Z]{2}[A-Z0-9]{12}|(?:AC|SK)[0-9a-f]{20}|_ga=|GA1|GS[12]|fb\.|(?:IDE|DSID)=",
    "opaque": r"[A-Za-z0-9+/_-]{16}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-",
    "escaped": r"%[0-9A-Fa-f]{2}|\\u|\\x|&#?\w{1,6};|=[0-9A-F]{2}|xn--",
    "national number": r"(?i)\d{6}[-+/A-Z ]\d{3}|\d{3}[ -]\d{3}[ -]\d{3,4}|\d[AB] ?\d{3}|\d{1,2}\.\d{3}\.\d{3}-|&\d{6}|\d{17}|\d{8} ?\d ?\d{2}|\d{5}-\d{5}|\d{2,4}-\d\d-\d{4}|[A-Z]{1,6}\d{6}|\d{7,8}-?[A-Z]|[XYZ]-?\d{7}|[A-Z]{2} ?\d\d ?\d\d ?\d\d|[A-Z]{5}\d{4}[A-Z]|\d{8} ?\d ?[A-Z]|[A-Z]{6}[0-9LMNP-V]{2}[A-Z]|[A-Z]{1,2}\d{6}\(|\d{17}X|<<[A-Z]|\d{7}[MFX<]\d{7}|\d{3}\.\d{3}\.\d{3}|\d \d\d ?\d\d|\d{2} ?\d{3} ?\d{3} ?\d\d|[1-9]\d{10}|\d{7,8}-\d|756\.?\d{4}",
}  # fmt: skip
_BASE64 = r"(?:[IJL-Za-e][A-Za-z0-9+/_-]{3}){4}"
_BASE32 = r"(?:[EFGI-Pefgi-p][A-Za-z2-7]{7}){3}"
_HEX = r"(?:[2-7][0-9a-fA-F]){8}"
_MARKED = (
    r"(?:%[2-7][0-9A-Fa-f]){4}|(?:\\u00[2-7][0-9A-Fa-f]){4}|(?:\\x[2-7][0-9A-Fa-f]){4}|(?:&#(?:\d{2,3}|[xX][2-7][0-9A-Fa-f]);){4}"
)
ENCODED = rf"(?:^|[^A-Za-z0-9+/_-])(?:{_BASE64}|{_BASE32}|{_HEX}|H4sI|eJ[wxyz]|1f8b08|789c)|{_MARKED}"
"""Plain text that was encoded: the bits that all of its letters share recur at the same places, which is rare among random signs."""
KINDS["encoded"] = ENCODED
_APART = (
    ("national number", "grouped number", "long number", "number with country code"),
    ("opaque", "issued", "account"),
    ("encoded",),
)
"""Kinds that make too wide an automaton with the others: on random digits and letters it would cost a hundred times as much."""


def expressions(kinds: Mapping[str, str]) -> list[str]:
    """Alternations of which one passes where one of `kinds` does."""
    rest = tuple(kind for kind in kinds if not any(kind in group for group in _APART))
    groups = ([kinds[kind] for kind in group if kind in kinds] for group in (*_APART, rest))
    return ["|".join(f"(?:{one})" for one in group) for group in groups if group]
