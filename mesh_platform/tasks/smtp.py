"""Notices by mail. The Message-ID is made of the notice's key, so that a second one of the same can be told from a new one."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from mesh_platform.tasks.channels import May, NotSent, anywhere, unusable

_WAIT = 10.0  # seconds
_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class SmtpChannel:
    """Mails through one server; a password never travels in the clear."""

    def __init__(self, url: str, sender: str, recipients: Sequence[str], may: May = anywhere) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise unusable("notice_smtp", "It is no address of a mail server.") from None
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise unusable("notice_smtp", "It does not begin with smtp://, smtp+starttls:// or smtps:// and a host.")
        if parts.username and parts.scheme == "smtp":
            raise unusable(
                "notice_smtp", "It has a user, whose password would travel in the clear: use smtps:// or smtp+starttls://."
            )
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, port or _SCHEMES[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender, self._recipients, self._may = sender, tuple(recipients), may

    def send(self, key: str, payload: Mapping[str, str]) -> None:
        self._sent(self._message(key, payload), self._recipients)

    def post(self, message: EmailMessage, to: str) -> None:
        """A letter to one address; raises what `send` does."""
        message["From"] = self._sender
        self._sent(message, (to,))

    def _sent(self, message: EmailMessage, recipients: Sequence[str]) -> None:
        self._may(self._host)
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, self._password)
                refused = server.send_message(message, self._sender, recipients)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise NotSent(type(error).__name__) from None
        if refused:
            raise NotSent("SMTPRecipientsRefused")

    def _connected(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_WAIT, context=ssl.create_default_context())
        server = smtplib.SMTP(self._host, self._port, timeout=_WAIT)
        if self._scheme == "smtp+starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def _message(self, key: str, payload: Mapping[str, str]) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = f"[mesh] {payload['event']}: {payload['kind']} of {payload['product']}"
        message["From"], message["To"] = self._sender, ", ".join(self._recipients)
        message["Message-ID"] = f"<{key}@mesh-platform.invalid>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
        lines = (f"{name}: {value}" for name, value in payload.items() if value)
        message.set_content("\n".join(lines) + "\n")
        return message
