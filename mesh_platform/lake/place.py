"""Where a product stands in the home: its location, domain and name, and every path that follows from them."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mesh_platform.errors import Finding, UsageProblem

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_PRODUCT = re.compile(rf"{_NAME.pattern}(?:@[0-9]{{1,6}})?")
CATALOG, KEY, KEY_NEW, RETIRED, COPY, INDEX = ".ducklake", ".key", ".key.new", ".retired", ".copy", ".subjects"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One product's place: `location` is a leaf of regions.yaml, such as westeurope."""

    location: str
    domain: str
    product: str

    def __post_init__(self) -> None:
        if not usable(self.location, self.domain, self.product):
            why = "A location, domain or product may hold letters, digits, _ and - only, 128 at most; a product may pin a version (@1)."
            raise UsageProblem(Finding("LAKE-22", "a product's place", why, "Rename its folder."))

    @property
    def key(self) -> str:
        """`domain/product`, as findings name it."""
        return f"{self.domain}/{self.product}"

    def __str__(self) -> str:
        return f"{self.location}/{self.domain}/{self.product}"


def usable(location: str, domain: str, product: str) -> bool:
    return bool(_NAME.fullmatch(location) and _NAME.fullmatch(domain) and _PRODUCT.fullmatch(product))


@dataclass(frozen=True)
class Paths:
    """The files of one place under one home. Nothing absolute is stored anywhere, so a copied home opens where it lands."""

    home: Path
    place: Place
    behind: bool = False
    """Whether a product that waits after a restore is seen."""

    @cached_property
    def catalogs(self) -> Path:
        return self.home / "catalogs" / self.place.location / self.place.domain

    @cached_property
    def catalog(self) -> Path:
        return self.catalogs / (self.place.product + CATALOG)

    @cached_property
    def key(self) -> Path:
        return self.catalogs / (self.place.product + KEY)

    @cached_property
    def key_new(self) -> Path:
        """The wrapped key of a product whose first publication has not finished."""
        return self.catalogs / (self.place.product + KEY_NEW)

    @property
    def retired(self) -> Path:
        """Stands while a retirement is under way, so that an interrupted one is finished."""
        return self.catalogs / (self.place.product + RETIRED)

    @cached_property
    def revoked(self) -> Path:
        """Stands from the moment on at which the domain's key in this location was revoked, until it begins anew."""
        return self.home / "revoked" / self.place.location / self.place.domain

    @cached_property
    def quarantined(self) -> Path:
        """Stands while what was restored of the product waits for what the ledger says since."""
        return self.home / "quarantined" / self.place.location / self.place.domain / self.place.product

    def revoked_elsewhere(self) -> list[str]:
        """The other locations in which the domain's key was revoked and has not begun anew."""
        marks = (self.home / "revoked").glob(f"*/{self.place.domain}")
        return sorted(mark.parent.name for mark in marks if mark.parent.name != self.place.location)

    @cached_property
    def data(self) -> Path:
        return self.home / "data" / self.place.location / self.place.domain / self.place.product

    @cached_property
    def index(self) -> Path:
        """Which people's rows lie in which file."""
        return self.home / "subjects" / self.place.location / self.place.domain / (self.place.product + INDEX)

    @property
    def lock(self) -> Path:
        return self.home / "locks" / self.place.location / self.place.domain / (self.place.product + ".lock")

    def new_copy(self) -> Path:
        return self.catalogs / f"{self.place.product}.{os.getpid()}-{secrets.token_hex(4)}{COPY}"

    def copies(self) -> Iterator[Path]:
        """Copies and their write-ahead logs; only under the lock are they certainly left over."""
        return self.catalogs.glob(f"{self.place.product}.*{COPY}*")


def places_of(home: Path, domain: str, location: str) -> list[Place]:
    """Every place of one domain in one location at which anything stands, or was ever begun."""
    locks = (home / "locks" / location / domain).glob("*.lock")
    begun = {Place(location, domain, lock.stem) for lock in locks if usable(location, domain, lock.stem)}
    return sorted(begun.union(place for place in places(home) if (place.location, place.domain) == (location, domain)))


def places(home: Path) -> list[Place]:
    """Every product that has a catalog, a key, a copy, a mark or data under `home`."""
    found = set()
    for path in (home / "catalogs").glob("*/*/*"):
        found.add((path.parent.parent.name, path.parent.name, path.name.partition(".")[0]))
    for path in (home / "data").glob("*/*/*"):
        found.add((path.parent.parent.name, path.parent.name, path.name))
    return sorted(Place(*parts) for parts in found if usable(*parts))
