"""Tokens as an attacker would write them, some of them with the provider's own key: none is accepted, and none is an error nobody foresaw."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import jwt
import pytest

from mesh_platform.access.authentication import authenticate
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, MeshError
from mesh_platform.settings import DEVELOPMENT, Settings
from tests.access.conftest import ISSUER, NOW, Provider

SECONDS = int(NOW.timestamp())


def refused(token: str, settings: Settings) -> None:
    with pytest.raises(Denied, match="AUTH-04") as refusal:
        authenticate(token, settings, NOW)
    assert token[-20:] not in str(refusal.value)


def headed(provider: Provider, header: bytes) -> str:
    """A good token under another header."""
    _, claims, signature = provider.token().split(".")
    return f"{urlsafe_b64encode(header).rstrip(b'=').decode()}.{claims}.{signature}"


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"ES256","kid":"../../../etc/passwd"}',
        b'{"alg":"ES256","kid":"file:///etc/passwd"}',
        b'{"alg":"ES256","kid":"https://evil.example.com/jwks.json"}',
        b'{"alg":"ES256","kid":"ec\' OR 1=1 --"}',
        b'{"alg":"ES256","kid":"ec\\u0000"}',
        b'{"alg":"ES256","kid":"\\ud800"}',
        b'{"alg":"ES256","kid":["ec"]}',
        b'{"alg":"ES256","kid":{"ec":"ec"}}',
        b'{"alg":"ES256","kid":null}',
        b'{"alg":"ES256","kid":' + b"9" * 5_000 + b"}",
        b'{"alg":"ES256","kid":"ec","jku":"https://evil.example.com/jwks.json"}',
        b'{"alg":"ES256","kid":"ec","x5u":"https://evil.example.com/x.pem","x5c":["MIIB"]}',
        b'{"alg":"ES256","kid":"ec","jwk":{"kty":"oct","k":"AA"}}',
        b'{"alg":"ES256","kid":"ec","crit":["unheard-of"]}',
        b'{"alg":"ES256","kid":"ec","b64":false,"crit":["b64"]}',
        b'{"alg":"ES256","kid":"ec","zip":"DEF"}',
        b'{"alg":"none","alg":"ES256","kid":"ec"}',
        b'{"alg":["ES256"],"kid":"ec"}',
        b'{"alg":"RS256","kid":"ec"}',
        b'{"alg":"PS256","kid":"ec"}',
        b'{"alg":"ES256","kid":"rsa"}',
        b'{"alg":"HS256","kid":"rsa"}',
        b'{"alg":"nOnE","kid":"ec"}',
        b'{"alg":"","kid":"ec"}',
        b'{"kid":"ec"}',
        b'{"alg":"ES256","kid":"ec","x":' + b"[" * 3_000 + b"]" * 3_000 + b"}",
        b"[" * 6_000,
        b"\xff\xfe",
        b"null",
    ],
)
def test_a_header_that_leads_elsewhere_is_refused(oidc: Settings, provider: Provider, header: bytes) -> None:
    refused(headed(provider, header), oidc)


@pytest.mark.parametrize("cut", ["", ".", "....", "a.b.c.d.e"])
def test_a_token_of_other_parts_is_refused(oidc: Settings, provider: Provider, cut: str) -> None:
    refused(provider.token() + (cut or "."), oidc)
    head, claims, _ = provider.token().split(".")
    refused(f"{head}.{claims}.", oidc)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": 10**400},
        {"exp": -1},
        {"exp": True},
        {"exp": str(SECONDS + 600)},
        {"exp": [SECONDS + 600]},
        {"iat": float("nan")},
        {"iat": float("-inf")},
        {"nbf": float("nan")},
        {"nbf": 10**400},
        {"aud": ["another"]},
        {"aud": [["mesh"]]},
        {"aud": {"mesh": True}},
        {"aud": "mesh2"},
        {"aud": "MESH"},
        {"aud": ""},
        {"iss": ISSUER + "/"},
        {"iss": ISSUER.upper()},
        {"iss": DEVELOPMENT},
        {"name": "dana "},
        {"name": " dana"},
        {"name": "dana\u00a0"},
        {"name": "da\u200bna"},
        {"name": "\u202eanad"},
        {"name": "dana\x00"},
        {"name": "dana\r\nprivacy"},
        {"name": "d" * 201},
        {"roles": ["privacy\u200b"]},
        {"roles": ["consumer", " privacy"]},
        {"roles": {"privacy": 1}},
        {"domains": "customer"},
        {"domains": ["x"] * 201},
        {"region": ["EU"]},
        {"act": {"sub": "eve\n"}},
        {"act": [{"sub": "eve"}]},
    ],
    ids=repr,
)
def test_claims_of_another_form_are_refused_though_the_provider_signed_them(
    oidc: Settings, provider: Provider, claims: dict[str, Any]
) -> None:
    refused(provider.token(**claims), oidc)


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"exp": SECONDS - 29}, True),
        ({"exp": SECONDS - 30}, False),
        ({"exp": SECONDS - 29.5}, True),
        ({"nbf": SECONDS + 30}, True),
        ({"nbf": SECONDS + 31}, False),
        ({"iat": SECONDS + 30}, True),
        ({"iat": SECONDS + 30.5}, False),
        ({"exp": 253_402_300_799}, True),
        ({"exp": 253_402_300_800}, False),
    ],
    ids=repr,
)
def test_two_clocks_may_differ_by_half_a_minute_and_no_more(
    oidc: Settings, provider: Provider, claims: dict[str, Any], good: bool
) -> None:
    token = provider.token(**claims)
    if good:
        assert authenticate(token, oidc, NOW).name == "dana"
    else:
        refused(token, oidc)


def test_a_key_set_of_hostile_entries_gives_no_key_but_the_good_ones(tmp_path: Path, provider: Provider) -> None:
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    good = json.loads(provider.jwks)["keys"]
    bad: list[object] = [
        None,
        7,
        "ec",
        [],
        {},
        {"kty": "EC"},
        {"kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "oct", "k": ""},
    ]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [*bad, *good]}))
    settings = Settings(project=tmp_path, issuer=ISSUER, jwks="jwks.json")
    assert authenticate(provider.token(), settings, NOW) == Actor("dana", ("privacy",), ("customer",), "EU")
    for text in ("[" * 100_000, '{"keys": {"ec": 1}}', "null", "", '{"keys": 1e999}'):
        (tmp_path / "jwks.json").write_text(text)
        with pytest.raises(MeshError, match="AUTH-07"):
            authenticate(provider.token(), settings, NOW)


def test_a_token_of_a_key_without_a_name_is_not_taken_for_one_without_a_kid(tmp_path: Path, provider: Provider) -> None:
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    [key, *_] = json.loads(provider.jwks)["keys"]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [{**key, "kid": ""}, {k: v for k, v in key.items() if k != "kid"}]}))
    settings = Settings(project=tmp_path, issuer=ISSUER, jwks="jwks.json")
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    refused(jwt.encode(claims, provider.ec_key, "ES256"), settings)
    refused(provider.token(""), settings)
