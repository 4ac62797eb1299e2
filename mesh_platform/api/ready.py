"""Whether one process could answer a read: each part that a read needs is looked at, and none is believed to be there since it was before."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.keys.provider import no_key
from mesh_platform.lake import Place

if TYPE_CHECKING:
    from mesh_platform.api.service import Service

EVERY = 1.0
"""Seconds for which an answer holds: whoever asks more often makes no more work."""


class Ready:
    """Asked by any number of threads; one of them looks."""

    def __init__(self, service: Service) -> None:
        self._service, self._lock = service, threading.Lock()
        self._looked, self._missing = 0.0, ""

    def __call__(self) -> None:
        """Quiet where a read could be answered.

        Raises:
            Unavailable: HTTP-11, with the rule of the part that is missing.
        """
        with self._lock:
            if time.monotonic() - self._looked >= EVERY:
                self._missing = self._look()
                self._looked = time.monotonic()
            missing = self._missing
        if missing:
            why = f"A part of it does not answer ({missing})."
            raise Unavailable(Finding("HTTP-11", "the server", why, "`mesh doctor` says more."))

    def _look(self) -> str:
        """The rule of the first part that does not answer; nothing where all do."""
        service = self._service
        try:
            service.mesh()
            service.database.revision()
            service.shared.look()
            service.grants.sequence()
            service.ledger.sequence()
            service.audit.could_write()
            service.workers.ready()
            return self._of_the_lake()
        except MeshError as error:
            return error.finding.rule

    def _of_the_lake(self) -> str:
        """The same of catalogs and keys: one product's catalog opens. A domain whose key is revoked takes no other's readiness away."""
        published = sorted(self._service.registry.latest_publications().items())
        first: dict[str, Place] = {}
        for key, last in published:
            first.setdefault(key.domain, Place(last.location, key.domain, key.name))
        missing = ""
        for place in first.values():
            try:
                if not self._service.keys.has(place.domain, place.location):
                    raise no_key(place.domain, place.location)
                if self._service.lake.versions(place):
                    return ""
                missing = missing or "ACCESS-01"
            except MeshError as error:
                missing = missing or error.finding.rule
        return missing
