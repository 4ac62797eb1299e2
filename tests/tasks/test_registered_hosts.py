"""Notices leave over hosts of this machine, and over others only while the register of recipients names them and their entry holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.settings import Settings
from mesh_platform.tasks.channels import NotSent, registered

HOST = "smtp.mailer.example.com"


def may(root: Path, host: str, **said: Any) -> None:
    today = utc_now().date()
    one = {"role": "internal", "hosts": [HOST], "reviewed": today - timedelta(days=9), "expires": today, **said}
    (root / "governance").mkdir(exist_ok=True)
    (root / "governance" / "recipients.yaml").write_text(yaml.safe_dump({"recipients": {"mail": one}}))
    registered(Settings(project=root))(host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", HOST, HOST.upper()])
def test_this_machine_and_a_registered_host_may_be_sent_over(tmp_path: Path, host: str) -> None:
    may(tmp_path, host)


def test_a_host_of_nobody_or_of_an_entry_that_has_ended_may_not(tmp_path: Path) -> None:
    ended = {"expires": utc_now().date() - timedelta(days=1)}
    for host, said in (("smtp.elsewhere.example.com", {}), (HOST, ended), (HOST, {"role": None}), (HOST, {"role": "processor"})):
        with pytest.raises(NotSent, match="VENDOR-01"):
            may(tmp_path, host, **said)


@pytest.mark.parametrize("channel", ["smtp", "webhook"])
def test_a_channel_asks_before_it_sends_anything(tmp_path: Path, channel: str) -> None:
    from mesh_platform.tasks import channels_of

    settings = Settings(
        project=tmp_path,
        notice_smtp="smtp://mail.invalid:25",
        notice_from="mesh@example.com",
        notice_to="privacy@example.com",
        notice_webhook="https://hooks.invalid/x",
        notice_secret="s" * 16,
    )
    with pytest.raises(NotSent, match="VENDOR-01"):
        channels_of(settings)[channel].send("k1", {"event": "e", "kind": "k", "product": "p"})
