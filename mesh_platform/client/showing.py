"""How results and products look in a notebook: what was decided first, then the first rows. Whatever comes from data or files is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from mesh_platform.access.plain import cells

if TYPE_CHECKING:
    from mesh_platform.client.result import Decided, Result

_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST = 200
_ROWS = 20


class Products(list[dict[str, Any]]):
    """Products, as a table in a notebook."""

    def _repr_html_(self) -> str:
        return listed(self)


class ProductCard(dict[str, Any]):
    """One product, as a table of its columns in a notebook."""

    def _repr_html_(self) -> str:
        return described(self)


def result(shown: Result) -> str:
    """The decision, and the first rows with their names and types."""
    decided = "".join(map(_decided, shown.decisions))
    if shown.taken:
        return f"<div>{decided}<p><small>The rows were taken as they came.</small></p></div>"
    first = shown.first(_ROWS)
    rows = zip(*(cells(column) for column in first.columns), strict=True) if first.num_columns else ()
    names = [f"{text(field.name)}<br><small>{text(field.type)}</small>" for field in shown.schema]
    known = shown.known_count
    told = f"{known:,} rows" if known is not None else "more rows than are shown"
    more = "; there are more than the limit" if known is not None and shown.cut else ""
    return f"<div>{decided}{table(names, rows)}<p><small>{told}{more}</small></p></div>"


def listed(products: Sequence[dict[str, Any]]) -> str:
    """Products with what they are for, and where they lie."""
    names = ["product", "description", "sensitivity", "purposes", "location", "version", "rows"]
    rows = [
        (
            each["product"],
            each["description"],
            each["sensitivity"],
            ", ".join(each["purposes"]),
            each["location"],
            *((served["version"], served["rows"]) if (served := each["published"]) else ("", "")),
        )
        for each in products
    ]
    return table(names, rows)


def described(product: dict[str, Any]) -> str:
    """A product's columns, with what the caller gets of each for each purpose."""
    purposes = [each["purpose"] for each in product["access"]]
    names = ["column", "type", "sensitivity", *map(text, purposes)]
    rows = [
        (name["name"], name["type"], name["sensitivity"], *(_seen(each, name["name"]) for each in product["access"]))
        for name in product["columns"]
    ]
    return f"<p><b>{text(product['product'])}</b> {text(product['description'])}</p>{table(names, rows)}"


def table(names: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; `names` are HTML already, cells are not."""
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def text(value: object) -> str:
    """`value` as it may stand in HTML: escaped, shortened, without what steers a terminal or turns the writing direction."""
    if value is None:
        return "–"
    plain = _ODD.sub("\ufffd", str(value))
    return escape(plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…")


def _decided(each: Decided) -> str:
    told = each.told
    head = f"<b>{text(each.product)}</b> {text(told['version'])} · {text(told['location'])} · {text(told['purpose'])}"
    masked = "".join(
        f"<li>{text(name)}: {text(mask)}. {text(each.columns[name]['why'])} ({text(each.columns[name]['rule'])})</li>"
        for name, mask in each.masked.items()
    )
    return f"<p>{head}<br>{text(each.why)}</p>" + (
        f"<details><summary>Masked</summary><ul>{masked}</ul></details>" if masked else ""
    )


def _seen(decision: dict[str, Any], name: str) -> str:
    column = decision["columns"].get(name)
    if column is None:
        return "no"
    return {"raw": "raw", "mask": f"masked: {column.get('mask', '')}", "deny": "no"}[column["treatment"]]
