"""Tokens: who may write over HTTP, kept in DIR/tokens.json as the SHA-256 of each secret.

The secret is random and 256 bits long, so nobody can guess it from its hash and a slow hash, which passwords
need, would only cost time. A revoked token stays in the file with its date: the audit log goes on naming it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from graph.clock import Clock, utc_now
from graph.disk import sync_folder, writing
from graph.errors import StoreError, UnauthenticatedError, UnknownResourceError
from graph.rights import require_scope
from graph.token_entries import Token, TokenEntry, read_entries, require_name, secret_digest, write_entries

__all__ = ["TOKEN_FILE", "Token", "TokenFile"]

TOKEN_FILE: Final = "tokens.json"
PREFIX: Final = "osag_"
# Within the class, `list` is the method.
Tokens: TypeAlias = list[Token]


class _Read(NamedTuple):
    """The entries, and the state of the file that they were read from."""

    entries: tuple[TokenEntry, ...]
    stamp: tuple[int, ...] | None


class TokenFile:
    """The tokens in one file, which need not be there yet; safe to use from many threads and processes."""

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self.path = path
        self._clock = clock
        self._read: _Read | None = None

    def add(self, name: str, scopes: Iterable[str]) -> str:
        """The secret of a new token: this is the only time that anybody sees it.

        Raises ValueError, with a sentence for people, for a name that is taken or no name, and for scopes
        that there are not; StoreWriteError where the disk refuses.
        """
        wanted = frozenset(scopes)
        require_name(name)
        if not wanted:
            raise ValueError("A token needs at least one scope: admin, user or source:ID.")
        for scope in wanted:
            require_scope(scope)
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._alone():
            entries = self._load().entries
            if any(token.name == name and token.revoked is None for token, _ in entries):
                raise ValueError(f"There is a token {name!r} already. Revoke it first, or use another name.")
            token = Token(name, wanted, self._clock().replace(microsecond=0))
            self._write((*entries, TokenEntry(token, secret_digest(secret))))
        return secret

    def list(self) -> Tokens:
        """All tokens in the order in which they were made, the revoked ones too.

        Raises StoreFormatError and StoreError where the file cannot be read.
        """
        return [entry.token for entry in self._current()]

    def revoke(self, name: str) -> None:
        """End a token; it is refused from the next request on.

        Raises UnknownResourceError where no token in force has that name, and StoreWriteError.
        """
        with self._alone():
            entries = list(self._load().entries)
            in_force = (token.name == name and token.revoked is None for token, _ in entries)
            place = next((place for place, is_it in enumerate(in_force) if is_it), None)
            if place is None:
                raise UnknownResourceError(f"No token {name!r} is in force. See: osagraph token list")
            token, sha256 = entries[place]
            revoked = dataclasses.replace(token, revoked=self._clock().replace(microsecond=0))
            entries[place] = TokenEntry(revoked, sha256)
            self._write(entries)

    def authenticate(self, secret: str | None) -> Token:
        """The token with this secret; what other processes add or revoke is seen at once.

        Raises UnauthenticatedError for no secret, an unknown one and a revoked one.
        """
        if not secret:
            raise UnauthenticatedError("Writing needs a token: send the header Authorization: Bearer TOKEN.")
        digest = secret_digest(secret)
        found = None
        # Every entry is compared, whichever fits, so that the time taken says nothing about the file.
        for token, sha256 in self._current():
            if hmac.compare_digest(sha256, digest):
                found = token
        if found is None or found.revoked is not None:
            raise UnauthenticatedError("The token is not known, or was revoked. Ask for another one.")
        return found

    def _current(self) -> tuple[TokenEntry, ...]:
        read = self._read
        if read is None or read.stamp is None or read.stamp != self._stamp():
            read = self._read = self._load()
        return read.entries

    def _stamp(self) -> tuple[int, ...] | None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), _reading(self.path):
            return _stamp_of(os.stat(self.path))
        return None

    def _load(self) -> _Read:
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            _reading(self.path),
            self.path.open("rb") as file,
        ):
            stamp = _stamp_of(os.fstat(file.fileno()))
            return _Read(tuple(read_entries(file.read(), self.path)), stamp)
        return _Read((), None)

    def _write(self, entries: Iterable[TokenEntry]) -> None:
        text = write_entries(entries)
        with writing(self.path.parent):
            _write_privately(self.path, text)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock beside the file, waiting for it: whoever has it reads and writes one small file."""
        with writing(self.path.parent):
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}. Check its owner.") from error


def _stamp_of(state: os.stat_result) -> tuple[int, ...]:
    return (state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size)


def _write_privately(path: Path, text: str) -> None:
    """As `write_atomically`, and at no time readable to anybody but the owner."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        # Somebody who was killed here may have left the file, with other rights.
        os.fchmod(descriptor, 0o600)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
    sync_folder(path.parent)
