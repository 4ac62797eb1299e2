"""An identity provider that a project trusts, for tests of commands."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

OTHER_ISSUER = "https://login.example.com"


def trust_a_provider(project: Path, name: str, roles: Sequence[str]) -> str:
    """Make the project trust a new provider; gives a token of it for `name`, good for ten minutes."""
    key, now = ec.generate_private_key(ec.SECP256R1()), int(time.time())
    public = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "k1", "alg": "ES256"}
    (project / "jwks.json").write_text(json.dumps({"keys": [public]}))
    (project / "mesh.toml").write_text(f'issuer = "{OTHER_ISSUER}"\naudience = "mesh"\njwks = "jwks.json"\n')
    claims = {"iss": OTHER_ISSUER, "aud": "mesh", "iat": now, "exp": now + 600, "name": name, "roles": list(roles)}
    return jwt.encode(claims, key, "ES256", headers={"kid": "k1"})
