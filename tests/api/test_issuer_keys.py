"""An issuer of tokens that is slow, away or back again: who needs its answer waits a moment, and nobody else does."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest

from mesh_platform.api import signing_in
from mesh_platform.errors import Finding, Unavailable
from mesh_platform.settings import Settings
from tests.access.conftest import ISSUER, Provider

Keys = Mapping[str, jwt.PyJWK]


class Issuer:
    """Its address: held up while `answering` is not set, and away while `down`."""

    def __init__(self, keys: Keys) -> None:
        self.keys, self.asked, self.down, self.answering = keys, 0, False, threading.Event()
        self.answering.set()

    def __call__(self, jwks: str, project: Path) -> Keys:
        self.asked += 1
        self.answering.wait(10)
        if self.down:
            raise Unavailable(Finding("AUTH-07", "the setting `jwks`", "It is away.", ""))
        return self.keys


@pytest.fixture
def issuer(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    found = jwt.PyJWKSet.from_json(provider.jwks)
    made = Issuer({key.key_id or "": key for key in found.keys})
    monkeypatch.setattr(signing_in, "keys_of", made)
    monkeypatch.setattr(signing_in, "_MOMENT", 0.2)
    return made


@pytest.fixture
def keys(issuer: Issuer, tmp_path: Path) -> signing_in._Keys:
    return signing_in._Keys(Settings(project=tmp_path, issuer=ISSUER, jwks="https://login.example.com/keys"))


def test_keys_are_asked_for_once_in_a_minute(keys: signing_in._Keys, issuer: Issuer, provider: Provider) -> None:
    for _ in range(5):
        assert "ec" in keys.of(provider.token())
    assert issuer.asked == 1


def test_one_asks_and_the_others_wait_no_longer_than_a_moment(keys: signing_in._Keys, issuer: Issuer, provider: Provider) -> None:
    token = provider.token()
    issuer.answering.clear()
    first = threading.Thread(target=keys.of, args=(token,))
    first.start()
    while not issuer.asked:
        time.sleep(0.001)
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="AUTH-07"):
        keys.of(token)
    assert time.monotonic() - begun < 5
    issuer.answering.set()
    first.join()
    assert "ec" in keys.of(token)
    assert issuer.asked == 1


def test_who_has_a_known_key_goes_on_while_an_unknown_one_is_looked_for(
    keys: signing_in._Keys, issuer: Issuer, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, unknown = provider.token(), jwt.encode({}, "x" * 32, headers={"kid": "nobody's"})
    keys.of(known)
    monkeypatch.setattr(signing_in, "_AGAIN", 0.0)
    issuer.answering.clear()
    looking = threading.Thread(target=keys.of, args=(unknown,))
    looking.start()
    while issuer.asked < 2:
        time.sleep(0.001)
    assert "ec" in keys.of(known)
    assert looking.is_alive()
    issuer.answering.set()
    looking.join()


def test_an_issuer_that_is_away_is_left_alone_for_a_while(
    keys: signing_in._Keys, issuer: Issuer, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.down = True
    for _ in range(5):
        with pytest.raises(Unavailable, match="AUTH-07"):
            keys.of(provider.token())
    assert issuer.asked == 1
    issuer.down = False
    monkeypatch.setattr(signing_in, "_AGAIN", 0.0)
    assert "ec" in keys.of(provider.token())
