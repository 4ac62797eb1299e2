"""A proposal as files: `product.yaml` and `transform.sql`, from the platform's templates, with a mark on all that a person has to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mesh_platform.cli.propose.privacy import privacy_lines
from mesh_platform.cli.propose.proposal import Asked, Proposal, ProposedColumn
from mesh_platform.cli.propose.sqltext import sql_name
from mesh_platform.cli.propose.stores import WHY
from mesh_platform.cli.templates import filled, flow, scalar
from mesh_platform.product import Mesh

_WIDTH = 128
_COLLECTION = {
    "purpose": "purpose of the collection",
    "basis": "legal basis of the collection",
    "notice": "version of the notice that people saw",
}


def product_yaml(root: Path, proposal: Proposal, asked: Asked, mesh: Mesh, region: str, location: str) -> str:
    """`product.yaml`, with a mark on all that a person has to confirm or decide."""
    domain = mesh.domains[asked.key.domain].file.name or asked.key.domain
    return filled(
        root,
        "product.yaml.tmpl",
        name=asked.key.name,
        domain=asked.key.domain,
        title=scalar(asked.key.name.replace("_", " ").capitalize()),
        domain_title=scalar(domain),
        owner=scalar(asked.owner),
        description=scalar(proposal.description),
        region=scalar(region),
        location=scalar(location),
        source=_block(_source(proposal)),
        inputs=_block(_inputs(proposal)),
        purposes=_block((*_purposes(proposal), *privacy_lines(proposal))),  # one place, so that older templates have both
        retention=_block(_retention(proposal)),
        keys=_block(_keys(proposal)),
        columns=_block(_columns(proposal)),
        erasure=_block(_erasure(proposal)),
        quality="completeness: 95" + (", accuracy: 95" if proposal.has_value_rule else ""),  # promised only where it is measured
    )


def transform_sql(root: Path, proposal: Proposal) -> str:
    """`transform.sql`: the source's columns as they are declared, or the proposed SELECT over the inputs."""
    if proposal.sql:
        return proposal.sql
    cells = (_cell(column) for column in proposal.columns)
    return filled(root, "transform.sql.tmpl", expressions=",\n    ".join(cells), relation=proposal.relation)


def _cell(column: ProposedColumn) -> str:
    own = sql_name(column.name)
    return own if column.expression == own else f"{column.expression} as {own}"


def _block(lines: Iterable[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


def _mapping(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{scalar(key)}: {_value(value)}" for key, value in values.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _mapping(value)
    return f"[{', '.join(map(_value, value))}]" if isinstance(value, list | tuple) else scalar(value)


def _proposed(line: str, why: str) -> str:
    return f"{line}  # proposed: {why}" if why else line


def _source(proposal: Proposal) -> Iterator[str]:
    if proposal.source is None:
        return
    whys = {"basis": proposal.basis_why, "collectedAt": "the moment of what a row tells of", "stores": WHY}
    yield "source:"
    for key, value in proposal.source.items():
        yield _proposed(f"  {key}: {_value(value)}", whys.get(key, ""))
    for key, what in _COLLECTION.items():
        if key not in proposal.source and _holds_people(proposal):
            yield f"  # {key}:  # decide: {what}"
    if proposal.stores_open:
        yield f"  # stores:  # decide: {proposal.stores_open}"


def _holds_people(proposal: Proposal) -> bool:
    return any(
        column.keys.get("subject") or str(column.keys.get("category", "")).startswith("user") for column in proposal.columns
    )


def _inputs(proposal: Proposal) -> Iterator[str]:
    if not proposal.inputs:
        return
    yield "inputs:"
    for entry in proposal.inputs:
        line = f"  - {_mapping(entry)}"
        if len(line) <= _WIDTH:
            yield line
            continue
        for i, (key, value) in enumerate(entry.items()):
            yield from _wrapped(f"{'  - ' if i == 0 else '    '}{key}: {_value(value)}", indent=6)


def _purposes(proposal: Proposal) -> Iterator[str]:
    if proposal.purposes:
        yield _proposed(f"purposes: {_mapping(proposal.purposes)}", proposal.purposes_why)
    for name in proposal.baseless:
        yield f"# purposes: {{{scalar(name)}: <legal basis>}}  # decide: on which basis; governance/purposes.yaml lists them"
    if not proposal.purposes and not proposal.baseless and _holds_people(proposal):
        yield "# purposes: {<purpose>: <legal basis>}  # decide: what it is for; governance/purposes.yaml lists them"


def _retention(proposal: Proposal) -> Iterator[str]:
    if proposal.retention:
        yield f"retention: {_mapping(proposal.retention)}  # proposed: {proposal.retention_why}"


def _keys(proposal: Proposal) -> Iterator[str]:
    if proposal.primary_key:
        yield _proposed(f"primaryKey: [{flow(proposal.primary_key)}]", proposal.key_why)
    if proposal.rows:
        yield _proposed("rows: {min: 1}", "is an empty delivery a mistake?")


def _columns(proposal: Proposal) -> Iterator[str]:
    yield "columns:"
    for column in proposal.columns:
        yield from _column(column)


def _column(column: ProposedColumn) -> Iterator[str]:
    comment = f"  # {_mark(column)}".rstrip(" #:")
    head = f"  {scalar(column.name)}:"
    line = f"{head} {_mapping(column.keys)}"
    if len(line) <= _WIDTH:
        yield line + comment
        return
    yield head + comment
    yield from _wrapped(f"    {_mapping(column.keys)}", indent=5)


def _mark(column: ProposedColumn) -> str:
    if column.decide:
        return "decide: " + "; ".join(_one_line(text) for text in (column.decide, column.why) if text)
    return _one_line(column.why) if column.carried else f"proposed: {_one_line(column.why)}"


def _wrapped(line: str, indent: int) -> Iterator[str]:
    """A long line, broken after commas outside of quotes."""
    while len(line) > _WIDTH:
        cuts = [i + 1 for i in _commas(line) if i < _WIDTH]
        if not cuts:
            break
        yield line[: cuts[-1]]
        line = " " * indent + line[cuts[-1] :].strip()
    yield line


def _commas(line: str) -> Iterator[int]:
    quote = ""
    for i, mark in enumerate(line):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        elif mark == "," and line[i + 1 : i + 2] == " ":
            yield i


def _erasure(proposal: Proposal) -> Iterator[str]:
    if proposal.erasure:
        yield _proposed(f"erasure: {_mapping(proposal.erasure)}", "how a person is removed")
    elif _holds_people(proposal):
        yield "# erasure:  # decide: how a person is removed, since no column holds a registered identifier"


def _one_line(text: str) -> str:
    return " ".join(text.split())
