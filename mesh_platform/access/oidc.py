"""The keys of an identity provider (OpenID Connect): a JSON Web Key Set from a file or an address.

Read at each call and not kept here; a server keeps those of an address for a minute. An address must be HTTPS, or on this machine.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request

import jwt

from mesh_platform.errors import Unavailable, UsageProblem
from mesh_platform.outbound import opener_for

MOST_BYTES = 1_000_000
_WAIT = 10.0  # seconds


def keys_of(jwks: str, project: Path) -> dict[str, jwt.PyJWK]:
    """The public keys by key id; one of a kind that is not known is left out, and a shared secret always is.

    Args:
        jwks: a path below the project (or an absolute one), or an address.
        project: the project's folder.

    Raises:
        Unavailable: AUTH-07, where they cannot be had.
        UsageProblem: AUTH-08, where the address is neither HTTPS nor on this machine.
    """
    text = _fetched(jwks) if "://" in jwks else _read(project / jwks)
    try:
        document = json.loads(text)
        entries = document["keys"]
        assert isinstance(entries, list)
    except (ValueError, KeyError, TypeError, AssertionError, RecursionError):
        raise _none("it is no JSON Web Key Set") from None
    return {key.key_id: key for entry in entries if (key := _key(entry)) is not None and key.key_id}


def _key(entry: Any) -> jwt.PyJWK | None:
    try:
        key = jwt.PyJWK(entry)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None if key.key_type == "oct" or entry.get("use", "sig") != "sig" else key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _none(f"the file cannot be read ({type(error).__name__})") from None


def _fetched(address: str) -> bytes:
    try:
        opener = opener_for(address)
    except ValueError:
        why = "The address of the issuer's keys is neither HTTPS nor on this machine."
        raise UsageProblem.because("AUTH-08", "the setting `jwks`", why, "Give an https:// address, or a file.") from None
    try:
        with opener.open(Request(address, headers={"Accept": "application/json"}), timeout=_WAIT) as answer:  # noqa: S310
            text: bytes = answer.read(MOST_BYTES + 1)
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        raise _none(f"the address does not answer with them ({type(error).__name__})") from None
    if len(text) > MOST_BYTES:
        raise _none("the answer is too large")
    return text


def _none(why: str) -> Unavailable:
    return Unavailable.because(
        "AUTH-07", "the setting `jwks`", f"The issuer's keys cannot be had: {why}.", "Mend it, then try again."
    )
