"""Reads what a server sends as far as that makes sense: bytes, unpacked bytes, depth, values."""

import zlib
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from typing import Any

from meshctl.plain_objects import read_json
from meshctl.words import quoted, whole_number

LONGEST_ANSWER = 128 * 1024 * 1024
"""Bytes of one answer, unpacked. A config dump of the largest meshes has some tens of millions."""

LONGEST_PAGE = 32 * 1024 * 1024
"""Bytes of one answer of an API server, unpacked: 500 objects have some five millions."""

LONGEST_PAGES = 4 * LONGEST_PAGE
"""Bytes of the answers of an API server that are read at the same time."""

MOST_CONTAINERS = 3_000_000
MOST_IN_PAGE = 600_000
"""Objects and lists in an answer, and in that of an API server: each takes some hundred bytes."""

_UNPACK_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1024 * 1024


class TooLongError(ValueError):
    """An answer has more bytes or values than any that makes sense."""


class EncodingError(ValueError):
    """An answer is not packed as its headers say, or as nobody asked for."""


class Intake:
    """What is being read at the same time, of answers that are parsed at once when they are whole.

    One answer has at most ``longest`` bytes, unpacked, and all of them ``together``.
    """

    def __init__(self, longest: int, together: int) -> None:
        self._longest, self._together = longest, together
        self._taken = 0

    async def read(self, chunks: AsyncIterable[bytes], headers: Mapping[str, str]) -> bytes:
        """Read a whole body; raises ``TooLongError`` and ``EncodingError`` on the way."""
        announced = headers.get("content-length", "")
        self._expect(whole_number(announced) or 0)
        pieces, size = [], 0
        try:
            async for piece in unpacked(chunks, headers):
                pieces.append(piece)
                size += len(piece)
                self._taken += len(piece)
                self._expect(size)
            return b"".join(pieces)
        finally:
            self._taken -= size

    def _expect(self, size: int) -> None:
        if size > self._longest:
            raise TooLongError(f"more than {self._longest:,} bytes")
        if self._taken > self._together:
            raise TooLongError(f"more than {self._together:,} bytes at the same time")


async def read_body(chunks: AsyncIterable[bytes], headers: Mapping[str, str]) -> bytes:
    """Read the whole body of an answer that comes alone, as a dump does."""
    return await Intake(LONGEST_ANSWER, LONGEST_ANSWER).read(chunks, headers)


async def read_start(chunks: AsyncIterable[bytes], headers: Mapping[str, str], most: int) -> bytes:
    """Read a body, but not more than ``most`` bytes of it."""
    found = bytearray()
    async for piece in unpacked(chunks, headers):
        found += piece
        if len(found) >= most:
            break
    return bytes(found[:most])


async def unpacked(
    chunks: AsyncIterable[bytes], headers: Mapping[str, str]
) -> AsyncGenerator[bytes, None]:
    """Unpack a body bit by bit: a thousand bytes may stand for a million."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        async for chunk in chunks:
            yield chunk
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise EncodingError(f"packed as {quoted(encoding[:40])}, which nobody asked for")
    unpacker = zlib.decompressobj(_UNPACK_GZIP)
    try:
        async for chunk in chunks:
            packed = chunk
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _PIECE)
                packed = unpacker.unconsumed_tail
            if unpacker.eof and (unpacker.unused_data or packed):
                raise EncodingError("packed, with more behind its end")
        yield unpacker.flush()
    except zlib.error as error:
        raise EncodingError(f"not gzip as it says: {error}") from error
    if not unpacker.eof:
        raise EncodingError("packed, and cut off")


def parse_json(text: bytes, most: int = MOST_CONTAINERS) -> Any:
    """Parse JSON; raises ``TooLongError`` for what no memory would hold, else ``ValueError``."""
    if text.count(b"{") + text.count(b"[") > most:
        raise TooLongError(f"more than {most:,} objects and lists")
    return read_json(text)
