"""A package holds against nothing but itself and the keys: whatever is changed in it, around it or instead of it is told."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.audit import Act, Phase, What
from mesh_platform.audit.succession import Succession
from mesh_platform.audit.tlog import ED25519, ML_DSA_44, SignerKey
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.export import PAGE
from mesh_platform.interop.evidence.outsider import COVERS, EVIDENCE, MANIFEST, SEAL, SEALED, examine, in_words, packed, unpacked
from mesh_platform.interop.evidence.package import manifest_of, program, with_body
from mesh_platform.publish import Runtime
from tests.interop.asking import Package, asked
from tests.subjects.town import TOWNS

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(exported: tuple[Package, str]) -> Files:
    return unpacked(exported[0].data)


@pytest.fixture(scope="module")
def known(exported: tuple[Package, str]) -> Succession:
    return Succession.parse(exported[1])


def problems(data: bytes, known: Succession) -> str:
    found = examine(data, known)
    assert found["ok"] is (not found["problems"])
    return "; ".join(found["problems"])


def test_a_package_as_it_was_made_holds(exported: tuple[Package, str], known: Succession) -> None:
    found = examine(exported[0].data, known)
    assert (found["ok"], found["problems"], found["framework"]) == (True, [], "gdpr")
    assert found["sealed"]["origin"] == exported[0].evidence.about.origin
    assert found["records"] == len(exported[0].evidence.records) > 10


def test_verification_says_what_the_package_covers(exported: tuple[Package, str], known: Succession) -> None:
    found, about = examine(exported[0].data, known), exported[0].evidence.about
    told = about.model_dump(mode="json")
    assert {name: found[name] for name in COVERS} == {name: told[name] for name in COVERS}
    assert about.as_of[:10] <= found["sealed"]["at"][:10]
    words = in_words(found)
    assert f"Covers the whole mesh {about.origin}." in words and "Evidence for gdpr (" in words
    assert f"Records from the first until before {about.until}." in words and found["sealed"]["at"] in words


def test_a_package_of_a_part_does_not_read_like_one_of_the_whole(runtime: Runtime) -> None:
    known, since = runtime.audit.signer.succession, utc_now() - timedelta(days=7)
    for scope, part in (({"domain": "office"}, "the domain office"), ({"product": TOWNS}, f"the product {TOWNS}")):
        data = asked(runtime, since=since, **scope).data
        words = in_words(examine(data, known))
        assert f"Covers {part} of {runtime.audit.origin} ALONE" in words and "whole" not in words
        assert f"Records from {since.isoformat()} until" in words
        widened = _edited(unpacked(data), lambda told: told["about"].update(domain=None))
        assert "its domain is another than the record of the seal names" in problems(packed(widened), known)


def _resealed(files: Files) -> bytes:
    """The manifest made anew, as whoever changes a file would; the seal is still that of the old one."""
    return packed({**files, MANIFEST: manifest_of({name: body for name, body in files.items() if name not in (MANIFEST, SEAL)})})


def _edited(files: Files, change: Callable[[dict], None]) -> Files:  # type: ignore[type-arg]
    told = json.loads(files[EVIDENCE])
    change(told)
    return {**files, EVIDENCE: json.dumps(told).encode()}


def test_a_changed_file_is_named(files: Files, known: Succession) -> None:
    for name in (PAGE, EVIDENCE, "README", next(name for name in files if name.startswith("proofs/"))):
        assert f"{name}: it was changed" in problems(packed({**files, name: files[name] + b" "}), known)


def test_a_manifest_made_anew_is_not_the_sealed_one(files: Files, known: Succession) -> None:
    for changed in ({**files, PAGE: files[PAGE].replace(b"open", b"fine")}, {**files, "more.html": b"<p>fine</p>"}):
        assert problems(_resealed(changed), known) == "the seal: the record seals another manifest"


def test_files_that_came_and_went_are_named(files: Files, known: Succession) -> None:
    assert "more.html: the manifest does not name it" in problems(packed({**files, "more.html": b"fine"}), known)
    assert f"{PAGE}: it is gone" in problems(packed({name: body for name, body in files.items() if name != PAGE}), known)
    for name in (EVIDENCE, MANIFEST, SEAL, "keys/mesh"):
        assert f"it lacks {name}" in problems(packed({other: body for other, body in files.items() if other != name}), known)


def test_other_keys_than_those_known_are_refused(files: Files) -> None:
    name = "another-log"
    other = Succession(tuple(SignerKey(name, kind, bytes([kind]) * 32).verifier for kind in (ED25519, ML_DSA_44)))
    assert "the keys in the package are not those that you know" in problems(packed(files), other)


def test_the_seal_of_another_package_does_not_hold(runtime: Runtime) -> None:
    known = runtime.audit.signer.succession
    one, other = (unpacked(asked(runtime).data) for _ in range(2))
    assert problems(packed(one), known) == ""
    assert problems(packed({**one, SEAL: other[SEAL]}), known) == "the seal: the record seals another manifest"


def test_a_record_that_was_only_put_into_the_log_seals_nothing(runtime: Runtime) -> None:
    """Whoever may write to the database can add a record, and the next checkpoint covers it; the log's own signature they cannot add."""
    audit, files = runtime.audit, unpacked(asked(runtime).data)
    changed = {**files, PAGE: b"<p>all is well</p>"}
    changed[MANIFEST] = manifest_of({name: body for name, body in changed.items() if name not in (MANIFEST, SEAL)})
    about = What(what=SEALED, ref="gdpr", code=hashlib.sha256(changed[MANIFEST]).hexdigest())
    receipt = audit.record(Act.EXPORT, Phase.DONE, None, about)
    changed[SEAL] = with_body(*audit.proof(audit.seq_of(receipt.eid)))
    assert "was not signed by the log" in problems(packed(changed), audit.signer.succession)


