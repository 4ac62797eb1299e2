"""The words that the example mesh is made of, drawn from Faker: names, towns and postal codes per country, prices per article.

Faker makes the pools (a few thousand words, once); DuckDB then samples them, so that a million rows cost no more Python than a thousand.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from mesh_platform.errors import Unavailable

if TYPE_CHECKING:
    from faker import Faker


@dataclass(frozen=True, slots=True)
class Country:
    """One country that the shop sells to.

    `share` is its weight; `unused` begins the made-up telephone numbers, as no real number of that country does; `bban` is the length of
    a bank account there (0: pays by card).
    """

    code: str
    locale: str
    region: str
    share: int
    calling: str
    unused: str
    bban: int


COUNTRIES = (
    Country("ES", "es_ES", "westeurope", 22, "+34", "01", 20),
    Country("DE", "de_DE", "westeurope", 18, "+49", "051", 18),
    Country("FR", "fr_FR", "westeurope", 15, "+33", "00", 23),
    Country("PT", "pt_PT", "westeurope", 9, "+351", "01", 21),
    Country("IT", "it_IT", "westeurope", 9, "+39", "23", 0),
    Country("SE", "sv_SE", "northeurope", 9, "+46", "00", 0),
    Country("IE", "en_IE", "northeurope", 6, "+353", "05", 0),
    Country("GB", "en_GB", "uksouth", 7, "+44", "077", 0),
    Country("US", "en_US", "eastus", 5, "+1", "055", 0),
)
FIRST_NAMES, LAST_NAMES, PLACES = 120, 200, 12
ARTICLES = 60


def fill(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create the tables `country`, `word` and `article` in `con`, the same for the same seed."""
    con.register("_country", pa.Table.from_pylist(list(_country_rows())))
    con.register("_word", pa.Table.from_pylist(list(_word_rows(seed))))
    con.register("_article", pa.Table.from_pylist(list(_article_rows(seed))))
    for name in ("country", "word", "article"):
        con.execute(f"create table {name} as select * from _{name}")
        con.unregister(f"_{name}")


def _country_rows() -> Iterator[dict[str, object]]:
    start = 0
    for c in COUNTRIES:
        yield {
            "country": c.code,
            "region": c.region,
            "calling": c.calling,
            "unused": c.unused,
            "bban": c.bban,
            "low": start,
            "high": start + c.share,
        }
        start += c.share
    if start != 100:
        raise ValueError("the shares of the countries do not add up to 100")


def _word_rows(seed: int) -> Iterator[dict[str, object]]:
    for country in COUNTRIES:
        fake = _faker(country.locale, f"{seed} {country.code}")
        for i in range(FIRST_NAMES):
            yield _word(country, "first", i, fake.first_name())
        for i in range(LAST_NAMES):
            yield _word(country, "last", i, fake.last_name())
        for i in range(PLACES):
            yield _word(country, "town", i, fake.city())
            yield _word(country, "postcode", i, fake.postcode())


def _faker(locale: str, seed: str) -> Faker:
    try:
        from faker import Faker
    except ImportError:
        why = "It is not installed, and the words of the example come from it."
        raise Unavailable.because("DEMO-02", "the package faker", why, "Install the extra: mesh-platform[demo].") from None
    fake = Faker(locale)
    fake.seed_instance(seed)
    return fake


def _word(country: Country, kind: str, i: int, value: str) -> dict[str, object]:
    return {"country": country.code, "kind": kind, "i": i, "value": value}


def _article_rows(seed: int) -> Iterator[dict[str, object]]:
    prices = random.Random(seed)  # noqa: S311 - sample data, not a secret
    kinds = ("lamp", "chair", "blanket", "kettle", "desk", "shelf", "yoga mat", "scale", "pillow", "air filter")
    for i in range(ARTICLES):
        yield {"i": i, "sku": f"SKU-{i + 100}", "kind": kinds[i % len(kinds)], "cents": prices.randrange(490, 24_990, 10)}
