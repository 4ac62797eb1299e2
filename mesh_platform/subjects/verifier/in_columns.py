"""Forms of a person in the columns of a relation, whatever they are made of: words, numbers, bytes, lists and documents.

The engine passes over what cannot hold a form; the cells that are left are looked at one by one. Nothing that it finds is a value.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import duckdb

from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import is_hidden, quote_name
from mesh_platform.subjects.verifier.forms import Form, Wanted
from mesh_platform.subjects.verifier.in_bytes import Needles, unpacked
from mesh_platform.subjects.verifier.in_words import INVISIBLE, MAY_STAND_FOR, NARROW, WIDE, behind

Found = tuple[str, str, int]
"""Where, in which form, and in how many rows."""
_NO_TEXT = ("BOOLEAN", "DATE", "TIME", "FLOAT", "DOUBLE", "DECIMAL", "INTERVAL")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
_BROKEN = ("FLOAT", "DOUBLE", "DECIMAL")
_BLOBS = 256


def found_in(
    con: duckdb.DuckDBPyConnection, relation: str, asked: Wanted, subjects: Mapping[str, str], tokens: SubjectTokens
) -> Iterator[Found]:
    """Where in a relation the person stands, column by column; `subjects` are its columns of identifiers with their namespaces."""
    for column, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall():
        name = quote_name(column)
        if kind in _WHOLE:
            yield from _as_mark(con, relation, column, name, asked)
        if kind in _WHOLE or (kind.startswith(_BROKEN) and not kind.endswith("]")):
            yield from _as_number(con, relation, column, name, asked.forms)
        elif not kind.startswith(_NO_TEXT) or kind.endswith("]"):
            yield from _as_text(con, relation, column, name, asked.forms)
            yield from _as_hash(con, relation, column, name, asked.hashes)
            if column not in subjects and not is_hidden(column):
                yield from _encoded(con, relation, column, name, asked.forms)
        if kind == "BLOB":
            yield from _as_bytes(con, relation, column, name, asked.forms)
        namespace = subjects.get(column)
        if namespace is not None and namespace in asked.tokens:
            yield from _as_key(con, relation, column, name, namespace, asked, tokens)


def _as_mark(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, asked: Wanted) -> Iterator[Found]:
    if not asked.marks:
        return
    marks = ", ".join(map(str, sorted(asked.marks)))
    [[rows]] = con.execute(f"SELECT count(*) FROM {relation} WHERE {name} IN ({marks})").fetchall()
    if rows:
        yield f"column {column}", "keyed token", rows


def _as_number(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, forms: Sequence[Form]) -> Iterator[Found]:
    """Identifiers that are numbers, written as one: a telephone number without its plus."""
    numbers = sorted({form.text for form in forms if form.is_number})
    if not numbers or is_hidden(column):
        return
    query = f"SELECT count(*) FROM {relation} WHERE CAST({name} AS DOUBLE) IN ({', '.join(numbers)})"
    [[rows]] = con.execute(query).fetchall()
    if rows:
        yield f"column {column}", "number", rows


def _as_text(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, forms: Sequence[Form]) -> Iterator[Found]:
    """Cells in which a form may stand are found by the engine, and looked at one by one."""
    whole, digits = [form for form in forms if not form.digits], [form for form in forms if form.digits]
    tests = ["contains(lower(cell), ?)" for _ in whole]
    tests += ["contains(regexp_replace(cell, '[^0-9]', '', 'g'), ?)" for _ in digits]
    if not tests:
        return
    query = f"SELECT cell, count(*) FROM (SELECT {_plain(name)} AS cell FROM {relation}) WHERE {' OR '.join(tests)} GROUP BY 1"
    counts: Counter[str] = Counter()
    for cell, rows in con.execute(query, [unicodedata.normalize("NFC", form.text) for form in (*whole, *digits)]).fetchall():
        for form in forms:
            if form.stands_in(cell):
                counts[form.name] += rows
    for form_name, rows in counts.items():
        yield f"column {column}", form_name, rows


def _plain(name: str) -> str:
    """The text of a cell: where it is not of plain letters, put together as one writes it, without signs that nobody sees, wide letters as others."""
    text = f"CAST({name} AS VARCHAR)"
    plain = f"translate(regexp_replace(nfc_normalize({text}), '[{INVISIBLE}]', '', 'g'), '{WIDE}', '{NARROW.replace(chr(39), chr(39) * 2)}')"
    return f"CASE WHEN strlen({text}) = length({text}) THEN {text} ELSE {plain} END"


def _as_hash(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, hashes: Mapping[str, str]) -> Iterator[Found]:
    """Hashes that an identifier makes, of whatever function and registered salt; in hexadecimal, in groups of it, and in Base64."""
    text, asked = f"CAST({name} AS VARCHAR)", sorted(hashes)
    for runs in (
        f"regexp_extract_all(lower({text}), '[0-9a-f]{{32,128}}')",
        f"list_transform(regexp_extract_all(lower({text}), '[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}'), lambda run: replace(run, '-', ''))",
        f"list_transform(regexp_extract_all({text}, '[A-Za-z0-9+/_-]{{22,88}}'), lambda run: translate(run, '-_', '+/'))",
    ):
        query = (
            f"SELECT run, count(*) FROM (SELECT unnest({runs}) AS run FROM {relation} WHERE length({text}) > 21)"
            " WHERE run IN (SELECT unnest(?::VARCHAR[])) GROUP BY 1"
        )
        for run, rows in con.execute(query, [asked]).fetchall():
            yield f"column {column}", hashes[run], rows


def _encoded(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, forms: Sequence[Form]) -> Iterator[Found]:
    """Words that stand for something else, decoded as the classifier decodes them: an address in Base64, hexadecimal, a URL, compressed."""
    text, counts = f"CAST({name} AS VARCHAR)", dict[str, int]()
    query = f"SELECT {text}, count(*) FROM {relation} WHERE regexp_matches({text}, ?) GROUP BY 1"
    for cell, rows in con.execute(query, [MAY_STAND_FOR]).fetchall():
        for how in {how for how, plain in behind(cell) if any(form.stands_in(plain) for form in forms)}:
            counts[how] = counts.get(how, 0) + rows
    for how, rows in counts.items():
        yield f"column {column}", f"behind {how}", rows


def _as_bytes(con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, forms: Sequence[Form]) -> Iterator[Found]:
    """Bytes as they lie there, unpacked, and as text of two bytes a letter."""
    needles, counts = Needles.of(forms), Counter[str]()
    result = con.execute(f"SELECT {name}, count(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1")
    while several := result.fetchmany(_BLOBS):
        for cell, rows in several:
            whole = unpacked(cell)
            hits = needles.hits(whole) or needles.hits(whole.replace(b"\0", b""))
            for form in hits:
                counts[form] += rows
    for form, rows in counts.items():
        yield f"column {column}", f"{form} in bytes", rows


def _as_key(
    con: duckdb.DuckDBPyConnection, relation: str, column: str, name: str, namespace: str, asked: Wanted, tokens: SubjectTokens
) -> Iterator[Found]:
    """Each value of a subject key brought to its normal form, whatever its spelling."""
    make, held = tokens.maker(namespace), asked.tokens[namespace]
    query = f"SELECT CAST({name} AS VARCHAR), count(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1"
    rows = sum(count for text, count in con.execute(query).fetchall() if make(text) in held)
    if rows:
        yield f"column {column}", "key in its normal form", rows
