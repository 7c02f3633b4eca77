"""The outline of a query: its groups, and what stands in each, from tokens; no expression is looked into.

It serves those who need to know which patterns a solution has certainly matched. What is not plain SPARQL 1.1
has no outline: nobody must rely on a guess.
Spec: https://www.w3.org/TR/sparql11-query/#rGroupGraphPattern
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.sparql_tokens import Token

DEEPEST: Final = 60
_BEGINNINGS: Final = ("OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES", "LATERAL")
_TERMS: Final = ("A", "TRUE", "FALSE")
_NAMES: Final = ("iri", "name", "variable")


class UnclearError(Exception):
    """The query has no outline."""


@dataclass
class Element:
    """A part of a group, from `start` to `end` of the text.

    `kind`: triples, values, graph, groups (one, or several with UNION between them), optional, minus,
    service, filter, or other. `groups` are those inside, but for those in expressions. `variables` and
    `words` (in capitals) are those outside of these groups.
    """

    kind: str
    start: int
    end: int = 0
    groups: list[Group] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


@dataclass
class Group:
    """What stands in braces. Of a sub-query, `selected` are the variables that it passes on (None: all), its
    pattern is the only element, and `is_cut` says whether it has a LIMIT or an OFFSET."""

    start: int
    end: int = 0
    elements: list[Element] = field(default_factory=list)
    is_select: bool = False
    is_cut: bool = False
    selected: set[str] | None = None


@dataclass(frozen=True)
class Outline:
    """The pattern of a query, and where its FROM clauses stand, from the first to the end of the last."""

    pattern: Group
    dataset: tuple[int, int] = (0, 0)


def outline(found: Iterable[Token]) -> Outline | None:
    """The outline of a query's tokens; None where it has none."""
    try:
        return _Outliner([token for token in found if token.kind not in ("space", "comment")]).query()
    except UnclearError:
        return None


def group_outline(found: Iterable[Token]) -> Group | None:
    """The outline of a group's tokens, braces included; None where it has none."""
    try:
        return _Outliner([token for token in found if token.kind not in ("space", "comment")]).group()
    except UnclearError:
        return None


class _Outliner:
    def __init__(self, found: Sequence[Token]) -> None:
        self._found = found
        self._at = 0
        self._depth = 0

    def query(self) -> Outline:
        dataset: list[Token] = []
        while self._token.text != "{":
            token = self._next()
            if token.is_word("CONSTRUCT") and self._token.text == "{":
                self._balanced()
            elif token.kind == "open":
                self._at -= 1
                self._balanced()
            elif token.is_word("FROM"):
                dataset += [token, self._next()]
                if dataset[-1].is_word("NAMED"):
                    dataset.append(self._next())
        return Outline(self.group(), (dataset[0].start, dataset[-1].end) if dataset else (0, 0))

    def group(self) -> Group:
        self._depth += 1
        opening = self._next()
        if opening.text != "{" or self._depth > DEEPEST:
            raise UnclearError
        group = Group(opening.start)
        if self._token.is_word("SELECT"):
            self._select(group)
        else:
            while self._token.text != "}":
                if self._token.text == ".":
                    self._next()
                else:
                    group.elements.append(self._element())
        group.end = self._next().end
        self._depth -= 1
        return group

    @property
    def _token(self) -> Token:
        if self._at >= len(self._found):
            raise UnclearError
        return self._found[self._at]

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _select(self, group: Group) -> None:
        self._next()
        group.is_select, group.selected = True, set()
        while self._token.text != "{":
            token = self._token
            if token.text == "*":
                group.selected = None
            elif token.kind == "variable" and group.selected is not None:
                group.selected.add(token.text[1:])
            if token.kind == "open":
                self._balanced()
            else:
                self._next()
        inner = self.group()
        group.elements.append(Element("groups", inner.start, inner.end, [inner]))
        while self._token.text != "}":
            if self._token.is_word("LIMIT", "OFFSET"):
                group.is_cut = True
            if self._token.kind == "open":
                self._balanced()
            else:
                self._next()

    def _element(self) -> Element:
        token = self._token
        if token.text == "{":
            element = Element("groups", token.start)
            element.groups.append(self.group())
            while self._token.is_word("UNION"):
                self._next()
                element.groups.append(self.group())
        elif token.is_word(*_BEGINNINGS):
            element = self._clause()
        else:
            element = self._triples()
        element.end = self._found[self._at - 1].end
        return element

    def _clause(self) -> Element:
        token = self._next()
        word = token.text.upper()
        element = Element(word.lower(), token.start)
        if word in ("OPTIONAL", "MINUS"):
            element.groups.append(self.group())
        elif word in ("GRAPH", "SERVICE"):
            if self._token.is_word("SILENT"):
                self._next()
            if self._token.kind not in _NAMES:
                raise UnclearError
            self._take(element, self._next())
            element.groups.append(self.group())
        elif word == "VALUES":
            self._until_brace(element)
            self._balanced(element)
        elif word == "FILTER":
            self._until_bracket(element)
            self._balanced(element)
        else:
            element.kind = "other"
            self._balanced(element)
        return element

    def _until_brace(self, element: Element) -> None:
        while self._token.text != "{":
            if self._token.kind not in ("variable", "open", "close"):
                raise UnclearError
            self._take(element, self._next())

    def _until_bracket(self, element: Element) -> None:
        """`(`, or what a call or EXISTS has before its bracket."""
        while self._token.kind != "open":
            if self._token.kind not in ("word", "name", "iri"):
                raise UnclearError
            self._take(element, self._next())

    def _triples(self) -> Element:
        element, depth = Element("triples", self._token.start), 0
        while True:
            token = self._token
            if depth == 0 and (token.text in "{}" or token.is_word(*_BEGINNINGS)):
                break
            is_open, is_close = token.text in ("(", "["), token.text in (")", "]")
            is_word = token.kind == "word" and token.text.upper() not in _TERMS
            if is_word or token.text in ("<", ">", "~", "'", '"', "\\"):
                raise UnclearError
            if token.kind in ("open", "close") and not is_open and not is_close:
                raise UnclearError
            depth += is_open - is_close
            self._take(element, self._next())
        if element.start == self._token.start:
            raise UnclearError
        return element

    def _balanced(self, element: Element | None = None) -> None:
        """Everything to the bracket that closes the one that stands here."""
        depth = 0
        while True:
            token = self._next()
            depth += {"open": 1, "close": -1}.get(token.kind, 0)
            if element is not None:
                self._take(element, token)
            if depth == 0 and token.kind != "close":
                raise UnclearError
            if depth == 0:
                return

    def _take(self, element: Element, token: Token) -> None:
        if token.kind == "variable":
            element.variables.add(token.text[1:])
        elif token.kind == "word":
            element.words.add(token.text.upper())
