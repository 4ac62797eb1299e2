"""How an error leaves: as a problem (RFC 9457) with the finding's rule, where, why and fix, and nothing else.

`exit_code` is what `mesh` would have returned, so that a client raises the same error as a local read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError, NotFound, Unavailable, UsageProblem

PROBLEM = "application/problem+json"
UNFORESEEN = 70
"""EX_SOFTWARE, as `mesh` ends with."""
_STATUS: Mapping[type[MeshError], int] = {CheckFailed: 409, UsageProblem: 400, Denied: 403, NotFound: 404, Unavailable: 503}
_SIGN_IN = frozenset({"AUTH-01", "AUTH-04"})
"""Refusals of whoever has not proven who they are: another token helps."""
_REFUSED = frozenset({401, 406, 421, 429})
"""Statuses of refusals that have their own."""
_OVERDUE = "ACCESS-05"
_RETRY = "1"  # seconds after which something that was busy may be free
TITLES: Mapping[int, str] = {
    400: "The request cannot be used",
    401: "Nobody is signed in",
    403: "Policy forbids it",
    404: "There is no such thing",
    405: "The method is not for this address",
    406: "No such form of an answer",
    408: "The request did not come in time",
    409: "The check said no",
    413: "The request is too large",
    415: "No such form of a request",
    421: "It is served from another region",
    422: "The request has another form than it must",
    429: "Too many requests",
    431: "The request's head is too large",
    500: "Something unexpected happened",
    503: "It cannot be done now",
    504: "It took longer than it may",
}


class Refused(Denied):
    """A refusal with its own status and headers, such as 429 with `Retry-After`."""

    def __init__(self, status: int, finding: Finding, headers: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(finding)
        self.status, self.headers, self.more = status, dict(headers or {}), more


def status_of(error: MeshError) -> int:
    """The status that an error is told with."""
    if isinstance(error, Refused):
        return error.status
    if error.finding.rule in _SIGN_IN:
        return 401
    if error.finding.rule == _OVERDUE:
        return 504
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 409)


def exit_code_of(status: int) -> int:
    """What `mesh` would have ended with, where the port told it with that status."""
    if status == 500:
        return UNFORESEEN
    if status == 504:
        return Unavailable.exit_code
    if status in _REFUSED:
        return Denied.exit_code
    return next((kind.exit_code for kind, told_with in _STATUS.items() if told_with == status), UsageProblem.exit_code)


def problem(error: MeshError) -> Response:
    """The answer that tells `error`."""
    status, headers = status_of(error), {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="mesh"' + (
            "" if error.finding.rule == "AUTH-01" else ', error="invalid_token"'
        )
    if status == 503:
        headers["Retry-After"] = _RETRY
    more: Mapping[str, object] = {}
    if isinstance(error, Refused):
        headers |= error.headers
        more = error.more
    return told(status, error.finding, error.exit_code, headers, more)


def told(
    status: int,
    finding: Finding,
    exit_code: int,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> Response:
    """A problem of that status."""
    document: dict[str, object] = {
        "type": f"urn:mesh-platform:rule:{finding.rule}",
        "title": TITLES.get(status, TITLES[400]),
        "status": status,
        "detail": finding.why,
        "rule": finding.rule,
        "where": finding.where,
        "why": finding.why,
        "fix": finding.fix,
        "product": finding.product or None,
        "exit_code": exit_code,
        **(more or {}),
    }
    return Response(json.dumps(document, ensure_ascii=False), status, headers=dict(headers or {}), media_type=PROBLEM)


def unforeseen() -> Response:
    """What is told of an error that nobody foresaw: that there was one."""
    why = "What went wrong is not told, since it may hold data. It stands in the log of the server under the request's id."
    return told(500, Finding("HTTP-01", "the server", why, "Try again, or ask who runs the server."), UNFORESEEN)
