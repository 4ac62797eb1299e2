"""Text as words to search by, split once and alike for both engines, so that neither engine's own parser sees what a person typed.

`CustomerID`, `customer_id` and `customer/id` all hold *customer* and *id*; accents and case do not count. Scripts that put no spaces
between words are found by how a run of letters begins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST_WORD = 64
MOST_WORDS = (
    8_000  # per field; PostgreSQL refuses a tsvector over 1 MiB, and 4 fields of 8,000 words of 64 characters could reach it
)
MOST_BYTES = 200_000
_RUN = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(texts: Iterable[str]) -> tuple[str, ...]:
    """The distinct words of `texts` in the order in which they come; beyond `MOST_WORDS` the rest cannot be found."""
    found: dict[str, None] = {}
    size = 0
    for word in _each(texts):
        if word not in found:
            size += len(word.encode())
            if len(found) == MOST_WORDS or size > MOST_BYTES:
                break
            found[word] = None
    return tuple(found)


def _each(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for run in _RUN.findall(_bare(text)):
            whole = run.casefold()
            yield whole[:LONGEST_WORD]
            parts = _HUMP.split(run)
            if len(parts) > 1:
                yield from (part.casefold()[:LONGEST_WORD] for part in parts)


def _bare(text: str) -> str:
    """`text` without accents and without what no database can store."""
    decomposed = unicodedata.normalize("NFKD", storable(text))
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))


def storable(text: str) -> str:
    """`text` with a replacement character for NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    if text.isprintable():
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
