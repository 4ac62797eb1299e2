"""Keyed tokens of identifiers: what the platform remembers of a person in place of a number or an address.

HMAC-SHA-256 (RFC 2104) under one key of the mesh, over namespace and normal form: nobody without the key can try identifiers against
tokens, and the same identifier is the same token in every product. Values in, tokens out: where the key comes from is not known here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_platform.errors import UsageProblem
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import derived_forms, normal_form, normaliser

if TYPE_CHECKING:
    import pyarrow as pa

TOKEN_BYTES = 16
KEY_BYTES = 32
_BLOCK = 64  # of SHA-256
_PURPOSE = b"mesh subject v1\x00"  # what else this key may be used for begins otherwise
_VALUE, _SHOWN = b"mesh value v1", b"mesh shown v1\x00"


def subject63_of(token: bytes) -> int:
    """The first 63 bits of a token, for a BIGINT column. Two people may share them once in billions: whoever hides by them hides both."""
    return int.from_bytes(token[:8], "big") >> 1


class SubjectTokens:
    """Tokens of the registered namespaces.

    Args:
        key: the mesh's key, 32 bytes.
        namespaces: what `governance/identifiers.yaml` registers.
    """

    def __init__(self, key: bytes, namespaces: Mapping[str, Namespace]) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key of {KEY_BYTES} bytes is needed")
        self._key, self._namespaces = key, namespaces

    def token(self, namespace: str, identifier: str) -> bytes:
        """The token of one identifier, 16 bytes.

        Raises:
            UsageProblem: KEY-10, where the namespace is not registered; KEY-11, where nothing is left of the identifier in its normal form.
        """
        normal = normal_form(self._namespace(namespace), identifier)
        try:
            text = normal.encode()
        except UnicodeEncodeError:  # half of a surrogate pair, as JSON and bytes of a command line can hold
            text = b""
        if not text:
            why = "Nothing that is text is left of the identifier once it is brought to its normal form."
            raise UsageProblem.because("KEY-11", f"an identifier of {namespace}", why, "Give an identifier that is not empty.")
        return hmac.digest(self._key, _PURPOSE + namespace.encode() + b"\0" + text, "sha256")[:TOKEN_BYTES]

    def subject63(self, namespace: str, identifier: str) -> int:
        """The token's 63 bits; raises what `token` does."""
        return subject63_of(self.token(namespace, identifier))

    def forms(self, namespace: str, identifier: str) -> Iterator[tuple[str, bytes]]:
        """(namespace, token) of the identifier and of what other namespaces make of it: the hash of an address beside the address."""
        yield namespace, self.token(namespace, identifier)
        for name, held in derived_forms(self._namespaces, namespace, identifier):
            yield name, self.token(name, held)

    def tokens(self, namespace: str, column: pa.Array | pa.ChunkedArray) -> pa.Array:
        """The tokens of a column, `fixed_size_binary(16)`; null where the identifier is null or nothing is left of it.

        Raises:
            UsageProblem: KEY-10.
            TypeError: where the column's type holds no identifiers (floating point, lists and the like).
        """
        import pyarrow as pa

        return self._each(namespace, column, self._maker(namespace), pa.binary(TOKEN_BYTES))

    def subjects63(self, namespace: str, column: pa.Array | pa.ChunkedArray) -> pa.Array:
        """`subject63` of a column, int64, with nulls as `tokens` has them; raises what it does."""
        import pyarrow as pa

        make = self._maker(namespace)

        def made(text: str) -> int | None:
            token = make(text)
            return None if token is None else subject63_of(token)

        return self._each(namespace, column, made, pa.int64())

    def maker(self, namespace: str) -> Callable[[str], bytes | None]:
        """`token` for many identifiers of one namespace; None where nothing is left of one. Raises KEY-10."""
        return self._maker(namespace)

    def value_maker(self, *apart: str) -> Callable[[str], bytes]:
        """Tokens of values that identify nobody in a registered namespace: the same value is another token under other words of `apart`."""
        inner, outer = self._hashes(b"\0".join((_VALUE, *(word.encode() for word in apart))) + b"\0")

        def make(text: str) -> bytes:
            first, second = inner.copy(), outer.copy()
            first.update(text.encode())
            second.update(first.digest())
            return second.digest()[:TOKEN_BYTES]

        return make

    def shown(self, tokens: pa.Array) -> pa.Array:
        """What a consumer sees in place of tokens, as text: one for one the same in every product, and not what the ledger knows a person by.

        Each is one block enciphered under a key of its own (AES-256), so neither can be had from the other without that key.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        cipher = Cipher(algorithms.AES(hmac.digest(self._key, _SHOWN, "sha256")), modes.ECB())  # noqa: S305 - single blocks, each a token
        begin, size = tokens.offset * TOKEN_BYTES, len(tokens) * TOKEN_BYTES
        blocks = cipher.encryptor().update(tokens.buffers()[1].slice(begin, size).to_pybytes())
        offsets = np.arange(len(tokens) + 1, dtype=np.int32) * (2 * TOKEN_BYTES)
        texts = pa.StringArray.from_buffers(len(tokens), pa.py_buffer(offsets), pa.py_buffer(blocks.hex().encode()))
        return pc.if_else(tokens.is_valid(), texts, None) if tokens.null_count else texts

    def _each(
        self, namespace: str, column: pa.Array | pa.ChunkedArray, make: Callable[[str], object], kind: pa.DataType
    ) -> pa.Array:
        """`make` of each distinct value, spread over the rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if isinstance(column, pa.DictionaryArray):
            column = column.dictionary_decode()
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type)):
            if not (pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)):
                raise TypeError(f"a column of {column.type} holds no identifiers")
            column = pc.cast(column, pa.string())
        coded = pc.dictionary_encode(column)
        made = pa.array([make(text) for text in coded.dictionary.to_pylist()], kind)
        return pc.take(made, coded.indices)

    def _maker(self, namespace: str) -> Callable[[str], bytes | None]:
        """`token` without what is the same for every value: the key's blocks are hashed once, and copied."""
        normalised = normaliser(self._namespace(namespace))
        inner, outer = self._hashes(_PURPOSE + namespace.encode() + b"\0")

        def make(text: str) -> bytes | None:
            normal = normalised(text)
            try:
                said = normal.encode()
            except UnicodeEncodeError:  # half of a surrogate pair
                return None
            if not said:
                return None
            first, second = inner.copy(), outer.copy()
            first.update(said)
            second.update(first.digest())
            return second.digest()[:TOKEN_BYTES]

        return make

    def _hashes(self, begins: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
        """Both hashes of the HMAC after what every message begins with."""
        padded = self._key.ljust(_BLOCK, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + begins)
        return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def _namespace(self, name: str) -> Namespace:
        found = self._namespaces.get(name)
        if found is None:
            known = ", ".join(self._namespaces) or "none"
            fix = f"Name a registered one ({known}), or have it added there with its normal form."
            raise UsageProblem.because("KEY-10", "governance/identifiers.yaml", "No namespace of that name is registered.", fix)
        return found
