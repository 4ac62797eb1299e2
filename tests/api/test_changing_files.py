"""A service goes on while governance changes under it: what it records and answers follows, and closes where nobody can read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mesh_platform.api import ready
from mesh_platform.api.service import Service
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.product import live
from mesh_platform.settings import Settings
from tests.access.shop import write_project


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(live, "EVERY", 0.0)
    monkeypatch.setattr(ready, "EVERY", 0.0)
    root = tmp_path / "project"
    write_project(root)
    with Service(Settings(project=root, api_workers=1)) as opened:
        yield opened


def normal_form(service: Service, *steps: str) -> None:
    """Change what `governance/identifiers.yaml` says of customer numbers."""
    document = {"namespaces": {"email": {"normal": ["lower"]}, "customer_id": {"normal": list(steps)}}}
    (service.settings.project / "governance" / "identifiers.yaml").write_text(yaml.safe_dump(document))


def test_consents_are_recorded_under_the_normal_form_that_holds_now(service: Service) -> None:
    before = service.ledger
    assert service.ledger is before
    normal_form(service, "trim", "lower")
    tokens = service.ledger.tokens
    assert tokens.token("customer_id", "C-1") == tokens.token("customer_id", "c-1") != before.tokens.token("customer_id", "C-1")


def test_nothing_is_answered_while_governance_cannot_be_read(service: Service) -> None:
    file = service.settings.project / "governance" / "purposes.yaml"
    stood = file.read_text()
    service.ready()
    file.write_text("purposes: [")
    with pytest.raises(MeshError):
        _ = service.ledger
    with pytest.raises(Unavailable, match="HTTP-11"):
        service.ready()
    file.write_text(stood)
    service.ready()
    assert service.ledger.purposes
