"""Reads the body of a request: small ones into memory, documents into files, inflated within limits.

Spec: https://www.rfc-editor.org/rfc/rfc9110#section-8.4 (Content-Encoding),
https://www.rfc-editor.org/rfc/rfc7578 (multipart/form-data)
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import IO, Final

from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from graph.write_protocol import Document

GZIP: Final = 15 + 16
INFLATED_PIECE: Final = 1 << 20
# What follows a member of a gzip is copied, so pieces are small; bgzip makes a member of each 64 KiB.
PACKED_PIECE: Final = 1 << 14
MOST_MEMBERS: Final = 10_000
MULTIPART: Final = "multipart/form-data"
INCOMING: Final = "incoming"


async def read_body(
    chunks: AsyncIterator[bytes], encoding: str | None, limit: int, take: Callable[[bytes], object]
) -> None:
    """Hand the body over in pieces, inflated.

    Raises RequestEntityTooLarge beyond `limit` bytes, UnsupportedMediaType for an encoding other than gzip,
    BadRequest for what is no gzip.
    """
    inflate = _inflater(encoding)
    size = 0
    async for chunk in chunks:
        for piece in inflate(chunk):
            size += len(piece)
            if size > limit:
                raise RequestEntityTooLarge(f"The body is larger than {limit} bytes.")
            take(piece)
    if not inflate.is_complete:
        raise BadRequest("The gzip of the body breaks off.")


class _inflater:  # noqa: N801
    """Turns pieces of a body into pieces of its content."""

    def __init__(self, encoding: str | None) -> None:
        name = (encoding or "identity").strip().lower()
        if name not in ("gzip", "x-gzip", "identity"):
            raise UnsupportedMediaType(f"The content encoding {name} is not read here. Use gzip, or none.")
        self._is_packed = name != "identity"
        self._inflate = zlib.decompressobj(wbits=GZIP)
        self._members = 0

    @property
    def is_complete(self) -> bool:
        """Whether the content has come to its end; no body at all is complete."""
        return not self._members or self._inflate.eof

    def __call__(self, chunk: bytes) -> Iterator[bytes]:
        if not self._is_packed:
            yield chunk
            return
        try:
            for start in range(0, len(chunk), PACKED_PIECE):
                yield from self._inflated(chunk[start : start + PACKED_PIECE])
        except zlib.error as error:
            raise BadRequest("The body is no gzip.") from error

    def _inflated(self, packed: bytes) -> Iterator[bytes]:
        """The content of some bytes, in which one member may end and others begin."""
        while packed:
            if self._members == 0 or self._inflate.eof:
                self._begin_member()
            yield self._inflate.decompress(packed, INFLATED_PIECE)
            packed = self._inflate.unconsumed_tail or self._inflate.unused_data

    def _begin_member(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise BadRequest(f"The gzip of the body has more than {MOST_MEMBERS} members.")
        self._inflate = zlib.decompressobj(wbits=GZIP)


@contextlib.contextmanager
def incoming_file(data: Path, name: str) -> Iterator[IO[bytes]]:
    """A file below the data directory that is gone afterwards."""
    folder = data / INCOMING
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    try:
        with path.open("w+b") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


def clear_incoming(data: Path) -> None:
    """Remove what a crash left behind."""
    for path in (data / INCOMING).glob("*"):
        with contextlib.suppress(OSError):
            os.unlink(path)


def media_type_of(content_type: str | None) -> str:
    """The media type of a header, without its parameters.

    Raises UnsupportedMediaType where there is none.
    """
    name = parse_options_header(content_type or "")[0].lower()
    if not name:
        raise UnsupportedMediaType("Say in which RDF format the document is: Content-Type: text/turtle, say.")
    return name


def split_parts(file: IO[bytes], content_type: str, base_iri: str, limit: int) -> tuple[Document, ...]:
    """The documents in a multipart/form-data body, each in a file beside it.

    Raises BadRequest where it is no such body, UnsupportedMediaType for a part without a media type.
    """
    boundary = parse_options_header(content_type)[1].get("boundary", "").encode("ascii", "replace")
    if not boundary:
        raise BadRequest("multipart/form-data needs a boundary.")
    parts: list[tuple[str, IO[bytes]]] = []
    try:
        _decode(file, MultipartDecoder(boundary, limit), parts)
    except (ValueError, RuntimeError) as error:
        raise BadRequest("The multipart/form-data body is not well-formed.") from error
    finally:
        for _, part in parts:
            part.close()
    return tuple(Document(part.name, media_type, base_iri) for media_type, part in parts)


def _decode(file: IO[bytes], decoder: MultipartDecoder, parts: list[tuple[str, IO[bytes]]]) -> None:
    file.seek(0)
    while True:
        event = decoder.next_event()
        match event:
            case NeedData():
                decoder.receive_data(file.read(INFLATED_PIECE) or None)
            case Field() | File():
                place = f"{file.name}.{len(parts)}"
                parts.append((_part_type(event.headers), open(place, "w+b")))  # noqa: SIM115 - closed by `split_parts`
            case Data():
                parts[-1][1].write(event.data)
            case Epilogue():
                return


def _part_type(headers: Headers) -> str:
    return media_type_of(headers.get("content-type"))
