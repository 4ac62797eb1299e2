"""Logs of regions in a package: the mesh's own log names the checkpoint under which each one's records are proven, so that its keys alone verify the package."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.leaf import eid_of
from mesh_platform.audit.signing import MEMORY
from mesh_platform.audit.succession import Succession
from mesh_platform.audit.tlog import parse_proof, proof_text
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.export import collected
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.outsider import EVIDENCE, MANIFEST, SEAL, examine, in_words, unpacked
from mesh_platform.interop.evidence.package import sealed
from mesh_platform.interop.evidence.page import page
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.tied import ACT, WHAT
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, open_runtime
from mesh_platform.settings import Settings
from mesh_platform.state.tables import audit_leaves
from tests.interop.asking import EXAMINER, Package, asked
from tests.interop.test_package import ran
from tests.subjects.town import CUSTOMERS, TOWNS

Files = dict[str, bytes]


@contextmanager
def opened(root: Path) -> Iterator[Runtime]:
    """The town, whose EU and US have logs of their own."""
    (root / "governance" / "regions.yaml").write_text(
        yaml.safe_dump({"regions": {"EU": ["westeurope"], "US": ["eastus"], "UK": ["uksouth"]}})
    )
    for name in ("eu", "us", "uk"):
        (root / name).mkdir(mode=0o700, exist_ok=True)
    where = {name: f"{name.lower()}/control.db" for name in ("EU", "US", "UK")}
    with open_runtime(Settings(project=root, audit_regions=where, audit_anchor=str(root.parent / "anchor"))) as runtime:
        yield runtime


def read(log: AuditLog, region: str, times: int = 1) -> None:
    for _ in range(times):
        about = What(product=f"{CUSTOMERS}@1.0.0" if region == "westeurope" else f"{TOWNS}@1.0.0", region=region, what="contract")
        log.record(Act.READ, Phase.INTENT, EXAMINER, about, "allow", purpose="service")


def region(runtime: Runtime, name: str) -> AuditLog:
    assert runtime.audit.regions is not None
    return runtime.audit.regions.named(name)


@pytest.fixture(scope="module")
def regional(told_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Package]]:
    """With reads on record in two regions, and none in the third; and a package of that state."""
    with opened(shutil.copytree(told_town, tmp_path_factory.mktemp("regional") / "project")) as runtime:
        read(runtime.audit, "westeurope", 3)
        read(runtime.audit, "eastus", 2)
        yield runtime, asked(runtime)


@pytest.fixture
def runtime(regional: tuple[Runtime, Package]) -> Runtime:
    return regional[0]


@pytest.fixture
def made(regional: tuple[Runtime, Package]) -> Package:
    return regional[1]


@pytest.fixture
def files(made: Package) -> Files:
    return unpacked(made.data)


def wrong(data: bytes, known: Succession) -> str:
    found = examine(data, known)
    assert found["ok"] is (not found["problems"])
    return "; ".join(found["problems"])


def resealed(files: Files, runtime: Runtime) -> bytes:
    """As the mesh itself would seal other files: what then does not hold is found by what ties the logs, and not by the seal."""
    rest = {name: body for name, body in files.items() if name not in (MANIFEST, SEAL)}
    sealed(rest, runtime.audit, EXAMINER, Scope(Framework.GDPR, utc_now()), out := io.BytesIO())
    return out.getvalue()


def edited(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    told = json.loads(files[EVIDENCE])
    change(told)
    return {**files, EVIDENCE: json.dumps(told).encode()}


def log_in(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in told["logs"] if one["log"] == name)


def test_two_regions_are_verified_with_the_keys_of_the_meshs_log_alone(runtime: Runtime, made: Package, tmp_path: Path) -> None:
    known = runtime.audit.signer.succession
    found = examine(made.data, known)
    assert (found["ok"], found["problems"]) == (True, [])
    assert [(one["log"], one["size"], one["wrong"]) for one in found["regions"]] == [("EU", 4, None), ("US", 3, None)]
    under = {one.log: one.under for one in made.evidence.logs}
    records = {one.id: one for one in made.evidence.records}
    assert under["mesh"] is None and set(under) == {"mesh", "EU", "US"}, "the log of the UK is empty"
    for name in ("EU", "US"):
        assert (records[under[name] or ""].act, records[under[name] or ""].what) == (ACT, WHAT)
        assert f"The log of {name} is held by record {under[name]}, written at 20" in in_words(found)
        assert f"proofs/{(under[name] or '').replace(':', '/')}.tlog-proof" in page(made.evidence)
    assert {one.partition(":")[0] for one in records} == {"mesh", "EU", "US"}
    (tmp_path / "verify.py").write_bytes(unpacked(made.data)["verify_evidence.py"])
    (tmp_path / "keys").write_text(known.text)
    (tmp_path / "regional.zip").write_bytes(made.data)
    assert ran(tmp_path, tmp_path / "regional.zip") == (0, in_words(found)), "and without the platform"


def test_the_id_of_the_record_is_made_as_the_log_makes_it(made: Package) -> None:
    [one] = [one for one in made.evidence.logs if one.log == "EU"]
    records = {record.id: record for record in made.evidence.records}
    assert records[one.under or ""].eid == eid_of(Act.LOG_CHECKPOINT, f"{one.origin} {one.size} {one.root}")


def test_the_same_state_gives_the_same_files_while_the_logs_go_on(runtime: Runtime) -> None:
    scope, mesh = Scope(Framework.GDPR, utc_now()), load_mesh(runtime.settings.project)
    _, first = collected(mesh, runtime, scope)
    asked(runtime)
    read(runtime.audit, "westeurope", 5)
    runtime.audit.checkpoint()
    assert collected(mesh, runtime, scope)[1] == first


def test_a_region_whose_log_was_written_anew_by_the_holder_of_its_keys_is_not_ok(town: Path) -> None:
    """Database, keys and anchor of the region are the attacker's; the mesh's own log is not."""
    with opened(town) as runtime:
        read(runtime.audit, "westeurope", 3)
        keys = runtime.audit.signer.succession.first
        before = region(runtime, "EU").signer.verifiers
    [anchor] = (town.parent / "anchor").glob("*_EU")
    shutil.rmtree(anchor)
    shutil.rmtree(town / "eu")
    (Settings(project=town).home_path / "keys" / "audit-EU" / MEMORY).unlink()
    with opened(town) as runtime:
        read(runtime.audit, "westeurope", 9)
        assert region(runtime, "EU").signer.verifiers == before, "it is signed by the keys of before"
        assert "the log EU did not verify when this was made" in wrong(asked(runtime).data, Succession(keys))


def test_records_of_another_log_under_the_regions_own_signature_are_not_ok(runtime: Runtime, files: Files) -> None:
    """They are whole in themselves, and not under what the mesh's log names."""
    eu, other = region(runtime, "EU"), Files()
    read(runtime.audit, "westeurope", 2)
    eu.checkpoint()
    for name in [name for name in files if name.startswith("proofs/EU/")]:
        seq = int(name.rpartition("/")[2].partition(".")[0])
        index, path, note, _ = parse_proof(eu.proof(seq)[0])
        other[name] = proof_text(index, path, note, eu.proof(seq)[1]).encode()
    told = wrong(resealed({**files, **other}, runtime), runtime.audit.signer.succession)
    assert told == "the log of EU: what is proven of it stands under another checkpoint than the one that the mesh's log names"


