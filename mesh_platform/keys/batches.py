"""Tokens of a column that comes batch by batch: each value is hashed once as long as it is remembered, and memory stays flat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mesh_platform.keys.tokens import TOKEN_BYTES

REMEMBERED = 1 << 17
"""Values of one column, some 20 MB; beyond them all are forgotten and remembered anew."""
Ints = NDArray[np.int64]
_NEW = object()


class TokenColumn:
    """The tokens of one column.

    Args:
        make: the token of a text; None where nothing is left of it.
    """

    def __init__(self, make: Callable[[str], bytes | None]) -> None:
        self._make, self._known = make, dict[str, Any]()

    def tokens(self, texts: pa.Array) -> pa.Array:
        """A token per text, `fixed_size_binary(16)`; null where the text is null or nothing is left of it."""
        coded = pc.dictionary_encode(texts)
        known, make = self._known, self._make
        made = []
        for text in coded.dictionary.to_pylist():
            token = known.get(text, _NEW)  # in one step: another thread may forget meanwhile
            if token is _NEW:
                token = known[text] = make(text)
            made.append(token)
        if len(known) > REMEMBERED:
            known.clear()
        return pc.take(pa.array(made, pa.binary(TOKEN_BYTES)), coded.indices)


def subjects63(tokens: pa.Array) -> Ints:
    """`subject63_of` of each token, -1 for null."""
    filled = tokens.fill_null(bytes(TOKEN_BYTES)) if tokens.null_count else tokens
    begin = filled.offset * TOKEN_BYTES
    words = np.frombuffer(filled.buffers()[1], dtype=">u8", offset=begin, count=2 * len(filled))[::2]
    found = (words >> np.uint64(1)).astype(np.int64)
    if tokens.null_count:
        found[np.asarray(tokens.is_null())] = -1
    return found
