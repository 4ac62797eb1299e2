"""What there is, as drivers ask for it: domains as schemas, products as tables; of each only what this caller would see.

A product is listed where the caller may read it for the purpose that the call names, or for any that it serves where none is named; its columns
are those that are granted, with what is told of each. What cannot be opened is left out, as a read of it would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from mesh_platform.access.binding import governed_columns
from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.reading import Admit, Reading
from mesh_platform.access.served import Served
from mesh_platform.api.service import Service
from mesh_platform.errors import Denied, NotFound, Unavailable, UsageProblem
from mesh_platform.flight.frames import schema_bytes
from mesh_platform.flight.shapes import READ_ONLY, REMARKS, TYPE_NAME, arrow_type
from mesh_platform.flight.tables import schema_of, sql_info
from mesh_platform.flight.tickets import HANDLE, LIFETIMES
from mesh_platform.product import ProductKey

CATALOG = ""
"""Products stand in no catalog: a name has two parts."""
TABLE = "TABLE"
_LONGEST = 200
_NONE, _CASE_INSENSITIVE = 0, 2  # of SqlSupportedTransaction and SqlSupportedCaseSensitivity
Listed = tuple[ProductKey, Served, Sequence[Decision]]


def about() -> dict[int, str | bool | int]:
    """What GetSqlInfo tells, under the protocol's numbers."""
    return {
        0: "mesh",
        1: version("mesh-platform"),
        2: pa.__version__,
        3: True,  # read only
        4: True,  # SQL
        5: False,  # Substrait
        8: _NONE,  # transactions
        9: True,  # statements can be cancelled
        100: int(LIFETIMES[HANDLE].total_seconds() * 1000),
        500: False,  # catalogs, schemas and tables are not made here
        501: False,
        502: False,
        503: _CASE_INSENSITIVE,
        504: '"',
        505: _CASE_INSENSITIVE,
        506: True,  # what is listed can be selected
        513: "\\",
        529: "domain",
        531: "",  # no catalogs
    }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one caller sees, for one purpose."""

    service: Service
    reading: Reading
    caller: Caller
    purpose: str | None
    admit: Admit

    def table(self, name: str, command: Any) -> pa.Table:
        """The answer to a command.

        Raises:
            UsageProblem: FLIGHT-09, where a pattern cannot be used.
        """
        if name == "CommandGetSqlInfo":
            return sql_info(frozenset(command.info), about())
        schema = schema_of(name, command)
        return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in self._rows(name, command)], schema)

    def _rows(self, name: str, command: Any) -> Iterator[tuple[object, ...]]:
        if name == "CommandGetCatalogs":
            yield (CATALOG,)
        elif name == "CommandGetTableTypes":
            yield (TABLE,)
        elif name == "CommandGetDbSchemas":
            for domain in dict.fromkeys(key.domain for key, *_ in self._listed(command)):
                yield CATALOG, domain
        elif name == "CommandGetTables" and (not command.table_types or TABLE in command.table_types):
            for key, served, decisions in self._listed(command):
                row = (CATALOG, key.domain, key.name, TABLE)
                yield (*row, schema_bytes(_columns(served, decisions))) if command.include_schema else row

    def _listed(self, command: Any) -> Iterator[Listed]:
        """The products that fit, in the order of their keys; one that does not open is left out.

        Raises:
            Unavailable: where none opens: that is not the same as none being there.
        """
        if command.HasField("catalog") and command.catalog != CATALOG:
            return
        domain, name = (_pattern(command, f"{part}_filter_pattern") for part in ("db_schema", "table_name"))
        now, mesh = self.service.clock(), self.service.mesh()
        opened, closed = 0, list[Unavailable]()
        for key in sorted(self.service.registry.latest_publications()):
            if not (domain.fullmatch(key.domain) and name.fullmatch(key.name)):
                continue
            try:
                served = self.reading.served(key)
                self.admit(served)
            except (NotFound, Denied):
                continue
            except Unavailable as error:
                closed.append(error)
                continue
            opened += 1
            standing = mesh.products.get(key)
            purposes = served.product.descriptor.purposes if standing is None else standing.descriptor.purposes
            asked = [self.purpose] if self.purpose is not None else list(purposes)
            found = [self.reading.decision(self.caller, served, each, now) for each in asked]
            if allowed := [each for each in found if each.allowed and each.granted]:
                yield key, served, allowed
        if closed and not opened:
            raise closed[0]


def _columns(served: Served, decisions: Sequence[Decision]) -> pa.Schema:
    """The columns that each read gives, as the first of these decisions gives them, with what is told of each."""
    kinds: dict[str, tuple[str, Decision]] = {}
    for decision in decisions:
        for name, kind in governed_columns(decision, served):
            kinds.setdefault(name, (kind, decision))
    return pa.schema([_column(served, decision, name, kind) for name, (kind, decision) in kinds.items()])


def _column(served: Served, decision: Decision, name: str, kind: str) -> pa.Field:
    declared, access = served.product.descriptor.columns.get(name), decision.columns.get(name)
    masked = f"Masked: {access.mask}." if access is not None and access.mask else ""
    told = " ".join(filter(None, (declared.description if declared else "", masked)))
    return pa.field(name, arrow_type(kind), metadata={TYPE_NAME: kind.encode(), READ_ONLY: b"1", REMARKS: told.encode()})


def _pattern(command: Any, field: str) -> re.Pattern[str]:
    """A pattern of SQL's LIKE as an expression; everything where none is given."""
    if field not in command.DESCRIPTOR.fields_by_name or not command.HasField(field):
        return re.compile(".*", re.DOTALL)
    text: str = getattr(command, field)
    if len(text) > _LONGEST:
        raise UsageProblem.because(
            "FLIGHT-09", "a pattern", f"It is longer than {_LONGEST} characters.", "Ask with a shorter one."
        )
    found, parts = re.sub("%+", "%", text), list[str]()
    characters = iter(found)
    for each in characters:
        if each == "\\":
            each = next(characters, each)
            parts.append(re.escape(each))
        else:
            parts.append({"%": ".*", "_": "."}.get(each, re.escape(each)))
    return re.compile("".join(parts), re.DOTALL)
