"""What a product is called: its folder under its domain's folder, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mesh_platform.errors import UsageProblem

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VERSIONED = re.compile(rf"({NAME.pattern})@(0|[1-9][0-9]{{0,5}})")


@dataclass(frozen=True, slots=True, order=True)
class ProductKey:
    """`domain/product`, by the folders; `domain/product@1` is an older major version that is served beside the present one."""

    domain: str
    name: str

    @property
    def major(self) -> int | None:
        """The major version that the name pins; None for the present one."""
        found = _VERSIONED.fullmatch(self.name)
        return int(found[2]) if found else None

    @property
    def present(self) -> ProductKey:
        """The same product without a pinned version."""
        found = _VERSIONED.fullmatch(self.name)
        return ProductKey(self.domain, found[1]) if found else self

    def at(self, major: int) -> ProductKey:
        """The product's major version of that number, as it is pinned."""
        return ProductKey(self.domain, f"{self.present.name}@{major}")

    @classmethod
    def parse(cls, text: str) -> ProductKey:
        """The key written as `domain/product`.

        Raises:
            UsageProblem: where the text is anything else.
        """
        domain, slash, name = text.partition("/")
        if not slash or not usable_name(domain) or not usable_product(name):
            raise UsageProblem.because("NAME-01", "the product's name", "It is not of the form domain/product.", NAME_RULE)
        return cls(domain, name)

    @classmethod
    def as_written(cls, text: str) -> ProductKey:
        """The key that a descriptor writes as `domain/product`, whether or not a folder could be called so.

        Raises:
            ValueError: where the text has another form.
        """
        domain, _, name = text.partition("/")
        if not domain or not name or "/" in name:
            raise ValueError("a product is named domain/product")
        return cls(domain, name)

    def __str__(self) -> str:
        return f"{self.domain}/{self.name}"


class ColumnRef(NamedTuple):
    """`domain/product.column`: one column of one product."""

    product: ProductKey
    column: str

    @classmethod
    def parse(cls, text: str) -> ColumnRef:
        """The column that `text` names.

        Raises:
            ValueError: where it is not of that form.
        """
        product, _, column = text.partition(".")
        try:
            key = ProductKey.as_written(product)
        except ValueError:
            column = ""
        if not column:
            raise ValueError("write it as domain/product.column")
        return cls(key, column)

    def __str__(self) -> str:
        return f"{self.product}.{self.column}"


NAME_RULE = "Use lower-case letters, digits and _, beginning with a letter, 63 at most."


def usable_name(name: str) -> bool:
    """Whether a folder of this name can be a domain or a product."""
    return NAME.fullmatch(name) is not None


def usable_product(name: str) -> bool:
    """Whether a folder of this name can be a product, or an older major version of one (`orders@1`)."""
    return usable_name(name) or _VERSIONED.fullmatch(name) is not None


def major_of(version: str) -> int | None:
    """The major number of a version such as `2.0.1`; None where it does not begin with a number."""
    found = re.match(r"v?(\d{1,6})(?:\D|$)", version.strip())
    return int(found[1]) if found else None