def test_a_proof_of_something_else_seals_nothing(files: Files, known: Succession) -> None:
    proof = next(body for name, body in files.items() if name.startswith("proofs/"))
    assert (
        problems(packed({**files, SEAL: proof}), known)
        == "the seal: the record that it proves was not signed by the log, and seals nothing"
    )
    assert "the seal: " in problems(packed({**files, SEAL: files[SEAL].replace(b"index ", b"index 1")}), known)
    for garbage in (b"", b"\xff\xfe", b"c2sp.org/tlog-proof@v1\nindex 0\n\n", files[SEAL][: len(files[SEAL]) // 2]):
        assert "the seal: " in problems(packed({**files, SEAL: garbage}), known)


def test_what_is_told_of_a_record_is_held_against_its_bytes(files: Files, known: Succession) -> None:
    def denied(told: dict) -> None:  # type: ignore[type-arg]
        one = next(one for one in told["records"] if one["decision"] == "closed")
        one["decision"] = "open"

    def pointed(told: dict) -> None:  # type: ignore[type-arg]
        told["controls"][0]["products"][0]["records"] = ["mesh:999999"]

    def counted(told: dict) -> None:  # type: ignore[type-arg]
        told["controls"][0]["products"][0]["state"] = "enforced"
        told["controls"][1]["products"][0]["state"] = "waived"

    assert "the log says something else of it" in problems(packed(_edited(files, denied)), known)
    assert "it points at records that it does not bring, mesh:999999 the first" in problems(
        packed(_edited(files, pointed)), known
    )
    assert "the summary counts other than the controls say" in problems(packed(_edited(files, counted)), known)


def test_json_that_is_none_or_too_deep_is_refused(files: Files, known: Succession) -> None:
    for body in (b"", b"[]", b"{", b"[" * 200_000, b'{"format":"mesh-evidence","version":1}', b'{"a":' + b"9" * 5000 + b"}"):
        assert "evidence.json: " in problems(packed({**files, EVIDENCE: body}), known)
        assert "manifest.json: " in problems(packed({**files, MANIFEST: body}), known)


def _zipped(entries: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, body in entries:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, compression)
    return out.getvalue()


def test_a_bomb_is_refused_before_anything_is_unpacked(files: Files, known: Succession) -> None:
    bomb = _zipped([*files.items(), ("zeros", b"\0" * 50_000_000)], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2_000_000
    assert "is compressed or encrypted" in problems(bomb, known)
    assert "is compressed or encrypted" in problems(_zipped(list(files.items()), zipfile.ZIP_DEFLATED), known)


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/etc/passwd",
        "a/../../b",
        "proofs\\x",
        "C:/x",
        ".hidden",
        "a/.b",
        "a//b",
        "x" * 200,
        "a/b/c/d/e/f",
        "dir/",
        "ä",
        "a\nb",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, files: Files, known: Succession) -> None:
    assert "leads elsewhere" in problems(_zipped([*files.items(), (name, b"x")]), known)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(files: Files, known: Succession) -> None:
    assert "two files have one name" in problems(_zipped([*files.items(), (PAGE, b"<p>fine</p>")]), known)


def test_bytes_around_the_files_are_refused(exported: tuple[Package, str], files: Files, known: Succession) -> None:
    data = exported[0].data
    reordered = _zipped(sorted(files.items(), reverse=True))
    for changed in (b"MZ" + data, data + b"more", data[:-1], data[: len(data) // 2], reordered, b"", b"PK"):
        assert "it is no package of evidence" in problems(changed, known)


@given(st.data())
@settings(max_examples=150)
def test_no_changed_byte_goes_unseen(exported: tuple[Package, str], known: Succession, data: st.DataObject) -> None:
    whole = bytearray(exported[0].data)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    assert problems(bytes(whole), known) != ""


def test_the_program_for_outsiders_says_the_same_without_the_platform(
    exported: tuple[Package, str], files: Files, tmp_path: Path
) -> None:
    (tmp_path / "verify.py").write_text(program())
    assert files["verify_evidence.py"].decode() == program()
    (tmp_path / "keys").write_text(exported[1])
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(exported[0].data)
    bad.write_bytes(packed({**files, PAGE: b""}))
    assert (ran(tmp_path, good)[0], ran(tmp_path, bad)[0], ran(tmp_path, tmp_path / "none.zip")[0]) == (0, 1, 2)
    assert ran(tmp_path, good)[1] == in_words(examine(exported[0].data, Succession.parse(exported[1])))


def test_no_name_of_one_module_stands_for_that_of_another_in_the_program() -> None:
    tree = ast.parse(program())
    named = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    named += [
        target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)
    ]
    assert len(named) > 50 and sorted({name for name in named if named.count(name) > 1}) == []


def ran(folder: Path, package: Path) -> tuple[int, str]:
    """The program, in an interpreter that cannot import the platform."""
    code = "import runpy, sys; sys.modules['mesh_platform'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", code, str(folder / "verify.py"), str(package), "--key", str(folder / "keys")]
    done = subprocess.run(command, check=False, capture_output=True, cwd=folder, text=True)
    return done.returncode, done.stdout


def test_the_same_files_are_the_same_zip_in_any_order(files: Files) -> None:
    turned = dict(reversed(files.items()))
    assert hashlib.sha256(packed(turned)).digest() == hashlib.sha256(packed(files)).digest()
    assert unpacked(packed(turned)) == files
