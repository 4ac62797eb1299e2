"""Who is calling, what they get of a product, and the one way to its rows.

A principal comes from a signed token, or is one of `governance/roles.yaml` worn by the operating system's user; no role is granted that neither the
issuer nor the organisation gave. `decision` says what a caller gets, `reading` hands it out: nothing that no grant opens, and nothing off the record. Names are loaded when they are first
used: a worker stands in this room too, and knows neither callers nor tokens.
"""

from typing import TYPE_CHECKING

from mesh_platform.lazily import loaded

if TYPE_CHECKING:
    from mesh_platform.access.authentication import authenticate, impersonate
    from mesh_platform.access.development import DevelopmentIssuer, principal_of, real_user
    from mesh_platform.access.roles import required

_HOME = {
    "DevelopmentIssuer": "development",
    "authenticate": "authentication",
    "impersonate": "authentication",
    "principal_of": "development",
    "real_user": "development",
    "required": "roles",
}

__all__ = ["DevelopmentIssuer", "authenticate", "impersonate", "principal_of", "real_user", "required"]


__getattr__ = loaded(__name__, _HOME, globals())
