"""Who is calling: a principal from a signed token, or one of `governance/roles.yaml` worn by the operating system's user.

It proves who somebody is and refuses whoever it cannot prove. It never grants a role that neither the issuer nor the organisation gave.
"""

from mesh_platform.access.authentication import authenticate, impersonate
from mesh_platform.access.development import DevelopmentIssuer, principal_of, real_user
from mesh_platform.access.roles import required

__all__ = ["DevelopmentIssuer", "authenticate", "impersonate", "principal_of", "real_user", "required"]
