"""The port by which notices leave, and the channels that settings open: a folder, a webhook, a mail server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from mesh_platform.clock import utc_now
from mesh_platform.errors import UsageProblem
from mesh_platform.outbound import HERE
from mesh_platform.product import load_governance
from mesh_platform.product.governance.recipients import UNKNOWN, lapsed
from mesh_platform.settings import Settings


class NotSent(Exception):
    """A notice did not reach its receiver; `str()` is the kind of error and never what the other side said."""


class Channel(Protocol):
    """One way out."""

    def send(self, key: str, payload: Mapping[str, str]) -> None:
        """Hand it to the receiver, with the key by which a second one of the same is told.

        Raises:
            NotSent: where it is not known to have arrived.
        """
        ...


Channels = Mapping[str, Channel]
May = Callable[[str], None]
"""Raises `NotSent` where nothing may be sent over a host."""


def anywhere(host: str) -> None:
    """Of a channel on its own: whoever opens it by the settings asks the register of recipients."""


def channel_names(settings: Settings) -> tuple[str, ...]:
    """The channels that settings open, by name; whoever writes notices needs no more."""
    return tuple(
        name
        for name, value in (
            ("folder", settings.notice_folder),
            ("webhook", settings.notice_webhook),
            ("smtp", settings.notice_smtp),
        )
        if value
    )


def channels_of(settings: Settings) -> dict[str, Channel]:
    """The channels that settings open.

    Raises:
        UsageProblem: NOTICE-01, where one cannot be used as it is set.
    """
    found: dict[str, Channel] = {}
    if settings.notice_folder:
        from mesh_platform.tasks.folder import FolderChannel

        found["folder"] = FolderChannel(settings.project / settings.notice_folder)
    if settings.notice_webhook:
        from mesh_platform.tasks.webhook import WebhookChannel

        if not settings.notice_secret or len(settings.notice_secret) < 16:
            raise unusable("notice_secret", "A webhook needs a secret of at least 16 characters, with which notices are signed.")
        found["webhook"] = WebhookChannel(settings.notice_webhook, settings.notice_secret, may=registered(settings))
    if settings.notice_smtp:
        from mesh_platform.tasks.smtp import SmtpChannel

        to = tuple(part.strip() for part in (settings.notice_to or "").split(",") if part.strip())
        if not to or not settings.notice_from:
            raise unusable("notice_to", "Mail needs a sender (notice_from) and recipients (notice_to).")
        found["smtp"] = SmtpChannel(settings.notice_smtp, settings.notice_from, to, registered(settings))
    return found


def registered(settings: Settings) -> May:
    """What refuses to send over a host that runs elsewhere unless the register of recipients names it and its entry holds, as the files stand then."""

    def may(host: str) -> None:
        if host in HERE:
            return
        governance, _ = load_governance(settings.project)
        found = governance.recipient_at(host)
        if lapsed(found[1] if found else UNKNOWN, governance, utc_now().date()):
            raise NotSent("VENDOR-01")

    return may


def unusable(setting: str, why: str) -> UsageProblem:
    """The refusal of a setting, which never quotes it: it may hold a password."""
    return UsageProblem.because("NOTICE-01", f"the setting `{setting}`", why, "See docs/reference/settings.md.")
