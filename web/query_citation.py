"""How to cite the result of a query: the snapshot that gave it, the day, and a digest that anybody can check.

The digest is the SHA-256 of the query's text, a line feed, and the lines of the result in byte order, as TSV
or N-Triples. In a shell: (printf '%s\\n' "$query"; curl … | LC_ALL=C sort) | sha256sum
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from flask import Response, jsonify, request

from graph.clock import utc_now
from graph.errors import LimitExceededError
from graph.reader_protocol import ReadRequest
from web.operation import Fields, the_one
from web.site import Site
from web.views import view_here

LINES: Final = {
    "select": "text/tab-separated-values",
    "ask": "text/tab-separated-values",
    "graph": "application/n-triples",
}
MOST_BYTES: Final = 32 << 20


def cite(site: Site, fields: Fields, address: str) -> Response:
    """The citation of a query's result as JSON: `text`, `sha256`, `snapshot`, `made`, `view`, `date`, `url`.

    Raises what `ReaderPool.query` raises, and LimitExceededError for a result of more than MOST_BYTES.
    """
    text = the_one(fields, "query").replace("\r\n", "\n")
    snapshot, view = site.here(), view_here()
    asked = ReadRequest(text, LINES, f"{site.address}/sparql")
    answer = site.readers.query(asked, request.remote_addr or "", snapshot)
    try:
        digest = digest_of(text, answer)
    finally:
        answer.close()
    made = (site.current().made or "")[:10]
    date = utc_now().date().isoformat()
    parts = [f"snapshot {snapshot.number}{f' of {made}' if made else ''}"]
    parts += [view.text] if view else []
    document = {
        "text": f"osagraph, result of a query, {', '.join(parts)}. Retrieved {date}. "
        f"{address} (SHA-256 {digest})",
        "sha256": digest,
        "snapshot": snapshot.number,
        "made": made or None,
        "view": view.text if view else None,
        "date": date,
        "url": address,
    }
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response


def digest_of(text: str, chunks: Iterable[bytes]) -> str:
    """The digest of a query and its result; see the module.

    Raises LimitExceededError.

    >>> digest_of("ASK {}", [b"b\\na\\n"]) == hashlib.sha256(b"ASK {}\\na\\nb\\n").hexdigest()
    True
    """
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise LimitExceededError(
                "The result is too long for a digest. Cite the query and the snapshot, or ask for less."
            )
    # A text of many lines ends in a line feed, or is none.
    lines = sorted(bytes(body).removesuffix(b"\n").split(b"\n")) if body else []
    return hashlib.sha256(b"".join(line + b"\n" for line in [text.encode(), *lines])).hexdigest()
