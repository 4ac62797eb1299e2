"""Events out of a file, CSV or a JSON object per line: each line an event or what is wrong with it, told by line and part and never by value."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from mesh_platform.errors import MeshError, NotFound, UsageProblem
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.ledger.events import SIGNAL, SIGNALS, Decision, Event, Kind
from mesh_platform.ledger.writing import in_all_forms, subject_of

Format = Literal["csv", "jsonl"]
_SUFFIXES: Mapping[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
_TEXTS = ("notice_version", "language", "jurisdiction", "evidence_hash")
_MOMENTS = ("captured_at", "effective_at", "expires_at")
FIELDS = frozenset({"subject", "kind", "decision", "purpose", "signal", "source", "event_id", "source_order", *_TEXTS, *_MOMENTS})
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
LONGEST = 100_000
"""Characters of one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line holds: events (one per form of the identifier), or what is wrong with it."""

    number: int
    events: tuple[Event, ...] = ()
    wrong: str = ""


class _Wrong(Exception):
    """What is wrong with a line; holds no value of it."""


def format_of(path: Path, asked: Format | None = None) -> Format:
    """The format of the file, by its name where it is not told.

    Raises:
        UsageProblem: LEDGER-07, where the name does not tell.
    """
    found = asked or _SUFFIXES.get(path.suffix.lower())
    if found is None:
        why = "Its name does not tell whether it is CSV or JSON lines."
        raise UsageProblem.because("LEDGER-07", "the file", why, "Say so with --format csv or --format jsonl.")
    return found


def read_events(path: Path, how: Format, tokens: SubjectTokens, source: str, purpose: Callable[[str], str]) -> Iterator[Line]:
    """The lines of the file, in order; empty ones are left out.

    Args:
        path: the file.
        how: its format.
        tokens: makes tokens of identifiers.
        source: of lines that name none.
        purpose: the registered purpose of a name; raises `MeshError` where there is none.

    Raises:
        NotFound: LEDGER-07, where the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            for number, found in _records(opened, how):
                try:
                    if isinstance(found, _Wrong):
                        raise found
                    yield Line(number, tuple(_events(found, tokens, source, purpose)))
                except _Wrong as error:
                    yield Line(number, wrong=str(error))
                except MeshError as error:
                    yield Line(number, wrong=error.finding.why)
    except OSError as error:
        why = f"It cannot be read ({type(error).__name__})."
        raise NotFound.because("LEDGER-07", "the file", why, "Name a file that this user can read.") from None


def _records(opened: Any, how: Format) -> Iterator[tuple[int, dict[str, Any] | _Wrong]]:
    yield from _csv(opened) if how == "csv" else _json(opened)


def _csv(opened: Any) -> Iterator[tuple[int, dict[str, Any] | _Wrong]]:
    rows = csv.DictReader(opened, strict=True)
    number = 1
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except UnicodeDecodeError:
            yield number + 1, _Wrong("it is not UTF-8, and nothing after it was read")
            return
        except csv.Error:
            yield rows.line_num, _Wrong("it is not CSV, and nothing after it was read")
            return
        number, head = rows.line_num, rows.fieldnames or ()
        if len(set(head)) < len(head):
            yield 1, _Wrong("the head names a field twice, and nothing after it was read")
            return
        if None in row or None in row.values():
            yield number, _Wrong("it has more or fewer fields than the head")
        elif any(len(text) > LONGEST for text in row.values()):
            yield number, _Wrong("a field of it is too long")
        else:
            yield number, row


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, where each of its names stands in it once.

    Raises:
        ValueError: where one stands twice: which of its values was meant, nobody can say.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _json(opened: Any) -> Iterator[tuple[int, dict[str, Any] | _Wrong]]:
    number = 0
    while True:
        number += 1
        try:
            text = opened.readline(LONGEST)
        except UnicodeDecodeError:
            yield number, _Wrong("it is not UTF-8, and nothing after it was read")
            return
        if not text:
            return
        if len(text) == LONGEST and not text.endswith("\n"):
            yield number, _Wrong("it is too long, and nothing after it was read")
            return
        if not text.strip():
            continue
        try:
            found = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            found = None
        yield number, found if isinstance(found, dict) else _Wrong("it is no JSON object, or one that holds a name twice")


def _events(given: dict[str, Any], tokens: SubjectTokens, source: str, purpose: Callable[[str], str]) -> Iterator[Event]:
    if set(given) - FIELDS:
        raise _Wrong(f"it has a field that is none of {', '.join(sorted(FIELDS))}")
    parts = {name: _text(given, name) for name in FIELDS - {"source_order"}}
    for name in ("subject", "decision", "event_id"):
        if parts[name] is None:
            raise _Wrong(f"{name} is missing")
    namespace, identifier = subject_of(parts["subject"] or "")
    decision = _one_of(Decision, "decision", parts["decision"] or "")
    named = purpose(parts["purpose"]) if parts["purpose"] else ""
    if parts["signal"]:
        if named:
            raise _Wrong("it names a purpose and a signal")
        if parts["signal"] not in SIGNALS:
            raise _Wrong(f"signal is none of {', '.join(sorted(SIGNALS))}")
        named = SIGNAL + parts["signal"]
    texts: dict[str, Any] = {name: parts[name] for name in _TEXTS}
    moments: dict[str, Any] = {name: _moment(name, parts[name]) for name in _MOMENTS}
    event = Event(
        b"",
        namespace,
        _one_of(Kind, "kind", parts["kind"] or Kind.CONSENT),
        decision,
        parts["source"] or source,
        parts["event_id"] or "",
        named,
        _number(given.get("source_order")),
        **texts,
        **moments,
    )
    for each in in_all_forms(tokens, namespace, identifier, event):
        yield each.validated()


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _Wrong(f"{name} is no text")
    return value if name == "subject" else value.strip()


def _one_of(values: Any, name: str, text: str) -> Any:
    try:
        return values(text)
    except ValueError:
        raise _Wrong(f"{name} is none of {', '.join(values)}") from None


def _number(value: Any) -> int | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool | float) or (isinstance(value, str) and not _WHOLE.fullmatch(value.strip())):
            raise ValueError
        return int(value)
    except (ValueError, TypeError):
        raise _Wrong("source_order is no whole number") from None


def _moment(name: str, text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong(f"{name} is no moment such as 2026-03-01T12:00:00Z") from None
