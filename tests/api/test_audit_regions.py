"""The logs of regions over HTTP: the same rights as for the log over them, and only where the instance answers for the region."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.api.service import Service
from mesh_platform.audit import Act, Phase, What
from mesh_platform.audit.tlog import included, leaf_hash, noted, parse_proof
from mesh_platform.clock import utc_now
from mesh_platform.settings import Settings
from tests.api.conftest import listening

Get = Callable[..., httpx.Response]


@pytest.fixture
def project(shop: Settings, tmp_path: Path) -> Path:
    (tmp_path / "eu").mkdir(mode=0o700)
    return shutil.copytree(shop.project, tmp_path / "project")


def served(project: Path, region: str | None = None) -> Iterator[Get]:
    """An instance over a mesh whose EU has a log of its own, with one record about a key there."""
    regions = {"EU": str(project.parent / "eu" / "control.db")}
    settings = Settings(project=project, threads=2, api_workers=1, audit_regions=regions, api_region=region)
    with Service(settings) as service:
        service.audit.record(Act.KEY, Phase.DONE, None, What(domain="customer", region="westeurope", what="rotation asked"))
        for address in listening(service):
            yield partial(asked, service, address)


def asked(
    service: Service, address: str, path: str, who: str = "examiner", room: str = "audit", **params: object
) -> httpx.Response:
    actor = impersonate(who, service.mesh().governance, service.settings)
    token = development_issuer(service.settings).issue(actor, utc_now(), timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{address}/v1/{room}/{path}", headers=headers, params=params)  # type: ignore[arg-type]


def test_a_regions_log_is_read_proven_and_known_by_its_keys(project: Path) -> None:
    for get in served(project):
        eu = get("records", region="EU").json()["records"]
        assert [one["about"] for one in eu] == ["begun", "customer, westeurope, rotation asked"]
        assert "rotation asked" not in get("records", limit=1_000).text
        again = get("records", region="EU").json()["records"]
        assert (again[-1]["act"], again[-1]["about"], again[-1]["who"]) == ("read", "audit log", "examiner"), (
            "that they looked stands there"
        )
        answer = get("records/1/proof", region="EU")
        index, proof, note, _ = parse_proof(answer.text)
        said = noted(note)
        assert said.origin.endswith("/EU") and get("checkpoint", region="EU").text.startswith(said.origin)
        assert included(leaf_hash(bytes.fromhex(answer.headers["Mesh-Leaf"])), index, said.size, proof, said.root)
        assert get("keys", region="EU").json()["origin"] == said.origin != get("keys").json()["origin"]


@pytest.mark.parametrize("path", ["records", "records/0/proof", "checkpoint", "keys"])
def test_it_is_closed_to_others_and_one_that_is_none_is_not_found(project: Path, path: str) -> None:
    for get in served(project):
        assert get(path, "analyst", region="EU").json()["rule"] == "AUTH-02"
        missing = get(path, region="US")
        assert (missing.status_code, missing.json()["rule"]) == (404, "AUDIT-16")


def test_an_instance_of_another_region_does_not_show_it(project: Path) -> None:
    for get in served(project, "US"):
        refused = get("records", region="EU")
        assert (refused.status_code, refused.json()["rule"]) == (421, "HTTP-07")


@pytest.mark.parametrize(("region", "status"), [("US", 421), ("EU", 200)])
def test_evidence_has_records_of_regions_in_it_and_comes_from_an_instance_that_answers_for_them(
    project: Path, region: str, status: int
) -> None:
    for get in served(project, region):
        assert get("core", room="evidence").status_code == status
