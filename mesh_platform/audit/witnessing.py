"""Asking witnesses to cosign a checkpoint (c2sp.org/tlog-witness), and what became of it.

A witness that does not answer is told, not waited for at length; one that refuses what it was shown has seen another history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

from mesh_platform.audit.quorum import Policy, Witness, parse_policy
from mesh_platform.audit.succession import Rotation
from mesh_platform.audit.tlog import NotProven, hash_lines, noted, open_note, split_note
from mesh_platform.errors import CheckFailed, UsageProblem
from mesh_platform.outbound import opener_for

SECONDS = 3.0
ADD, ROTATE = "add-checkpoint", "add-rotation"  # the second is of our own witness; in others the new key is trusted by hand
OK, UNKNOWN_KEYS, CONFLICT, UNPROVEN = 200, 403, 409, 422
LARGEST = 65_536
Proof = Callable[[int, int], list[bytes]]
"""The consistency proof from one size to a larger one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a witness answered: `cosigned`, `silent`, `refused` (it has seen another history) or `ahead` (it has seen a longer log)."""

    witness: str
    state: str
    size: int | None = None
    lines: str = ""


def policy_at(path: Path | None) -> Policy | None:
    """The policy of the setting `audit_witnesses`; None where none is set.

    Raises:
        UsageProblem: AUDIT-15, where it cannot be read or is in doubt.
    """
    if path is None:
        return None
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = f"The policy of witnesses cannot be read ({type(error).__name__})."
    except NotProven as error:
        why = f"The policy of witnesses is in doubt: {error}."
    fix = "Mend the file that the setting `audit_witnesses` names; see docs/how-to/verify-the-audit-log.md."
    raise UsageProblem.because("AUDIT-15", path.name, why, fix)


def ask_all(policy: Policy, note: str, proof: Proof, sizes: dict[str, int], rotations: Sequence[Rotation] = ()) -> list[Asked]:
    """Ask every witness that has an address. `sizes` remembers what each has seen; `rotations` are how the log's keys came about."""
    return [ask(witness, note, proof, sizes, rotations) for witness in policy.witnesses.values() if witness.url]


def ask(witness: Witness, note: str, proof: Proof, sizes: dict[str, int], rotations: Sequence[Rotation] = ()) -> Asked:
    """Show one witness the checkpoint, and first the rotations, where it does not know the keys that signed it."""
    try:
        status, answer, old = _shown(witness, note, proof, sizes.get(witness.name, 0))
        if status == UNKNOWN_KEYS and _introduced(witness, rotations, proof):
            status, answer, old = _shown(witness, note, proof, old)
    except (OSError, ValueError):
        return Asked(witness.name, "silent")
    if status == CONFLICT:
        return Asked(witness.name, "ahead" if old > noted(note).size else "refused", old)
    if status == OK and (lines := _valid(witness, note, answer)):
        sizes[witness.name] = noted(note).size
        return Asked(witness.name, "cosigned", noted(note).size, lines)
    return Asked(witness.name, "refused" if status == UNPROVEN else "silent", old)


def _shown(witness: Witness, note: str, proof: Proof, old: int) -> tuple[int, str, int]:
    """Status, answer, and the size that the witness has seen; 409 where it has seen another history, or a longer one."""
    size = noted(note).size
    old = min(old, size)
    for _ in range(3):
        status, answer = _post(witness.url, ADD, f"old {old}\n{hash_lines(proof(old, size))}\n{note}".encode())
        if status != CONFLICT or not answer.strip().isdecimal():
            break
        seen = int(answer)
        if seen > size or seen == old:
            return status, answer, seen
        old = seen
    else:
        return 0, "", old
    return status, answer, old


def _introduced(witness: Witness, rotations: Sequence[Rotation], proof: Proof) -> bool:
    """Tell a witness of ours which keys followed those that it knows; whether it took any. Each comes after the checkpoint that both signed."""
    taken = False
    for rotation in rotations:
        if _shown(witness, rotation.note, proof, 0)[0] == OK:
            taken = _post(witness.url, ROTATE, rotation.text.encode())[0] == OK or taken
    return taken


def with_lines(note: str, answers: Iterable[Asked]) -> str:
    """The note with the cosignatures that it does not bear yet."""
    for answer in answers:
        for line in answer.lines.splitlines(keepends=True):
            note += line if line not in note else ""
    return note


def seen_otherwise(answers: Iterable[Asked]) -> CheckFailed | None:
    """AUDIT-14, where a witness has seen a history that this log does not continue."""
    for answer in answers:
        if answer.state in ("refused", "ahead"):
            why = f"The witness {answer.witness} has cosigned another history of this log (at {answer.size} records)."
            fix = "`mesh audit verify` says more; keep database and keys as they are for whoever looks into it."
            return CheckFailed.because("AUDIT-14", "audit log", why, fix)
    return None


def _valid(witness: Witness, note: str, answer: str) -> str:
    """The lines of the answer that the witness really signed; what else is in it is dropped."""
    text = note.partition("\n\n")[0]
    try:
        split_note(f"{text}\n\n{answer}")
        kept = [line for line in answer.splitlines(keepends=True) if _signs(witness, f"{text}\n\n{line}")]
    except NotProven:
        return ""
    return "".join(kept)


def _signs(witness: Witness, note: str) -> bool:
    try:
        return bool(open_note(note, [witness.key])[1])
    except NotProven:
        return False


def _post(url: str, what: str, body: bytes) -> tuple[int, str]:
    request = Request(f"{url.rstrip('/')}/{what}", data=body, method="POST")  # noqa: S310 - the opener takes HTTPS or this machine
    try:
        with opener_for(url).open(request, timeout=SECONDS) as answer:
            return answer.status, answer.read(LARGEST).decode("utf-8", "replace")
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read(LARGEST).decode("utf-8", "replace")
