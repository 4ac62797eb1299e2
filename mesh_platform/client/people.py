"""People's requests about their own data, from Python: for systems that bring them (the role source) and for the privacy team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mesh_platform.client.door import Door


class SubjectRequests:
    """The requests of a mesh, through the door of a connection. What each method gives is what `/v1/subject-requests` does."""

    def __init__(self, door: Door) -> None:
        self._people = door.people

    def open(
        self,
        kind: str,
        subjects: Sequence[str],
        *,
        regime: str,
        purposes: Sequence[str] = (),
        lift: bool = False,
        column: str | None = None,
        value: str | None = None,
        attested: bool = False,
    ) -> dict[str, Any]:
        """Open a request of one person.

        Args:
            kind: erasure, access, portability, rectification, restriction or objection.
            subjects: identifiers of the person, each as namespace:identifier.
            regime: the law under which they ask, such as gdpr.
            purposes: of an objection; every one where there is none.
            lift: end a restriction.
            column: of a rectification: domain/product.column.
            value: of a rectification: what is to stand there.
            attested: the role privacy says who it is; a code has to come back otherwise.

        Returns:
            Its `id`, and under `identity` what is known of who asks.

        Raises:
            Denied: without the role privacy or source.
            UsageProblem: where an identifier is none, or what is asked has not its form.
        """
        asked: dict[str, Any] = {"kind": kind, "regime": regime, "subjects": [*subjects], "purposes": [*purposes], "lift": lift}
        return self._people.open(asked | {"column": column, "value": value, "attested": attested})

    def list(self) -> list[dict[str, Any]]:
        """Those that there are, the newest first; a system sees its own."""
        return self._people.listed()

    def get(self, id: str) -> dict[str, Any]:
        """How far one is and when it is due; all of it for the role privacy.

        Raises:
            NotFound: DSAR-01. Denied: DSAR-02, for a system that did not open it.
        """
        return self._people.one(id)

    def send_code(self, id: str) -> dict[str, Any]:
        """Have a one-time code sent to the person's own address."""
        return self._people.send_code(id)

    def show_code(self, id: str, code: str) -> dict[str, Any]:
        """Show the code that came back; for the right one a `token`, which is for the person and is told once."""
        return self._people.show_code(id, code)

    def package(self, id: str) -> bytes:
        """What is held about the person, as a ZIP archive, for the role privacy; made where it is not yet.

        Raises:
            CheckFailed: DSAR-38, where something stands in the way, which `get` tells.
        """
        return self._people.package(id)
