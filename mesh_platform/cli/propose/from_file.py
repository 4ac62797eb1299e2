"""A product proposed from a file: its columns with types, rules and labels, its key, retention and erasure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mesh_platform.cli.propose.clocks import event_time, retention
from mesh_platform.cli.propose.keys import is_key_like, primary_key
from mesh_platform.cli.propose.meaning import Meaning, Reader
from mesh_platform.cli.propose.privacy import from_names
from mesh_platform.cli.propose.proposal import Asked, Proposal, ProposedColumn
from mesh_platform.cli.propose.recognise import Given
from mesh_platform.cli.propose.references import Key, references
from mesh_platform.cli.propose.scanned import scanned, with_scan
from mesh_platform.cli.propose.seen import TEXT_BYTES, ColumnProfile, Profile
from mesh_platform.cli.propose.sqltext import sql_name
from mesh_platform.cli.propose.stores import stores
from mesh_platform.cli.propose.vocabulary import AMOUNTS, MONEY
from mesh_platform.cli.propose.words import column_names, singular, words
from mesh_platform.product import ColumnType, Mesh, Sensitivity
from mesh_platform.product.categories import Identifiability, category

_DATES = {"day_first": "day/month/year", "month_first": "month/day/year", "dotted_date": "day.month.year"}


def from_file(made: Profile, given: Given, place: str, asked: Asked, mesh: Mesh, today: date) -> Proposal:
    """A product proposed from a file's rows.

    Args:
        made: what the file's rows show.
        given: the file.
        place: where it stands in the project.
        asked: what the person said.
        mesh: for namespaces, siblings and defaults.
        today: from which the age of the oldest row is counted.
    """
    names = column_names(column.name for column in made.columns)
    names = [_kept(column, name) for column, name in zip(made.columns, names, strict=True)]
    about = (asked.key.name, given.file.name.partition(".")[0], given.table or "")
    reader = Reader(about, mesh.governance.namespaces)
    held, unread = references(made, mesh, asked.key)
    typed = dict(zip(names, made.columns, strict=True))
    guesses = {name: _meaning(reader, column, name, held.get(column.name)) for name, column in typed.items()}
    scans = scanned(made, {name: (column, _type(column, name)[0]) for name, column in typed.items()}, asked.key)
    meanings = {name: with_scan(guess, scans[name]) for name, guess in guesses.items()}
    key = primary_key(made, {name: column for name, column in typed.items() if not _direct(meanings[name])}, reader.head)
    columns = tuple(
        _column(column, name, meanings[name], held.get(column.name), made.rows, (name,) == key, given)
        for name, column in typed.items()
    )
    personal = any(map(_points_at_someone, meanings.values()))
    careful = any(meaning.sensitivity >= Sensitivity.CONFIDENTIAL for meaning in meanings.values())
    kept, kept_why = retention(typed, today) if careful or personal else (None, "")
    erasure = {"strategy": "delete_by_key"} if any(meaning.subject for meaning in meanings.values()) else None
    held_there = {typed[name].name: meaning.subject for name, meaning in meanings.items() if meaning.subject}
    own, unreached = stores(given, held_there, mesh.governance.namespaces)
    categories = [meaning.category for meaning in meanings.values()]
    called = (*held_there.values(), *(name for name, meaning in meanings.items() if _points_at_someone(meaning)))
    privacy, privacy_open = from_names(about, called, categories) if personal else ({}, {})
    return Proposal(
        columns=columns,
        description=asked.description or _description(asked, given),
        relation="source",
        rows=made.rows,
        source=given.as_source(place) | _collection(asked, typed if personal else {}) | ({"stores": own} if own else {}),
        purposes=asked.purposes,
        purposes_why="; ".join(asked.assumed.values()),
        basis_why=asked.assumed.get(next(iter(asked.purposes), ""), ""),
        retention=kept,
        retention_why=kept_why,
        primary_key=key,
        key_why="no two rows share it",
        erasure=erasure,
        stores_open=unreached,
        privacy=privacy,
        privacy_why="as names of identifiers, columns, file or product tell it",
        privacy_open=privacy_open,
        decide=(
            *_open_questions(asked, meanings, personal, careful, erasure),
            *([f"source.stores: {unreached}"] if unreached else []),
            *(f"privacy.{key}: {told}" for key, told in privacy_open.items()),
            *(f"references: the file of {sibling} could not be read, so nothing was compared with it" for sibling in unread),
        ),
    )


def _kept(column: ColumnProfile, name: str) -> str:
    """Text that looks like numbers or dates keeps the file's own name where it can: so it is read as text, and a leading zero stays."""
    plain = 0 < len(column.name) <= 128 and not column.name.startswith("_") and column.name.isprintable()
    tempting = column.shows("digits", 0.01) or any(column.shows(shape, 0.01) for shape in _DATES)
    return column.name if column.type == "string" and tempting and plain else name


def _meaning(reader: Reader, column: ColumnProfile, name: str, held: Key | None) -> Meaning:
    if held is not None and held.column.sensitivity is not None:
        said = held.column
        why = f"every value stands in {held.product}.{held.name}"
        if said.subject or (said.category and said.category.startswith("user")):
            return Meaning(said.sensitivity or Sensitivity.RESTRICTED, said.category, said.subject, said.identifiability, why)
    return reader.meaning(column, name)


