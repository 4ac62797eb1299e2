"""Transparency-log arithmetic without the platform: RFC 6962 trees, C2SP signed notes, checkpoints, proofs.

Standard library and `cryptography` alone, since it travels: a copy of this file is part of the verifier that goes with an export and of the
witness. It refuses what it cannot prove, with `NotProven`; it never guesses an encoding.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

ED25519, COSIGNED_ED25519, ML_DSA_44 = 0x01, 0x04, 0x06  # signature types: C2SP signed-note, tlog-cosignature
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MOST_SIGNATURES = 64
MOST_PROOF_LINES = 63
_DASH = "\u2014"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")

EMPTY_ROOT = hashlib.sha256(b"").digest()


class NotProven(ValueError):
    """Something is not what it claims to be; the text holds no secret and no value of a record."""


# The tree (RFC 6962, section 2.1)


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def frontier_add(frontier: list[bytes], size: int, leaf: bytes) -> None:
    """Add the leaf to `frontier`, the roots of the perfect subtrees of a tree of `size` leaves, the largest first."""
    while size & 1:
        leaf = node_hash(frontier.pop(), leaf)
        size >>= 1
    frontier.append(leaf)


def frontier_root(frontier: Sequence[bytes]) -> bytes:
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


Subtree = Callable[[int, int], bytes]
"""Root of the perfect subtree of height h whose number at that height is i."""


def subtree_root(perfect: Subtree, low: int, high: int) -> bytes:
    """Root over the leaves from `low` to before `high`."""
    count = high - low
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return perfect(height, low >> height)
    split = 1 << (count - 1).bit_length() - 1
    return node_hash(subtree_root(perfect, low, low + split), subtree_root(perfect, low + split, high))


def inclusion_proof(perfect: Subtree, index: int, size: int) -> list[bytes]:
    """From the leaf's sibling to the child of the root (RFC 6962, 2.1.1)."""
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if index < middle:
            path.append(subtree_root(perfect, middle, high))
            high = middle
        else:
            path.append(subtree_root(perfect, low, middle))
            low = middle
    return path[::-1]


