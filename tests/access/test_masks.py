"""Masks on the engine: what each shows of a value, and that no other value of its kind could be told from it by more."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import pytest

from mesh_platform.access.masks import KNOWN, MASKS, REDACT, TOKEN, mask_of, masked
from mesh_platform.product import Column


def applied(mask: str, kind: str, value: Any, token: str | None = None) -> Any:
    [(found,)] = duckdb.sql(
        f"SELECT {masked(mask, 'v', kind, token)} FROM (SELECT CAST($v AS {kind}) AS v, 'tok' AS t)", params={"v": value}
    ).fetchall()
    return found


@pytest.mark.parametrize(
    ("mask", "kind", "value", "shown"),
    [
        ("redact", "VARCHAR", "secret", None),
        ("redact", "BIGINT", 42, None),
        ("last4", "VARCHAR", "+34 600 111 222", "… 222"),
        ("last4", "VARCHAR", "1234567", "…"),
        ("last4", "VARCHAR", "", "…"),
        ("bin_last4", "VARCHAR", "4111111111111111", "411111…1111"),
        ("bin_last4", "VARCHAR", "411111111111", "…"),
        ("email_domain", "VARCHAR", "ana@mail.test", "…@mail.test"),
        ("email_domain", "VARCHAR", "no address", "…"),
        ("zip3", "VARCHAR", "10115", "101…"),
        ("zip3", "VARCHAR", "1011", "…"),
        ("year", "DATE", "1990-05-17", datetime.date(1990, 1, 1)),
        ("month", "TIMESTAMP", "1990-05-17 10:11:12", datetime.date(1990, 5, 1)),
        ("geo", "DOUBLE", 52.53124, 52.5),
        ("geo", "DECIMAL(9,6)", "13.404954", 13.4),
    ],
)
def test_a_mask_shows_what_its_name_says(mask: str, kind: str, value: Any, shown: Any) -> None:
    assert applied(mask, kind, value) == shown


@pytest.mark.parametrize("mask", KNOWN)
def test_a_missing_value_stays_missing(mask: str) -> None:
    kind = "DATE" if mask in ("year", "month", "age_band") else "DOUBLE" if mask == "geo" else "VARCHAR"
    assert applied(mask, kind, None) is None


def test_an_age_is_shown_by_its_decade() -> None:
    this_year = datetime.datetime.now(datetime.UTC).year
    assert applied("age_band", "DATE", f"{this_year - 44}-01-01") == "40s"


def test_a_token_stands_beside_the_value_or_nothing_does() -> None:
    assert applied(TOKEN, "VARCHAR", "C-1", "t") == "tok"
    assert applied(TOKEN, "VARCHAR", "C-1") is None


def test_two_values_that_a_mask_shows_alike_are_alike_for_every_statement() -> None:
    for mask, one, other in [
        ("zip3", "10115", "10117"),
        ("email_domain", "a@x.test", "bcd@x.test"),
        ("last4", "11112222", "333332222"),
    ]:
        assert applied(mask, "VARCHAR", one) == applied(mask, "VARCHAR", other)


@pytest.mark.parametrize("mask", list(MASKS))
def test_a_mask_that_does_not_take_the_type_is_redaction(mask: str) -> None:
    column = Column.model_validate({"type": "boolean", "mask": mask})
    assert mask_of(column) == REDACT
