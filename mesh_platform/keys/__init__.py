"""Keys: one key-encryption key per domain and region, behind a port, so that a local keyring, a cloud KMS or Vault wrap alike.

The port wraps and unwraps the small keys of product catalogs, renews a domain's key and destroys it for good. It never hands out a
key-encryption key, it never makes a new one where an existing wrapped key cannot be opened, and it never takes another provider's place.
"""

from mesh_platform.keys.local import LocalKeyring
from mesh_platform.keys.opening import open_keys
from mesh_platform.keys.provider import KeyProvider, KeyVersion, closed_elsewhere, no_key, revoked

__all__ = ["KeyProvider", "KeyVersion", "LocalKeyring", "closed_elsewhere", "no_key", "open_keys", "revoked"]
