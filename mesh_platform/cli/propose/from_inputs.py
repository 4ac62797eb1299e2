"""A product proposed from other products: their columns with the labels they carry, a SELECT to begin with, and the contracts it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from mesh_platform.cli.propose.proposal import Asked, Proposal, ProposedColumn
from mesh_platform.cli.propose.sqltext import sql_name
from mesh_platform.cli.templates import flow, scalar
from mesh_platform.errors import Finding, UsageProblem
from mesh_platform.product import Column, DataContract, LegalBasis, Mesh, Product, ProductKey, Sensitivity
from mesh_platform.product.contracts import contracts_for
from mesh_platform.product.privacy import Subject

_CARRIED = ("category", "identifiability", "subject", "purposes", "mask", "description")
_RULES = ("min", "max", "min_length", "max_length", "pattern", "values")


@dataclass(frozen=True, slots=True)
class _Part:
    """One input: its product, the name it has in the SELECT, the fields that are taken, and the contract that grants them where there is one."""

    product: Product
    name: str
    fields: tuple[str, ...]
    contract: DataContract | None
    purpose: str | None

    @property
    def columns(self) -> Mapping[str, Column]:
        return {name: self.product.descriptor.columns[name] for name in self.fields}


@dataclass(frozen=True, slots=True)
class _Join:
    """How one input meets an earlier one: the position and column of that one, and its own column."""

    left: int
    theirs: str
    own: str


def from_inputs(inputs: Sequence[ProductKey], asked: Asked, mesh: Mesh) -> Proposal:
    """A product proposed from other products.

    Raises:
        NotFound: where an input does not exist.
        UsageProblem: where one stands twice, is the product itself, or declares no columns.
    """
    parts = [_part(mesh, mesh.product(key), asked, taken) for key, taken in _told_apart(inputs, asked)]
    purposes, baseless = (dict(asked.purposes), ()) if asked.purposes else _shared_purposes(parts, mesh)
    joined = _joins(parts)
    columns, left_out = _columns(parts, joined, purposes)
    personal = any("subject" in column.keys for column in columns)
    retention, why = _retention(parts, {column.name for column in columns})
    careful = any(Sensitivity(column.keys["sensitivity"]) >= Sensitivity.CONFIDENTIAL for column in columns)
    decide = [f"purposes: the legal basis of {name}, which a contract grants and its input does not serve" for name in baseless]
    if careful and not purposes and not baseless:
        decide.append("purposes: the inputs share none; read them for what they serve (--purpose)")
    decide += [f"columns: {origin} is left out, since other columns have taken its names" for origin in left_out]
    privacy = _privacy(parts) if personal else {}
    return Proposal(
        columns=tuple(columns),
        description=asked.description or f"Derived from {' and '.join(str(part.product.key) for part in parts)}.",
        relation=parts[0].name,
        inputs=tuple(_input(part) for part in parts),
        purposes=purposes,
        purposes_why="; ".join(asked.assumed.values()) if asked.purposes else "what the inputs serve",
        baseless=baseless,
        retention=retention,
        retention_why=why,
        primary_key=_key(parts, joined, columns),
        key_why="the key of the input whose rows these are",
        erasure=_erasure(parts, personal),
        privacy=privacy,
        privacy_why="as its inputs say",
        sql=_select(parts, columns, joined),
        decide=tuple(decide),
        contracts=tuple(_contract(part, asked.key, mesh) for part in parts if _lacks_contract(part, asked.key)),
    )


def _told_apart(inputs: Sequence[ProductKey], asked: Asked) -> Iterable[tuple[ProductKey, str]]:
    if len(set(inputs)) < len(inputs) or asked.key in inputs:
        raise UsageProblem(
            Finding("NEW-13", "--input", "An input stands twice, or is the product itself.", "Name each one once.")
        )
    names = [key.name for key in inputs]
    for key in inputs:
        yield key, key.name if names.count(key.name) == 1 else f"{key.domain}_{key.name}"


def _part(mesh: Mesh, product: Product, asked: Asked, name: str) -> _Part:
    columns = product.descriptor.columns
    if not columns:
        raise UsageProblem(Finding("NEW-13", str(product.key), "It declares no columns.", "Have its owner declare them first."))
    purpose = next(iter(asked.purposes), None)
    if product.key.domain == asked.key.domain:
        return _Part(product, name, tuple(columns), None, purpose or next(iter(product.descriptor.purposes), None))
    contracts = contracts_for(mesh, product, asked.key)
    rows = [c for c in contracts if c.aggregate is None]
    fitting = [c for c in rows if purpose is None or mesh.governance.purpose_covers(c.purpose, purpose)]
    if fitting:
        granted = [name for name in fitting[0].fields if name in columns and name not in fitting[0].excluded_fields]
        return _Part(product, name, tuple(granted), fitting[0], purpose or mesh.governance.purpose(fitting[0].purpose))
    modest = [n for n, c in columns.items() if (c.sensitivity or Sensitivity.RESTRICTED) < Sensitivity.RESTRICTED]
    return _Part(product, name, tuple(modest), None, purpose or next(iter(product.descriptor.purposes), None))


def _shared_purposes(parts: Sequence[_Part], mesh: Mesh) -> tuple[dict[str, str], tuple[str, ...]]:
    """What every input serves, with its legal basis; and what every input serves of which no basis is known.

    An input that is limited to a purpose by its contract serves that one, on the basis that its owner or the registry gives it. A basis
    is never made up: without one the processing is not lawful (Article 6 GDPR).
    """
    served: list[dict[str, str | None]] = []
    for part in parts:
        given: dict[str, str | None] = {name: LegalBasis(basis).value for name, basis in part.product.descriptor.purposes.items()}
        if part.contract is not None and part.purpose is not None:
            given = {part.purpose: given.get(part.purpose) or _only_basis(mesh, part.purpose)}
        if given:
            served.append(given)
    shared = [name for name in served[0] if all(name in other for other in served)] if served else []
    known = {name: basis for name in shared if (basis := next((given[name] for given in served if given[name]), None))}
    return known, tuple(name for name in shared if name not in known)


def _only_basis(mesh: Mesh, purpose: str) -> str | None:
    """The basis that is registered for the purpose, where there is no choice."""
    entry = mesh.governance.purposes.get(purpose)
    return entry.bases[0].value if entry is not None and len(entry.bases) == 1 else None


def _joins(parts: Sequence[_Part]) -> list[_Join | None]:
    """For each input after the first, how it meets an earlier one; None where nothing joins them."""
    found: list[_Join | None] = []
    for i, part in enumerate(parts[1:], start=1):
        pairs = [_Join(j, theirs, own) for j in range(i) for theirs, own in _meet(parts[j], part)]
        found.append(pairs[0] if pairs else None)
    return found


def _meet(left: _Part, right: _Part) -> list[tuple[str, str]]:
    """Pairs of columns that hold the same thing: by reference first, then by the person they identify, then by name."""
    refers = [
        (a, b)
        for a, x in left.columns.items()
        for b, y in right.columns.items()
        if x.reference == (right.product.key, b) or y.reference == (left.product.key, a)
    ]
    subjects = [(a, b) for a, x in left.columns.items() for b, y in right.columns.items() if x.subject and x.subject == y.subject]
    named = [(a, a) for a in left.columns if a in right.columns and a.endswith("id") and a != "id"]
    return [*refers, *subjects, *named]


def _columns(
    parts: Sequence[_Part], joins: Sequence[_Join | None], purposes: Mapping[str, str]
) -> tuple[list[ProposedColumn], list[str]]:
    """The columns of all inputs, and those for which no name was left."""
    found: list[ProposedColumn] = []
    left_out: list[str] = []
    taken: set[str] = set()
    grain = _grain(parts, joins)
    for i, part in enumerate(parts):
        join = joins[i - 1] if i else None
        for name, column in part.columns.items():
            if join is not None and name == join.own:
                continue
            wanted = name if name.casefold() not in taken else f"{part.name}_{name}"
            origin = f"{part.product.key}.{name}"
            if wanted.casefold() in taken:
                left_out.append(origin)
                continue
            taken.add(wanted.casefold())
            keys = _carried(column, unique=i == grain, purposes=purposes)
            found.append(ProposedColumn(wanted, keys, f"{part.name}.{sql_name(name)}", f"from {origin}", carried=True))
    return found, left_out


def _carried(column: Column, unique: bool, purposes: Mapping[str, str]) -> dict[str, Any]:
    said = column.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    keys: dict[str, Any] = {"type": column.type.text}
    keys |= {"nullable": True} if column.nullable else {}
    keys |= {"unique": True} if unique and column.unique else {}
    aliases = {name: type(column).model_fields[name].alias or name for name in (*_RULES, *_CARRIED)}
    keys |= {aliases[name]: said[aliases[name]] for name in _RULES if aliases[name] in said}
    keys["sensitivity"] = (column.sensitivity or Sensitivity.RESTRICTED).value
    keys |= {aliases[name]: said[aliases[name]] for name in _CARRIED if aliases[name] in said}
    if "purposes" in keys:
        keys["purposes"] = [purpose for purpose in keys["purposes"] if purpose in purposes]
    return keys


def _grain(parts: Sequence[_Part], joins: Sequence[_Join | None]) -> int | None:
    """The input of which each row stands in the result once at most; None where joining may repeat the rows of all."""
    grain: int | None = 0
    for i, join in enumerate(joins, start=1):
        if join is None:
            return None
        if not _tells_apart(parts[i], join.own):
            grain = i if join.left == grain and _tells_apart(parts[join.left], join.theirs) else None
        if grain is None:
            return None
    return grain


def _tells_apart(part: _Part, column: str) -> bool:
    return (column,) in part.product.descriptor.unique_groups


def _key(parts: Sequence[_Part], joins: Sequence[_Join | None], columns: Sequence[ProposedColumn]) -> tuple[str, ...]:
    """The key of that input, under the names that its columns have in the result."""
    grain = _grain(parts, joins)
    if grain is None:
        return ()
    names = {column.expression: column.name for column in columns}
    wanted = [f"{parts[grain].name}.{sql_name(name)}" for name in parts[grain].product.descriptor.primary_key]
    return tuple(names[cell] for cell in wanted) if all(cell in names for cell in wanted) else ()


def _retention(parts: Sequence[_Part], columns: set[str]) -> tuple[dict[str, Any] | None, str]:
    """The shortest period of the inputs, from its own clock where that column comes along."""
    given = [(part, kept) for part in parts if (kept := part.product.descriptor.retention)]
    if not given:
        return None, ""
    part, shortest = min(given, key=lambda pair: pair[1].period.approximate)
    clock = shortest.from_ if isinstance(shortest.from_, str) and shortest.from_ in columns else "ingested"
    return {
        "period": str(shortest.period),
        "from": clock,
        "action": shortest.action,
    }, f"the shortest of its inputs, {part.product.key}"


def _erasure(parts: Sequence[_Part], personal: bool) -> dict[str, str] | None:
    derived = any(part.product.descriptor.subject_columns or part.product.descriptor.erasure for part in parts)
    if personal:
        return {"strategy": "delete_by_key"}
    return {"strategy": "rebuild"} if derived else None


def _privacy(parts: Sequence[_Part]) -> dict[str, Any]:
    """Whom the inputs are about, and the condition and the lack of production that they agree on."""
    said = [part.product.descriptor.privacy for part in parts]
    about = {subject for one in said for subject in one.subjects}
    conditions = {one.condition for one in said if one.condition is not None}
    found: dict[str, Any] = {"subjects": tuple(one for one in get_args(Subject) if one in about)} if about else {}
    found |= {"condition": conditions.pop().value} if len(conditions) == 1 else {}
    return found | ({} if all(one.production for one in said) else {"production": False})


def _input(part: _Part) -> dict[str, Any]:
    found: dict[str, Any] = {"product": str(part.product.key)}
    found |= {"purpose": part.purpose} if part.purpose else {}
    found |= {"as": part.name} if part.name != part.product.key.name else {}
    return found | {"fields": list(part.fields)}


def _select(parts: Sequence[_Part], columns: Sequence[ProposedColumn], joins: Sequence[_Join | None]) -> str:
    cells = ",\n    ".join(_cell(column) for column in columns)
    lines = [f"select\n    {cells}", f"from {parts[0].name}"]
    for part, join in zip(parts[1:], joins, strict=True):
        if join is None:
            lines.append(f"cross join {part.name}  -- decide: by which columns do they belong together?")
        else:
            left = f"{parts[join.left].name}.{sql_name(join.theirs)}"
            lines.append(f"join {part.name} on {part.name}.{sql_name(join.own)} = {left}")
    return "\n".join(lines) + "\n"


def _cell(column: ProposedColumn) -> str:
    own = column.expression.rpartition(".")[2]
    return column.expression if own == sql_name(column.name) else f"{column.expression} as {sql_name(column.name)}"


def _lacks_contract(part: _Part, reader: ProductKey) -> bool:
    return part.product.key.domain != reader.domain and part.contract is None


def _contract(part: _Part, reader: ProductKey, mesh: Mesh) -> str:
    """What the owner of an input has to add to its descriptor."""
    owner = mesh.owner(part.product.key) or part.product.key.domain
    purpose = part.purpose or "<a purpose that it serves>"
    return (
        f"# for {owner}: add to domains/{part.product.key}/product.yaml, below dataContracts:\n"
        f"- {{consumer: {reader.domain}, purpose: {scalar(purpose)}, fields: [{flow(part.fields)}]}}"
    )
