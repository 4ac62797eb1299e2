"""Who calls and what for: the head of a call, looked at before its content is."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from mesh_platform.access.decision import Caller
from mesh_platform.access.tokens import refused
from mesh_platform.actor import Actor
from mesh_platform.api.service import Service
from mesh_platform.api.signing_in import SignedIn
from mesh_platform.errors import UsageProblem

PURPOSE = "x-mesh-purpose"
_LONGEST = 200
_LONGEST_TOKEN = 16_384


@dataclass(frozen=True, slots=True)
class Call:
    """A signed-in caller and the purpose that the call names."""

    signed_in: SignedIn
    purpose: str | None
    shown: str = field(repr=False)
    """What proved who they are, as a bearer token."""

    @property
    def actor(self) -> Actor:
        return self.signed_in.actor

    @property
    def caller(self) -> Caller:
        return Caller.person(self.actor)


async def signed_in(service: Service, context: Any) -> Call:
    """The caller.

    Raises:
        Denied: AUTH-01 or AUTH-04; recorded.
        UsageProblem: FLIGHT-10, where the purpose cannot be one.
    """
    head = context.invocation_metadata() or ()
    header = _single(head, "authorization")
    shown = bearer(header) if header is not None and header[:6].lower() == "basic " else header
    found = service.sign_in.known(shown, service.clock())
    if found is None:
        found = await service.aside(lambda: service.sign_in(shown, service.clock()))
    assert shown is not None
    return Call(found, purpose_of([value for key, value in head if key == PURPOSE]), shown)


def purpose_of(given: Sequence[str | bytes]) -> str | None:
    """The purpose that the head names; what is not ASCII stands in it percent-encoded (RFC 3986), since heads hold nothing else.

    Raises:
        UsageProblem: FLIGHT-10, where it cannot be one.
    """
    if not given:
        return None
    try:
        [value] = given
        purpose = unquote(value, errors="strict") if isinstance(value, str) else "\0"
    except ValueError:
        purpose = "\0"
    if len(purpose) > _LONGEST or not purpose.isprintable():
        why = "It is given more than once, is too long, or is no text."
        raise UsageProblem.because("FLIGHT-10", f"the header {PURPOSE}", why, "Name one purpose, by key or alias.")
    return purpose


def bearer(header: str) -> str:
    """Tools that know names and passwords alone (RFC 7617) give the token as the password; the name is not looked at."""
    try:
        if len(header) > _LONGEST_TOKEN:
            raise ValueError
        _, colon, token = b64decode(header[6:].strip(), validate=True).decode("ascii").partition(":")
    except (ValueError, binascii.Error):
        raise refused("it is no name and token") from None
    return f"Bearer {token}" if colon else ""


def _single(head: Sequence[tuple[str, str | bytes]], name: str) -> str | None:
    """The header's value; the empty text where it is given twice, which is none of anything."""
    given = [value for key, value in head if key == name]
    if not given:
        return None
    return given[0] if len(given) == 1 and isinstance(given[0], str) else ""