def _points_at_someone(meaning: Meaning) -> bool:
    found = category(meaning.category) if meaning.category else None
    how = found.identifiability if found else Identifiability.NONE
    return bool(meaning.subject) or how in (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS)


def _direct(meaning: Meaning) -> bool:
    """Whether the values name the person outright: no key of a table, and no form worth promising."""
    found = category(meaning.category) if meaning.category else None
    return found is not None and found.identifiability is Identifiability.DIRECT and meaning.subject is None


def _column(
    column: ColumnProfile, name: str, meaning: Meaning, held: Key | None, rows: int, is_key: bool, given: Given
) -> ProposedColumn:
    kind, expression, note = _type(column, name)
    keys: dict[str, Any] = {"type": kind}
    if column.present < rows:
        keys["nullable"] = True
    named = meaning.subject or meaning.category in (None, "user.unique_id", "user.contact.email")
    if column.unique and column.present == rows and rows > 1 and not is_key and named and is_key_like(column, name):
        keys["unique"] = True
    keys |= _rules(column, name, kind, meaning, held)
    keys["sensitivity"] = meaning.sensitivity.value
    keys |= {k: v for k, v in (("category", meaning.category), ("subject", meaning.subject)) if v}
    if meaning.subject and meaning.category == "user.unique_id":
        keys["mask"] = "token"
    declared = ColumnType.parse(kind).duckdb
    read_strictly = given.format in ("csv", "json", "ndjson")
    plain = name == column.name and (read_strictly or declared == column.found)
    return ProposedColumn(name, keys, expression, "; ".join(filter(None, (meaning.why, note))), meaning.decide, plain)


def _type(column: ColumnProfile, name: str) -> tuple[str, str, str]:
    """The type, the expression that makes it of the source's column, and what there is to say of it."""
    cell = f"decode({sql_name(column.name)})" if column.found == TEXT_BYTES else sql_name(column.name)
    if written := _written_as_date(column):
        ambiguous = len(written) > 1
        note = (
            "a date, but is the day or the month first?" if ambiguous else f"a date written as {_DATES[written[0]]}, kept as text"
        )
        return "string", cell, note
    kind = column.type
    if kind == "decimal":
        money = bool(set(words(column.name)) & MONEY)
        kind = f"decimal(18,{max(column.scale, 2)})" if money else "double"
    if column.type in ("integer", "decimal") and _is_code_number(column):
        kind = "string"
    if kind == "json" and column.found not in ("JSON", "VARCHAR", TEXT_BYTES):
        return kind, f"to_json({cell})", ""
    if kind == "string" and column.found == TEXT_BYTES:
        return kind, cell, ""
    same = ColumnType.parse(kind).duckdb == column.found and (column.found != "VARCHAR" or name == column.name)
    return kind, cell if same else f"cast({cell} as {ColumnType.parse(kind).duckdb.lower()})", ""


def _written_as_date(column: ColumnProfile) -> list[str]:
    return [shape for shape in _DATES if column.type == "string" and column.shows(shape, 1.0)]


def _is_code_number(column: ColumnProfile) -> bool:
    """Numbers that nobody counts with: telephone, postal and card numbers."""
    said = set(words(column.name))
    return bool(said & {"phone", "mobile", "zip", "postcode", "postal", "plz", "fax", "iban", "ssn", "card"})


def _rules(column: ColumnProfile, name: str, kind: str, meaning: Meaning, held: Key | None) -> dict[str, Any]:
    """Rules that every row keeps and that can hardly be chance. Values of people are never listed."""
    if held is not None:
        return {"references": f"{held.product}.{held.name}"}
    if column.values is not None and kind == "string" and not _points_at_someone(meaning) and "" not in column.values:
        return {"values": list(column.values)}
    if (
        column.pattern is not None
        and kind == "string"
        and meaning.category in (None, "user.unique_id")
        and not _written_as_date(column)
    ):
        return {"pattern": column.pattern}
    numeric = kind in ("integer", "double") or kind.startswith("decimal")
    if numeric and column.low is not None and column.low >= 0 and set(map(singular, words(name))) & AMOUNTS:
        return {"min": 0}
    return {}


def _collection(asked: Asked, typed: Mapping[str, ColumnProfile]) -> dict[str, Any]:
    """The promise under which the rows were collected, as far as it is known; and the moment of the event."""
    found: dict[str, Any] = {}
    if asked.purposes:
        purpose, basis = next(iter(asked.purposes.items()))
        found |= {"purpose": purpose, "basis": basis}
    if asked.notice:
        found["notice"] = asked.notice
    moment = event_time(typed)
    return found | ({"collectedAt": moment} if moment else {})


def _description(asked: Asked, given: Given) -> str:
    title = asked.key.name.replace("_", " ").capitalize()
    return f"{title}, one row each, as {given.table or given.file.name} holds them."


def _open_questions(
    asked: Asked, meanings: Mapping[str, Meaning], personal: bool, careful: bool, erasure: Mapping[str, Any] | None
) -> list[str]:
    found = [f"{name}: {meaning.decide}" for name, meaning in meanings.items() if meaning.decide]
    if not asked.purposes and (personal or careful):
        found.append("purposes: what it is for, with the legal basis (--purpose; governance/purposes.yaml lists them)")
    if not asked.notice and personal:
        found.append("source.notice: the version of the notice that people saw when the data was collected")
    if personal and erasure is None:
        found.append("erasure: how a person is removed, since no column holds a registered identifier")
    return found
