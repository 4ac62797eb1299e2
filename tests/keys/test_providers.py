"""One port, three holders of keys: what each wraps, refuses, renews and destroys, and that none stands in for another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mesh_platform.errors import Unavailable, UsageProblem
from mesh_platform.keys import KeyProvider, LocalKeyring, open_keys
from mesh_platform.keys.aws_kms import AwsKms
from mesh_platform.keys.vault import VaultTransit
from mesh_platform.settings import Settings
from tests.keys.conftest import free_port
from tests.keys.transit import TOKEN, Transit

CATALOG_KEY, ANOTHER = bytes(range(32)), bytes(range(1, 33))
SALES, HEALTH = ("sales", "westeurope"), ("health", "westeurope")


@pytest.fixture(params=["local", "aws-kms", "vault"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> KeyProvider:
    """Each provider in turn, empty."""
    if request.param == "local":
        return LocalKeyring(tmp_path / "keys")
    if request.param == "vault":
        server: Transit = request.getfixturevalue("transit")
        return VaultTransit(server.url, TOKEN)
    request.getfixturevalue("aws")
    prefix = f"mesh-{uuid4().hex[:8]}"  # one server for all tests
    return AwsKms(prefix, request.getfixturevalue("kms_url"), {"northeurope": "eu-north-1"})


def rule_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Unavailable) as refused:
        call()
    return refused.value.finding.rule


def test_a_wrapped_key_comes_back_and_does_not_show(keys: KeyProvider) -> None:
    wrapped = keys.wrap(*SALES, CATALOG_KEY)
    assert keys.unwrap(*SALES, wrapped) == CATALOG_KEY
    assert CATALOG_KEY not in wrapped and CATALOG_KEY.hex().encode() not in wrapped
    assert keys.wrap(*SALES, CATALOG_KEY) != wrapped


def test_a_key_is_made_at_the_first_wrapping_and_once(keys: KeyProvider) -> None:
    assert not keys.has(*SALES) and keys.versions(*SALES) == ()
    first = keys.wrap(*SALES, CATALOG_KEY)
    keys.wrap(*SALES, ANOTHER)
    [version] = keys.versions(*SALES)
    assert keys.has(*SALES) and version.number == 1 and version.created is not None
    assert keys.version_of(*SALES, first) == version.name


def test_what_one_domain_or_region_wrapped_opens_under_no_other(keys: KeyProvider) -> None:
    wrapped = keys.wrap(*SALES, CATALOG_KEY)
    for other in (HEALTH, ("sales", "northeurope")):
        assert rule_of(lambda at=other: keys.unwrap(*at, wrapped)) in {"KEY-01", "KEY-02", "KEY-03"}
        keys.wrap(*other, CATALOG_KEY)
        assert rule_of(lambda at=other: keys.unwrap(*at, wrapped)) in {"KEY-01", "KEY-02", "KEY-03"}


@pytest.mark.nightly
def test_a_new_version_wraps_and_the_older_goes_on_opening_until_it_is_dropped(keys: KeyProvider) -> None:
    old = keys.wrap(*SALES, CATALOG_KEY)
    renewed = keys.renew(*SALES)
    new = keys.wrap(*SALES, ANOTHER)
    assert [version.number for version in keys.versions(*SALES)] == [1, 2]
    assert keys.version_of(*SALES, new) == renewed.name == keys.versions(*SALES)[-1].name != keys.version_of(*SALES, old)
    assert (keys.unwrap(*SALES, old), keys.unwrap(*SALES, new)) == (CATALOG_KEY, ANOTHER)
    assert keys.drop_older(*SALES) == 1
    assert rule_of(lambda: keys.unwrap(*SALES, old)) in {"KEY-01", "KEY-03"}
    assert keys.unwrap(*SALES, new) == ANOTHER
    assert [version.name for version in keys.versions(*SALES)] == [renewed.name]
    assert keys.drop_older(*SALES) == 0
    assert keys.renew(*SALES).number == 3


def test_a_destroyed_key_opens_nothing_of_any_version_and_nothing_of_another_domain_is_touched(keys: KeyProvider) -> None:
    wrapped = [keys.wrap(*SALES, CATALOG_KEY)]
    other = keys.wrap(*HEALTH, ANOTHER)
    keys.renew(*SALES)
    wrapped.append(keys.wrap(*SALES, CATALOG_KEY))
    for _ in range(2):
        keys.destroy(*SALES)
        assert not keys.has(*SALES)
    assert {rule_of(lambda w=one: keys.unwrap(*SALES, w)) for one in wrapped} == {"KEY-01"}
    keys.wrap(*SALES, CATALOG_KEY)
    assert all(rule_of(lambda w=one: keys.unwrap(*SALES, w)) in {"KEY-01", "KEY-02", "KEY-03"} for one in wrapped)
    assert keys.unwrap(*HEALTH, other) == ANOTHER


@pytest.mark.nightly
def test_every_key_is_listed_with_its_owner(keys: KeyProvider) -> None:
    assert keys.listed() == ()
    for place in (SALES, HEALTH, ("sales", "northeurope")):
        keys.wrap(*place, CATALOG_KEY)
    keys.renew(*HEALTH)
    assert [(one.domain, one.region, one.number) for one in keys.listed()] == [
        ("health", "westeurope", 1),
        ("health", "westeurope", 2),
        ("sales", "northeurope", 1),
        ("sales", "westeurope", 1),
    ]


def test_damage_to_a_wrapped_key_is_found(keys: KeyProvider) -> None:
    wrapped = keys.wrap(*SALES, CATALOG_KEY)
    for damaged in (b"", wrapped[:2], b"XX1" + wrapped[3:], wrapped[:-2], wrapped[:-4] + b"AAAA", b"MK1" + bytes(60)):
        assert rule_of(lambda w=damaged: keys.unwrap(*SALES, w)) in {"KEY-01", "KEY-02", "KEY-03"}
    assert keys.unwrap(*SALES, wrapped) == CATALOG_KEY


def test_the_settings_choose_the_provider(tmp_path: Path, transit: Transit, monkeypatch: pytest.MonkeyPatch, aws: None) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    kinds = [
        open_keys(Settings(project=tmp_path, keys=kind, keys_url=transit.url)).kind for kind in ("local", "aws-kms", "vault")
    ]
    assert kinds == ["development key", "AWS KMS", "Vault transit"]


def test_vault_without_a_token_or_an_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    assert rule_of(lambda: open_keys(Settings(project=tmp_path, keys="vault", keys_url="http://127.0.0.1:1"))) == "KEY-06"
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with pytest.raises(UsageProblem):
        open_keys(Settings(project=tmp_path, keys="vault"))


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["aws-kms", "vault"])
def test_a_service_that_does_not_answer_is_told_and_no_local_key_is_made_instead(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: None
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    keys = open_keys(Settings(project=tmp_path, keys=kind, keys_url=f"http://127.0.0.1:{free_port()}"))
    calls: list[Callable[[], Any]] = [
        lambda: keys.wrap(*SALES, CATALOG_KEY),
        lambda: keys.has(*SALES),
        lambda: keys.listed(),
        lambda: keys.renew(*SALES),
        lambda: keys.destroy(*SALES),
        lambda: keys.drop_older(*SALES),
    ]
    assert {rule_of(call) for call in calls} == {"KEY-05"}
    assert list(tmp_path.iterdir()) == []


def test_vault_that_is_sealed_or_denies_is_told_apart_and_the_token_is_never_said(transit: Transit) -> None:
    keys = VaultTransit(transit.url, TOKEN)
    wrapped = keys.wrap(*SALES, CATALOG_KEY)
    transit.fails_with = 503
    assert rule_of(lambda: keys.unwrap(*SALES, wrapped)) == "KEY-05"
    transit.fails_with = None
    stranger = VaultTransit(transit.url, "s.somebody-else")
    with pytest.raises(Unavailable) as refused:
        stranger.unwrap(*SALES, wrapped)
    assert refused.value.finding.rule == "KEY-06"
    assert "somebody" not in str(refused.value) and transit.url not in str(refused.value)


def test_a_vault_that_does_not_do_what_it_was_asked_is_not_believed(transit: Transit, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = VaultTransit(transit.url, TOKEN)
    keys.wrap(*SALES, CATALOG_KEY)
    keys.renew(*SALES)
    real = transit._keys
    monkeypatch.setattr(transit, "_keys", lambda method, *more: real(method, *more) if method == "GET" else (400, "no"))
    for call in (lambda: keys.destroy(*SALES), lambda: keys.drop_older(*SALES), lambda: keys.renew(*SALES)):
        assert rule_of(call) == "KEY-06"


@pytest.mark.nightly
@pytest.mark.parametrize("call", ["has", "wrap", "destroy", "renew", "drop_older", "listed"])
def test_a_vault_without_the_engine_at_that_mount_is_not_taken_for_one_without_keys(transit: Transit, call: str) -> None:
    VaultTransit(transit.url, TOKEN).wrap(*SALES, CATALOG_KEY)
    elsewhere = VaultTransit(transit.url, TOKEN, mount="transitt")
    said: tuple[Any, ...] = {"wrap": (*SALES, CATALOG_KEY), "listed": ()}.get(call, SALES)
    assert rule_of(lambda: getattr(elsewhere, call)(*said)) == "KEY-06"
    assert VaultTransit(transit.url, TOKEN).has(*SALES)


@pytest.mark.nightly
@pytest.mark.parametrize("data", [{}, {"keys": 3, "ciphertext": "é"}, {"keys": {"one": 2}, "ciphertext": "é"}])
def test_a_vault_whose_answer_has_another_form_is_told(
    transit: Transit, monkeypatch: pytest.MonkeyPatch, data: dict[str, Any]
) -> None:
    keys = VaultTransit(transit.url, TOKEN)
    wrapped = keys.wrap(*SALES, CATALOG_KEY)
    monkeypatch.setattr(transit, "_encrypt", lambda *_: (200, data))
    assert rule_of(lambda: keys.wrap(*SALES, CATALOG_KEY)) == "KEY-05"
    monkeypatch.setattr(transit, "answer", lambda *_: (200, data))
    for call in (lambda: keys.has(*SALES), lambda: keys.unwrap(*SALES, wrapped)):
        assert rule_of(call) == "KEY-05"


def test_keys_are_listed_without_a_default_region_where_each_region_is_mapped(
    aws: None, kms_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    keys = AwsKms(f"mesh-{uuid4().hex[:8]}", kms_url, {"westeurope": "eu-west-1"})
    keys.wrap(*SALES, CATALOG_KEY)
    assert [(one.domain, one.region) for one in keys.listed()] == [SALES]
    keys.destroy(*SALES)
    assert keys.listed() == ()


def test_kms_that_does_not_know_the_platform_is_told(aws: None, kms_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = AwsKms("mesh", kms_url)
    wrapped = b"MA1" + bytes([36]) + str(uuid4()).encode() + b"sealed"
    assert rule_of(lambda: keys.unwrap(*SALES, wrapped)) == "KEY-01"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert rule_of(lambda: AwsKms("mesh", kms_url).has(*SALES)) == "KEY-05"
