"""Letters: what goes out to one person whom a request is about, over one of the channels of notices and nowhere else.

A notice tells the people who work with the mesh and names nobody; a letter has an address. It is sent at once and stands in no outbox, since it may
hold a code. Whoever watches the folder or answers the webhook hands it on to that address alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol

from mesh_platform.aside import written
from mesh_platform.settings import Settings
from mesh_platform.tasks.channels import NotSent, channels_of
from mesh_platform.tasks.smtp import SmtpChannel

Kind = Literal["email", "phone"]
"""What an address is."""


class Letters(Protocol):
    """One way to a person."""

    reaches: frozenset[Kind]

    def post(self, key: str, to: str, letter: Mapping[str, str]) -> None:
        """Hand it over for that address.

        Raises:
            NotSent: where it is not known to have arrived.
        """
        ...


def letters_of(settings: Settings) -> Letters | None:
    """What the setting `letters` names; where it is unset the first of mail, webhook and folder that is set. None where none is.

    Raises:
        UsageProblem: NOTICE-01, where it cannot be used as it is set.
    """
    given: dict[Literal["smtp", "webhook", "folder"], bool] = {
        "smtp": settings.notice_smtp is not None,
        "webhook": settings.notice_webhook is not None,
        "folder": settings.notice_folder is not None,
    }
    name = settings.letters or next((name for name, there in given.items() if there), None)
    if name is None or not given[name]:
        return None
    if name == "folder":
        return _Folder(settings.project / (settings.notice_folder or ""))
    channel = channels_of(settings)[name]
    return _Mail(channel) if isinstance(channel, SmtpChannel) else _Posted(channel.send)


class _Folder:
    """A file each, for its owner alone."""

    reaches: frozenset[Kind] = frozenset({"email", "phone"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def post(self, key: str, to: str, letter: Mapping[str, str]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), written(self._folder / f"{key}.json", 0o600, new=True) as out:
                out.write((json.dumps({"id": key, "to": to, **letter}, indent=2) + "\n").encode())
        except OSError as error:
            raise NotSent(type(error).__name__) from None


class _Sends(Protocol):
    def __call__(self, key: str, payload: Mapping[str, str]) -> None: ...


class _Posted:
    """To the webhook, signed as notices are."""

    reaches: frozenset[Kind] = frozenset({"email", "phone"})

    def __init__(self, send: _Sends) -> None:
        self._send = send

    def post(self, key: str, to: str, letter: Mapping[str, str]) -> None:
        self._send(key, {"to": to, **letter})


class _Mail:
    """By mail, to that address and to nobody else."""

    reaches: frozenset[Kind] = frozenset({"email"})

    def __init__(self, channel: SmtpChannel) -> None:
        self._channel = channel

    def post(self, key: str, to: str, letter: Mapping[str, str]) -> None:
        message = EmailMessage()
        try:
            message["To"] = Address(addr_spec=to)
        except (ValueError, IndexError, MessageError):
            raise NotSent("AddressError") from None
        message["Subject"] = letter["subject"]
        message["Message-ID"] = f"<{key}@mesh-platform.invalid>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834
        message.set_content(letter["text"] + "\n")
        self._channel.post(message, to)
