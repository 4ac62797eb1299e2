"""Who is accepted as whom, and every way of pretending that is refused."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mesh_platform.access import DevelopmentIssuer, authenticate, impersonate, real_user, required
from mesh_platform.access.authentication import development_issuer
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, Unavailable, UsageProblem
from mesh_platform.product import Governance
from mesh_platform.settings import Settings
from tests.access.conftest import ISSUER, NOW, Provider, later

HOUR = timedelta(hours=1)


def issued(settings: Settings, actor: Actor) -> str:
    return development_issuer(settings).issue(actor, NOW, HOUR)


class TestTheIdentityProvider:
    @pytest.mark.parametrize("kid", ["ec", "rsa"])
    def test_a_token_becomes_the_principal_of_its_claims(self, oidc: Settings, provider: Provider, kid: str) -> None:
        assert authenticate(provider.token(kid), oidc, NOW) == Actor("dana", ("privacy",), ("customer",), "EU")

    def test_one_who_acts_for_another_is_named(self, oidc: Settings, provider: Provider) -> None:
        assert authenticate(provider.token(act={"sub": "eve"}), oidc, NOW).person == "eve"

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"aud": "another"}, "another audience"),
            ({"iss": "https://evil.example.com"}, "another issuer"),
            ({"exp": int(NOW.timestamp()) - 31}, "expired"),
            ({"nbf": int(NOW.timestamp()) + 31}, "not valid yet"),
            ({"iat": int(NOW.timestamp()) + 31}, "not valid yet"),
            ({"exp": None}, "'exp' is missing"),
            ({"aud": None}, "'aud' is missing"),
            ({"iss": None}, "'iss' is missing"),
            ({"name": None}, "'name' is missing"),
            ({"name": "a\nb"}, "'name' has another form"),
            ({"name": ["dana"]}, "'name' has another form"),
            ({"roles": "privacy"}, "'roles' is no list"),
            ({"roles": [1]}, "'roles' has another form"),
            ({"domains": {"customer": True}}, "'domains' is no list"),
            ({"act": "eve"}, "'act' has another form"),
            ({"act": {}}, "'act' names nobody"),
        ],
    )
    def test_a_token_with_wrong_claims_is_refused(
        self, oidc: Settings, provider: Provider, changes: dict[str, Any], why: str
    ) -> None:
        with pytest.raises(Denied, match=why) as refused:
            authenticate(provider.token(**changes), oidc, NOW)
        assert refused.value.finding.rule == "AUTH-04"

    def test_a_token_whose_expiry_is_no_number_is_refused(self, oidc: Settings, provider: Provider) -> None:
        with pytest.raises(Denied, match="AUTH-04"):
            authenticate(provider.token(exp="tomorrow"), oidc, NOW)

    def test_an_unsigned_token_is_refused(self, oidc: Settings, provider: Provider) -> None:
        claims = jwt.decode(provider.token(), options={"verify_signature": False})
        with pytest.raises(Denied, match="kind that is not accepted"):
            authenticate(jwt.encode(claims, None, "none", headers={"kid": "ec"}), oidc, NOW)

    def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(self, oidc: Settings, provider: Provider) -> None:
        """CVE-2015-9235 and its kin."""
        public = provider.ec_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        header, body = (
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
            for part in ({"alg": "HS256", "kid": "ec"}, jwt.decode(provider.token(), options={"verify_signature": False}))
        )
        import hashlib
        import hmac

        mac = base64.urlsafe_b64encode(hmac.new(public, header + b"." + body, hashlib.sha256).digest()).rstrip(b"=")
        with pytest.raises(Denied, match="kind that is not accepted"):
            authenticate((header + b"." + body + b"." + mac).decode(), oidc, NOW)

    def test_a_token_under_a_shared_secret_of_the_key_set_is_refused(self, oidc: Settings, provider: Provider) -> None:
        claims = jwt.decode(provider.token(), options={"verify_signature": False})
        token = jwt.encode(claims, "secret-secret-secret-secret-secret-secret", "HS256", headers={"kid": "shared"})
        with pytest.raises(Denied, match="kind that is not accepted"):
            authenticate(token, oidc, NOW)

    @pytest.mark.parametrize("kid", ["unknown", "shared", ""])
    def test_a_token_of_a_key_that_the_provider_does_not_name_is_refused(
        self, oidc: Settings, provider: Provider, kid: str
    ) -> None:
        with pytest.raises(Denied, match="does not name"):
            authenticate(provider.token(kid), oidc, NOW)

    def test_a_token_of_somebody_else_s_key_under_a_known_name_is_refused(self, oidc: Settings) -> None:
        with pytest.raises(Denied, match="signature is not the issuer's"):
            authenticate(Provider().token(), oidc, NOW)

    def test_a_token_whose_claims_were_changed_is_refused(self, oidc: Settings, provider: Provider) -> None:
        header, body, signature = provider.token().split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        forged = base64.urlsafe_b64encode(json.dumps(claims | {"roles": ["platform"]}).encode()).rstrip(b"=").decode()
        with pytest.raises(Denied, match="signature is not the issuer's"):
            authenticate(f"{header}.{forged}.{signature}", oidc, NOW)

    @pytest.mark.parametrize("token", ["x", "a.b.c", "a.b", "ey.ey.ey", "\x00"])
    def test_what_is_no_token_is_refused_and_not_quoted(self, oidc: Settings, token: str) -> None:
        with pytest.raises(Denied, match="no token"):
            authenticate(token, oidc, NOW)

    def test_nobody_is_refused(self, oidc: Settings) -> None:
        with pytest.raises(Denied, match="AUTH-01"):
            authenticate(None, oidc, NOW)

    def test_a_name_cannot_be_worn_and_a_development_token_counts_for_nothing(
        self, oidc: Settings, settings: Settings, governance: Governance
    ) -> None:
        with pytest.raises(Denied, match="AUTH-09"):
            impersonate("privacy-engineer", governance, oidc)
        token = issued(settings, impersonate("privacy-engineer", governance, settings))
        with pytest.raises(Denied, match="AUTH-04"):
            authenticate(token, oidc, NOW)

    def test_an_issuer_without_keys_is_a_wrong_setting_and_keys_that_cannot_be_had_let_nobody_in(
        self, settings: Settings, provider: Provider
    ) -> None:
        nowhere = Settings(project=settings.project, issuer=ISSUER)
        with pytest.raises(UsageProblem, match="AUTH-08"):
            authenticate(provider.token(), nowhere, NOW)
        missing = Settings(project=settings.project, issuer=ISSUER, jwks="none.json")
        with pytest.raises(Unavailable, match="AUTH-07"):
            authenticate(provider.token(), missing, NOW)


class TestTheDevelopmentIssuer:
    def test_a_token_names_the_principal_and_who_wears_it(self, settings: Settings, governance: Governance) -> None:
        worn = impersonate("sales-analyst", governance, settings)
        assert worn == Actor("sales-analyst", ("consumer",), ("sales",), "EU", real_user())
        assert authenticate(issued(settings, worn), settings, later(60)) == worn

    def test_the_real_user_is_not_what_the_environment_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = real_user()
        for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
            monkeypatch.setenv(name, "somebody-else")
        assert real_user() == before != "somebody-else"

    def test_a_token_ends(self, settings: Settings, governance: Governance) -> None:
        token = issued(settings, impersonate("sales-analyst", governance, settings))
        with pytest.raises(Denied, match="expired"):
            authenticate(token, settings, later(3600 + 31))
        with pytest.raises(Denied, match="not valid yet"):
            authenticate(token, settings, later(-31))

    def test_a_token_is_good_in_its_own_home_only(self, settings: Settings, governance: Governance, tmp_path: Path) -> None:
        token = issued(settings, impersonate("sales-analyst", governance, settings))
        other = Settings(project=settings.project, home=tmp_path / "other")
        with pytest.raises(Denied, match="does not name"):
            authenticate(token, other, NOW)
        DevelopmentIssuer(other.home_path / "keys", "mesh").issue(Actor("x", impersonated_by="y"), NOW, HOUR)
        with pytest.raises(Denied, match="does not name"):
            authenticate(token, other, NOW)

    def test_a_token_for_another_audience_is_refused(self, settings: Settings, governance: Governance) -> None:
        token = issued(settings, impersonate("sales-analyst", governance, settings))
        with pytest.raises(Denied, match="another audience"):
            authenticate(token, Settings(project=settings.project, audience="elsewhere"), NOW)

    def test_the_key_is_its_owner_s_alone(self, settings: Settings, governance: Governance) -> None:
        issued(settings, impersonate("sales-analyst", governance, settings))
        assert (settings.home_path / "keys/development-issuer.pem").stat().st_mode & 0o777 == 0o600

    def test_a_damaged_key_lets_nobody_in(self, settings: Settings, governance: Governance) -> None:
        token = issued(settings, impersonate("sales-analyst", governance, settings))
        (settings.home_path / "keys/development-issuer.pem").write_text("nothing")
        with pytest.raises(Unavailable, match="AUTH-06"):
            authenticate(token, settings, NOW)

    def test_another_kind_of_key_is_none(self, settings: Settings) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (settings.home_path / "keys").mkdir(parents=True)
        (settings.home_path / "keys/development-issuer.pem").write_bytes(text)
        with pytest.raises(Unavailable, match="AUTH-06"):
            authenticate("a.b.c", settings, NOW)

    def test_a_name_that_the_organisation_does_not_know_cannot_be_worn(self, settings: Settings, governance: Governance) -> None:
        with pytest.raises(Denied, match="AUTH-05"):
            impersonate("root", governance, settings)

    def test_no_token_is_issued_for_longer_than_a_day_or_without_a_real_user(self, settings: Settings) -> None:
        issuer = development_issuer(settings)
        with pytest.raises(ValueError, match="within a day"):
            issuer.issue(Actor("x", impersonated_by="y"), NOW, timedelta(days=2))
        with pytest.raises(ValueError, match="who wears it"):
            issuer.issue(Actor("x"), NOW, HOUR)


class TestRoles:
    def test_a_missing_role_is_denied(self) -> None:
        with pytest.raises(Denied, match="AUTH-02"):
            required(Actor("ana", ("consumer",), ("sales",)), "privacy", "steward")

    def test_a_role_for_another_domain_is_denied(self) -> None:
        with pytest.raises(Denied, match="AUTH-03"):
            required(Actor("ana", ("steward",), ("sales",)), "steward", domain="customer")

    @pytest.mark.parametrize(
        ("role", "domains", "may"),
        [("privacy", (), True), ("privacy", ("sales",), False), ("steward", (), False), ("steward", ("customer",), True)],
    )
    def test_only_roles_of_the_whole_mesh_hold_where_no_domain_is_named(
        self, role: str, domains: tuple[str, ...], may: bool
    ) -> None:
        assert Actor("ana", (role,), domains).may(role, "customer") is may

    def test_one_domain_may_be_written_without_a_list_but_not_both(self, governance: Governance) -> None:
        assert governance.roles.principals["sales-analyst"].domains == ("sales",)
        with pytest.raises(ValueError, match="write one of them"):
            Governance.model_validate({"roles": {"principals": {"x": {"domain": "a", "domains": ["b"]}}}})
