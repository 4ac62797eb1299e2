"""Verify a package of evidence without the platform: Python 3.11 and `cryptography` are enough.

    python verify_evidence.py evidence.zip --key KEYS [--json]

KEYS are the audit log's public keys as you got them before, and not with this package; where the log got new keys since, they are followed by what those
before them signed. Every file is held against the manifest, the manifest against the record of the audit log that seals it, every record that the
evidence points at against its proof, and what the evidence says of a record against the record's own bytes. Exit code 0 where all holds, 1 where
something does not, 2 where a file cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from mesh_platform.audit.declaring import told
from mesh_platform.audit.succession import Succession
from mesh_platform.audit.tlog import Checkpoint, NotProven, included, leaf_hash, noted, parse_proof
from mesh_platform.interop.evidence.tied import Proven, regions

FORMAT = "mesh-evidence"
EVIDENCE, MANIFEST, SEAL, KEYS, PROOFS = "evidence.json", "manifest.json", "manifest.tlog-proof", "keys", "proofs"
COVERS = ("framework", "title", "domain", "product", "since", "until", "as_of", "origin")
"""What verification tells of `about` in the evidence."""
SEALED = "evidence sealed"
"""What the record says whose code is the manifest's hash."""
LARGEST = 256 * 2**20
MOST_FILES = 50_000
WHEN = (1980, 1, 1, 0, 0, 0)
_FAR = 4_102_444_800_000_000
"""The year 2100, in microseconds."""
_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,80}(/(?!\.)[A-Za-z0-9._-]{1,80}){0,3}")
_WIDE = frozenset({"domain", "product", "since"})
_NEEDED = (EVIDENCE, MANIFEST, SEAL, f"{KEYS}/mesh")


class NoPackage(ValueError):
    """It is not laid out as a package is; nothing in it is believed."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip."""
    pack(files, out := io.BytesIO())
    return out.getvalue()


