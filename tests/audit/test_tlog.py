"""The arithmetic of the tree and the notes: what is true is proven, and nothing else is."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.audit import tlog
from mesh_platform.audit.tlog import (
    COSIGNED_ED25519,
    ED25519,
    ML_DSA_44,
    Checkpoint,
    NotProven,
    SignerKey,
    VerifierKey,
    noted,
    open_note,
    parse_proof,
    proof_text,
)

LEAVES = [tlog.leaf_hash(bytes([number % 256, number // 256])) for number in range(700)]
CHECKPOINT = Checkpoint("log.example/a", 17, LEAVES[0])


def perfect(height: int, index: int) -> bytes:
    if height == 0:
        return LEAVES[index]
    return tlog.node_hash(perfect(height - 1, 2 * index), perfect(height - 1, 2 * index + 1))


def root(size: int) -> bytes:
    """RFC 6962, 2.1, word by word."""
    return tlog.EMPTY_ROOT if size == 0 else _mth(LEAVES[:size])


def _mth(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return tlog.node_hash(_mth(leaves[:split]), _mth(leaves[split:]))


sizes = st.integers(1, len(LEAVES))


@given(sizes)
def test_the_frontier_has_the_root_of_the_tree(size: int) -> None:
    frontier: list[bytes] = []
    for number in range(size):
        tlog.frontier_add(frontier, number, LEAVES[number])
    assert tlog.frontier_root(frontier) == root(size) == tlog.subtree_root(perfect, 0, size)


@given(sizes, st.data())
def test_a_leaf_is_proven_in_its_place_and_in_no_other(size: int, data: st.DataObject) -> None:
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    proof = tlog.inclusion_proof(perfect, index, size)
    assert tlog.included(LEAVES[index], index, size, proof, root(size))
    if other != index:
        assert not tlog.included(LEAVES[index], other, size, proof, root(size))
        assert not tlog.included(LEAVES[other], index, size, proof, root(size))
    if proof:
        assert not tlog.included(LEAVES[index], index, size, proof[:-1], root(size))
        broken = [*proof[:-1], bytes(32)]
        assert not tlog.included(LEAVES[index], index, size, broken, root(size))


@given(sizes, sizes)
def test_a_tree_continues_its_own_beginning_and_no_other(first: int, second: int) -> None:
    old, size = sorted((first, second))
    proof = tlog.consistency_proof(perfect, old, size)
    assert tlog.consistent(old, size, root(old), root(size), proof)
    assert not tlog.consistent(old, size, bytes(32), root(size), proof)
    assert not tlog.consistent(old, size, root(old), bytes(32), proof)
    assert old == size or not tlog.consistent(size, old, root(size), root(old), proof)
    assert not tlog.consistent(old, size, root(old), root(size), [*proof, bytes(32)])


def test_every_tree_continues_the_empty_one() -> None:
    assert tlog.consistent(0, 5, tlog.EMPTY_ROOT, root(5), []) and not tlog.consistent(0, 5, root(1), root(5), [])


@pytest.mark.parametrize("kind", [ED25519, COSIGNED_ED25519, ML_DSA_44])
def test_a_signature_holds_for_its_note_its_name_and_its_time(kind: int) -> None:
    key = SignerKey("log.example/a", kind, os.urandom(32))
    line = key.line(CHECKPOINT.text, 1_700_000_000)
    verifier = VerifierKey.parse(key.verifier.text)
    text, signed = open_note(f"{CHECKPOINT.text}\n{line}", [verifier])
    assert text == CHECKPOINT.text and signed == {verifier: 0 if kind == ED25519 else 1_700_000_000}
    with pytest.raises(NotProven):
        open_note(f"{Checkpoint('log.example/a', 18, CHECKPOINT.root).text}\n{line}", [verifier])
    raw = tlog.decoded(line.split(" ")[2].strip())
    changed = raw[:4] + bytes([raw[4] ^ 1]) + raw[5:]
    with pytest.raises(NotProven):
        open_note(f"{CHECKPOINT.text}\n\u2014 log.example/a {tlog.encoded(changed)}\n", [verifier])


def test_signatures_of_unknown_keys_are_left_out() -> None:
    mine, theirs = (SignerKey(name, ED25519, os.urandom(32)) for name in ("mine", "theirs"))
    note = f"{CHECKPOINT.text}\n{theirs.line(CHECKPOINT.text, 0)}{mine.line(CHECKPOINT.text, 0)}"
    assert set(open_note(note, [mine.verifier])[1]) == {mine.verifier}
    assert open_note(note, [])[1] == {}


@settings(max_examples=300)
@given(st.text(alphabet="log.example/a\n0179 +=\u2014ABCdef\x07", max_size=120))
def test_no_text_makes_the_parsers_do_anything_but_refuse(text: str) -> None:
    for parse in (noted, parse_proof, VerifierKey.parse, tlog.checkpoint_of):
        try:
            parse(text)
        except NotProven:
            continue
        assert "\x07" not in text or parse in (VerifierKey.parse, tlog.checkpoint_of, parse_proof)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\nAAAA\n",
        "a\n01\n" + tlog.encoded(bytes(32)) + "\n",
        "\n1\n" + tlog.encoded(bytes(32)) + "\n",
        "a\n-1\n" + tlog.encoded(bytes(32)) + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotProven):
        tlog.checkpoint_of(text)


def test_a_proof_file_says_what_was_put_into_it() -> None:
    note = f"{CHECKPOINT.text}\n{SignerKey('log.example/a', ED25519, bytes(32)).line(CHECKPOINT.text, 0)}"
    for proof in ([], LEAVES[:3]):
        for extra in (b"", b"what"):
            assert parse_proof(proof_text(7, proof, note, extra)) == (7, list(proof), note, extra)
