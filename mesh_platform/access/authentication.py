"""From what a caller brings (a token, or a name to wear) to an actor; which issuer counts is a setting."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mesh_platform.access.development import DevelopmentIssuer, principal_of, real_user
from mesh_platform.access.oidc import keys_of
from mesh_platform.access.tokens import verified
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, UsageProblem
from mesh_platform.product import Governance
from mesh_platform.settings import DEVELOPMENT, Settings


def development_issuer(settings: Settings) -> DevelopmentIssuer:
    """The issuer of this home.

    Raises:
        Denied: AUTH-09, where another issuer is set.
    """
    if settings.issuer != DEVELOPMENT:
        why = "The development issuer counts for nothing here: the setting `issuer` names an identity provider."
        raise Denied.because("AUTH-09", "the setting `issuer`", why, "Put a token of that provider into MESH_TOKEN.")
    return DevelopmentIssuer(settings.home_path / "keys", settings.audience)


def authenticate(token: str | None, settings: Settings, now: datetime) -> Actor:
    """The actor of a bearer token.

    Raises:
        Denied: AUTH-01, where there is none; AUTH-04, where it is not accepted.
        Unavailable: where the issuer's keys cannot be had.
        UsageProblem: AUTH-08, where an issuer is set and its keys are not.
    """
    if not token:
        return _nobody(settings)
    if settings.issuer == DEVELOPMENT:
        return development_issuer(settings).verify(token.strip(), now)
    if not settings.jwks:
        why = "An issuer is set, and not where its keys are."
        raise UsageProblem.because("AUTH-08", "the setting `jwks`", why, "Set it to the file or address of its JSON Web Key Set.")
    keys = keys_of(settings.jwks, settings.project)
    return verified(token.strip(), keys, issuer=settings.issuer, audience=settings.audience, now=now)


def impersonate(name: str, governance: Governance, settings: Settings) -> Actor:
    """The principal `name`, worn by the operating system's user; with the development issuer only.

    Raises:
        Denied: AUTH-09, where another issuer is set; AUTH-05, where there is no such principal.
    """
    development_issuer(settings)
    return principal_of(governance, name, real_user())


def token_file(settings: Settings) -> Path:
    """Where `mesh token issue` leaves its token."""
    return settings.home_path / "keys" / "development-token"


def _nobody(settings: Settings) -> Actor:
    development = settings.issuer == DEVELOPMENT
    fix = "`mesh token issue NAME`, or --as NAME." if development else "Put a token of your identity provider into MESH_TOKEN."
    raise Denied.because("AUTH-01", "the principal", "Nobody is signed in, and this needs somebody who is.", fix)
