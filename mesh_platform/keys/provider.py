"""The port that every holder of key-encryption keys fills, and what it says where a key does not open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mesh_platform.errors import Finding, Unavailable


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One version of a domain's key in one region: `name` is unlike that of any other key, `number` counts within the domain's."""

    domain: str
    region: str
    number: int
    name: str
    created: datetime | None


class KeyProvider(Protocol):
    """Wraps the keys of product catalogs with one key-encryption key per domain and region.

    A key has versions: the newest wraps, and every one that is held unwraps. Each call may raise `Unavailable` where a service that holds
    the keys does not answer (KEY-05) or refuses (KEY-06).
    """

    @property
    def kind(self) -> str:
        """What protects the keys, in words for the catalog page: `development key` for the local keyring."""
        ...

    @property
    def recallable_days(self) -> int:
        """For how many days after `destroy` the holder's own administrators can take it back."""
        ...

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        """`key` sealed with the domain's newest key of that region, which is made at the first call and durable when this returns."""
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
        """Remove every version of the domain's key of that region: nothing that it wrapped opens again, unless it is taken back in time.

        Quiet where there is none.
        """
        ...

    def versions(self, domain: str, region: str) -> tuple[KeyVersion, ...]:
        """The versions that are held, oldest first: more than one while a rotation is under way. None where there is no key."""
        ...

    def listed(self) -> tuple[KeyVersion, ...]:
        """Every version of every key, by domain, region and number."""
        ...

    def version_of(self, domain: str, region: str, wrapped: bytes) -> str:
        """The name of the version that sealed `wrapped`, held or not; nothing is opened for it.

        Raises:
            Unavailable: KEY-02, where it does not say.
        """
        ...

    def renew(self, domain: str, region: str) -> KeyVersion:
        """One more version, which wraps from now on; the older ones go on unwrapping. Durable when this returns."""
        ...

    def drop_older(self, domain: str, region: str) -> int:
        """Destroy every version but the newest for good; how many went."""
        ...


def no_key(domain: str, region: str) -> Unavailable:
    return problem("KEY-01", domain, region, "There is no key of this domain in this region, or it was destroyed.")


def damaged(domain: str, region: str, why: str = "The wrapped key is cut off or damaged.") -> Unavailable:
    return problem("KEY-02", domain, region, why)


def wrapped_otherwise(domain: str, region: str) -> Unavailable:
    return problem("KEY-03", domain, region, "The catalog's key was wrapped with another key than those that are held.")


def problem(rule: str, domain: str, region: str, why: str) -> Unavailable:
    fix = "Restore the key that this lake was written with, or publish the domain's products anew under a new key."
    return Unavailable(Finding(rule, place(domain, region), why, fix))


def revoked(domain: str, region: str, product: str = "") -> Finding:
    """KEY-04: the key was revoked on purpose, so nothing is begun over what it closed."""
    why = "The domain's key in this region was revoked: nothing of it opens, and nothing new is published under it."
    fix = f"`mesh key start {domain} --region {region} --yes` clears the place and begins anew; for the role platform."
    return Finding("KEY-04", place(domain, region), why, fix, product)


def closed_elsewhere(domain: str, region: str, elsewhere: list[str], product: str = "") -> Finding:
    """KEY-04: the domain was closed in another place, so it gets no key in a new one until somebody says so."""
    why = f"The domain's key was revoked in {', '.join(elsewhere)}, and it has none here: a new place is no way round that."
    fix = f"`mesh key start {domain} --region {region} --yes` makes one; for the platform's team."
    return Finding("KEY-04", place(domain, region), why, fix, product)


def unreachable(service: str, domain: str, region: str, kind: str) -> Unavailable:
    why = f"{service} does not answer ({kind})."
    fix = "See that it runs and can be reached from here. Nothing was done, and no other key is used instead."
    return Unavailable(Finding("KEY-05", place(domain, region), why, fix))


def unusable(domain: str, region: str, kind: str) -> Unavailable:
    why = f"The keyring's files cannot be read or written ({kind})."
    fix = "See that the platform may read and write keys/ in the home, and that the disk has room."
    return Unavailable(Finding("KEY-05", place(domain, region), why, fix))


def refused(service: str, domain: str, region: str, kind: str) -> Unavailable:
    why = f"{service} refuses the call ({kind})."
    fix = "Give the platform's own credentials the rights that docs/how-to/keep-keys.md names."
    return Unavailable(Finding("KEY-06", place(domain, region), why, fix))


def lacks_extra(service: str, extra: str) -> Unavailable:
    why = f"The package that speaks to {service} is not installed."
    return Unavailable(Finding("KEY-07", "setting keys", why, f"pip install -c constraints.txt 'mesh-platform[{extra}]'"))


def place(domain: str, region: str) -> str:
    return f"key of domain {domain} in {region}" if domain else "the keys"
