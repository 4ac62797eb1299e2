"""Names of domains and products: what may be one, why another may not, and what it could be instead."""

from __future__ import annotations

import re
import unicodedata

from mesh_platform.errors import UsageProblem
from mesh_platform.product import ProductKey, usable_name, usable_product
from mesh_platform.product.key import NAME_RULE

_TAKEN = frozenset({"all", "platform", "source"})
_FILES = ("product.yaml", "product.py", "domain.yaml", "transform.sql", "transform.py", "contract.py")


def domain_name(text: str) -> str:
    """`text` where it can be a domain's name.

    Raises:
        UsageProblem: where it cannot; with the reason, and with what it could be.
    """
    return _checked(text, "the domain's name", _TAKEN)


def without_path(text: str) -> str:
    """`domains/sales/orders/product.yaml`, as a shell completes it, means `sales/orders`."""
    text = text.removeprefix("./").removeprefix("domains/").rstrip("/")
    above, _, file = text.rpartition("/")
    return above if file in _FILES else text


def product_key(text: str, *, new: bool = False) -> ProductKey:
    """The key that `text` names; a path as a shell completes it is understood.

    Args:
        text: what the person wrote.
        new: the product is to be made, so its name must not be a word with another meaning.

    Raises:
        UsageProblem: where it is not `domain/product`.
    """
    text = without_path(text)
    domain, slash, name = text.partition("/")
    if not slash:
        near = suggestion(text) or "NAME"
        fix = f"Write DOMAIN/{near}; or, where that is the domain, {near}/PRODUCT."
        raise UsageProblem.because("NAME-01", repr(text), "A product is named domain/product.", fix)
    taken = _TAKEN if new else frozenset[str]()
    domain = _checked(domain, "the domain's name", taken)
    if not new and usable_product(name):  # an older major version, such as orders@1, has a folder of its own
        return ProductKey(domain, name)
    return ProductKey(domain, _checked(name, "the product's name", taken))


def domain_part(text: str) -> str:
    """`text` where it has the form of a domain; keys belong to domains.

    Raises:
        UsageProblem: where it names a product.
    """
    if "/" in text:
        fix = f"Name the domain: {text.partition('/')[0]}."
        raise UsageProblem.because("NAME-01", repr(text), "It names a product, and this is about a whole domain.", fix)
    return text


def suggestion(text: str) -> str:
    """The usable name that is nearest to `text`; empty where nothing of it can stay."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_").lstrip("0123456789_")[:63].strip("_")
    return f"{name}_data" if name in _TAKEN else name


def _checked(text: str, what: str, taken: frozenset[str]) -> str:
    if usable_name(text) and text not in taken:
        return text
    near = suggestion(text)
    fix = f"Call it {near!r}. {NAME_RULE}" if near else NAME_RULE
    raise UsageProblem.because("NAME-01", what, f"{text!r} {_problem(text)}.", fix)


def _problem(text: str) -> str:
    if not text.strip():
        return "is empty"
    if text in _TAKEN:
        return "is a word with another meaning here"
    if "/" in text or "\\" in text or text.startswith("."):
        return "looks like a path"
    if len(text) > 63:
        return "is longer than 63 characters"
    if text != text.lower():
        return "has capital letters"
    if text[0].isdigit() or text.startswith("_"):
        return "does not begin with a letter"
    if re.search(r"\s", text):
        return "holds a space"
    if not text.isascii():
        return "holds a letter other than a to z"
    odd = next((c for c in text if not (c.isalnum() or c == "_")), "")
    return f"holds {odd!r}"
