"""The package as one page to read: no script, nothing from elsewhere, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#111;background:#fff}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;margin:.5rem 0}"
    "td,th{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "caption{text-align:left;font-weight:600;padding:.25rem 0}"
)


def page(document: Mapping[str, Any]) -> str:
    """The page of a package's document."""
    title = f"Your data ({document['kind']})"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Request {escape(str(document['request']))}, answered on {escape(str(document['made_at']))}.</p>",
        "<h2>How you are known</h2>",
        _table(
            ("Kind of identifier", "Identifier"),
            [(name, text) for name, texts in document["identifiers"].items() for text in texts],
        ),
        *(line for product in document["products"] for line in _product(product)),
        "<h2>What is not in it</h2>",
        _list(document["notes"]),
    ]
    if document["rights"]:
        body += ["<h2>Your rights</h2>", _list(document["rights"])]
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _product(product: Mapping[str, Any]) -> Iterable[str]:
    said = product["about"]
    yield f"<h2>{escape(str(said['name']))}</h2><p>{escape(str(said['description']))}</p>"
    facts = [
        ("Kinds of data", ", ".join(said["categories"])),
        ("Used for", "; ".join(f"{purpose} ({basis})" for purpose, basis in said["purposes"].items())),
        ("Kept", said["kept"]),
        ("Comes from", _words(said["source"])),
        ("Goes to", "; ".join(f"{each['recipient']} for {each['purpose']}" for each in said["recipients"]) or "nobody else"),
        (
            "Goes to other countries",
            "; ".join(map(_transfer, said["transfers"])) or "no country outside of the European Economic Area",
        ),
        ("Stored in", ", ".join(said["stored_in"])),
        ("Automated decisions", said["automated_decisions"]),
    ]
    yield _table(("About it", ""), facts)
    columns = [(name, one["description"], one["category"] or "") for name, one in said["columns"].items()]
    yield _table(("Column", "What it is", "Category"), columns)
    for caption, rows in (("Rows about you", product["rows"]), ("Rows in which you are named", product["mentions"])):
        if rows:
            names = list(rows[0])
            yield _table(names, [[row.get(name) for name in names] for row in rows], caption)


def _transfer(said: Mapping[str, Any]) -> str:
    return f"{said['recipient']} in {said['country']}, by {', '.join(said['rests_on']) or 'nothing that is on record'}"


def _words(said: Mapping[str, Any]) -> str:
    if "derived_from" in said:
        return "derived from " + ", ".join(said["derived_from"])
    return "collected" + "".join(f", {name} {text}" for name, text in said["collected"].items())


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in heads)
    lines = ("<tr>" + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{told}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
