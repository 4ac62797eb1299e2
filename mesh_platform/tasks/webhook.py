"""Notices by HTTP POST, signed, so that the receiver knows who sent them and that nothing was changed.

`Mesh-Signature: t=<seconds>,v1=<hex>` holds HMAC-SHA256 over `<seconds>.<body>` under the shared secret; `Idempotency-Key` is the same for
each attempt at one notice. An answer other than 2xx, a redirect included, is a failure.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from mesh_platform.clock import utc_now
from mesh_platform.outbound import opener_for
from mesh_platform.tasks.channels import May, NotSent, anywhere, unusable

_WAIT = 10.0  # seconds
SIGNATURE, KEY = "Mesh-Signature", "Idempotency-Key"


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The value of the signature's header."""
    moment = int(at.timestamp())
    return f"t={moment},v1={hmac.new(secret.encode(), f'{moment}.'.encode() + body, hashlib.sha256).hexdigest()}"


class WebhookChannel:
    """Posts to one address, which is HTTPS or on this machine."""

    def __init__(self, address: str, secret: str, clock: Callable[[], datetime] = utc_now, may: May = anywhere) -> None:
        try:
            self._opener = opener_for(address)
        except ValueError:
            raise unusable("notice_webhook", "The address is neither HTTPS nor on this machine.") from None
        self._address, self._secret, self._clock, self._may = address, secret, clock, may

    def send(self, key: str, payload: Mapping[str, str]) -> None:
        self._may(urlsplit(self._address).hostname or "")
        body = json.dumps({"id": key, **payload}, separators=(",", ":"), sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "mesh-platform",
            KEY: key,
            SIGNATURE: signature(self._secret, body, self._clock()),
        }
        try:
            with self._opener.open(Request(self._address, body, headers, method="POST"), timeout=_WAIT):  # noqa: S310
                pass
        except HTTPError as error:
            error.close()
            raise NotSent(f"HTTP {error.code}") from None
        except (URLError, OSError, http.client.HTTPException) as error:
            raise NotSent(_kind(error)) from None


def _kind(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return type(reason if isinstance(reason, Exception) else error).__name__
