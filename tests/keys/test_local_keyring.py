"""The development keyring: what it opens, what it refuses, and what it leaves on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.errors import Unavailable
from mesh_platform.keys import KeyProvider, LocalKeyring

CATALOG_KEY = bytes(range(32))


@pytest.fixture
def keyring(tmp_path: Path) -> LocalKeyring:
    return LocalKeyring(tmp_path / "keys")


def test_a_wrapped_key_comes_back_as_it_was(keyring: LocalKeyring) -> None:
    assert keyring.unwrap("sales", "westeurope", keyring.wrap("sales", "westeurope", CATALOG_KEY)) == CATALOG_KEY


def test_the_keyring_fills_the_port_and_says_that_it_is_a_development_key(keyring: LocalKeyring) -> None:
    port: KeyProvider = keyring
    assert port.kind == "development key"


@given(key=st.binary(min_size=1, max_size=64))
def test_any_key_survives_the_way_through_and_never_shows_in_what_is_stored(
    tmp_path_factory: pytest.TempPathFactory, key: bytes
) -> None:
    keyring = LocalKeyring(tmp_path_factory.getbasetemp() / "any")
    wrapped = keyring.wrap("sales", "westeurope", key)
    assert keyring.unwrap("sales", "westeurope", wrapped) == key
    assert len(key) < 4 or key not in wrapped


def test_two_wrappings_of_one_key_differ(keyring: LocalKeyring) -> None:
    assert keyring.wrap("sales", "westeurope", CATALOG_KEY) != keyring.wrap("sales", "westeurope", CATALOG_KEY)


def test_a_keyring_whose_files_cannot_be_used_is_told_as_one_that_does_not_answer(keyring: LocalKeyring) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    [file] = keyring.folder.glob("*.kek")
    file.unlink()
    file.mkdir()
    (keyring.folder / ".lock").unlink()
    (keyring.folder / ".lock").mkdir()
    at = ("sales", "westeurope")
    for call in (
        lambda: keyring.has(*at),
        lambda: keyring.unwrap(*at, wrapped),
        lambda: keyring.wrap(*at, CATALOG_KEY),
        lambda: keyring.renew(*at),
        lambda: keyring.destroy(*at),
        keyring.listed,
    ):
        with pytest.raises(Unavailable, match="KEY-05"):
            call()


def test_one_key_serves_each_domain_and_region(keyring: LocalKeyring) -> None:
    for place in (("sales", "westeurope"), ("sales", "eastus"), ("health", "westeurope"), ("sales", "westeurope")):
        keyring.wrap(*place, CATALOG_KEY)
    assert len(list(keyring.folder.glob("*.kek"))) == 3


@pytest.mark.parametrize(("domain", "region"), [("health", "westeurope"), ("sales", "eastus")])
def test_a_key_wrapped_for_another_domain_or_region_is_refused(keyring: LocalKeyring, domain: str, region: str) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    keyring.wrap(domain, region, CATALOG_KEY)
    with pytest.raises(Unavailable) as refused:
        keyring.unwrap(domain, region, wrapped)
    assert refused.value.finding.rule == "KEY-03"


def test_a_key_moved_under_another_domains_name_opens_nothing(keyring: LocalKeyring) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    (keyring.folder / "sales@westeurope.kek").rename(keyring.folder / "health@westeurope.kek")
    with pytest.raises(Unavailable) as refused:
        keyring.unwrap("health", "westeurope", wrapped)
    assert refused.value.finding.rule == "KEY-02"


def test_a_destroyed_key_opens_nothing_ever_again(keyring: LocalKeyring) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    keyring.destroy("sales", "westeurope")
    assert not keyring.has("sales", "westeurope")
    with pytest.raises(Unavailable) as gone:
        keyring.unwrap("sales", "westeurope", wrapped)
    keyring.wrap("sales", "westeurope", CATALOG_KEY)
    with pytest.raises(Unavailable) as other:
        keyring.unwrap("sales", "westeurope", wrapped)
    assert (gone.value.finding.rule, other.value.finding.rule) == ("KEY-01", "KEY-03")


def test_destroying_what_is_not_there_is_quiet_and_asking_for_it_makes_nothing(keyring: LocalKeyring) -> None:
    keyring.destroy("sales", "westeurope")
    assert not keyring.has("sales", "westeurope")
    assert not keyring.folder.exists()


@pytest.mark.parametrize("cut", [0, 3, 11, 20, -1])
def test_a_wrapped_key_that_is_cut_off_is_refused(keyring: LocalKeyring, cut: int) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    with pytest.raises(Unavailable):
        keyring.unwrap("sales", "westeurope", wrapped[:cut])


def test_any_flipped_bit_of_a_wrapped_key_is_found(keyring: LocalKeyring) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    for at in range(len(wrapped)):
        damaged = bytearray(wrapped)
        damaged[at] ^= 1
        with pytest.raises(Unavailable):
            keyring.unwrap("sales", "westeurope", bytes(damaged))


def test_a_keyring_file_that_is_cut_off_is_refused_and_never_replaced(keyring: LocalKeyring) -> None:
    keyring.wrap("sales", "westeurope", CATALOG_KEY)
    file = keyring.folder / "sales@westeurope.kek"
    file.write_bytes(b"short")
    with pytest.raises(Unavailable):
        keyring.wrap("sales", "westeurope", CATALOG_KEY)
    assert file.read_bytes() == b"short"


def test_folder_and_files_are_closed_to_others_whatever_the_umask(keyring: LocalKeyring) -> None:
    before = os.umask(0)
    try:
        keyring.wrap("sales", "westeurope", CATALOG_KEY)
    finally:
        os.umask(before)
    assert keyring.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in keyring.folder.iterdir()} == {0o600}


def test_an_open_folder_is_closed_again(keyring: LocalKeyring) -> None:
    keyring.folder.mkdir(mode=0o755)
    keyring.wrap("sales", "westeurope", CATALOG_KEY)
    assert keyring.folder.stat().st_mode & 0o777 == 0o700


def test_names_cannot_lead_out_of_the_folder(keyring: LocalKeyring) -> None:
    keyring.wrap("../../etc", "a/b", CATALOG_KEY)
    assert [path.name for path in keyring.folder.glob("*.kek")] == ["..%2F..%2Fetc@a%2Fb.kek"]


def test_what_a_killed_process_left_half_made_is_no_key(keyring: LocalKeyring) -> None:
    keyring.folder.mkdir()
    (keyring.folder / "sales@westeurope.new").write_bytes(b"half")
    assert not keyring.has("sales", "westeurope")
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    assert keyring.unwrap("sales", "westeurope", wrapped) == CATALOG_KEY
    assert not (keyring.folder / "sales@westeurope.new").exists()


def test_errors_hold_no_key(keyring: LocalKeyring) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)
    sealing = (keyring.folder / "sales@westeurope.kek").read_bytes()
    with pytest.raises(Unavailable) as refused:
        keyring.unwrap("sales", "westeurope", wrapped[:-1])
    said = str(refused.value).encode()
    assert all(secret not in said and secret.hex().encode() not in said for secret in (sealing, CATALOG_KEY, wrapped))


CHILD = """
import sys
from pathlib import Path
from mesh_platform.keys import LocalKeyring
keyring = LocalKeyring(Path(sys.argv[1]))
sys.stdin.readline()
print(keyring.wrap("sales", "westeurope", bytes(32)).hex())
"""


def test_processes_that_make_the_same_key_at_once_agree_on_one(keyring: LocalKeyring) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(keyring.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        wrapped = bytes.fromhex(child.communicate()[0])
        assert child.returncode == 0
        assert keyring.unwrap("sales", "westeurope", wrapped) == bytes(32)


def test_a_destruction_that_is_interrupted_leaves_no_key_of_zeros(keyring: LocalKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped = keyring.wrap("sales", "westeurope", CATALOG_KEY)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mesh_platform.keys.local._erase", interrupted)
        with pytest.raises(KeyboardInterrupt):
            keyring.destroy("sales", "westeurope")
    assert not keyring.has("sales", "westeurope")
    with pytest.raises(Unavailable, match="KEY-01"):
        keyring.unwrap("sales", "westeurope", wrapped)
    assert [path.name for path in keyring.folder.iterdir() if path.name != ".lock"] == ["sales@westeurope.gone"]
    keyring.destroy("sales", "westeurope")
    assert [path.name for path in keyring.folder.iterdir()] == [".lock"]
