"""The files of a made-up jaffle shop, for the page on onboarding: `python -m tests.docs.jaffle FOLDER`.

They have the form of what dbt Labs' generator `jafgen` writes (identifiers are UUIDs, money is in cents, tweets are free text), and are
the same at every call. Nobody in them exists.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

CUSTOMERS, ORDERS, TWEETS = 120, 600, 80
_FIRST = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "June", "Kai", "Lena")
_LAST = ("Abel", "Brook", "Castro", "Dunn", "Eriksen", "Falk", "Garcia", "Hale", "Ito", "Jonas")
_DISHES = ("nutellaphone who dis?", "doctor stew", "flame impala", "vanilla ice", "for richer or pourover", "adele-ade")
_WORDS = ("This place is wonderful.", "It was cold, and I waited for an hour.", "My least favorite.", "We will come again.")
_BEGIN = datetime(2018, 9, 1, 8)


def write(folder: Path) -> None:
    """Write `raw_customers`, `raw_orders`, `raw_items` and `raw_tweets` as `.csv.gz`."""
    drawn = random.Random(7)

    def some_id() -> str:
        return str(UUID(int=drawn.getrandbits(128), version=4))

    def moment() -> datetime:
        return _BEGIN + timedelta(seconds=drawn.randrange(360 * 86_400))

    customers = [(some_id(), f"{_FIRST[i % 12]} {_LAST[i // 12]}") for i in range(CUSTOMERS)]
    stores = [some_id() for _ in range(3)]
    orders, items = [], []
    for i in range(ORDERS):
        order, subtotal = some_id(), 0
        for _ in range(1 + i % 4):
            kind = drawn.randrange(6)
            items.append((some_id(), order, f"{('JAF', 'BEV')[kind % 2]}-00{1 + kind}"))
            subtotal += 400 + 100 * kind
        tax = subtotal * 6 // 100
        bought = moment().isoformat(timespec="seconds")
        orders.append((order, customers[i % CUSTOMERS][0], bought, drawn.choice(stores), subtotal, tax, subtotal + tax))
    tweets = []
    for i in range(TWEETS):
        dishes = " and a ".join(drawn.sample(_DISHES, 2))
        said = f"Jaffle Shop again. Ordered a {dishes}. {drawn.choice(_WORDS)}"
        tweets.append((some_id(), customers[i * 7 % CUSTOMERS][0], moment().isoformat(), said))
    folder.mkdir(parents=True, exist_ok=True)
    _save(folder, "customers", ("id", "name"), customers)
    _save(folder, "orders", ("id", "customer", "ordered_at", "store_id", "subtotal", "tax_paid", "order_total"), orders)
    _save(folder, "items", ("id", "order_id", "sku"), items)
    _save(folder, "tweets", ("id", "user_id", "tweeted_at", "content"), tweets)


def _save(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    (folder / f"raw_{name}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
