"""A project with two principals, an identity provider of its own, and settings for either issuer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from mesh_platform.product import Governance
from mesh_platform.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "https://login.example.com"


@pytest.fixture
def governance() -> Governance:
    principals = {
        "privacy-engineer": {"roles": ["privacy"], "region": "EU"},
        "sales-analyst": {"domain": "sales", "roles": ["consumer"], "region": "EU"},
    }
    return Governance.model_validate({"roles": {"roles": {}, "principals": principals}}, by_alias=True, by_name=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    return Settings(project=tmp_path)


@dataclass
class Provider:
    """An identity provider: its keys, and tokens signed with them."""

    ec_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    rsa_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def jwks(self) -> str:
        keys = [
            {**ECAlgorithm.to_jwk(self.ec_key.public_key(), as_dict=True), "kid": "ec", "alg": "ES256", "use": "sig"},
            {**RSAAlgorithm.to_jwk(self.rsa_key.public_key(), as_dict=True), "kid": "rsa", "alg": "RS256", "use": "sig"},
            {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "shared", "alg": "HS256"},
        ]
        return json.dumps({"keys": keys})

    def token(self, kid: str = "ec", **changes: Any) -> str:
        """A token that is good at `NOW`, with `changes` of its claims; a claim that is None is left out."""
        moment = int(NOW.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": "mesh",
            "sub": "u-1",
            "iat": moment,
            "exp": moment + 600,
            "name": "dana",
            "roles": ["privacy"],
            "domains": ["customer"],
            "region": "EU",
        } | changes
        key, algorithm = (self.rsa_key, "RS256") if kid == "rsa" else (self.ec_key, "ES256")
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm, headers={"kid": kid})


@pytest.fixture
def oidc(tmp_path: Path, provider: Provider) -> Settings:
    """Settings of a project that trusts the provider by a file of its keys."""
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    (tmp_path / "jwks.json").write_text(provider.jwks)
    return Settings(project=tmp_path, issuer=ISSUER, jwks="jwks.json")


def later(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOW.timestamp() + seconds, UTC)
