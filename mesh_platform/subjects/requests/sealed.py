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
"""By token, in hexadecimal: how each identifier is written; under `names`, the person's own names."""


def new_key(keys: KeyProvider) -> bytes:
    """A key of a request's own, wrapped."""
    return keys.wrap(OWNER, PLACE, os.urandom(_KEY))


def opened_key(keys: KeyProvider, wrapped: bytes) -> bytes:
    """A request's key, to be used and forgotten."""
    return keys.unwrap(OWNER, PLACE, wrapped)


def closed(key: bytes, about: str, plain: bytes) -> bytes:
    """`plain` under a request's key; it opens for the same `about` alone."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def opened(key: bytes, about: str, sealed: bytes) -> bytes:
    """What was closed.

    Raises:
        Unavailable: DSAR-09, where it belongs to something else or was harmed.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except InvalidTag:
        why = "What is sealed for it belongs to another request, or was harmed."
        raise Unavailable.because("DSAR-09", f"request {about}", why, "Open the request anew.") from None


def seal(keys: KeyProvider, wrapped: bytes, request: str, spellings: Spellings) -> bytes:
    """What stands in the control database in place of identifiers."""
    plain = json.dumps({token: list(each) for token, each in spellings.items()}).encode()
    return closed(opened_key(keys, wrapped), request, plain)


def unseal(keys: KeyProvider, wrapped: bytes, request: str, sealed: bytes) -> dict[str, list[str]]:
    """The identifiers again.

    Raises:
        Unavailable: where the key cannot be had; DSAR-09, where what is kept belongs to another request or was harmed.
    """
    found: dict[str, list[str]] = json.loads(opened(opened_key(keys, wrapped), request, sealed))
    return found
