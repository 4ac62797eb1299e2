"""How the keys of a log follow one another: each pair is named by a record that the pair before it signed for.

A rotation is the proof of that record (c2sp.org/tlog-proof) with its bytes as extra data, under a checkpoint that both pairs signed. Whoever
knows the pair of any time follows it to every other, without the log. It refuses a pair that those before it did not sign for in the record itself
(that they signed a checkpoint over it says nothing: they sign whatever stands), and a signature of keys beyond the checkpoint at which they ended. It knows nothing of the platform: it travels with exports and witnesses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_platform.audit.declaring import signed_by, told
from mesh_platform.audit.tlog import (
    PROOF_HEADER,
    Checkpoint,
    NotProven,
    VerifierKey,
    included,
    leaf_hash,
    noted,
    open_note,
    parse_proof,
)

ROTATED, IN_FORCE = "keys rotated", "keys in force"
"""What a record says that names the next keys, and one that says that they sign from now on."""
Pair = tuple[VerifierKey, ...]
_NEXT = re.compile(rf"^(?={re.escape(PROOF_HEADER)}$)", re.MULTILINE)


class NotFollowed(NotProven):
    """A rotation that does not hold, and the first record that is in doubt for it."""

    def __init__(self, why: str, seq: int) -> None:
        super().__init__(why)
        self.seq = seq


def fingerprint(keys: Sequence[VerifierKey]) -> str:
    """Hash of public keys, as records name them."""
    return hashlib.sha256("\n".join(key.text for key in keys).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rotation:
    """One change of keys, proven but for the signatures of the keys before it."""

    text: str
    old: str
    keys: Pair
    index: int
    leaf: bytes
    note: str
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, text: str) -> Rotation:
        """The rotation that a text tells.

        Raises:
            NotProven: where it tells none, its record is not under its checkpoint, or its new keys did not sign that.
        """
        index, proof, note, leaf = parse_proof(text)
        said = noted(note)
        old, keys = _named(leaf)
        if any(key.name != said.origin for key in keys):
            raise NotProven("the new keys are those of another log")
        if not included(leaf_hash(leaf), index, said.size, proof, said.root):
            raise NotProven("the record that names the new keys is not under its checkpoint")
        if set(open_note(note, keys)[1]) != set(keys):
            raise NotProven("the new keys did not sign for it")
        return cls(text, old, keys, index, leaf, note, said)

    def handed_over_by(self, keys: Sequence[VerifierKey]) -> bool:
        """Whether each of those keys signed for the next ones, in their record, and for the checkpoint over it."""
        try:
            noted_by = set(keys) <= set(open_note(self.note, keys)[1])
        except NotProven:
            return False
        return noted_by and signed_by(self.checkpoint.origin, told(self.leaf), keys)


@dataclass(frozen=True, slots=True)
class Succession:
    """The pairs of a log from the first on, and the rotations between them."""

    first: Pair
    rotations: tuple[Rotation, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Succession:
        """The succession that a text tells.

        Raises:
            NotProven: where it is none, or not whole (NotFollowed).
        """
        found, broken = cls.followed(text)
        if broken is not None:
            raise broken
        return found

    @classmethod
    def followed(cls, text: str) -> tuple[Succession, NotFollowed | None]:
        """The succession as far as it holds, and what does not.

        Raises:
            NotProven: where it begins with no keys.
        """
        head, *rest = _NEXT.split(text)
        first = tuple(map(VerifierKey.parse, head.splitlines()))
        if not first or len({key.name for key in first}) != 1:
            raise NotProven("it begins with no keys of one log")
        found = cls(first)
        for each in rest:
            try:
                found = found.then(each)
            except NotFollowed as broken:
                return found, broken
        return found, None

    def then(self, text: str) -> Succession:
        """The succession with one rotation more.

        Raises:
            NotFollowed: where it does not follow.
        """
        try:
            one = Rotation.parse(text)
        except NotProven as error:
            raise NotFollowed(str(error), _claimed(text, self.begun)) from None
        if one.checkpoint.origin != self.origin or one.index < self.begun:
            raise NotFollowed("a rotation is of another log, or older than the one before it", self.begun)
        if one.old != fingerprint(self.keys):
            raise NotFollowed("a rotation follows other keys than those before it: one was left out, or put between", self.begun)
        if not one.handed_over_by(self.keys):
            raise NotFollowed("the keys before it did not sign for a rotation", one.index)
        return Succession(self.first, (*self.rotations, one))

    @property
    def origin(self) -> str:
        return self.first[0].name

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return (self.first, *(one.keys for one in self.rotations))

    @property
    def keys(self) -> Pair:
        """The pair that signs now."""
        return self.pairs[-1]

    @property
    def begun(self) -> int:
        """Size of the checkpoint from which that pair signs."""
        return self.rotations[-1].checkpoint.size if self.rotations else 0

    @property
    def text(self) -> str:
        """The first keys, a line each, and the rotations: what `parse` reads."""
        return "".join(f"{key.text}\n" for key in self.first) + "".join(one.text for one in self.rotations)

    def at(self, size: int) -> tuple[Pair, ...]:
        """The pairs that may sign a checkpoint of that size: two where one handed over to the other."""
        bounds = [0, *(one.checkpoint.size for one in self.rotations)]
        ends = [*bounds[1:], size]
        return tuple(pair for pair, low, high in zip(self.pairs, bounds, ends, strict=True) if low <= size <= high)

    def declared(self, seq: int, said: Mapping[str, Any]) -> bool:
        """Whether the pair that was in force signed for the record at that place."""
        ended = [one.checkpoint.size for one in self.rotations]
        return signed_by(self.origin, said, self.pairs[sum(end <= seq for end in ended)])

    def signed(self, note: str) -> Checkpoint:
        """The checkpoint of a note that the keys of its time signed.

        Raises:
            NotProven: where they did not, or only keys did that had ended before.
        """
        said = noted(note)
        for pair in self.at(said.size):
            if set(open_note(note, pair)[1]) == set(pair):
                return said
        if any(set(open_note(note, pair)[1]) == set(pair) for pair in self.pairs):
            raise NotProven("it is signed with keys whose time it is not")
        raise NotProven("it does not bear the signatures of the log's keys")

    def joined(self, other: Succession) -> Succession:
        """The succession gone on with, as far as the other knows more of it."""
        found = self
        for one in other.rotations:
            if one.old == fingerprint(found.keys):
                found = found.then(one.text)
        return found

    def parted(self, other: Succession) -> int | None:
        """The first record for which the two name different keys; None where one continues the other, or begins within it."""
        ours, theirs = self.pairs, other.pairs
        if other.first in ours:
            ours, ends = ours[ours.index(other.first) :], [*(one.checkpoint.size for one in other.rotations)]
        elif self.first in theirs:
            theirs, ends = theirs[theirs.index(self.first) :], [*(one.checkpoint.size for one in self.rotations)]
        else:
            return 0
        differ = (i for i, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two)
        return next((ends[i - 1] for i in differ), None)


def _named(leaf: bytes) -> tuple[str, Pair]:
    """The fingerprint of the keys before, and the new ones, as the record names them."""
    try:
        obj = told(leaf)["obj"]
        what, old, texts = obj["what"], obj["code"], obj["keys"]
    except (KeyError, TypeError):
        raise NotProven("the record of a rotation cannot be read") from None
    if what != ROTATED or not isinstance(old, str) or not isinstance(texts, list) or not texts:
        raise NotProven("the record of a rotation names no keys")
    return old, tuple(VerifierKey.parse(str(text)) for text in texts)


def _claimed(text: str, begun: int) -> int:
    """The record that a rotation which does not hold says that it is about."""
    try:
        return max(parse_proof(text)[0], begun)
    except NotProven:
        return begun
