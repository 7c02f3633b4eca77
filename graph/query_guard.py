"""Looks at a stranger's SPARQL before any parser sees it: its length, its size, and federation.

The engine has no switch for SERVICE and LOAD, which reach any address; deep nesting and long chains end its
process. This check is the first of three: readers have no network where the system allows it, and may be
killed. The engine decodes `\\u0045` in strings and IRIs only, so no keyword hides behind an escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from graph.errors import QuerySyntaxError
from graph.query_limits import require_moderate
from graph.sparql_tokens import AUTHORITY, Token, place, token_at, tokens
from graph.update_scan import NOWHERE, scan_update

LONGEST_TEXT: Final = 100_000
LONGEST_UPDATE: Final = 10_000_000
# Reading a text in every possible way may cost so many times its length.
EFFORT: Final = 20
# No name is valid IRI behind a port, `<http://example.org:>`, and of a name that is none the engine takes the
# prefix alone, and reads the rest as what comes next. Neither are these characters valid in an IRI.
_PORT: Final = re.compile(r"//(?=[^/?#<>\s:\[]*+[:\[])[^/?#<>\s]*+>|\\u", re.IGNORECASE)
_NO_IRI: Final = re.compile(r"[\uFFF0-\uFFFD]|\\%")


def require_harmless(text: str) -> None:
    """Nothing, where the query may be given to a reader.

    Raises QuerySyntaxError where it is too long, too big, or asks for another server.
    """
    require_short(text)
    require_no_federation(text)
    require_moderate(text)


def require_short(text: str) -> None:
    """Nothing, where the text is not too long for a query to be looked at.

    Raises QuerySyntaxError.
    """
    _require_length(text, LONGEST_TEXT, "query")


def require_no_federation(text: str) -> None:
    """Nothing, where the query asks no other server, however it is read.

    Raises QuerySyntaxError with line and column.
    """
    if _may_federate(text):
        _require_no_federation(text, _every_token(text))


def require_harmless_update(text: str) -> None:
    """Nothing, where the update may be given to the process that writes.

    Raises QuerySyntaxError where it is too long, too big outside of its data, or asks for another server.
    """
    _require_length(text, LONGEST_UPDATE, "update")
    if _may_federate(text):
        for operation in scan_update(text, "http://example.org/").operations:
            document = slice(*operation.document) if operation.document else None
            if document and text[document] != NOWHERE:
                raise _switched_off("LOAD", text, operation.start)
            if operation.kind == "modify":
                where = operation.using_at or operation.start
                _require_no_federation(text, tokens(text, where, operation.end))
    require_moderate(text)


def _require_length(text: str, most: int, what: str) -> None:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size > most:
        raise QuerySyntaxError(f"The {what} is too long: {size} bytes; at most {most} are read.")


def _may_federate(text: str) -> bool:
    lowered = text.lower()
    return "service" in lowered or "load" in lowered


def _require_no_federation(text: str, found: Iterable[Token]) -> None:
    has_port = bool(_PORT.search(text))
    for token in found:
        keyword = _federation(token, has_port)
        if keyword:
            raise _switched_off(keyword, text, token.start)


def _switched_off(keyword: str, text: str, start: int) -> QuerySyntaxError:
    remedy = " Whoever runs it allows services with: osagraph serve --service" if keyword == "SERVICE" else ""
    what = f"{keyword} is switched off: this server asks no other server.{remedy}"
    return QuerySyntaxError(what, *place(text, start))


def _federation(token: Token, has_port: bool) -> str | None:
    """The keyword that the engine may find here. Blanks around it are not needed: `trueSERVICE:x{}`."""
    lowered = token.text.lower()
    if token.kind == "word":
        return "SERVICE" if "service" in lowered else "LOAD" if "load" in lowered else None
    if token.kind == "name" and "service" in lowered:
        prefix, _, local = lowered.partition(":")
        may_be_cut = has_port or _NO_IRI.search(lowered)
        return "SERVICE" if "service" in prefix or ".service" in local or may_be_cut else None
    return None


def _every_token(text: str) -> Iterator[Token]:
    """Every token of every reading: whether `<` starts an IRI depends on grammar that is not known here.

    A reading ends at a quote that starts no string and at a stray backslash: there the engine's ends as well.
    """
    waiting, seen, effort = [0], {0}, EFFORT * (len(text) + 1000)
    while waiting:
        token = token_at(text, waiting.pop())
        if token is None or token.text in ("'", '"', "\\"):
            continue
        yield token
        effort -= len(token.text)
        if effort < 0:
            raise QuerySyntaxError("The query has too many '<' to be read safely. Put blanks around them.")
        ends = [token.end]
        if token.kind == "iri" and not AUTHORITY.match(token.text):
            ends.append(token.start + 1)
        waiting += [end for end in ends if end not in seen]
        seen.update(ends)
