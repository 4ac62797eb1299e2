"""What the form of the staged values tells: card data, digests, ages and postal codes; counted by the engine, handed to rules as numbers.

One pass over the columns of texts looks for anything of a card at all; only a column with a hit is looked at form by form, and the digests of a product
that speaks of cards. What a claim of anonymity is held against is counted where one is made. No value leaves the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mesh_platform.lake import Writer, quote_name, quote_text
from mesh_platform.lake.classes import people
from mesh_platform.policy import Shape, Shapes
from mesh_platform.policy.people import holds_persons
from mesh_platform.policy.shapes import speaks_of_a_card
from mesh_platform.product import Product
from mesh_platform.product.models import Column
from mesh_platform.publish import forms, places
from mesh_platform.publish.cards import cut_in_two, in_base64, short_codes, speak_of_cards

ALONE = Shapes()
_TEXTS = ("VARCHAR", "JSON", "STRUCT", "MAP", "UNION")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
_NUMBERS = (*_WHOLE, "DOUBLE", "FLOAT", "DECIMAL")
_FEWEST = 20
"""Fewer rows than these do not tell whether each has a value of its own."""
_NEARLY = 0.9


def shapes_of(product: Product, writer: Writer, others: Shapes = ALONE) -> Shapes:
    """The forms of the staged values, and how many people they are about; beside what is known of the other products.

    Where one that these rows can be put together with holds cut card numbers, digests are looked for, whatever the product speaks of.
    """
    staged = dict(writer.columns())
    columns = {name: product.descriptor.columns.get(name) for name in staged}
    persons = holds_persons(product)
    cards = any(map(speaks_of_a_card, staged)) or any(_declared_card(one) for one in columns.values())
    asked = {f"card {name}": _card(name, kind, columns[name], cards) for name, kind in staged.items()}
    asked |= {"people": people(product.descriptor, staged, True)} if persons else {}
    counted = _counts(writer, {name: sql for name, sql in asked.items() if sql})
    hits = {name for name in staged if counted.get(f"card {name}")}
    beside = {
        name
        for name, kind in staged.items()
        if (cards or hits or any(cut for cut, _ in others.elsewhere.values())) and _holds_texts(kind)
    }
    claimed = {*staged} if product.descriptor.privacy.claim else set[str]()
    found = {name: _shape(writer, name, staged[name], name in hits, cards) for name in staged if name in hits | beside | claimed}
    found |= _beyond_one_value(writer, staged, columns, cards, counted, found)
    if claimed:
        found = {name: _claimed(writer, name, staged[name], columns[name], one) for name, one in found.items()}
    return replace(others, columns=found, people=counted.get("people") if persons else None)


def _beyond_one_value(
    writer: Writer,
    staged: Mapping[str, str],
    columns: Mapping[str, Column | None],
    cards: bool,
    counted: Mapping[str, int],
    found: Mapping[str, Shape],
) -> dict[str, Shape]:
    """The shapes that change by what no single value shows: numbers in base64, over two columns, and short codes beside what stands on cards."""
    more = dict(found)

    def said(name: str, **counts: int) -> None:
        more[name] = replace(more.get(name) or Shape(rows=_counts(writer, {"": f"count({quote_name(name)})"})[""]), **counts)

    for name in staged:
        if counted.get(f"card {name}") and staged[name].startswith(_TEXTS) and (rows := in_base64(writer, name)):
            said(name, encoded=rows)
    whole = [name for name, kind in staged.items() if kind in (*_WHOLE, "VARCHAR") and _undeclared(columns[name])]
    for one, other, rows in cut_in_two(writer, whole):
        for name in (one, other):
            said(name, split=rows)
    doubtful = [name for name in whole if not cards and forms.may_be_a_code(name)]
    beside = bool(doubtful) and speak_of_cards(writer, [name for name in whole if name not in doubtful])
    for name in doubtful:
        if (beside or forms.is_cid(name)) and (rows := short_codes(writer, name, not beside)):
            said(name, cvv=rows)
    return more


def _undeclared(column: Column | None) -> bool:
    """Whether nothing says that a column holds something else than what is looked for here."""
    return column is None or (column.values is None and column.subject is None and column.category is None)


def _declared_card(column: Column | None) -> bool:
    return column is not None and (column.category or "").startswith(("user.financial.card", "user.financial.credit_card"))


def _holds_texts(kind: str) -> bool:
    return kind.startswith((*_TEXTS, "BLOB", "UUID")) or "[]" in kind


def _card(name: str, kind: str, column: Column | None, cards: bool) -> str:
    """What counts anything of a card in one column; empty where its type or its closed list of values holds none."""
    if forms.called(name, cards):
        return f"count({quote_name(name)})"
    if not (kind.startswith(_TEXTS) or "[]" in kind) or (column is not None and column.values is not None):
        return ""
    return _matching(name, forms.ANY)


def _shape(writer: Writer, name: str, kind: str, card: bool, cards: bool) -> Shape:
    """Rows, forms of cards where anything of one was found, and digests."""
    asked = {"rows": f"count({quote_name(name)})"}
    asked |= {form: _matching(name, pattern) for form, pattern in forms.FORMS.items()} if card else {}
    if card and (called := forms.called(name, cards)):
        asked[called] = _matching(name, forms.NUMBERS[called])
    if kind == "BLOB":
        asked["digests"] = asked["hashes"] = f"count(*) FILTER (WHERE octet_length({quote_name(name)}) IN {forms.DIGEST_BYTES})"
    elif _holds_texts(kind):
        asked["digests"] = _matching(name, forms.DIGEST)
        asked["hashes"] = _matching(name, forms.HASH)
    return Shape(**_counts(writer, asked))


def _claimed(writer: Writer, name: str, kind: str, column: Column | None, shape: Shape) -> Shape:
    """That with what a claim of de-identification is held against: days, ages, places, addresses on the web, codes."""
    asked = {"distinct": f"count(DISTINCT {quote_name(name)})"}
    if _holds_texts(kind):
        asked |= {"urls": _matching(name, forms.URL), "opaque": _matching(name, forms.OPAQUE)}
    asked |= {"codes": _matching(name, forms.CODE), "short": _matching(name, forms.SHORT_HASH)}
    asked |= {"long": _matching(name, forms.LONG_NUMBER), "days": _days(name, kind)}
    asked |= dict(_narrow(name, kind, column))
    if kind.startswith(_WHOLE) or kind == "VARCHAR":
        asked |= {"bare": _matching(name, forms.BARE_DAY), "years": _matching(name, forms.BARE_YEAR)}
        asked |= {"moments": _matching(name, forms.MOMENT)} if forms.of_a_time(name) else {}
    told = _counts(writer, {one: sql for one, sql in asked.items() if sql})
    days, places = told.get("days", 0) or _whole_days(shape.rows, told), told.get("fine_places", 0)
    return replace(
        shape,
        codes=0 if days or places else _codes(name, kind, shape.rows, told),
        distinct=told["distinct"],
        days=days,
        urls=told.get("urls", 0),
        old=told.get("old", 0),
        fine_places=places,
    )


def _codes(name: str, kind: str, rows: int, told: Mapping[str, int]) -> int:
    """Rows with a code that could be somebody's: digests in any number, and codes of which nearly each row has one of its own."""
    if (opaque := told.get("opaque", 0)) or told["short"] >= _NEARLY * max(rows, 1):
        return opaque or told["short"]
    own = rows >= _FEWEST and told["distinct"] >= _NEARLY * rows
    if kind.startswith(_WHOLE):
        numbered = forms.of_a_number(name) or told["long"] >= _NEARLY * rows
        return rows if own and numbered else 0
    return told["codes"] if own and kind == "VARCHAR" and told["codes"] >= _NEARLY * rows else 0


