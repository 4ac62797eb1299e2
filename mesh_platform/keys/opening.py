"""The key provider that the settings name, and no other in its place: where it cannot be reached, nothing opens."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mesh_platform.keys.local import LocalKeyring
from mesh_platform.keys.provider import KeyProvider

if TYPE_CHECKING:
    from mesh_platform.settings import Settings


def open_keys(settings: Settings) -> KeyProvider:
    """The provider of this mesh.

    Raises:
        Unavailable: KEY-07, where the package that it needs is not installed; KEY-06, where it lacks its token.
        UsageProblem: SET-01, where it lacks its address.
    """
    if settings.keys == "aws-kms":
        from mesh_platform.keys.aws_kms import AwsKms

        return AwsKms(settings.keys_prefix, settings.keys_url, settings.kms_regions)
    if settings.keys == "vault":
        from mesh_platform.keys.vault import VaultTransit

        return VaultTransit(settings.keys_url, os.environ.get("VAULT_TOKEN"), settings.vault_mount, settings.keys_prefix)
    return LocalKeyring(settings.home_path / "keys")
