"""How an error leaves: as a status of gRPC, with the finding's rule, where, why and fix as its text, and the same in parts for programs."""

from __future__ import annotations

from collections.abc import Mapping

import grpc

from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.flight.messages import ANY, message

_STATUS: Mapping[type[MeshError], grpc.StatusCode] = {
    CheckFailed: grpc.StatusCode.FAILED_PRECONDITION,
    UsageProblem: grpc.StatusCode.INVALID_ARGUMENT,
    Denied: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_BY_RULE = {
    "AUTH-01": grpc.StatusCode.UNAUTHENTICATED,
    "AUTH-04": grpc.StatusCode.UNAUTHENTICATED,
    "ACCESS-05": grpc.StatusCode.DEADLINE_EXCEEDED,
    "HTTP-09": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "FLIGHT-05": grpc.StatusCode.UNIMPLEMENTED,
    "FLIGHT-08": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "FLIGHT-18": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "FLIGHT-12": grpc.StatusCode.CANCELLED,
    "FLIGHT-13": grpc.StatusCode.DEADLINE_EXCEEDED,
}
"""What a driver does something else about than about the rest of its kind."""

DETAILS = "grpc-status-details-bin"
"""The trailer that gRPC's richer errors stand in."""
DOMAIN = "mesh"
UNFORESEEN = 70
"""EX_SOFTWARE, as `mesh` ends with."""


def status_of(error: MeshError) -> grpc.StatusCode:
    """The status that an error is told with."""
    by_rule = _BY_RULE.get(error.finding.rule)
    if by_rule is not None:
        return by_rule
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), grpc.StatusCode.FAILED_PRECONDITION)


def structured(status: grpc.StatusCode, finding: Finding, exit_code: int) -> bytes:
    """The status with the finding's parts, for programs: an ErrorInfo whose reason is the rule."""
    told = {
        "where": finding.where,
        "why": finding.why,
        "fix": finding.fix,
        "product": finding.product,
        "exit_code": str(exit_code),
    }
    entries = [message("Entry", key=key, value=value) for key, value in told.items()]
    info = message("ErrorInfo", reason=finding.rule, domain=DOMAIN, metadata=entries).SerializeToString()
    detail = message("Any", type_url=f"{ANY}google.rpc.ErrorInfo", value=info)
    found: bytes = message("Status", code=status.value[0], message=str(finding), details=[detail]).SerializeToString()
    return found


def unforeseen() -> Finding:
    """What is told of an error that nobody foresaw: that there was one."""
    why = "What went wrong is not told, since it may hold data. It stands in the log of the server."
    return Finding("FLIGHT-01", "the server", why, "Try again, or ask who runs the server.")


def not_here(what: str) -> UsageProblem:
    """The refusal of a call of the protocol that this port does not answer."""
    why = f"{what} is no call that this port answers."
    return UsageProblem.because("FLIGHT-05", "the call", why, "Ask with a statement, prepared or not; each one stands by itself.")


def read_only() -> Denied:
    """The refusal of everything that would change something."""
    why = "Nothing is changed through this port: it reads."
    return Denied.because("FLIGHT-06", "the call", why, "Publish a product to change it; read with one SELECT.")


def too_many() -> Unavailable:
    """The refusal of a caller who asks for very much at once."""
    why = "Very many calls of this caller are under way already."
    return Unavailable(Finding("FLIGHT-18", "the call", why, "Ask one after the other; those that wait count too."))
