"""Bytes as text: opened where they are compressed, believed only where nearly all of it can be read.

Compressed bytes are opened up to a limit, so that a bomb costs no more than `MOST` bytes.
"""

from __future__ import annotations

import re
import zlib

MOST = 100_000
"""Bytes that come out of one text at most."""

MOST_MEMORY = 16 << 20
"""Bytes that a decompressor may ask for."""


def readable(data: bytes) -> str | None:
    """`data` as text if nearly all of it is printable; compressed bytes are opened first."""
    data = opened(data) or data
    for encoding in _encodings(data):
        try:
            text = data[:MOST].decode(encoding)
        except UnicodeDecodeError:
            continue
        if text and sum(c.isprintable() or c in "\t\r\n" for c in text) >= 0.97 * len(text):
            return text if encoding != "cp037" or re.fullmatch(r"[\w@.,:;=+'/ -]{5,}", text, re.ASCII) else None
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    """How the characters of `data` may be written: UTF-16 and 32 have zeros at every second or fourth place, EBCDIC no small bytes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-8", "utf-16")
    if len(data) > 7 and data.count(0) > len(data) // 3:
        wide = data.count(0) > len(data) * 2 // 3
        large = data[0] == 0
        return ("utf-8", ("utf-32-be" if large else "utf-32-le") if wide else ("utf-16-be" if large else "utf-16-le"))
    return ("utf-8", "cp037") if len(data) > 5 and min(data) >= 0x40 and max(data) >= 0x80 else ("utf-8",)


def opened(data: bytes) -> bytes | None:
    for window in (31, 15, -15):
        if window == 31 and data[:2] != b"\x1f\x8b":
            continue
        if window == 15 and (len(data) < 6 or data[0] & 0x0F != 8 or (data[0] * 256 + data[1]) % 31):
            continue
        if window == -15 and len(data) < 8:
            continue
        try:
            out = zlib.decompressobj(window).decompress(data, MOST)
        except zlib.error:
            continue
        if out and (window != -15 or out.isascii()):
            return out
    if data[:3] == b"BZh" or data[:6] == b"\xfd7zXZ\x00":
        import bz2
        import lzma

        try:
            return (
                bz2.BZ2Decompressor().decompress(data, MOST)
                if data[:3] == b"BZh"
                else lzma.LZMADecompressor(memlimit=MOST_MEMORY).decompress(data, MOST)
            )
        except (OSError, EOFError, lzma.LZMAError):
            return None
    return None


def within(data: bytes) -> str | None:
    """The readable runs of binary data (protocol buffers, signed or framed messages), where they are most of it or long."""
    runs = re.findall(rb"(?:[\x20-\x7e]|[\xc3-\xf4][\x80-\xbf]{1,3}){5,}", data[:MOST])
    if not runs or len(data) < 8 or (sum(map(len, runs)) < 0.5 * len(data) and max(map(len, runs)) < 16):
        return None
    return b" ".join(run.strip() for run in runs).decode("utf-8", errors="ignore")
