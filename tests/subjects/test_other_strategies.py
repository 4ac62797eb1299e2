"""Products that know people by salted hashes, that stand for something outside, and files beside a source: from the request to the certificate."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.errors import Unavailable
from mesh_platform.subjects import Regime, Request, State, Task
from mesh_platform.subjects.people.by_token import pseudonyms, secrets_of
from mesh_platform.tasks import TaskKind
from tests.publish.bakery import write_product
from tests.subjects.holding_store import SECRET, holding
from tests.subjects.test_stores import ANA as CLOSURE
from tests.subjects.test_stores import NAMESPACES, TOKENS
from tests.subjects.town import _EMAIL, _TOWN, ANA, ANN, BY, _descriptor, _source, publish_all, town_at, write_town

TILLS, PAPERS, SALT = "people/tills", "people/papers", b"a salt of the tills"


def salted(email: str) -> str:
    return hashlib.sha256(SALT + email.encode()).hexdigest()


def test_what_stands_for_a_person_is_every_spelling_in_every_function_with_every_salt() -> None:
    found = pseudonyms(CLOSURE.identifiers, TOKENS, NAMESPACES, [SALT])
    told = {hashlib.sha256(SALT + b"ana@ex.test").hexdigest(), hashlib.md5(b"C-7", usedforsecurity=False).hexdigest()}
    assert told <= found and TOKENS.token("email", ANA).hex() in found
    assert hashlib.sha256(b"another salt" + b"ana@ex.test").hexdigest() not in found
    assert hashlib.sha256(SALT + b"ann@ex.test").hexdigest() not in found


def write_others(root: Path, store: dict[str, Any]) -> Path:
    """The town, with a product that goes by salted hashes and one that stands for papers, and consents beside the customers' file."""
    write_town(root)
    policies = root / "governance/policies.yaml"
    document = yaml.safe_load(policies.read_text())
    document["governancePolicies"]["dataClassification"] = {"salts": [{"name": "till", "secret": "env:TILL_SALT"}]}
    policies.write_text(yaml.safe_dump(document))
    (root / "landing/tills.csv").write_text(f"card,town\n{salted(ANA)},Lisbon\n{salted(ANN).upper()},Porto\n")
    (root / "landing/papers.csv").write_text(f"email,town\n{ANA},Lisbon\n{ANN},Porto\n")
    (root / "landing/consents.csv").write_text(f"who,said\nemail:{ANA},yes\nemail:{ANN},yes\n")
    keys = {"email": "email"}
    beside = [{"kind": "landing", "path": "landing/consents.csv", "keys": {"who": "any"}}, {"kind": "landing", "keys": keys}]
    card = {**_EMAIL, "category": "user.unique_id.pseudonymous"}
    tills = _source("tills.csv") | {"stores": [store]}
    write_product(
        root,
        TILLS,
        _descriptor(TILLS, source=tills, columns={"card": card, "town": _TOWN}, erasure={"strategy": "delete_by_token"}),
    )
    papers = _source("papers.csv") | {"stores": beside}
    out = {"strategy": "external", "reason": "The papers lie in a cupboard."}
    write_product(root, PAPERS, _descriptor(PAPERS, source=papers, columns={"email": _EMAIL, "town": _TOWN}, erasure=out))
    return root


def task(request: Request, product: str) -> Task:
    [found] = [one for one in request.tasks if one.product.startswith(product)]
    return found


@pytest.mark.nightly
def test_salted_hashes_papers_files_beside_and_a_store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILL_SALT", SALT.decode())
    monkeypatch.setenv("STORE_SECRET", SECRET)
    with holding(ANA, ANN) as store, town_at(write_others(tmp_path / "project", store.declared())) as (runtime, desk):
        publish_all(runtime, TILLS, PAPERS)
        landing = runtime.settings.project / "landing"
        store.how = "keeps"
        id = desk.open(Regime.GDPR, [("email", ANA)], BY).id
        first = desk.run(id, BY)
        assert task(first, TILLS).rows == 1 and task(first, TILLS).state is State.BLOCKED, "its file brings the hash again"
        assert task(first, PAPERS).state is State.BLOCKED and "did not say yet" in task(first, PAPERS).reason
        assert task(first, "store ").state is State.OPEN and ANA not in str(first.as_json())

        (landing / "tills.csv").write_text(f"card,town\n{salted(ANN)},Porto\n")
        (landing / "papers.csv").write_text(f"email,town\n{ANN},Porto\n")
        (landing / "consents.csv").write_text(f"who,said\nemail:{ANN},yes\n")
        [asked] = [one for one in desk.tasks.listed(kind=TaskKind.EXTERNAL) if one.product == PAPERS]
        desk.tasks.resolve_key(asked.key, "done", "Shredded.", "people-team")
        store.how = "honest"
        done = desk.run(id, BY)
        assert done.state is State.CERTIFIED, [(one.product, one.state, one.reason) for one in done.tasks]
        assert store.people == [ANN]

        monkeypatch.delenv("TILL_SALT")
        with pytest.raises(Unavailable, match="DSAR-12"):
            secrets_of(desk.ledger.governance)
