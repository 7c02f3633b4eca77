"""A token and its entry in DIR/tokens.json: what may stand there, and how it is written and read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from graph.clock import iso_time
from graph.errors import StoreFormatError
from graph.rights import require_scope, require_write

FORMAT: Final = 1
_NAME: Final = re.compile(r"[a-z0-9-]{1,40}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Token:
    """Somebody who may write: the name, what it may (see `graph.rights`), since when and until when."""

    name: str
    scopes: frozenset[str]
    created: datetime
    revoked: datetime | None = None

    def require_write(self, graph_iri: str | None, raw: bool, describes_source: bool = False) -> None:
        """Nothing, where this token may write this graph (None: the default graph).

        Raises ComputedGraphError and ForbiddenError; see `graph.rights.require_write`.
        """
        require_write(self.scopes, graph_iri, raw, describes_source)


class TokenEntry(NamedTuple):
    """A token with the SHA-256 of its secret, in hexadecimal digits."""

    token: Token
    sha256: str


def require_name(name: str) -> None:
    """Raises ValueError, with a sentence for people, unless a token may have this name."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a token. Use 1 to 40 of a-z, 0-9 and hyphens.")


def secret_digest(secret: str) -> str:
    """The SHA-256 of a secret, in hexadecimal digits."""
    # A header may hold anything: lone surrogates must not be an error of ours.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def write_entries(entries: Iterable[TokenEntry]) -> str:
    """The text of the token file."""
    tokens = [{**token_fields(token), "sha256": sha256} for token, sha256 in entries]
    return json.dumps({"format": FORMAT, "tokens": tokens}, indent=1) + "\n"


def token_fields(token: Token) -> dict[str, object]:
    """What may be told of a token, for JSON."""
    return {
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created": iso_time(token.created),
        "revoked": iso_time(token.revoked) if token.revoked else None,
    }


def read_entries(text: bytes, path: Path) -> Iterator[TokenEntry]:
    """The entries of a token file.

    Raises StoreFormatError for anything else: a file that we do not understand lets nobody in.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}")
        for fields in content["tokens"]:
            yield _entry(fields)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreFormatError(
            f"{path} is not a token file of this osagraph ({error!r}). "
            "Restore it from a backup, or move it away and make the tokens again."
        ) from error


def _entry(fields: dict[str, Any]) -> TokenEntry:
    scopes = frozenset(fields["scopes"])
    for scope in scopes:
        require_scope(scope)
    require_name(fields["name"])
    if not _SHA256.fullmatch(fields["sha256"]):
        raise ValueError("a sha256 that is none")
    created = datetime.fromisoformat(fields["created"])
    revoked = datetime.fromisoformat(fields["revoked"]) if fields["revoked"] else None
    return TokenEntry(Token(fields["name"], scopes, created, revoked), fields["sha256"])
