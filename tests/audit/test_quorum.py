"""The policy of witnesses: who suffices, and no file that leaves a doubt."""

from __future__ import annotations

import pytest

from mesh_platform.audit.quorum import parse_policy
from mesh_platform.audit.tlog import COSIGNED_ED25519, ED25519, NotProven, SignerKey

KEYS = [SignerKey(f"w{number}.example", COSIGNED_ED25519, bytes([number + 1]) * 32).verifier for number in range(4)]
A, B, C, D = (key.text for key in KEYS)
LOG = SignerKey("log.example", ED25519, bytes(32)).verifier.text
TWO_LEVELS = f"""
# who watches
log {LOG}
witness a {A} https://a.example
witness b {B}
\twitness c {C}
witness d {D}
group two 2 a b c
group all-of-them all two d
quorum all-of-them
"""


def test_a_quorum_is_met_by_enough_witnesses_of_each_group() -> None:
    policy = parse_policy(TWO_LEVELS)
    a, b, c, d = KEYS
    assert policy.met({a, b, d}) and policy.met({a, b, c, d})
    assert not policy.met({a, b, c}) and not policy.met({a, d}) and not policy.met(set())
    assert policy.witnesses["a"].url == "https://a.example" and policy.logs[0].text == LOG


def test_no_quorum_is_met_by_nobody_and_any_by_one() -> None:
    assert parse_policy("quorum none").met(set())
    some = parse_policy(f"witness a {A}\nwitness b {B}\ngroup g any a b\nquorum g\n")
    assert some.met({KEYS[1]}) and not some.met({KEYS[3]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum a",
        "quorum none\nquorum none",
        f"witness none {A}\nquorum none",
        f"witness a {A}\nwitness b {A}\nquorum a",
        f"witness a {A}\nwitness a {B}\nquorum a",
        f"witness a {LOG}\nquorum a",
        f"log {A}\nquorum none",
        f"witness a {A}\ngroup g 2 a\nquorum g",
        f"witness a {A}\ngroup g 0 a\nquorum g",
        f"witness a {A}\ngroup g any a a\nquorum g",
        f"witness a {A}\ngroup g any a\ngroup h any a\nquorum g",
        f"group g any a\nwitness a {A}\nquorum g",
        "group g any\nquorum none",
        f"witness a {A[:-4]}AAAA\nquorum a",
        "unknown line\nquorum none",
    ],
)
def test_a_file_that_leaves_a_doubt_is_refused_whole(text: str) -> None:
    with pytest.raises(NotProven):
        parse_policy(text)