def _cut(told: dict[str, Any]) -> None:
    log_in(told, "EU")["under"] = None


def _other(told: dict[str, Any]) -> None:
    log_in(told, "EU")["under"] = log_in(told, "US")["under"]


def _any(told: dict[str, Any]) -> None:
    log_in(told, "EU")["under"] = next(
        one["id"] for one in told["records"] if one["id"].startswith("mesh:") and one["act"] == "gate"
    )


def _own(told: dict[str, Any]) -> None:
    log_in(told, "EU")["under"] = next(one["id"] for one in told["records"] if one["id"].startswith("EU:"))


def _size(told: dict[str, Any]) -> None:
    log_in(told, "EU")["size"] += 1


def _origin(told: dict[str, Any]) -> None:
    log_in(told, "EU")["origin"] = log_in(told, "US")["origin"]


def _left_out(told: dict[str, Any]) -> None:
    told["logs"] = [one for one in told["logs"] if one["log"] != "EU"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_cut, "no record of the mesh's log names a checkpoint of it, so nothing but its own keys speaks for it"),
        (_left_out, "no record of the mesh's log names a checkpoint of it, so nothing but its own keys speaks for it"),
        (_other, "it names no checkpoint of that region's log"),
        (_any, "it names no checkpoint of that region's log"),
        (_own, "the record that is to name its checkpoint is not proven"),
        (_size, "what is proven of it stands under another checkpoint than the one that the mesh's log names"),
        (_origin, "it names a checkpoint of another log"),
    ],
)
def test_a_region_that_is_not_tied_to_the_meshs_log_is_told_and_not_ok(
    runtime: Runtime, files: Files, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    assert wrong(resealed(edited(files, change), runtime), runtime.audit.signer.succession) == f"the log of EU: {why}"


def test_a_record_that_says_another_root_names_no_checkpoint_of_it(runtime: Runtime, files: Files) -> None:
    """One that was put into the mesh's log under another id than its own."""
    [one] = [one for one in json.loads(files[EVIDENCE])["logs"] if one["log"] == "EU"]
    about = What(what=WHAT, region="EU", ref=one["root"])
    receipt = runtime.audit.record(Act.LOG_CHECKPOINT, Phase.DONE, None, about, n=one["size"], key="fine")
    seq = runtime.audit.seq_of(receipt.eid)
    proof, body = runtime.audit.proof(seq)
    index, path, note, _ = parse_proof(proof)
    named = f"proofs/mesh/{seq}.tlog-proof"

    def point(told: dict[str, Any]) -> None:
        like = next(record for record in told["records"] if record["id"] == log_in(told, "EU")["under"])
        told["records"].append({**like, "id": f"mesh:{seq}", "eid": receipt.eid, "file": named})
        log_in(told, "EU")["under"] = f"mesh:{seq}"

    files = {**edited(files, point), named: proof_text(index, path, note, body).encode()}
    assert (
        wrong(resealed(files, runtime), runtime.audit.signer.succession) == "the log of EU: it names a checkpoint of another log"
    )


def test_a_region_that_the_meshs_log_does_not_name_yet_is_named_at_the_export(town: Path) -> None:
    """Another process made the checkpoint, and ended before it told the log over it."""
    with opened(town) as runtime:
        eu = region(runtime, "EU")
        eu.told = None
        read(runtime.audit, "westeurope", 3)
        eu.checkpoint()
        assert named(runtime) == []
        runtime.audit.regions._logs.clear()  # type: ignore[union-attr]
        data = asked(runtime).data
        assert wrong(data, runtime.audit.signer.succession) == "" and len(named(runtime)) == 1
        eu.close()


def test_a_region_that_the_meshs_log_does_not_name_at_all_is_told_and_not_ok(town: Path) -> None:
    with opened(town) as runtime:
        region(runtime, "EU").told = None
        read(runtime.audit, "westeurope", 3)
        found = wrong(asked(runtime).data, runtime.audit.signer.succession)
        assert found == (
            "the log of EU: no record of the mesh's log names a checkpoint of it, so nothing but its own keys speaks for it"
        )
        assert named(runtime) == []


def named(runtime: Runtime) -> list[bytes]:
    """What the mesh's log says of checkpoints of regions."""
    with runtime.database.read() as con:
        return [body for body in con.execute(select(audit_leaves.c.body)).scalars() if b'"region checkpoint"' in body]
