"""Blocks of triples in a query: from Turtle's short forms to single patterns.

A blank node is a variable that nobody sees, so a variable with a new name takes its place.
Spec: https://www.w3.org/TR/sparql11-query/#QSynTriples
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.receipts_cursor import UNKNOWN, Cursor
from graph.receipts_paths import Path, patterns_of, read_path
from graph.receipts_pattern import FreshNames, NotFollowedError, Pattern, is_variable
from ontology.namespaces import RDF

# So many brackets one in another are read.
DEEPEST: Final = 100


class TriplesReader:
    """Reads the triples of one query; a label of a blank node is the same variable wherever it stands."""

    def __init__(self, cursor: Cursor, names: FreshNames) -> None:
        self._cursor = cursor
        self._names = names
        self._labels: dict[str, str] = {}
        self._depth = 0

    def is_here(self) -> bool:
        """Whether a subject begins at this place."""
        token = self._cursor.token
        return token.kind in ("variable", "iri", "name") or token.text in ("[", "(")

    def read(self) -> Iterator[Pattern]:
        """The patterns of a subject with all that is said of it, and of what is nested in it.

        Raises NotFollowedError for what is neither SPARQL 1.1 nor short.
        """
        is_described = self._cursor.token.text in ("[", "(")
        subject, inside = self._node()
        yield from inside
        if not is_described or self._starts_verb():
            yield from self._properties(subject)

    def _starts_verb(self) -> bool:
        token = self._cursor.token
        return token.kind in ("variable", "iri", "name") or token.text in ("a", "^", "!", "(")

    def _properties(self, subject: str) -> Iterator[Pattern]:
        while True:
            verb = self._verb()
            yield from self._values(subject, verb)
            while self._cursor.accept(","):
                yield from self._values(subject, verb)
            if not self._cursor.accept(";"):
                return
            while self._cursor.accept(";"):
                continue
            if not self._starts_verb():
                return

    def _verb(self) -> Path:
        if self._cursor.token.kind == "variable":
            return Path("step", _variable(self._cursor.take().text))
        return read_path(self._cursor)

    def _values(self, subject: str, verb: Path) -> Iterator[Pattern]:
        value, inside = self._node()
        yield from patterns_of(subject, verb, value, self._names)
        yield from inside

    def _node(self) -> tuple[str, list[Pattern]]:
        """A term, and the patterns that its brackets hold."""
        if self._cursor.token.text not in ("[", "("):
            return self._term(), []
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotFollowedError(UNKNOWN)
        found = self._described() if self._cursor.accept("[") else self._list()
        self._depth -= 1
        return found

    def _described(self) -> tuple[str, list[Pattern]]:
        node = self._names.new()
        inside = [] if self._cursor.token.text == "]" else list(self._properties(node))
        self._cursor.expect("]")
        return node, inside

    def _list(self) -> tuple[str, list[Pattern]]:
        self._cursor.expect("(")
        members = []
        while not self._cursor.accept(")"):
            members.append(self._node())
        cells = [self._names.new("()") for _ in members]
        patterns: list[Pattern] = []
        for cell, rest, (member, inside) in zip(cells, [*cells[1:], str(RDF.nil)], members, strict=False):
            patterns += patterns_of(cell, Path("step", str(RDF.first)), member, self._names)
            patterns += patterns_of(cell, Path("step", str(RDF.rest)), rest, self._names)
            patterns += inside
        return (cells[0] if cells else str(RDF.nil)), patterns

    def _term(self) -> str:
        start, token = self._cursor.place, self._cursor.take()
        if token.kind == "variable":
            return _variable(token.text)
        if token.text.startswith("_:"):
            if token.text not in self._labels:
                self._labels[token.text] = self._names.new(token.text)
            return self._labels[token.text]
        if token.kind in ("iri", "name", "number") or token.text in ("true", "false"):
            return token.text
        if token.text in ("+", "-") and self._cursor.token.kind == "number":
            return token.text + self._cursor.take().text
        if token.kind == "string":
            self._datatype()
            return self._cursor.since(start)
        raise NotFollowedError(UNKNOWN)

    def _datatype(self) -> None:
        if self._cursor.token.kind == "language":
            self._cursor.take()
        elif self._cursor.accept("^"):
            self._cursor.expect("^")
            self._cursor.take()


def _variable(text: str) -> str:
    assert is_variable(text)
    return f"?{text[1:]}"
