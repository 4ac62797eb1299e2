"""Card data that no single value shows: numbers in base64, numbers cut over two columns, and short codes that the columns beside them explain.

Counted by the engine; no value leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations

from mesh_platform.lake import Writer, quote_name, quote_text
from mesh_platform.publish import forms

ENOUGH = 10
"""Fewer rows than these pass a check digit by chance."""
NEARLY = 0.9
_LOOKED_AT = 10_000
_WEIGHTS = "[0, 2, 4, 6, 8, 1, 3, 5, 7, 9]"


def in_base64(writer: Writer, name: str) -> int:
    """Rows in which a whole card number stands in base64, standard or for URLs, padded or not."""
    text = f"translate(regexp_extract({_text(name)}, {quote_text(forms.BASE64)}, 1), '-_', '+/')"
    padded = f"rpad({text}, CAST(ceil(length({text}) / 4.0) * 4 AS INTEGER), '=')"
    read = f"regexp_replace(try(decode(from_base64({padded}))), '[ -]', '', 'g')"
    return _count(writer, f"SELECT count(*) FROM (SELECT {read} AS s FROM {writer.table}) WHERE {_a_card('s')}")


def cut_in_two(writer: Writer, names: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Two columns that hold the beginning and the rest of card numbers, and in how many rows; where nearly all rows show it."""
    if len(names) < 2:
        return
    shares = _shares(writer, names, {"first": forms.FIRST_DIGITS, "rest": forms.LAST_DIGITS})
    first, rest = ([name for name in names if shares[name, part] >= NEARLY] for part in ("first", "rest"))
    for one, other in permutations(dict.fromkeys([*first, *rest]), 2):
        if one in first and other in rest and (rows := _together(writer, one, other)):
            yield one, other, rows


def _together(writer: Writer, one: str, other: str) -> int:
    """Rows in which both together are a card number; 0 where it is not nearly all. A number has lost the noughts that it began with."""
    head, tail = (f"trim({_text(name)})" for name in (one, other))
    whole = f"{head} || lpad({tail}, greatest(16 - length({head}), length({tail}))::INTEGER, '0')"
    asked = f"SELECT count(*), count(*) FILTER (WHERE {_a_card('s')} OR {_a_card('t')})"
    both = f"{quote_name(one)} IS NOT NULL AND {quote_name(other)} IS NOT NULL"
    row = writer.con.execute(
        f"{asked} FROM (SELECT {head} || {tail} AS s, {whole} AS t FROM {writer.table} WHERE {both})"
    ).fetchone()
    rows, cards = map(int, row or (0, 0))
    return cards if rows >= ENOUGH and cards >= NEARLY * rows else 0


def speak_of_cards(writer: Writer, names: Sequence[str]) -> bool:
    """Whether a column beside others holds what stands on cards: whole numbers, brands, or the month until which they hold."""
    told = _shares(writer, names, {"number": forms.CARD_LIKE, "brand": forms.BRAND, "until": forms.UNTIL}) if names else {}
    return any(share >= NEARLY for share in told.values())


def short_codes(writer: Writer, name: str, alone: bool) -> int:
    """Rows with a code of three or four digits, where nearly all hold one. What stands `alone` has to begin with a nought now and then, as numbers of things never do."""
    column = _text(name)
    code, nought = quote_text(forms.NUMBERS["cvv"]), quote_text(r"^\s*0")
    asked = f"count({quote_name(name)}), count(*) FILTER (WHERE regexp_matches({column}, {code})), count(*) FILTER (WHERE regexp_matches({column}, {nought}))"
    rows, codes, noughts = map(int, writer.con.execute(f"SELECT {asked} FROM {writer.table}").fetchone() or (0, 0, 0))
    fits = codes >= NEARLY * rows and (not alone or (rows >= 2 * ENOUGH and noughts > 0))
    return codes if rows and fits else 0


def _shares(writer: Writer, names: Iterable[str], patterns: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Of each column the share of values with each form, in a sample that is the same each time."""
    asked = {
        (name, part): f"coalesce(avg(CAST(regexp_matches(trim({_text(name)}), {quote_text(pattern)}) AS INTEGER)), 0)"
        for name in names
        for part, pattern in patterns.items()
    }
    sample = f"{writer.table} USING SAMPLE reservoir({_LOOKED_AT} ROWS) REPEATABLE (7)"
    row = writer.con.execute(f"SELECT {', '.join(asked.values())} FROM {sample}").fetchone() or ()
    return {key: float(share) for key, share in zip(asked, row, strict=True)}


def _a_card(digits: str) -> str:
    """Whether a text is 13 to 19 digits of an issuer with a check digit that fits (ISO/IEC 7812)."""
    doubled = f"{_WEIGHTS}[CAST(c AS INTEGER) + 1]"
    each = f"list_transform(string_split(reverse({digits}), ''), lambda c, i: CASE WHEN i % 2 = 1 THEN CAST(c AS INTEGER) ELSE {doubled} END)"
    return f"CASE WHEN regexp_full_match({digits}, '[3-6][0-9]{{12,18}}') THEN list_sum({each}) % 10 = 0 ELSE false END"


def _count(writer: Writer, sql: str) -> int:
    row = writer.con.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _text(name: str) -> str:
    return f"CAST({quote_name(name)} AS VARCHAR)"
