"""Keys: one key-encryption key per domain and region, behind a port, so that a local keyring, a cloud KMS or Vault wrap alike.

The port wraps and unwraps the small keys of product catalogs and destroys a domain's key for good. It never hands out a
key-encryption key, and it never makes a new one where an existing wrapped key cannot be opened.
"""

from mesh_platform.keys.local import LocalKeyring
from mesh_platform.keys.provider import KeyProvider

__all__ = ["KeyProvider", "LocalKeyring"]
