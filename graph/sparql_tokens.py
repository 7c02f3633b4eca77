"""Cuts SPARQL text into tokens without parsing it: enough to find keywords, variables and brackets.

No recursion, so any text is safe to look at. `<` is an operator or the start of an IRI depending on grammar;
here the longest match wins, as in the recommendation, and `query_guard` looks at both readings.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlGrammar (the terminals)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
               | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<name>(?:[^\W\d_][\w.-]*|_)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<word>[^\W\d_]\w*)
    | (?P<open>[{(\[])
    | (?P<close>[})\]])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of the text; `kind` names the group of TOKEN that matched it."""

    kind: str
    text: str
    start: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, given in capitals."""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str) -> Iterator[Token]:
    """Every token in order; together they are the whole text.

    >>> [token.text for token in tokens("ASK{?s a'{'}#{")]
    ['ASK', '{', '?s', ' ', 'a', "'{'", '}', '#{']
    """
    for match in TOKEN.finditer(text):
        yield Token(match.lastgroup or "other", match.group(), match.start())


def token_at(text: str, start: int) -> Token | None:
    """The token that starts at a position, None at the end of the text."""
    match = TOKEN.match(text, start)
    return Token(match.lastgroup or "other", match.group(), start) if match else None


def place(text: str, start: int) -> tuple[int, int]:
    """Line and column of a position, both counted from 1.

    >>> place("ASK\\n{}", 5)
    (2, 2)
    """
    line_start = text.rfind("\n", 0, start) + 1
    return text.count("\n", 0, start) + 1, start - line_start + 1
