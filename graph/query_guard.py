"""Looks at a stranger's SPARQL before any parser sees it: its length, its nesting, and federation.

The engine has no switch for SERVICE and LOAD, which reach any address, and deep nesting ends its process.
This check is the first of three: readers have no network where the system allows it, and may be killed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from graph.errors import QuerySyntaxError
from graph.sparql_tokens import Token, place, token_at, tokens

LONGEST_TEXT: Final = 100_000
DEEPEST_NESTING: Final = 200
# Reading a text in every possible way may cost so many times its length.
EFFORT: Final = 20
# An IRI with an authority cannot be read as "less than" and an expression: no expression has "//" in it.
AUTHORITY: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")


def require_harmless(text: str) -> None:
    """Nothing, where the text may be given to a reader.

    Raises QuerySyntaxError where it is too long, nested too deeply, or asks for another server.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LONGEST_TEXT:
        raise QuerySyntaxError(f"The query is too long: {size} bytes; at most {LONGEST_TEXT} are read.")
    _require_shallow(text)
    for token in _every_token(text):
        keyword = _federation(token)
        if keyword:
            raise QuerySyntaxError(
                f"{keyword} is switched off: this server asks no other server.", *place(text, token.start)
            )


def _require_shallow(text: str) -> None:
    depth = 0
    for token in tokens(text):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth > DEEPEST_NESTING:
            raise QuerySyntaxError(
                f"The query is nested too deeply: at most {DEEPEST_NESTING} brackets may be open.",
                *place(text, token.start),
            )


def _federation(token: Token) -> str | None:
    """The keyword that the engine may find here. Blanks around it are not needed: `trueSERVICE:x{}`."""
    lowered = token.text.lower()
    if token.kind == "word":
        return "SERVICE" if "service" in lowered else "LOAD" if lowered.endswith("load") else None
    if token.kind == "name":
        prefix, _, local = lowered.partition(":")
        if "service" in prefix or ".service" in local:
            return "SERVICE"
        return "LOAD" if prefix.endswith("load") else None
    return None


def _every_token(text: str) -> Iterator[Token]:
    """Every token of every reading: whether `<` starts an IRI depends on grammar that is not known here."""
    waiting, seen, effort = [0], {0}, EFFORT * (len(text) + 1000)
    while waiting:
        token = token_at(text, waiting.pop())
        if token is None:
            continue
        yield token
        effort -= len(token.text)
        if effort < 0:
            raise QuerySyntaxError("The query has too many '<' to be read safely. Put blanks around them.")
        ends = [token.start + len(token.text)]
        if token.kind == "iri" and not AUTHORITY.match(token.text):
            ends.append(token.start + 1)
        waiting += [end for end in ends if end not in seen]
        seen.update(ends)
