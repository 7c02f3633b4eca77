"""Cuts SPARQL text into tokens without parsing it: enough to find keywords, variables and brackets.

No recursion, so any text is safe to look at. Strings, comments, names and variables are cut exactly as the
engine (oxigraph 0.5.13) cuts them, so that nothing hides in one; IRIs are a little wider than its own. Only
`<` depends on grammar: an operator or the start of an IRI. The longest match wins here, as in the
recommendation; `query_guard` looks at both readings, others refuse where the two readings part.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlGrammar (the terminals)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# PN_CHARS_BASE, PN_CHARS_U with digits, and PN_CHARS of the recommendation, inside of [].
LETTER: Final = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
NAME_START: Final = LETTER + "_0-9"
NAME_PART: Final = NAME_START + r"\u00B7\u0300-\u036F\u203F\u2040\-"
SPACE: Final = r"[ \t\r\n]+"
COMMENT: Final = r"\#[^\r\n]*"
# `\u+061` is no escape in the recommendation. The engine's number parser takes it, in IRIs only.
IRI: Final = r"""<(?:[^<>"{}|^`\\\x00-\x20]|\\u[+0-9A-Fa-f][0-9A-Fa-f]{3}|\\U[+0-9A-Fa-f][0-9A-Fa-f]{7})*+>"""
# With any other escape, surrogates included, the engine reads """ as an empty string and a quote.
_ESCAPE: Final = (
    r"""\\(?:[tbnrf"'\\]|u(?:[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2})"""
    r"""|U(?:0000(?:[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2})|00(?:0[1-9A-Fa-f]|10)[0-9A-Fa-f]{4}))"""
)
STRING: Final = "|".join(
    [rf"{q * 3}(?:{q}{{0,2}}(?:[^{q}\\]|{_ESCAPE}))*+{q * 3}" for q in ("'", '"')]
    + [rf"{q}(?:[^{q}\\\r\n]|{_ESCAPE})*+{q}" for q in ("'", '"')]
)
VARIABLE: Final = rf"[?$][{NAME_START}][{NAME_START}\u00B7\u0300-\u036F\u203F\u2040]*+"
LANGUAGE: Final = r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?"
NUMBER: Final = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# A prefix has an end, or `a.a.a.` would be read to its end from each of its letters.
NAME: Final = (
    rf"(?:[{LETTER}][{NAME_PART}.]{{0,250}}+|_)?:"
    rf"(?:[{NAME_PART}:.]|%[0-9A-Fa-f]{{2}}|\\[_~.!$&'()*+,;=/?\#@%-])*+"
)
WORD: Final = rf"[{LETTER}][{NAME_START}]*+"

TOKEN: Final = (
    rf"(?P<space>{SPACE})|(?P<comment>{COMMENT})|(?P<iri>{IRI})|(?P<string>{STRING})|(?P<variable>{VARIABLE})"
    rf"|(?P<language>{LANGUAGE})|(?P<number>{NUMBER})|(?P<name>{NAME})|(?P<word>{WORD})"
    r"|(?P<open>\{\||[{(\[])|(?P<close>\|\}|[})\]])|(?P<other>.)"
)

# An IRI with an authority cannot be read as "less than" and an expression: no expression has "//" in it.
AUTHORITY: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_TWOFOLD: Final = re.compile(r"[#'()\[\]]")


class Token(NamedTuple):
    """A piece of the text; `kind` names the group of TOKEN that matched it."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The position behind it."""
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, given in capitals."""
        return self.kind == "word" and self.text.upper() in words


@functools.cache
def _token() -> re.Pattern[str]:
    """Compiled when the first text comes: that takes long, and most processes cut none."""
    return re.compile(TOKEN, re.DOTALL)


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Every token in order, of a part or of all; together they are the whole text.

    >>> [token.text for token in tokens("ASK{?s a'{'}#{")]
    ['ASK', '{', '?s', ' ', 'a', "'{'", '}', '#{']
    """
    for match in _token().finditer(text, start, len(text) if end is None else end):
        yield Token(match.lastgroup or "other", match.group(), match.start())


def token_at(text: str, start: int) -> Token | None:
    """The token that starts at a position, None at the end of the text."""
    match = _token().match(text, start)
    return Token(match.lastgroup or "other", match.group(), start) if match else None


def is_twofold(iri: str) -> bool:
    """Whether it matters if the text from `<` to `>` is an IRI, or a comparison, a string and a comment.

    >>> is_twofold("<?b#>"), is_twofold("<?b>"), is_twofold("<http://example.org/#>")
    (True, False, False)
    """
    return bool(_TWOFOLD.search(iri)) and not AUTHORITY.match(iri)


def place(text: str, start: int) -> tuple[int, int]:
    """Line and column of a position, both counted from 1.

    >>> place("ASK\\n{}", 5)
    (2, 2)
    """
    line_start = text.rfind("\n", 0, start) + 1
    return text.count("\n", 0, start) + 1, start - line_start + 1
