"""A product is called by its folders, and by nothing that could lead elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.errors import UsageProblem
from mesh_platform.product import ProductKey, usable_name


def test_a_key_reads_as_it_is_written() -> None:
    assert ProductKey.parse("sales/orders") == ProductKey("sales", "orders")
    assert str(ProductKey("sales", "orders")) == "sales/orders"


@pytest.mark.parametrize(
    "text", ["", "sales", "/", "sales/", "/orders", "a/b/c", "../x", "a/..", "A/b", "a/b ", "a/🐘", "a/b\n", "a//b"]
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem):
        ProductKey.parse(text)


@given(st.text(max_size=70))
def test_a_usable_name_is_safe_in_paths_and_sql(name: str) -> None:
    if usable_name(name):
        assert name.isascii()
        assert name == name.lower()
        assert name.replace("_", "").isalnum()
        assert 1 <= len(name) <= 63
