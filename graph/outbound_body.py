"""The body of an answer, unpacked, and never more of it than may be kept."""

from __future__ import annotations

import zlib
from typing import Final

from graph.errors import OutboundFailedError, OutboundTooLargeError

# The window size for zlib, and a gzip header.
GZIP: Final = 15 + 16
PLAIN: Final = frozenset(["", "identity"])


class Body:
    """Takes the pieces as they come; `most` bytes are kept, counted after unpacking."""

    def __init__(self, whom: str, encoding: str, most: int) -> None:
        self._whom = whom
        self._most = most
        self._kept = bytearray()
        encoding = encoding.strip().lower()
        if encoding not in PLAIN and encoding != "gzip":
            raise OutboundFailedError(f"{whom} packed its answer as {encoding!r}, which was not asked for.")
        self._unpacker = None if encoding in PLAIN else zlib.decompressobj(GZIP)

    def add(self, data: bytes) -> None:
        """Keep a piece.

        Raises OutboundTooLargeError, and OutboundFailedError where it cannot be unpacked.
        """
        if self._unpacker is not None:
            data = self._unpacked(self._unpacker, data)
        self._kept += data
        if len(self._kept) > self._most:
            raise OutboundTooLargeError(f"{self._whom} answered more than {self._most:,} bytes.")

    def _unpacked(self, unpacker: zlib._Decompress, data: bytes) -> bytes:
        if unpacker.eof:
            raise OutboundFailedError(f"{self._whom} answered more behind the end of what it packed.")
        try:
            return unpacker.decompress(data, self._most + 1 - len(self._kept))
        except zlib.error as error:
            raise OutboundFailedError(f"What {self._whom} answered cannot be unpacked.") from error

    def whole(self) -> bytes:
        """All of it.

        Raises OutboundFailedError where it breaks off.
        """
        if self._unpacker is not None and not self._unpacker.eof:
            raise OutboundFailedError(f"What {self._whom} answered breaks off.")
        return bytes(self._kept)
