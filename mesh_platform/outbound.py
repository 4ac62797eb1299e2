"""Calls to addresses that a setting names: HTTPS, or on this machine, and nowhere else on the way.

Follows no redirect, which could lead to an address that is not HTTPS; asks no proxy for this machine, since one that the environment names
would read and answer in its place. AWS KMS has a client of its own.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, build_opener

LEAST_SECRET = 16
HERE = ("localhost", "127.0.0.1", "::1")


def opener_for(address: str) -> OpenerDirector:
    """What opens this address.

    Raises:
        ValueError: where it is neither HTTPS nor on this machine, or is no address.
    """
    refuse_open(address)
    return build_opener(_NoRedirect, *([ProxyHandler({})] if on_this_machine(address) else []))


def refuse_open(address: str) -> None:
    """Refuse an address over which what is sent could be read.

    Raises:
        ValueError: where it is neither HTTPS nor on this machine, or is no address.
    """
    parts = urlsplit(address)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(address))):
        raise ValueError("neither HTTPS nor on this machine")
    _ = parts.port  # urlsplit tells a wrong one only when it is asked


def on_this_machine(address: str) -> bool:
    """Whether no proxy may stand between.

    Raises:
        ValueError: where it is no address.
    """
    return urlsplit(address).hostname in HERE


def shared_secret(named: str) -> str | None:
    """The secret of the variable that `env:NAME` names; None where it is too short, or a setting of the platform's own."""
    variable = named.removeprefix("env:")
    secret = "" if variable.upper().startswith("MESH_") else os.environ.get(variable, "")
    return secret if len(secret) >= LEAST_SECRET else None


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