def _whole_days(rows: int, told: Mapping[str, int]) -> int:
    """Rows with a day or a moment written as a number, where nearly all are one, and not all the first of a year."""
    bare, moments = told.get("bare", 0), told.get("moments", 0)
    if rows and bare >= _NEARLY * rows:
        return bare - told["years"]
    return moments if rows and moments >= _NEARLY * rows else 0


def _days(name: str, kind: str) -> str:
    if kind.startswith(("DATE", "TIMESTAMP")) and "[]" not in kind:
        return f"count(*) FILTER (WHERE dayofyear({quote_name(name)}) > 1)"
    if not (_holds_texts(kind) and kind not in ("BLOB", "UUID")):
        return ""
    bare = f"regexp_replace({_text(name)}, {quote_text(forms.FIRST_OF_YEAR)}, '', 'g')"
    return f"count(*) FILTER (WHERE regexp_matches({bare}, {quote_text(forms.DAY)}))"


def _narrow(name: str, kind: str, column: Column | None) -> Iterator[tuple[str, str]]:
    """Ages above 89, births that tell one, and places of too few people."""
    category = (column.category or "") if column else ""
    born = forms.of_a_birth(name) or category == "user.demographic.date_of_birth"
    if born and kind.startswith(("DATE", "TIMESTAMP")):
        yield "old", f"count(*) FILTER (WHERE year({quote_name(name)}) <= year(current_date) - 90)"
    elif born and kind.startswith(_NUMBERS):
        yield "old", f"count(*) FILTER (WHERE {quote_name(name)} BETWEEN 1850 AND year(current_date) - 90)"
    elif kind.startswith((*_NUMBERS, "VARCHAR")) and "[]" not in kind:
        if forms.of_an_age(name) or category == "user.demographic.age_range":
            yield "old", _matching(name, forms.OLD_NUMBER)
        elif kind == "VARCHAR":
            yield "old", _matching(name, forms.OLD)
        if category == "user.contact.address.postal_code" or forms.of_a_place(name):
            text = f"trim({_text(name)})"
            text = f"lpad({text}, CAST(greatest(length({text}), 3) AS INTEGER), '0')" if kind.startswith(_WHOLE) else text
            few = ", ".join(map(quote_text, forms.FEW_PEOPLE))
            yield "fine_places", f"count(*) FILTER (WHERE length({text}) > 3 OR {text} IN ({few}))"
        elif kind == "VARCHAR":
            yield "fine_places", _places(name)


def _places(name: str) -> str:
    """Texts that tell a place below a state; a name after *lives in* counts once states, countries and months are taken out."""
    text = _text(name)
    told = " OR ".join(f"regexp_matches({text}, {quote_text(one)})" for one in (forms.PLACE, places.IN_TEXTS))
    left = f"regexp_replace({text}, {quote_text(places.NO_TOWN)}, '', 'g')"
    return f"count(*) FILTER (WHERE {told} OR regexp_matches({left}, {quote_text(places.LIVED_IN)}))"


def _counts(writer: Writer, asked: Mapping[str, str]) -> dict[str, int]:
    if not asked:
        return {}
    row = writer.con.execute(f"SELECT {', '.join(asked.values())} FROM {writer.table}").fetchone() or ()
    return {name: int(count or 0) for name, count in zip(asked, row, strict=True)}


def _text(name: str) -> str:
    return f"CAST({quote_name(name)} AS VARCHAR)"


def _matching(name: str, pattern: str) -> str:
    return f"count(*) FILTER (WHERE regexp_matches({_text(name)}, {quote_text(pattern)}))"
