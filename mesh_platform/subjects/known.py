"""Who somebody is, without a request: for whoever has to look before or after one, and for a person to try a request on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesh_platform.errors import MeshError
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Lake, Reader, quote_name
from mesh_platform.product.governance import Namespace
from mesh_platform.subjects.people.groups import groups_of
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.people.identity import close, in_all_forms
from mesh_platform.subjects.people.locate import located
from mesh_platform.subjects.plan import plan_erasure
from mesh_platform.subjects.requests.values import Closure, Identifier, State

MOST_TRIED, PREFERRED = 25, "email"
Namespaces = Mapping[str, Namespace]


def known_as(lake: Lake, tokens: SubjectTokens, namespaces: Namespaces, namespace: str, identifier: str) -> Closure:
    """By what else this identifier is known now.

    Raises:
        UsageProblem: KEY-10, KEY-11, where it is none.
    """
    with lake.reader() as reader:
        return _closed(held_products(lake, reader), reader, tokens, namespaces, namespace, identifier)


def sample(lake: Lake, tokens: SubjectTokens, namespaces: Namespaces, but: Sequence[str] = ()) -> str | None:
    """`namespace:identifier` of somebody who stands in a published product and whom an erasure would find without a question left; None where nobody
    was found among those that were tried. `but` are identifiers that are not to be taken.
    """
    with lake.reader() as reader:
        held = held_products(lake, reader)
        keys = [(one, column) for one in held for column in sorted(one.person_keys & one.marked)]
        keys = [(one, column) for one, column in keys if not namespaces[one.subjects[column]].weak]
        for one, column in sorted(keys, key=lambda key: (key[0].subjects[key[1]] != PREFERRED, key[0].key)):
            name = quote_name(column)
            query = f"SELECT CAST({name} AS VARCHAR) FROM {{t}} WHERE {name} IS NOT NULL ORDER BY 1 LIMIT {MOST_TRIED}"
            for text in reader.fetch(one.place, query).column(0).to_pylist():
                if text not in but and _without_questions(lake, held, reader, tokens, namespaces, one.subjects[column], text):
                    return f"{one.subjects[column]}:{text}"
    return None


def _without_questions(
    lake: Lake, held: tuple[Held, ...], reader: Reader, tokens: SubjectTokens, namespaces: Namespaces, namespace: str, text: str
) -> bool:
    try:
        closure = _closed(held, reader, tokens, namespaces, namespace, text)
        rows = located(held, closure, lake, reader)
        planned = plan_erasure(held, closure.namespaces, rows, {one.place.key for one in held}, groups=groups_of(held, reader))
    except MeshError:
        return False
    external = any(task.strategy == "external" and task.state is not State.UNTOUCHED for task in planned)
    return not closure.weak and not external and all(task.state is not State.BLOCKED for task in planned)


def _closed(
    held: tuple[Held, ...], reader: Reader, tokens: SubjectTokens, namespaces: Namespaces, namespace: str, text: str
) -> Closure:
    named = Identifier(namespace, tokens.token(namespace, text), (text,))
    return close(in_all_forms(tokens, namespaces, named), held, reader, tokens, namespaces)
