"""What is wrong with a query, in a sentence for people, from what the engine's parser says.

The parser lists all that it could have gone on with, down to ranges of characters. Kept is what helps: a few
signs, and the causes that it knows by name. It looks for a keyword by reading as many characters as the
keyword has, and reports the place behind them: where it expected keywords, the fault is that much earlier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from graph.errors import QueryError, QuerySyntaxError

NOT_SPARQL: Final = "This is not SPARQL"
NO_PREFIX: Final = "Prefix not found"
UNBOUND: Final = "The SELECT contains a variable that is unbound"
# A sign that the parser would have taken, in quotes; a quote in it is behind a backslash.
SIGN: Final = re.compile(r'(?<= )"((?:[^"\\]|\\.)+)"(?=,|$)')
KEYWORD: Final = re.compile(r"(?<= )([A-Za-z_]{2,})(?=,|$)")
RARE: Final = frozenset({"{|", "~", "{"})
MOST_SIGNS: Final = 6
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"?": "a variable", "<": "an IRI", '\\"': "a text", "'": "a text", "true": "a number"}
)
TOKEN: Final = re.compile(r"<[^<>\s]*>|[?$@]?[\w:.%-]*[\w:%-]|\S")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `line` and `column` from 1, in characters; `length` of the text to mark.

    `prefix` is one that is not declared, if that is what is wrong.
    """

    message: str
    line: int | None = None
    column: int | None = None
    length: int = 0
    prefix: str | None = None


def fault_of(error: QueryError, text: str) -> Fault:
    """The fault that an error reports of a query's text."""
    message = str(error)
    if not isinstance(error, QuerySyntaxError) or error.line is None:
        return Fault(message)
    if NOT_SPARQL not in message:
        return Fault(message, error.line, error.column, 1)
    signs, keywords = SIGN.findall(message), KEYWORD.findall(message)
    place = _offset(text, error.line, error.column or 1)
    if keywords and not signs and NO_PREFIX not in message:
        start, end = _token_at(text, place - len(keywords[0]))
        sentence = f"This cannot be read as SPARQL from “{text[start:end]}” on."
    else:
        start, end = _token_before(text, place)
        sentence = _sentence(message, signs, text[start:end])
    prefix = text[start:end].partition(":")[0] if NO_PREFIX in message else None
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    return Fault(sentence, line, column, end - start, prefix)


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return min(len(text), sum(len(each) + 1 for each in lines[: line - 1]) + column - 1)


def _token_at(text: str, place: int) -> tuple[int, int]:
    """The token that begins at a place, or is the first behind it; the last one where there is none."""
    found = TOKEN.search(text, max(0, place))
    return found.span() if found else _token_before(text, place)


def _token_before(text: str, place: int) -> tuple[int, int]:
    """The last token that begins before a place."""
    found = (0, 0)
    for match in TOKEN.finditer(text, 0, max(0, place)):
        found = match.span()
    return found


def _sentence(message: str, signs: Sequence[str], marked: str) -> str:
    if NO_PREFIX in message:
        prefix = marked.partition(":")[0]
        return f"The prefix “{prefix}:” is not declared. Add PREFIX {prefix}: <…> at the top."
    if UNBOUND in message:
        return "With GROUP BY, SELECT names what is grouped by and aggregates such as COUNT, nothing else."
    common = [sign for sign in signs if sign not in RARE]
    if 0 < len(common) <= MOST_SIGNS:
        return f"Behind “{marked}”, one of these is missing: {' '.join(common)}"
    kinds = list(dict.fromkeys(kind for sign, kind in KINDS.items() if sign in signs))
    if kinds:
        return f"Behind “{marked}”, something is missing or out of place: expected was {_listed(kinds)}."
    return f"This cannot be read as SPARQL behind “{marked}”." if marked else "There is no query here."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