def pack(files: Mapping[str, bytes], out: BinaryIO) -> None:
    """Write the files as a zip: in the order of their names, stored, with one fixed time."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a package; nothing is written anywhere, and nothing is decompressed.

    Raises:
        NoPackage: where it is laid out in any other way than `packed` does it.
    """
    if len(data) > LARGEST:
        raise NoPackage(f"it is larger than {LARGEST // 2**20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _files(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise error if isinstance(error, NoPackage) else NoPackage("it is no whole zip, or a file in it was changed") from None
    if packed(files) != data:
        raise NoPackage("bytes stand before, between or behind its files, or it was packed anew")
    if missing := [name for name in _NEEDED if name not in files]:
        raise NoPackage(f"it lacks {', '.join(missing)}")
    return files


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise NoPackage(f"it has more than {MOST_FILES:,} files")
    for entry in entries:
        if not _NAME.fullmatch(entry.filename) or entry.filename != entry.orig_filename:
            raise NoPackage("the name of a file leads elsewhere, or is none that a package has")
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size or entry.flag_bits & 1:
            raise NoPackage(f"{entry.filename} is compressed or encrypted, and a package stores its files as they are")
    if len({entry.filename for entry in entries}) != len(entries):
        raise NoPackage("two files have one name")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise NoPackage("its files are larger than the package")
    return {entry.filename: archive.read(entry) for entry in entries}


def examine(data: bytes, known: Succession) -> dict[str, Any]:
    """What verification of a package comes to.

    Args:
        data: the bytes of the zip.
        known: the log's keys as they are known from elsewhere.
    """
    said: dict[str, Any] = {
        "ok": False,
        "sealed": None,
        **dict.fromkeys(COVERS),
        "files": 0,
        "records": 0,
        "regions": [],
        "problems": [],
    }
    problems: list[str] = said["problems"]
    try:
        files = unpacked(data)
    except NoPackage as error:
        problems.append(f"it is no package of evidence: {error}")
        return said
    said["files"] = len(files)
    problems += _listed(files)
    try:
        said["sealed"] = _sealed(files, known)
    except NotProven as error:
        problems.append(f"the seal: {error}")
    try:
        evidence = _evidence(files[EVIDENCE])
        said |= _covered(evidence["about"]) | {"records": len(evidence["records"])}
        problems += _sealed_as(said)
        proven, unproven = _proven(files, evidence)
        said["regions"] = list(regions(evidence["logs"], proven))
        problems += unproven
        problems += (f"the log of {one['log']}: {one['wrong']}" for one in said["regions"] if one["wrong"])
        problems += _judged_under(evidence, _policies(files, evidence))
        problems += _amiss(evidence)
        problems += _counted(evidence)
    except (NotProven, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        problems.append(f"{EVIDENCE}: {error if isinstance(error, NotProven) else 'it is not what evidence looks like'}")
    return said | {"ok": not problems}


def _covered(about: Mapping[str, Any]) -> dict[str, Any]:
    """What the evidence says that it is about; `domain`, `product` and `since` are None where nothing narrows it.

    Raises:
        KeyError, ValueError: where it does not say it, or not as a text of one line.
    """
    found = {name: about[name] for name in COVERS}
    if not all(
        (isinstance(value, str) and value.isprintable()) or (value is None and name in _WIDE) for name, value in found.items()
    ):
        raise ValueError
    return found


def _sealed_as(said: Mapping[str, Any]) -> list[str]:
    """Where the record of the seal is about another framework, domain or mesh than the evidence."""
    seal = said["sealed"]
    names = [name for name in ("framework", "domain", "origin") if seal and seal[name] != said[name]]
    return [f"{EVIDENCE}: its {name} is another than the record of the seal names" for name in names]


def _listed(files: Mapping[str, bytes]) -> list[str]:
    """What the manifest says otherwise than the files are."""
    try:
        said = json.loads(files[MANIFEST])
        listed = {str(name): (one["bytes"], one["sha256"]) for name, one in said["files"].items()}
        if said["format"] != FORMAT or said["version"] != 1:
            return [f"{MANIFEST}: its format or version is not known here"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [f"{MANIFEST}: it is not what a manifest looks like"]
    there = {name: body for name, body in files.items() if name not in (MANIFEST, SEAL)}
    problems = [f"{name}: the manifest does not name it" for name in there if name not in listed]
    problems += [f"{name}: it is gone" for name in listed if name not in there]
    changed = (
        name for name, body in there.items() if name in listed and listed[name] != (len(body), hashlib.sha256(body).hexdigest())
    )
    return problems + [f"{name}: it was changed" for name in changed]


def _sealed(files: Mapping[str, bytes], known: Succession) -> dict[str, Any]:
    """The record that seals the manifest, under a checkpoint that the known keys, or those that followed them, signed.

    Raises:
        NotProven: where it does not.
    """
    keys, broken = Succession.followed(_text(files[f"{KEYS}/mesh"]))
    if broken is not None:
        raise NotProven(f"the keys in the package do not follow one another: {broken}")
    if keys.parted(known) is not None:
        raise NotProven("the keys in the package are not those that you know")
    keys = keys.joined(known)
    index, leaf, said = _record(_text(files[SEAL]), keys)
    found = _leaf(leaf)
    if not keys.declared(index, found):
        raise NotProven("the record that it proves was not signed by the log, and seals nothing")
    about: Any = found.get("obj") or {}
    if (found.get("act"), found.get("phase"), about.get("what")) != ("export", "done", SEALED):
        raise NotProven("the record that it proves seals nothing")
    if about.get("code") != hashlib.sha256(files[MANIFEST]).hexdigest():
        raise NotProven("the record seals another manifest")
    return {
        "record": index,
        "origin": said.origin,
        "size": said.size,
        "root": said.root.hex(),
        "at": _moment(found.get("ts")),
        "framework": about.get("ref"),
        "domain": about.get("domain"),
    }


def _moment(at: object) -> str | None:
    """Microseconds since 1970 as a moment in UTC; None for what is no moment of these centuries."""
    if not isinstance(at, int) or isinstance(at, bool) or not 0 < at < _FAR:
        return None
    return datetime.fromtimestamp(at / 1e6, tz=UTC).isoformat(timespec="milliseconds")


def _record(text: str, keys: Succession) -> tuple[int, bytes, Checkpoint]:
    """Number and bytes of the record that a proof is about, and its checkpoint, signed by the keys of its time.

    Raises:
        NotProven: where the proof does not hold.
    """
    index, proof, note, leaf = parse_proof(text)
    keys.signed(note)
    said = noted(note)
    if not included(leaf_hash(leaf), index, said.size, proof, said.root):
        raise NotProven("the record is not under its checkpoint")
    return index, leaf, said


def _proven(files: Mapping[str, bytes], evidence: Mapping[str, Any]) -> tuple[Proven, list[str]]:
    """The records that are proven; and which are not, or are told otherwise than they stand in the log, and pointers that lead nowhere."""
    proven: dict[str, tuple[Mapping[str, Any], Checkpoint]] = {}
    keys = {name.partition("/")[2]: Succession.parse(_text(body)) for name, body in files.items() if name.startswith(f"{KEYS}/")}
    problems, ids = list[str](), set[str]()
    for one in evidence["records"]:
        log, _, seq = str(one["id"]).rpartition(":")
        ids.add(one["id"])
        try:
            if log not in keys or one["file"] not in files:
                raise NotProven("its proof, or the keys of its log, are not in the package")
            index, leaf, under = _record(_text(files[one["file"]]), keys[log])
            if str(index) != seq or not _same(one, _leaf(leaf)):
                raise NotProven("the log says something else of it")
            proven[str(one["id"])] = _leaf(leaf), under
        except NotProven as error:
            problems.append(f"record {one['id']}: {error}")
    if lost := sorted(_pointers(evidence) - ids):
        problems.append(f"{EVIDENCE}: it points at records that it does not bring, {lost[0]} the first")
    return proven, problems


def _policies(files: Mapping[str, bytes], evidence: Mapping[str, Any]) -> dict[str, str | None]:
    """Record of the gate or of a read → the version of the policy that its own bytes name; of one that proves nothing the rest tells."""
    found: dict[str, str | None] = {}
    for one in evidence["records"]:
        if one["act"] in ("gate", "read"):
            with suppress(NotProven, KeyError):
                found[one["id"]] = (_leaf(parse_proof(_text(files[one["file"]]))[3]).get("obj") or {}).get("policy")
    return found


def _judged_under(evidence: Mapping[str, Any], named: Mapping[str, str | None]) -> list[str]:
    """Versions of the policy that decisions or reads name and the evidence does not list, that the log tells otherwise, or that are counted wrongly."""
    listed = {one["policy"]: one for one in evidence["policies"]}
    decided = [(one, one.get("policy")) for one in evidence["decisions"]]
    known = {policy for policy, one in listed.items() if one.get("known", True)}
    lost = ({policy for _, policy in decided} - known) | ({*named.values()} - {*listed})
    problems = [
        f"{EVIDENCE}: it names the version {one} of the policy, and does not tell what that is"
        for one in sorted(filter(None, lost))
    ]
    problems += [
        f"{EVIDENCE}: record {id_} says that {one['product']} was judged under another version of the policy"
        for one, policy in decided
        for id_ in one["records"]
        if id_ in named and named[id_] != policy
    ]
    counted = Counter(policy for _, policy in decided)
    wrong = [policy for policy, one in listed.items() if "decisions" in one and one["decisions"] != counted[policy]]
    return problems + [f"{EVIDENCE}: it counts other decisions under {policy} than it tells" for policy in wrong]


def _amiss(evidence: Mapping[str, Any]) -> list[str]:
    """Logs that did not verify when this was made: what is proven of them here stands, and nobody knows what else was changed."""
    return [
        f"the log {one['log']} did not verify when this was made: {'; '.join(map(str, one['findings'])) or 'nobody says why'}"
        for one in evidence["logs"]
        if one["verified"] is not True
    ]


def _same(one: Mapping[str, Any], leaf: Mapping[str, Any]) -> bool:
    """Whether what is told of a record is what its bytes say."""
    obj, actor = leaf.get("obj") or {}, leaf.get("actor") or {}
    product = str(obj["product"]) if "product" in obj else None
    here = [one[name] for name in ("eid", "act", "phase", "decision", "reason", "n", "product", "what", "who", "role")]
    held = [leaf.get(name) for name in ("eid", "act", "phase", "dec", "reason", "n")]
    return here == [*held, product, obj.get("what"), actor.get("sub"), actor.get("role")]


def _pointers(value: object) -> set[str]:
    """Every record that anything in the evidence points at."""
    if isinstance(value, dict):
        own = {str(one) for one in value["records"] if isinstance(one, str)} if isinstance(value.get("records"), list) else set()
        return own.union(*map(_pointers, value.values()))
    return set[str]().union(*map(_pointers, value)) if isinstance(value, list) else set()


def _counted(evidence: Mapping[str, Any]) -> list[str]:
    """Whether the summary is the sum of what it sums up."""
    found = Counter(one["state"] for control in evidence["controls"] for one in control["products"])
    wrong = [state for state in {*found, *evidence["summary"]} if found[state] != evidence["summary"].get(state, 0)]
    return [f"{EVIDENCE}: the summary counts other than the controls say ({', '.join(sorted(wrong))})"] if wrong else []


def _evidence(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    if not isinstance(found, dict) or found.get("format") != FORMAT or found.get("version") != 1:
        raise NotProven("its format or version is not known here")
    return found


def _leaf(body: bytes) -> dict[str, Any]:
    if not (found := told(body)):
        raise NotProven("the record cannot be read")
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotProven("a text is no UTF-8") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="verify_evidence.py", description="Verify a package of evidence.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", type=Path, required=True, help="the audit log's public keys as you know them")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        known = Succession.parse(given.key.read_text(encoding="utf-8"))
        with given.package.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, NotProven, UnicodeDecodeError) as error:
        sys.stderr.write(f"It cannot be verified: {error}\n")
        return 2
    found = examine(data, known)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if given.json else in_words(found))
    return 0 if found["ok"] else 1


def in_words(found: Mapping[str, Any]) -> str:
    """What verification came to, in lines for people: first what the package covers and what it leaves out."""
    lines = [*_about(found)] if found["framework"] else []
    if seal := found["sealed"]:
        lines.append(
            f"Sealed by record {seal['record']} of {seal['origin']}, written at {seal['at'] or 'a time that it does not say'}."
        )
    lines += [
        f"The log of {one['log']} is held by record {one['under']}, written at {_moment(one['ts']) or 'a time that it does not say'}: {one['size']} records of it."
        for one in found["regions"]
        if not one["wrong"]
    ]
    lines += [f"WRONG: {text}" for text in found["problems"]]
    return "\n".join([*lines, "ok" if found["ok"] else "NOT OK"]) + "\n"


def _about(found: Mapping[str, Any]) -> Sequence[str]:
    of = found["origin"]
    if found["product"]:
        covers = f"Covers the product {found['product']} of {of} ALONE: nothing of any other product."
    elif found["domain"]:
        covers = f"Covers the domain {found['domain']} of {of} ALONE: nothing of any other domain."
    else:
        covers = f"Covers the whole mesh {of}."
    return (
        f"Evidence for {found['framework']} ({found['title']}) as of {found['as_of']}: {found['files']} files, {found['records']} records.",
        covers,
        f"Records from {found['since'] or 'the first'} until before {found['until']}.",
    )


if __name__ == "__main__":
    sys.exit(main())
