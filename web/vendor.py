"""The libraries of others that some pages load: built once, kept with a list of what they are."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from web.negotiation import accepts_gzip

FOLDER: Final = Path(__file__).parent / "static" / "vendor"
MANIFEST: Final = FOLDER / "MANIFEST.json"
# An address with a version names the same bytes for ever.
FOR_EVER: Final = "public, max-age=31536000, immutable"
VERSION_DIGITS: Final = 8
MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@functools.cache
def manifest() -> Mapping[str, Mapping[str, Any]]:
    """What is known of each file, by its name: `sha256`, and the `packages` that are in it."""
    files: Mapping[str, Mapping[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))["files"]
    return files


def vendor_address(name: str) -> str:
    """Where a browser finds a file, in the version that is here."""
    version = manifest()[name]["sha256"][:VERSION_DIGITS]
    return url_for("vendor.vendor_file", name=name, v=version)


def vendor_routes() -> Blueprint:
    """The route of the files."""
    routes = Blueprint("vendor", __name__)

    @routes.get("/static/vendor/<name>")
    def vendor_file(name: str) -> Response:
        if name not in manifest() and name not in (MANIFEST.name, "THIRD-PARTY.txt"):
            raise NotFound("There is no such file.")
        path = FOLDER / name
        is_packed = path.suffix != ".woff2" and accepts_gzip(request.headers.get("Accept-Encoding"))
        response = Response(_packed(name) if is_packed else path.read_bytes())
        response.content_type = MEDIA_TYPES[path.suffix]
        if is_packed:
            response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOR_EVER if _is_this(name) else "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return routes


def _is_this(name: str) -> bool:
    """Whether the address that was asked names the version that is here."""
    version = request.args.get("v")
    return name in manifest() and version == manifest()[name]["sha256"][:VERSION_DIGITS]


@functools.cache
def _packed(name: str) -> bytes:
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)
