"""Tokens over HTTP: which are refused, that each refusal is on record without the token, and what a scope opens."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mesh_platform.api import signing_in
from mesh_platform.api.service import Service
from mesh_platform.api.signing_in import SignIn
from mesh_platform.audit.reading import newest_records
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied
from mesh_platform.settings import Settings
from tests.access.conftest import ISSUER, Provider
from tests.api.conftest import listening

CONSUMER = {"name": "dana", "roles": ["consumer"], "domains": ["sales"], "region": "EU", "scope": "customer.read"}
BODY = {"sql": "select count(*) from customer.profiles", "purpose": "service"}


def fresh(provider: Provider, **changes: Any) -> str:
    now = int(time.time())
    return provider.token(**{"iat": now, "exp": now + 600, **CONSUMER, **changes})


@pytest.fixture(scope="module")
def behind_oidc(shop: Settings, provider: Provider) -> Iterator[tuple[str, Service]]:
    """A second server over the same home, which trusts the identity provider."""
    (shop.project / "jwks.json").write_text(provider.jwks)
    settings = shop.model_copy(update={"issuer": ISSUER, "jwks": "jwks.json", "api_workers": 1})
    with Service(settings) as service:
        for address in listening(service):
            yield address, service


def asked(address: str, token: str) -> httpx.Response:
    return httpx.post(f"{address}/v1/query", json=BODY, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def unsigned(provider: Provider) -> str:
    claims = jwt.decode(fresh(provider), options={"verify_signature": False})
    return jwt.encode(claims, None, algorithm="none", headers={"kid": "ec"})


def forged(provider: Provider) -> str:
    claims = jwt.decode(fresh(provider), options={"verify_signature": False})
    return jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": "ec"})


def turned(provider: Provider) -> str:
    """The claims of another, under the signature of one that is good."""
    head, _, signature = fresh(provider).split(".")
    body = urlsafe_b64encode(b'{"name":"root","roles":["owner"]}').decode().rstrip("=")
    return f"{head}.{body}.{signature}"


class TestTokens:
    def test_one_of_the_provider_is_accepted(self, behind_oidc: tuple[str, Service], provider: Provider) -> None:
        assert asked(behind_oidc[0], fresh(provider)).json()["rows"] == [[3]]

    @pytest.mark.parametrize(
        "made",
        [
            unsigned,
            forged,
            turned,
            lambda p: fresh(p, exp=int(time.time()) - 120),
            lambda p: fresh(p, nbf=int(time.time()) + 600),
            lambda p: fresh(p, aud="another"),
            lambda p: fresh(p, iss="https://evil.example.com"),
            lambda p: fresh(p, exp=None),
            lambda p: fresh(p, cnf={"jkt": "abc"}),
            lambda p: fresh(p, scope=7),
        ],
        ids=["none", "forged", "turned", "expired", "too early", "audience", "issuer", "endless", "bound to a key", "scope"],
    )
    def test_others_are_refused_and_on_record(self, behind_oidc: tuple[str, Service], provider: Provider, made: Any) -> None:
        address, service = behind_oidc
        token = made(provider)
        answer = asked(address, token)
        assert (answer.status_code, answer.json()["rule"]) == (401, "AUTH-04")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        assert token.rpartition(".")[2][:20] not in answer.text or not token.rpartition(".")[2]
        time.sleep(0.2)
        [last] = newest_records(service.database, 1, act="sign in")
        assert (last.phase, last.reason, last.who) == ("denied", "AUTH-04", "nobody")
        assert token.split(".")[1] not in str(last.record)

    def test_one_of_the_development_issuer_counts_for_nothing(self, behind_oidc: tuple[str, Service], token: Any) -> None:
        assert asked(behind_oidc[0], token("analyst")).json()["rule"] == "AUTH-04"

    def test_each_is_accepted_once_where_the_setting_says_so(self, behind_oidc: tuple[str, Service], provider: Provider) -> None:
        _, service = behind_oidc
        settings = service.settings.model_copy(update={"api_tokens_once": True})
        gate, other = (SignIn(settings, service.audit, service.shared) for _ in range(2))
        token = f"Bearer {fresh(provider, jti=f'once-{time.time_ns()}')}"
        assert gate(token, utc_now()).actor.name == "dana"
        for again in (gate, other):
            with pytest.raises(Denied, match="shown before"):
                again(token, utc_now())
        with pytest.raises(Denied, match="no `jti`"):
            gate(f"Bearer {fresh(provider)}", utc_now())


class TestRemembered:
    """A token that was good a moment ago is not verified anew."""

    def sign_in(self, service: Service, provider: Provider, **changes: Any) -> SignIn:
        (service.settings.project / "jwks.json").write_text(provider.jwks)
        settings = service.settings.model_copy(update={"issuer": ISSUER, "jwks": "jwks.json", **changes})
        return SignIn(settings, service.audit, service.shared)

    def test_it_counts_for_two_seconds_and_not_after(
        self, service: Service, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_in, header = self.sign_in(service, provider), f"Bearer {fresh(provider)}"
        assert sign_in.known(header, utc_now()) is None
        caller = sign_in(header, utc_now())
        assert sign_in.known(header, utc_now()) is caller
        monkeypatch.setattr(signing_in, "REMEMBERED", 0.0)
        assert sign_in.known(header, utc_now()) is None

    def test_it_counts_no_longer_than_it_is_good(self, service: Service, provider: Provider) -> None:
        sign_in, header = self.sign_in(service, provider), f"Bearer {fresh(provider)}"
        sign_in(header, utc_now())
        assert sign_in.known(header, utc_now() + timedelta(seconds=601)) is None

    def test_neither_another_header_nor_a_refused_one_is_known(self, service: Service, provider: Provider) -> None:
        sign_in, good, bad = self.sign_in(service, provider), fresh(provider), forged(provider)
        sign_in(f"Bearer {good}", utc_now())
        with pytest.raises(Denied):
            sign_in(f"Bearer {bad}", utc_now())
        assert [sign_in.known(header, utc_now()) for header in (f"Bearer {good}x", f"Bearer {bad}", good, None)] == [None] * 4

    def test_none_is_where_each_is_accepted_once(self, service: Service, provider: Provider) -> None:
        sign_in, header = self.sign_in(service, provider, api_tokens_once=True), f"Bearer {fresh(provider, jti='only-once')}"
        sign_in(header, utc_now())
        assert sign_in.known(header, utc_now()) is None


class TestFlood:
    def test_of_refusals_is_recorded_as_a_count(self, service: Service) -> None:
        gate = SignIn(service.settings, service.audit, service.shared)
        time.sleep(0.3)
        before = newest_records(service.database, 1)[-1].seq
        for _ in range(200):
            with pytest.raises(Denied):
                gate("Bearer nonsense", utc_now())
        gate.close()
        time.sleep(0.3)
        found = [each for each in newest_records(service.database, 100, act="sign in") if each.seq > before]
        assert len(found) < 60
        assert sum(each.n or 1 for each in found) == 200


class TestScopes:
    def test_of_the_interface_are_needed(self, behind_oidc: tuple[str, Service], provider: Provider) -> None:
        address, _ = behind_oidc
        refused = asked(address, fresh(provider, scope="sales.read"))
        assert (refused.status_code, refused.json()["rule"]) == (403, "HTTP-08")
        assert 'error="insufficient_scope", scope="customer.read"' in refused.headers["WWW-Authenticate"]
        assert asked(address, fresh(provider, scope="sales.read customer.read")).status_code == 200
        assert asked(address, fresh(provider, scope=None, scp=["customer.read"])).status_code == 200

    def test_are_not_asked_of_the_development_issuer(self, ask: Any) -> None:
        assert ask(BODY["sql"]).status_code == 200
