"""Answers that are small and asked for again, for as long as their snapshot is current."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from web.exchange import Headers

LARGEST_ENTRY: Final = 64 << 10
# Answers to these differ from one time to the next. A mention anywhere will do (in a name, a comment, behind
# a code point escape): nothing is lost but the cache.
VOLATILE: Final = re.compile(r"now|rand|uuid|bnode|service|\\u", re.IGNORECASE)
CONSTRUCT: Final = re.compile("construct", re.IGNORECASE)
BLANK: Final = re.compile(r"\[|_:")
# Longer texts are seldom asked twice, and searching them takes its time.
LONGEST_TEXT: Final = 20_000

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cached:
    """An answer that was given before."""

    etag: str
    headers: Headers
    body: bytes


class AnswerCache:
    """The answers of one snapshot, the least recently used forgotten first; belongs to one thread."""

    def __init__(self, total_bytes: int) -> None:
        self._total = total_bytes
        self._held = 0
        self._snapshot = 0
        self._entries: OrderedDict[Key, Cached] = OrderedDict()

    def get(self, key: Key, snapshot: int) -> Cached | None:
        """The answer to a request; what an older snapshot answered is forgotten."""
        if snapshot != self._snapshot:
            self._entries.clear()
            self._held = 0
            self._snapshot = snapshot
            return None
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: Key, snapshot: int, answer: Cached) -> None:
        """Remember an answer, if it is small and its snapshot the one that was last asked for."""
        size = len(answer.body) + sum(map(len, key))
        if size > LARGEST_ENTRY or snapshot != self._snapshot or key in self._entries:
            return
        self._entries[key] = answer
        self._held += size
        while self._held > self._total:
            forgotten, old = self._entries.popitem(last=False)
            self._held -= len(old.body) + sum(map(len, forgotten))


def is_repeatable(text: str) -> bool:
    """Whether a query has the same answer, byte by byte, as long as the snapshot stays.

    >>> is_repeatable("SELECT * { BIND(NOW() AS ?x) }")
    False
    """
    if len(text) > LONGEST_TEXT or VOLATILE.search(text):
        return False
    construct = CONSTRUCT.search(text)
    return construct is None or not BLANK.search(text, construct.end())


def entity_tag(key: Key, snapshot: int) -> str:
    """The ETag of the answer to a request: the snapshot, and a digest of all that the answer depends on."""
    digest = hashlib.blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=9)
    return f'"{snapshot}-{digest.hexdigest()}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether the client has the answer with this tag already.

    >>> is_known('"1-ab"', 'W/"1-ab", "2-cd"')
    True
    """
    if not if_none_match:
        return False
    known = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in (tag, "*") for each in known)
