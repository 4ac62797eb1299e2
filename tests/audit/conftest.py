"""An audit log on each engine in turn, with its keys and its anchor in folders of the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, Receipt, What
from mesh_platform.audit.anchor import Anchor
from mesh_platform.audit.quorum import Policy
from mesh_platform.audit.signing import Signer
from mesh_platform.keys import LocalKeyring
from mesh_platform.state import Database

ANA = Actor("ana", ("steward",), ("sales",), None, "ana.lopez")
PRODUCT = What(product="sales/orders@1.0.0", code="c0de")


def opened(database: Database, root: Path, policy: Policy | None = None, *, anchored: bool = True) -> AuditLog:
    """The log of that database, as a process opens it."""
    signer = Signer.opened(root / "keys", new=True, origin="test.example/log")
    anchors = [Anchor(root / "anchor", signer.origin)] if anchored else []
    return AuditLog(database, LocalKeyring(root / "keys"), signer, anchors, policy)


def say(log: AuditLog, count: int = 1, act: Act = Act.READ) -> list[Receipt]:
    return [log.record(act, Phase.DONE, ANA, PRODUCT, "allow", n=number) for number in range(count)]


def quiet(log: AuditLog) -> AuditLog:
    """The log without the thread that makes checkpoints: there are those that the test asks for."""
    log._committer._told = lambda urgent: None
    return log


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Iterator[AuditLog]:
    with opened(database, tmp_path) as made:
        yield made
