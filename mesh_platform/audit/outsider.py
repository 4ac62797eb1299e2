"""Verify an exported audit log without the platform: Python 3.11 and `cryptography` are enough.

    python verify_audit.py [FOLDER] [--keys FILE] [--policy FILE] [--seen FILE]... [--json]

Every record is hashed, the tree is built anew, its root held against the signed checkpoint, cosignatures against the policy of witnesses, and
every proof against both. --keys names the log's public keys as you got them before, not with this export: without it, the export is only
held against itself; where the log got new keys since, they are followed by what those before them signed. --policy names the witnesses as you know
them: those that an export brings may have been made by whoever made the export. This program came with the export too: run the copy that you got
before, where you have one. --seen names checkpoints or proofs
that you kept earlier: the log must continue them. Exit code 0 where all holds, 1 where something does not, 2 where the folder is no export.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mesh_platform.audit.declaring import told
from mesh_platform.audit.quorum import Policy, parse_policy
from mesh_platform.audit.succession import Succession
from mesh_platform.audit.tlog import (
    EMPTY_ROOT,
    Checkpoint,
    NotProven,
    decoded,
    frontier_add,
    frontier_root,
    included,
    leaf_hash,
    noted,
    open_note,
    parse_proof,
    split_note,
)

DROPPED = "audit bodies dropped"
"""What a record says by which the bodies of those below number `n` went after their retention."""
LEAVES, NOTE, KEYS, POLICY, PROOFS = "leaves.jsonl", "checkpoint", "keys", "witnesses.policy", "proofs"


def leaf_hashes(path: Path) -> Iterator[tuple[bytes, bytes | None]]:
    """Hash and body of each record; one whose body was dropped has a line `#hash`."""
    with path.open("rb") as lines:
        for line in lines:
            body = line.rstrip(b"\n")
            yield (decoded(body[1:].decode("ascii", "replace")), None) if body.startswith(b"#") else (leaf_hash(body), body)


def dropped_below(said: Mapping[str, Any]) -> int:
    """The record up to which bodies were dropped, where that is what the record `said` is about; else 0."""
    obj, end = said.get("obj"), said.get("n")
    ours = said.get("act") == "retention" and isinstance(obj, dict) and obj.get("what") == DROPPED
    return end if ours and type(end) is int else 0


def missed(bare: list[range], seq: int) -> None:
    """Keep that record `seq` has no body; they come in their order."""
    begun = bare.pop().start if bare and bare[-1].stop == seq else seq
    bare.append(range(begun, seq + 1))


def hole_in(bare: Sequence[range], announced: int) -> int | None:
    """The first record without a body that no drop was announced for."""
    return next((max(run.start, announced) for run in bare if run.stop > announced), None)


def examine(folder: Path, pinned: Succession | None, seen: Sequence[str], known_policy: Policy | None = None) -> dict[str, Any]:
    """What verification of the export comes to; `first_bad` is the first record that is not what was signed, where it can be told."""
    note = (folder / NOTE).read_text(encoding="utf-8")
    keys, broken_keys = Succession.followed((folder / KEYS).read_text(encoding="utf-8"))
    brought = parse_policy((folder / POLICY).read_text(encoding="utf-8")) if (folder / POLICY).exists() else Policy()
    policy = known_policy or brought
    problems: list[tuple[str, int | None]] = []
    said = noted(note)
    if broken_keys is not None:
        problems.append((f"the keys in the export do not follow one another: {broken_keys}", broken_keys.seq))
    parted = keys.parted(pinned) if pinned else None
    if parted is not None:
        problems.append(("the keys in the export are not those that you know", parted))
    elif pinned:
        keys = keys.joined(pinned)  # who knows of keys that came later than the export says takes nothing more of the older ones
    problems += _signed(note, keys, "the checkpoint")
    earlier = [_earlier(text, keys, problems) for text in seen]
    handed = [each.checkpoint for each in keys.rotations if each.checkpoint.size <= said.size]
    known = [one for one in (*earlier, *handed, said) if one is not None]
    roots, count, broken, hole = _roots(folder / LEAVES, {one.size for one in known}, keys)
    problems += _rotated(folder / LEAVES, keys)
    if broken is not None:
        problems.append(("a line is no record", broken))
    if hole is not None:
        problems.append(("bodies of records are gone, and no record says that they were dropped after their retention", hole))
    for one in sorted(known, key=lambda one: one.size):
        if one.origin != said.origin:
            problems.append(("a checkpoint is of another log", None))
        elif one.size > count:
            problems.append((f"the export ends before a checkpoint of {one.size} records", count))
        elif roots[one.size] != one.root:
            good = [other.size for other in known if other.size < one.size and roots.get(other.size) == other.root]
            problems.append((f"the records up to {one.size} are not those that were signed", max(good, default=0)))
    if count > said.size:
        problems.append(("there are more records than the checkpoint covers", said.size))
    proofs = _proofs(folder, said, keys, problems)
    witnesses, met = _witnesses(note, policy, problems)
    if known_policy is not None and not met:
        problems.append(("the witnesses of the checkpoint do not suffice for the policy that you know", None))
    places = [place for _, place in problems if place is not None]
    warnings = [] if pinned else ["the keys came with the export: hold them against those that you know (--keys)"]
    if known_policy is None and brought.witnesses:
        warnings.append("the witnesses came with the export: hold them against those that you know (--policy)")
    warnings += [] if met or known_policy is not None else ["the witnesses of the checkpoint do not suffice for the policy"]
    return {
        "ok": not problems,
        "origin": said.origin,
        "size": said.size,
        "root": said.root.hex(),
        "first_bad": min(places, default=None),
        "proofs": proofs,
        "witnesses": witnesses,
        "problems": [text for text, _ in problems],
        "warnings": warnings,
    }


def _signed(note: str, keys: Succession, what: str) -> list[tuple[str, int | None]]:
    try:
        keys.signed(note)
    except NotProven as error:
        return [(f"{what}: {error}", None)]
    return []


def _rotated(path: Path, keys: Succession) -> list[tuple[str, int | None]]:
    """The records that name new keys are those under which the keys follow one another."""
    named = {one.index: leaf_hash(one.leaf) for one in keys.rotations}
    other = [seq for seq, (hash_, _) in enumerate(leaf_hashes(path)) if named.get(seq, hash_) != hash_] if named else []
    return [("another record stands where the log's keys were rotated", other[0])] if other else []


def _earlier(text: str, keys: Succession, problems: list[tuple[str, int | None]]) -> Checkpoint | None:
    try:
        note = parse_proof(text)[2] if text.startswith("c2sp.org/") else text
        problems += _signed(note, keys, "a checkpoint that you kept")
        return noted(note)
    except NotProven as error:
        problems.append((f"a checkpoint that you kept: {error}", None))
        return None


def _roots(path: Path, sizes: set[int], keys: Succession) -> tuple[dict[int, bytes], int, int | None, int | None]:
    """The roots at those sizes, how many records there are, which line is none, and from where bodies are gone that the log did not say to have dropped."""
    roots, frontier, count, broken = {0: EMPTY_ROOT}, list[bytes](), 0, None
    bare, announced = list[range](), 0
    for hash_, body in leaf_hashes(path):
        if body is None:
            missed(bare, count)
        elif b'"act":"retention"' in body and keys.declared(count, said := told(body)):
            announced = max(announced, dropped_below(said))
        if len(hash_) != 32 and broken is None:
            broken = count
        frontier_add(frontier, count, hash_)
        count += 1
        if count in sizes:
            roots[count] = frontier_root(frontier)
    return roots, count, broken, hole_in(bare, announced)


def _proofs(folder: Path, said: Checkpoint, keys: Succession, problems: list[tuple[str, int | None]]) -> int:
    """Hold every proof file against its record and its own signed checkpoint."""
    files = {int(path.stem): path for path in sorted((folder / PROOFS).glob("*.tlog-proof")) if path.stem.isdecimal()}
    if not files:
        return 0
    wanted = {index: hash_ for index, (hash_, _) in enumerate(leaf_hashes(folder / LEAVES)) if index in files}
    for index, path in files.items():
        try:
            at, proof, note, _ = parse_proof(path.read_text(encoding="utf-8"))
            problems += _signed(note, keys, f"the proof of record {index}")
            one = noted(note)
            if at != index or not included(wanted.get(index, b""), index, one.size, proof, one.root):
                problems.append((f"the proof of record {index} does not hold", index))
        except (NotProven, UnicodeDecodeError) as error:
            problems.append((f"the proof of record {index}: {error}", index))
    return len(files)


def _witnesses(note: str, policy: Policy, problems: list[tuple[str, int | None]]) -> tuple[list[str], bool]:
    """Which witnesses cosigned, and whether they suffice; a line in the name of one that is not its own is a forgery."""
    known: dict[str, set[bytes]] = {}
    for key in policy.keys:
        known.setdefault(key.name, set()).add(key.id)
    if any(name in known and id_ not in known[name] for name, id_, _ in split_note(note)[1]):
        problems.append(("a cosignature is forged: it stands under another key than the witness's", None))
    try:
        _, signed = open_note(note, policy.keys)
    except NotProven as error:
        problems.append((f"a cosignature is forged: {error}", None))
        return [], False
    return sorted(key.name for key in signed), policy.met(signed)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="verify_audit.py", description="Verify an exported audit log.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--keys", type=Path, help="the log's public keys as you know them")
    parser.add_argument("--policy", type=Path, help="the policy of witnesses as you know it")
    parser.add_argument("--seen", type=Path, action="append", default=[], help="a checkpoint or proof that you kept")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        pinned = Succession.parse(given.keys.read_text(encoding="utf-8")) if given.keys else None
        seen = [path.read_text(encoding="utf-8") for path in given.seen]
        known_policy = parse_policy(given.policy.read_text(encoding="utf-8")) if given.policy else None
        found = examine(given.folder, pinned, seen, known_policy)
    except (OSError, NotProven, UnicodeDecodeError) as error:
        sys.stderr.write(f"It is no export of an audit log: {error}\n")
        return 2
    if given.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        sys.stdout.write(
            f"{found['origin']}: {found['size']} records, {found['proofs']} proofs, witnesses: {len(found['witnesses'])}\n"
        )
        for kind in ("problems", "warnings"):
            sys.stdout.write("".join(f"{'WRONG' if kind == 'problems' else 'note'}: {text}\n" for text in found[kind]))
        bad = "" if found["first_bad"] is None else f", from record {found['first_bad']} on"
        sys.stdout.write("ok\n" if found["ok"] else f"NOT OK{bad}\n")
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
