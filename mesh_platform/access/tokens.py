"""Bearer tokens (JWT, RFC 7519): verified against the keys of one issuer, and turned into an actor.

Refused are tokens without a signature or under a shared secret, of an unknown key, for another audience, of another issuer, without an
expiry, expired, not valid yet, and with claims of another form. Why is told; nothing of the token is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import jwt

from mesh_platform.actor import Actor
from mesh_platform.errors import Denied

ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
"""Signatures by a private key (RFC 7518, RFC 8037); `none` and the HMAC ones are never accepted."""
WHERE = "the token"
_LEEWAY = 30.0  # seconds that two machines' clocks may differ
_FIRST, _LAST = 0, 253_402_300_800  # 1970 up to the year 10000: NaN, which no comparison finds too late, lies outside
_LONGEST = 200
_MOST = 200


def verified(
    token: str,
    keys: Mapping[str, jwt.PyJWK],
    *,
    issuer: str,
    audience: str,
    now: datetime,
    algorithms: Sequence[str] = ALGORITHMS,
) -> Actor:
    """The actor that `token` speaks for.

    Args:
        token: the compact form.
        keys: the issuer's public keys by key id.
        issuer: who must have issued it.
        audience: for whom it must be.
        now: the present moment.
        algorithms: the signatures that are accepted.

    Raises:
        Denied: AUTH-04, with what is wrong.
    """
    key = _key(token, keys, algorithms)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            audience=audience,
            issuer=issuer,
            options={"require": ["exp", "iat", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidAudienceError:
        raise refused("it is for another audience") from None
    except jwt.InvalidIssuerError:
        raise refused("it is of another issuer") from None
    except jwt.MissingRequiredClaimError as error:
        raise refused(f"the claim {error.claim!r} is missing") from None
    except jwt.InvalidSignatureError:
        raise refused("its signature is not the issuer's") from None
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise refused(f"it cannot be read ({type(error).__name__})") from None
    _in_its_time(claims, now.timestamp())
    return actor_of(claims)


def _key(token: str, keys: Mapping[str, jwt.PyJWK], algorithms: Sequence[str]) -> jwt.PyJWK:
    """The key that the token names, fit for the signature that it names: a public key must never be taken for a shared secret."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise refused("it is no token") from None
    if header.get("alg") not in algorithms:
        raise refused("its signature is of a kind that is not accepted")
    key = keys.get(str(header.get("kid", "")))
    if key is None:
        raise refused("it is signed by a key that the issuer does not name")
    if key.key_type == "oct" or (key.algorithm_name is not None and key.algorithm_name != header["alg"]):
        raise refused("its signature is of another kind than its key")
    return key


def _in_its_time(claims: Mapping[str, Any], now: float) -> None:
    expires, issued, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or expires <= now - _LEEWAY:
        raise refused("it has expired")
    if (begins is not None and begins > now + _LEEWAY) or issued is None or issued > now + _LEEWAY:
        raise refused("it is not valid yet")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _FIRST <= value < _LAST:
        raise refused(f"the claim {name!r} is no moment")
    return float(value)


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """The actor that verified claims describe; `act` (RFC 8693) names who wears it.

    Raises:
        Denied: AUTH-04, where a claim has another form than it must.
    """
    name = _text(claims, "name")
    if name is None:
        raise refused("the claim 'name' is missing")
    act = claims.get("act")
    if act is not None and not isinstance(act, Mapping):
        raise refused("the claim 'act' has another form than it must")
    behind = _text(act, "sub") if act is not None else None
    if act is not None and behind is None:
        raise refused("the claim 'act' names nobody")
    return Actor(name, _texts(claims, "roles"), _texts(claims, "domains"), _text(claims, "region"), behind)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or value != value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise refused(f"the claim {name!r} has another form than it must")
    return value


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name, [])
    if not isinstance(value, list) or len(value) > _MOST:
        raise refused(f"the claim {name!r} is no list")
    found = [_text({name: each}, name) for each in value]
    return tuple(each for each in found if each is not None)


def refused(why: str) -> Denied:
    """The refusal of a token."""
    return Denied.because(
        "AUTH-04", WHERE, f"It is not accepted: {why}.", "Get a new one: `mesh token issue`, or your identity provider."
    )
