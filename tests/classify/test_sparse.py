"""What is encoded in one value of thousands is found, and random tokens are not taken for anything."""

import base64
import gzip
import json
import random
import uuid

import pyarrow as pa
import pytest

from mesh_platform.classify.columns import Column
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.prefilter import ENCODED
from mesh_platform.classify.table import TableScan

MAIL = "ines.quiroga@example.net"
WAYS = {
    "base64": base64.b64encode(MAIL.encode()).decode(),
    "base64 for links": base64.urlsafe_b64encode(MAIL.encode()).decode().rstrip("="),
    "base32": base64.b32encode(MAIL.encode()).decode(),
    "hex": MAIL.encode().hex(),
    "percent": "".join(f"%{byte:02X}" for byte in MAIL.encode()),
    "escapes": "".join(f"\\u{ord(sign):04x}" for sign in MAIL),
    "entities": "".join(f"&#{ord(sign)};" for sign in MAIL),
    "JSON in base64": base64.b64encode(json.dumps({"to": MAIL}).encode()).decode(),
    "compressed": base64.b64encode(gzip.compress(json.dumps({"to": MAIL}).encode())).decode(),
}


def scanned(values: list[str]) -> Column:
    table = pa.table({"c7": values})
    scan = TableScan("shop__t", table.schema)
    for batch in table.to_batches(max_chunksize=16_384):
        scan.feed(batch)
    return scan.finish()[0]


@pytest.mark.parametrize("way", WAYS)
def test_one_encoded_address_among_thousands_of_texts_is_found(way: str) -> None:
    values = [f"batch {i} left hall {i % 7}" for i in range(2_000)]
    values[1_234] = WAYS[way]
    found = scanned(values)
    assert found.entities == [Entity.EMAIL]
    assert MAIL not in found.signs[0].why


@pytest.mark.parametrize("way", ["base64", "hex", "JSON in base64"])
@pytest.mark.parametrize("form", ["{}", "retried, ref={} at last"])
def test_it_is_found_outside_of_the_sample_too_and_within_a_text(way: str, form: str) -> None:
    values = [f"batch {i} left hall {i % 7}" for i in range(60_000)]
    for place in (2_345, 41_234, 58_000):
        values[place] = form.format(WAYS[way])
    assert scanned(values).entities == [Entity.EMAIL]


def test_it_is_found_among_random_tokens_of_another_form() -> None:
    ids = random.Random(5)
    values = [f"job={uuid.UUID(int=ids.getrandbits(128))}" for _ in range(40_000)]
    values[39_000] = "job=" + WAYS["base64"]
    assert scanned(values).entities == [Entity.EMAIL]


def test_random_tokens_hide_nothing() -> None:
    random_bytes = random.Random(7).randbytes
    values = [base64.b64encode(random_bytes(18)).decode() if i % 9 == 0 else f"lot {i}" for i in range(6_000)]
    assert scanned(values).entities == []


def test_plain_text_passes_the_filter_once_it_is_encoded() -> None:
    import re

    assert all(re.search(ENCODED, value) for value in WAYS.values())
    assert not re.search(ENCODED, "batch 17 left hall 4 by belt 9 and came back at 12:45")
