"""The port that every holder of key-encryption keys fills."""

from __future__ import annotations

from typing import Protocol


class KeyProvider(Protocol):
    """Wraps the keys of product catalogs with one key-encryption key per domain and region."""

    @property
    def kind(self) -> str:
        """What protects the keys, in words for the catalog page: `development key` for the local keyring."""
        ...

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        """`key` sealed with the domain's key of that region, which is made at the first call and durable when this returns."""
        ...

    def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
        """The key that `wrap` sealed.

        Raises:
            Unavailable: where the domain has no key there (any more), or `wrapped` was sealed for another domain, region or key.
        """
        ...

    def has(self, domain: str, region: str) -> bool:
        """Whether the domain has a key in that region."""
        ...

    def destroy(self, domain: str, region: str) -> None:
        """Remove the domain's key of that region for good: nothing that it wrapped opens again. Quiet where there is none."""
        ...
