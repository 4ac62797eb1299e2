"""The development issuer: principals of `governance/roles.yaml`, worn by the operating system's user, who is always recorded.

Its key pair lies in the home, so whoever runs the platform can be anyone: it proves nothing in production, where an identity provider
stands behind the same port. It refuses to give a name or a role that the organisation's file does not hold.
"""

from __future__ import annotations

import os
import pwd
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from mesh_platform.access.tokens import refused, verified
from mesh_platform.actor import Actor
from mesh_platform.aside import written
from mesh_platform.errors import Denied, Unavailable
from mesh_platform.product import Governance

ISSUER = "mesh-development"
ALGORITHM = "EdDSA"
KEY_FILE = "development-issuer.pem"
_NAMED = 12
LONGEST = timedelta(hours=24)


def real_user() -> str:
    """The user of the operating system, by its number and not by what the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def principal_of(governance: Governance, name: str, worn_by: str) -> Actor:
    """The principal of `governance/roles.yaml`, as worn by a real user.

    Raises:
        Denied: AUTH-05, where no principal has that name.
    """
    found = governance.roles.principals.get(name)
    if found is None:
        near = get_close_matches(name, governance.roles.principals, n=1)
        known = ", ".join(list(governance.roles.principals)[:_NAMED]) or "none"
        fix = f"{f'Did you mean {near[0]}? ' if near else ''}It holds {known}. Name one, or have it added there."
        raise Denied.because("AUTH-05", "governance/roles.yaml", f"It holds no principal {name!r}.", fix)
    return Actor(name, found.roles, found.domains, found.region, worn_by)


class DevelopmentIssuer:
    """Issues and verifies tokens with a key pair under the home's `keys/`."""

    def __init__(self, folder: Path, audience: str) -> None:
        self._path = folder / KEY_FILE
        self._audience = audience

    def issue(self, actor: Actor, now: datetime, lifetime: timedelta) -> str:
        """A token for `actor`, which must be worn by somebody: the real user stands in it.

        Raises:
            ValueError: where nobody wears it, or for longer than `LONGEST`.
            Unavailable: where the key cannot be made or read.
        """
        if actor.impersonated_by is None or not timedelta(0) < lifetime <= LONGEST:
            raise ValueError("a development token names who wears it, and ends within a day")
        key = self._read() or self._create()
        claims = {
            "iss": ISSUER,
            "aud": self._audience,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "name": actor.name,
            "roles": list(actor.roles),
            "domains": list(actor.domains),
            "act": {"sub": actor.impersonated_by},
        } | ({"region": actor.region} if actor.region else {})
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": _public(key).key_id})

    def verify(self, token: str, now: datetime) -> Actor:
        """The actor of a token of this issuer.

        Raises:
            Denied: AUTH-04, where it is none, or not valid now.
        """
        key = self._read()
        if key is None:
            raise refused("it is signed by a key that the issuer does not name")
        public = _public(key)
        found = verified(
            token, {str(public.key_id): public}, issuer=ISSUER, audience=self._audience, now=now, algorithms=(ALGORITHM,)
        )
        if found.impersonated_by is None:
            raise refused("it does not say who wears it")
        return found

    def _read(self) -> Ed25519PrivateKey | None:
        try:
            key = serialization.load_pem_private_key(self._path.read_bytes(), None)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise _unusable(error) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise _unusable(TypeError())
        return key

    def _create(self) -> Ed25519PrivateKey:
        """A new key under its name, complete or not at all; where another process was first, its key."""
        key = Ed25519PrivateKey.generate()
        text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with written(self._path, new=True) as out:
                out.write(text)
        except FileExistsError:
            return self._read() or key
        except OSError as error:
            raise _unusable(error) from None
        return key


def _public(key: Ed25519PrivateKey) -> jwt.PyJWK:
    """The public half, named by its own thumbprint (RFC 7638 in spirit: the same key always has the same id)."""
    document = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwt.PyJWK({**document, "kid": document["x"][:16], "alg": ALGORITHM})


def _unusable(error: Exception) -> Unavailable:
    why = f"The development issuer's key cannot be made or read ({type(error).__name__})."
    return Unavailable.because("AUTH-06", f"keys/{KEY_FILE} in the home", why, "Mend its rights, or remove it: tokens end then.")
