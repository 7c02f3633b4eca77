"""Walks through the text of a SPARQL update: its prologue, its templates and its groups, without recursion.

It reads as the engine (oxigraph 0.5.13) reads, or it refuses. The engine wants no blanks around keywords and
takes `INSERTDATA{`, `trueGRAPH<g>{}` and, where a prefix x is declared, `ADD graphx:a TO x:b`; it also reads
`<` by grammar. So keywords must be whole words here, and what may be read in two ways is refused.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse

from graph.errors import QuerySyntaxError
from graph.sparql_tokens import (
    COMMENT,
    IRI,
    LANGUAGE,
    NAME,
    NAME_START,
    NUMBER,
    SPACE,
    STRING,
    VARIABLE,
    Token,
    is_twofold,
    place,
    token_at,
)

BLANK: Final = re.compile(rf"(?:{SPACE}|{COMMENT})*+")
BLANK_OR_DOT: Final = re.compile(rf"(?:{SPACE}|{COMMENT}|\.)*+")
ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
TEMPLATE_SIGNS: Final = frozenset(".;,^~+-<>")
GROUP_SIGNS: Final = TEMPLATE_SIGNS | frozenset("*/=!&|?")
PARTNER: Final = {")": "(", "]": "[", "}": "{", "|}": "{|"}


@functools.cache
def _plain_triples() -> re.Pattern[str]:
    """What fills a template, in one step: INSERT DATA may bring ten megabytes."""
    return re.compile(
        rf"(?:{SPACE}|{COMMENT}|{IRI}|{STRING}|{VARIABLE}|{LANGUAGE}|{NUMBER}|{NAME}|[.;,()\[\]]"
        rf"|(?:a|true|false)(?![{NAME_START}]))*+"
    )


@dataclass(frozen=True)
class Template:
    """The quads between braces of an update: where they stand, and the graphs that they name."""

    start: int
    end: int
    graphs: frozenset[str]
    has_default: bool
    has_variable_graph: bool


class Cursor:
    """A position in the text, and the prefixes and base that are in force there.

    Every method raises QuerySyntaxError, with line and column, for what is not certain to be read the same
    way by the engine.
    """

    def __init__(self, text: str, base_iri: str | None) -> None:
        self.text = text
        self.position = 0
        self._base = base_iri
        self._prefixes: dict[str, str] = {}

    def refused(self, message: str, token: Token | None) -> QuerySyntaxError:
        """The error to raise about a token, or about the end of the text."""
        start = len(self.text) if token is None else token.start
        return QuerySyntaxError(message, *place(self.text, start))

    def peek(self) -> Token | None:
        """The next token that is neither blank nor comment, None at the end."""
        blank = BLANK.match(self.text, self.position)
        self.position = blank.end() if blank else self.position
        return token_at(self.text, self.position)

    def take(self) -> Token:
        """That token, and step behind it."""
        token = self.peek()
        if token is None:
            raise self.refused("The update ends too early.", None)
        self.position = token.end
        return token

    def has(self, *words: str) -> Token | None:
        """The next token, and step behind it, where it is one of these keywords."""
        token = self.peek()
        if token is None or not token.is_word(*words):
            return None
        self.position = token.end
        return token

    def require(self, *words: str) -> Token:
        """The next token, which must be one of these keywords."""
        token = self.has(*words)
        if token is None:
            expected = " or ".join(words)
            raise self.refused(f"Expected {expected}, with blanks around it.", self.peek())
        return token

    def prologue(self) -> None:
        """Step behind all of BASE, PREFIX and VERSION, and keep what they declare."""
        while word := self.has("BASE", "PREFIX", "VERSION"):
            if word.is_word("BASE"):
                self._base = self._reference(self.take())
            elif word.is_word("PREFIX"):
                name = self.take()
                if name.kind != "name" or name.text.find(":") != len(name.text) - 1:
                    raise self.refused("Expected a prefix that ends in a colon.", name)
                self._prefixes[name.text[:-1]] = self._reference(self.take())
            elif (version := self.take()).kind != "string":
                raise self.refused("Expected a version in quotes.", version)

    def iri(self) -> str:
        """The absolute IRI that stands next, written in full or as a prefixed name."""
        token = self.take()
        return self._named(token) if token.kind == "name" else self._reference(token)

    def _reference(self, token: Token) -> str:
        if token.kind != "iri" or "\\" in token.text:
            raise self.refused("Expected an IRI in angle brackets, without escapes.", token)
        return self._absolute(token.text[1:-1], token)

    def _named(self, token: Token) -> str:
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            raise self.refused(f"The prefix {prefix}: is not declared.", token)
        if local.endswith("."):
            raise self.refused("A name must not end in a dot: write the IRI in full.", token)
        return self._absolute(self._prefixes[prefix] + local.replace("\\", ""), token)

    def _absolute(self, reference: str, token: Token) -> str:
        """Resolved by the engine itself, so that both mean the same graph; it leaves absolute IRIs alone."""
        try:
            if self._base is None or ABSOLUTE.match(reference):
                return NamedNode(reference).value
            document = f"<{reference}> a <{reference}> ."
            subject = next(parse(document, format=RdfFormat.TURTLE, base_iri=self._base)).subject
        except (ValueError, SyntaxError):
            raise self.refused("This is no absolute IRI.", token) from None
        return str(subject)[1:-1]

    def template(self) -> Template:
        """Step behind a block of quads: `{ triples GRAPH <g> { triples } }`."""
        start = self._brace().start
        graphs: set[str] = set()
        has_default = has_variable = in_graph = False
        while True:
            has_default |= self._triples() and not in_graph
            token = self.take()
            if token.text == "}":
                if not in_graph:
                    return Template(start, token.end, frozenset(graphs), has_default, has_variable)
                in_graph = False
            elif token.is_word("GRAPH") and not in_graph:
                name = self.peek()
                if name is not None and name.kind == "variable":
                    has_variable = bool(self.take())
                else:
                    graphs.add(self.iri())
                self._brace()
                in_graph = True
            else:
                self._require_in_template(token)
                has_default |= not in_graph

    def _brace(self) -> Token:
        token = self.take()
        if token.text != "{":
            raise self.refused("Expected {.", token)
        return token

    def _triples(self) -> bool:
        """Step over triples as far as they are plain; whether there were any."""
        for pattern in (BLANK_OR_DOT, _plain_triples()):
            start = self.position
            match = pattern.match(self.text, start)
            self.position = match.end() if match else start
        return self.position > start

    def _require_in_template(self, token: Token) -> None:
        is_known = (
            token.kind in ("iri", "string", "language", "number", "name", "variable")
            or token.text in TEMPLATE_SIGNS
            or (token.kind in ("open", "close") and token.text != "{")
            or token.is_word("A", "TRUE", "FALSE")
        )
        if not is_known:
            raise self.refused(f"{token.text} cannot stand among triples; blanks may be missing.", token)
        if token.text == "<":
            self._require_plain_after_less(token)

    def group(self) -> None:
        """Step behind a group graph pattern, `{ ... }`, whatever is in it."""
        previous = self._brace()
        brackets = [previous.text]
        while brackets:
            token = self.take()
            if token.kind == "open":
                brackets.append(token.text)
            elif token.kind == "close":
                if brackets.pop() != PARTNER[token.text]:
                    raise self.refused(f"{token.text} closes another kind of bracket.", token)
            elif token.kind == "iri":
                self._require_no_operator(token, previous, brackets[-1])
            elif token.kind == "other" and token.text not in GROUP_SIGNS:
                raise self.refused(f"{token.text} cannot stand here.", token)
            elif token.text == "<":
                self._require_plain_after_less(token)
            previous = token

    def _require_no_operator(self, token: Token, previous: Token, bracket: str) -> None:
        """Comparisons stand in parentheses only, behind what has a value."""
        has_value = previous.kind not in ("open", "other")
        if bracket == "(" and has_value and is_twofold(token.text):
            raise self.refused("This may be an IRI or a comparison: write blanks around <.", token)

    def _require_plain_after_less(self, token: Token) -> None:
        """`<<a:b#>` is two signs and a comment where triples stand, and a comparison in an expression."""
        following = token_at(self.text, token.end)
        if following is not None and following.kind == "iri" and is_twofold(following.text):
            raise self.refused("This may be read in two ways: write blanks around <.", token)
