"""What a product is called: its folder under its domain's folder, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mesh_platform.errors import UsageProblem

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True, order=True)
class ProductKey:
    """`domain/product`, by the folders."""

    domain: str
    name: str

    @classmethod
    def parse(cls, text: str) -> ProductKey:
        """The key written as `domain/product`.

        Raises:
            UsageProblem: where the text is anything else.
        """
        domain, slash, name = text.partition("/")
        if not slash or not usable_name(domain) or not usable_name(name):
            raise UsageProblem.because("NAME-01", "the product's name", "It is not of the form domain/product.", f"{NAME_RULE}")
        return cls(domain, name)

    def __str__(self) -> str:
        return f"{self.domain}/{self.name}"


NAME_RULE = "Use lower-case letters, digits and _, beginning with a letter, 63 at most."


def usable_name(name: str) -> bool:
    """Whether a folder of this name can be a domain or a product."""
    return NAME.fullmatch(name) is not None