def consistency_proof(perfect: Subtree, old: int, size: int) -> list[bytes]:
    """That the tree of `old` leaves is a prefix of the one of `size` (RFC 6962, 2.1.2); empty where there is nothing to prove."""
    if old in (0, size):
        return []
    path, low, high, whole = [], 0, size, True
    while old != high:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if old <= middle:
            path.append(subtree_root(perfect, middle, high))
            high = middle
        else:
            path.append(subtree_root(perfect, low, middle))
            low, whole = middle, False
    if not whole:
        path.append(subtree_root(perfect, low, high))
    return path[::-1]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2; of an empty tree everything is a continuation."""
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof or not 0 < old < size:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root


# Signed notes (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first three lines of a checkpoint."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and what it signs as: `name+id+base64(type || key)`."""

    name: str
    kind: int
    raw: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.raw).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        name, _, rest = text.strip().partition("+")
        id_, _, key = rest.partition("+")
        raw = decoded(key)
        lengths = {ED25519: 32, COSIGNED_ED25519: 32, ML_DSA_44: 1312}
        if not named(name) or not raw or len(raw) - 1 != lengths.get(raw[0]):
            raise NotProven("a verifier key is not of the form name+id+key, or of a type that is not known here")
        found = cls(name, raw[0], raw[1:])
        if found.id.hex() != id_:
            raise NotProven(f"the verifier key of {name} does not have the id that it names")
        return found

    def verify(self, signature: bytes, note: str) -> int:
        """The time that the signature names, 0 where its kind has none.

        Raises:
            NotProven: where it does not hold.
        """
        try:
            if self.kind == ED25519:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, note.encode())
                return 0
            time, rest = int.from_bytes(signature[:8], "big"), signature[8:]
            message = cosigned(self.kind, self.name, time, note)
            if self.kind == COSIGNED_ED25519:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(rest, message)
            else:
                MLDSA44PublicKey.from_public_bytes(self.raw).verify(rest, message)
            return time
        except (InvalidSignature, ValueError):
            raise NotProven(f"a signature in the name of {self.name} does not hold") from None

    def signed(self, text: bytes, signature: bytes) -> bool:
        """Whether it signed a text that is no note."""
        try:
            if self.kind == ML_DSA_44:
                MLDSA44PublicKey.from_public_bytes(self.raw).verify(signature, text)
            else:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """The private half, which makes signature lines."""

    name: str
    kind: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self._key().public_key().public_bytes_raw())

    def line(self, note: str, time: int) -> str:
        key = self._key()
        if self.kind == ED25519:
            signature = key.sign(note.encode())
        else:
            signature = time.to_bytes(8, "big") + key.sign(cosigned(self.kind, self.name, time, note))
        return f"{_DASH} {self.name} {encoded(self.verifier.id + signature)}\n"

    def sign(self, text: bytes) -> bytes:
        """Signature of a text that is no note, and can be taken for none."""
        return self._key().sign(text)

    def _key(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        if self.kind == ML_DSA_44:
            return MLDSA44PrivateKey.from_seed_bytes(self.seed)
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def cosigned(kind: int, name: str, time: int, note: str) -> bytes:
    """What a cosigner signs of a checkpoint."""
    if kind == COSIGNED_ED25519:
        return f"cosignature/v1\ntime {time}\n{note}".encode()
    said, who = checkpoint_of(note), name.encode()
    origin = said.origin.encode()
    if not 0 < len(who) < 256 or not 0 < len(origin) < 256:
        raise NotProven("a name is too long to be cosigned")
    span = bytes(8) + said.size.to_bytes(8, "big")
    return (
        b"subtree/v1\n\x00" + bytes([len(who)]) + who + time.to_bytes(8, "big") + bytes([len(origin)]) + origin + span + said.root
    )


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The signed text, and per signature line its name, key id and signature."""
    text, mark, tail = note.rpartition("\n\n")
    if not mark or not tail.endswith("\n") or _CONTROL.search(note):
        raise NotProven("it is no signed note")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NotProven("the note has too many signatures")
    found = []
    for line in lines:
        dash, name, signature = (*line.split(" "), "", "")[:3] if line.count(" ") == 2 else ("", "", "")
        raw = decoded(signature)
        if dash != _DASH or not named(name) or len(raw) < 5:
            raise NotProven("a signature line of the note is malformed")
        found.append((name, raw[:4], raw[4:]))
    return text + "\n", found


def open_note(note: str, keys: Iterable[VerifierKey]) -> tuple[str, dict[VerifierKey, int]]:
    """The text, and which of `keys` signed it, each with its time. Unknown keys are left out.

    Raises:
        NotProven: where a known key's signature does not hold, or the note is malformed.
    """
    text, lines = split_note(note)
    known = {(key.name, key.id): key for key in keys}
    signed: dict[VerifierKey, int] = {}
    for name, id_, signature in lines:
        if key := known.get((name, id_)):
            signed[key] = key.verify(signature, text)
    return text, signed


def noted(note: str) -> Checkpoint:
    """The checkpoint that a note tells; none of its signatures is looked at."""
    return checkpoint_of(split_note(note)[0])


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint that the text of a note tells."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or not _NUMBER.fullmatch(lines[1]):
        raise NotProven("it is no checkpoint")
    root = decoded(lines[2])
    if len(root) != 32:
        raise NotProven("the root of the checkpoint is malformed")
    return Checkpoint(lines[0], int(lines[1]), root)


# Proof files (c2sp.org/tlog-proof)


def proof_text(index: int, proof: Sequence[bytes], note: str, extra: bytes = b"") -> str:
    head = f"{PROOF_HEADER}\n" + (f"extra {encoded(extra)}\n" if extra else "")
    return f"{head}index {index}\n{hash_lines(proof)}\n{note}"


def parse_proof(text: str) -> tuple[int, list[bytes], str, bytes]:
    """Index, inclusion proof, checkpoint note and extra data of a `.tlog-proof` file."""
    head, mark, note = text.partition("\n\n")
    lines = head.split("\n")
    if not mark or lines.pop(0) != PROOF_HEADER:
        raise NotProven("it is no tlog-proof file")
    extra = decoded(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
    index = lines.pop(0)[6:] if lines and lines[0].startswith("index ") else ""
    if not _NUMBER.fullmatch(index):
        raise NotProven("the proof names no index")
    return int(index), parse_hashes(lines), note, extra


def hash_lines(hashes: Iterable[bytes]) -> str:
    return "".join(f"{encoded(each)}\n" for each in hashes)


def parse_hashes(lines: Sequence[str]) -> list[bytes]:
    hashes = [decoded(line) for line in lines]
    if len(hashes) > MOST_PROOF_LINES or any(len(each) != 32 for each in hashes):
        raise NotProven("a hash of the proof is malformed, or there are too many")
    return hashes


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def decoded(text: str) -> bytes:
    """Strict base64; empty where it is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if encoded(raw) == text else b""


def named(name: str) -> bool:
    """Whether it may be the name of a key."""
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)
