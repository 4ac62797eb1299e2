"""A person's identifiers while their request is under way: under a key of the request's own, which the mesh's key wraps and the certificate destroys."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mesh_platform.errors import Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.ledger.opening import OWNER, PLACE

_KEY, _NONCE = 32, 12
Spellings = Mapping[str, Sequence[str]]
"""By token, in hexadecimal: how each identifier is written."""


def new_key(keys: KeyProvider) -> bytes:
    """A key of a request's own, wrapped."""
    return keys.wrap(OWNER, PLACE, os.urandom(_KEY))


def seal(keys: KeyProvider, wrapped: bytes, request: str, spellings: Spellings) -> bytes:
    """What stands in the control database in place of identifiers."""
    nonce = os.urandom(_NONCE)
    plain = json.dumps({token: list(each) for token, each in spellings.items()}).encode()
    return nonce + AESGCM(keys.unwrap(OWNER, PLACE, wrapped)).encrypt(nonce, plain, request.encode())


def unseal(keys: KeyProvider, wrapped: bytes, request: str, sealed: bytes) -> dict[str, list[str]]:
    """The identifiers again.

    Raises:
        Unavailable: where the key cannot be had; DSAR-09, where what is kept belongs to another request or was harmed.
    """
    try:
        plain = AESGCM(keys.unwrap(OWNER, PLACE, wrapped)).decrypt(sealed[:_NONCE], sealed[_NONCE:], request.encode())
    except InvalidTag:
        why = "What is sealed for it belongs to another request, or was harmed."
        raise Unavailable.because("DSAR-09", f"request {request}", why, "Open the request anew.") from None
    found: dict[str, list[str]] = json.loads(plain)
    return found
