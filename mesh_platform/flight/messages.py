"""The messages of Arrow Flight and Flight SQL that this port speaks, as tables of field numbers; protobuf reads and writes them.

Names and numbers are those of the published protocol (Flight.proto and FlightSql.proto, Arrow columnar format 1.x), and of gRPC's richer errors (google.rpc). A field that is not listed
here is passed over when a message is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from mesh_platform.errors import UsageProblem

FLIGHT, SQL = "arrow.flight.protocol", "arrow.flight.protocol.sql"
ANY = "type.googleapis.com/"
_KINDS = {"bytes": 12, "text": 9, "bool": 8, "int32": 5, "int64": 3, "uint32": 13, "uint64": 4}
_MESSAGE, _SINGLE, _REPEATED = 11, 1, 3
Fields = Mapping[str, tuple[int, str]]
"""Name → number and kind: a plain kind or a message's name, after `*` where it repeats, after `?` where it may be absent."""

_OF_KEYS: Fields = {"catalog": (1, "?text"), "db_schema": (2, "?text"), "table": (3, "text")}
_FLIGHT: Mapping[str, Fields] = {
    "Any": {"type_url": (1, "text"), "value": (2, "bytes")},
    "HandshakeResponse": {"protocol_version": (1, "uint64"), "payload": (2, "bytes")},
    "FlightDescriptor": {"type": (1, "int32"), "cmd": (2, "bytes"), "path": (3, "*text")},
    "Ticket": {"ticket": (1, "bytes")},
    "Timestamp": {"seconds": (1, "int64"), "nanos": (2, "int32")},
    "FlightEndpoint": {"ticket": (1, "Ticket"), "expiration_time": (3, "Timestamp")},
    "FlightInfo": {
        "schema": (1, "bytes"),
        "flight_descriptor": (2, "FlightDescriptor"),
        "endpoint": (3, "*FlightEndpoint"),
        "total_records": (4, "int64"),
        "total_bytes": (5, "int64"),
    },
    "FlightData": {"flight_descriptor": (1, "FlightDescriptor"), "data_header": (2, "bytes"), "data_body": (1000, "bytes")},
    "SchemaResult": {"schema": (1, "bytes")},
    "PutResult": {"app_metadata": (1, "bytes")},
    "Action": {"type": (1, "text"), "body": (2, "bytes")},
    "ActionType": {"type": (1, "text"), "description": (2, "text")},
    "Result": {"body": (1, "bytes")},
    "Status": {"code": (1, "int32"), "message": (2, "text"), "details": (3, "*Any")},
    "ErrorInfo": {"reason": (1, "text"), "domain": (2, "text"), "metadata": (3, "*Entry")},
    "Entry": {"key": (1, "text"), "value": (2, "text")},
    "CancelFlightInfoRequest": {"info": (1, "FlightInfo")},
    "CancelFlightInfoResult": {"status": (1, "int32")},
}
_SQL: Mapping[str, Fields] = {
    "CommandStatementQuery": {"query": (1, "text"), "transaction_id": (2, "?bytes")},
    "TicketStatementQuery": {"statement_handle": (1, "bytes")},
    "CommandPreparedStatementQuery": {"prepared_statement_handle": (1, "bytes")},
    "CommandStatementUpdate": {"query": (1, "text")},
    "CommandPreparedStatementUpdate": {"prepared_statement_handle": (1, "bytes")},
    "CommandStatementIngest": {},
    "CommandStatementSubstraitPlan": {},
    "CommandGetSqlInfo": {"info": (1, "*uint32")},
    "CommandGetXdbcTypeInfo": {"data_type": (1, "?int32")},
    "CommandGetCatalogs": {},
    "CommandGetDbSchemas": {"catalog": (1, "?text"), "db_schema_filter_pattern": (2, "?text")},
    "CommandGetTables": {
        "catalog": (1, "?text"),
        "db_schema_filter_pattern": (2, "?text"),
        "table_name_filter_pattern": (3, "?text"),
        "table_types": (4, "*text"),
        "include_schema": (5, "bool"),
    },
    "CommandGetTableTypes": {},
    "CommandGetPrimaryKeys": _OF_KEYS,
    "CommandGetExportedKeys": _OF_KEYS,
    "CommandGetImportedKeys": _OF_KEYS,
    "CommandGetCrossReference": {},
    "ActionCreatePreparedStatementRequest": {"query": (1, "text"), "transaction_id": (2, "?bytes")},
    "ActionCreatePreparedStatementResult": {
        "prepared_statement_handle": (1, "bytes"),
        "dataset_schema": (2, "bytes"),
        "parameter_schema": (3, "bytes"),
    },
    "ActionClosePreparedStatementRequest": {"prepared_statement_handle": (1, "bytes")},
    "DoPutPreparedStatementResult": {"prepared_statement_handle": (1, "?bytes")},
}


def _built() -> dict[str, type[Any]]:
    pool, found = descriptor_pool.DescriptorPool(), dict[str, type[Any]]()
    for package, messages in ((FLIGHT, _FLIGHT), (SQL, _SQL)):
        file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
        for name, fields in messages.items():
            _add(file.message_type.add(name=name), package, fields)
        pool.Add(file)
        for name in messages:
            found[name] = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
    return found


def _add(message: Any, package: str, fields: Fields) -> None:
    for name, (number, told) in fields.items():
        kind = told.lstrip("*?")
        field = message.field.add(name=name, number=number, label=_REPEATED if told[0] == "*" else _SINGLE)
        field.type = _KINDS.get(kind, _MESSAGE)
        if field.type == _MESSAGE:
            field.type_name = f".{package}.{kind}"
        if told[0] == "?":
            message.oneof_decl.add(name=f"_{name}")
            field.proto3_optional, field.oneof_index = True, len(message.oneof_decl) - 1


_CLASSES = _built()


def message(name: str, **fields: Any) -> Any:
    """A message of that name."""
    return _CLASSES[name](**fields)


def packed(name: str, **fields: Any) -> bytes:
    """A message in an `Any`, as bytes."""
    found: bytes = message(
        "Any", type_url=f"{ANY}{SQL}.{name}", value=message(name, **fields).SerializeToString()
    ).SerializeToString()
    return found


def read(name: str, content: bytes) -> Any:
    """The message that the bytes are.

    Raises:
        UsageProblem: FLIGHT-02, where they are none.
    """
    try:
        return _CLASSES[name].FromString(content)
    except (DecodeError, UnicodeDecodeError):
        raise unreadable() from None


def unpacked(content: bytes) -> tuple[str, Any]:
    """Name and message of what stands in an `Any`.

    Raises:
        UsageProblem: FLIGHT-02, where it is none, or of a kind that is not known here.
    """
    around = read("Any", content)
    package, _, name = str(around.type_url).removeprefix(ANY).rpartition(".")
    if package != SQL or name not in _SQL:
        raise unreadable()
    return name, read(name, around.value)


def unreadable() -> UsageProblem:
    """The refusal of what is no message of the protocol."""
    why = "It is no message of Flight SQL that this port knows."
    return UsageProblem.because("FLIGHT-02", "the call", why, "Call it with a driver for Flight SQL.")
