"""The WHERE clause of a query: its patterns, and the same clause with marks on the groups that may fail.

A branch of UNION and an OPTIONAL get a BIND of a new variable at their end. Where that is bound in a solution
the group took part in it, and so did each of its patterns; nothing else about the query changes.
Spec: https://www.w3.org/TR/sparql11-query/#sparqlTranslateGraphPatterns
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Final, NamedTuple

from graph.receipts_columns import read_columns
from graph.receipts_cursor import UNKNOWN, Cursor, shown
from graph.receipts_pattern import (
    ELSEWHERE,
    SUBQUERY,
    TAKEN_AWAY,
    TESTED,
    FreshNames,
    NotFollowedError,
    Pattern,
    is_variable,
)
from graph.receipts_triples import TriplesReader
from graph.sparql_tokens import Token

DEEPEST: Final = 100
NOTHING: Final[frozenset[str]] = frozenset()


class Around(NamedTuple):
    """Where a group stands: in which GRAPH, under which mark, how deep."""

    graph: str = ""
    marker: str = ""
    depth: int = 0


TOP: Final = Around()


class Group(NamedTuple):
    """A group with its marks, and the variables that are bound in each of its solutions."""

    text: str
    certain: frozenset[str] = NOTHING


class GroupReader:
    """Reads groups; `patterns` are those of all groups that were read."""

    def __init__(self, cursor: Cursor, names: FreshNames) -> None:
        self._cursor = cursor
        self._names = names
        self._triples = TriplesReader(cursor, names)
        self.patterns: list[Pattern] = []

    def read(self, around: Around = TOP) -> Group:
        """The group in braces at this place.

        Raises NotFollowedError for what is not SPARQL 1.1.
        """
        start = self._cursor.place
        if around.depth > DEEPEST:
            raise NotFollowedError(UNKNOWN)
        self._cursor.expect("{")
        if self._cursor.token.is_word("SELECT"):
            return self._subquery(start, around)
        parts: list[Group] = []
        while not self._cursor.accept("}"):
            parts.append(self._part(around))
        certain = reduce(frozenset.union, (part.certain for part in parts), NOTHING)
        return Group(f"{{ {' '.join(part.text for part in parts)} }}", certain)

    def _subquery(self, start: int, around: Around) -> Group:
        """A query in braces, which is looked at on its own; see `inner_selects`."""
        begin = self._cursor.place
        self._cursor.take()
        self._cursor.accept_word("DISTINCT", "REDUCED")
        columns = read_columns(self._cursor)
        while self._cursor.token.text != "}":
            if self._cursor.token.kind == "open":
                self._cursor.skip_brackets()
            else:
                self._cursor.take()
        inner = self._cursor.since(begin)
        self._cursor.take()
        text = self._opaque(start, SUBQUERY, around).text
        if columns:
            names = tuple(column.name for column in columns)
            self.patterns[-1] = replace(self.patterns[-1], inner=inner, columns=names)
        return Group(f"{{ {text} }}")

    def _part(self, around: Around) -> Group:
        start, token = self._cursor.place, self._cursor.token
        if self._triples.is_here():
            return self._block(around)
        if token.text == "{":
            return self._union(around)
        self._cursor.take()
        match token.text.upper():
            case ".":
                return Group("")
            case "OPTIONAL":
                return Group(f"OPTIONAL {self._marked(around).text}")
            case "GRAPH":
                return self._graph(around)
            case "MINUS":
                self._cursor.skip_brackets()
                return self._opaque(start, TAKEN_AWAY, around)
            case "SERVICE":
                self._cursor.accept_word("SILENT")
                self._cursor.take()
                self._cursor.skip_brackets()
                return self._opaque(start, ELSEWHERE, around)
            case "FILTER":
                return self._filter(start, around)
            case "BIND":
                self._cursor.skip_brackets()
                self.note_tests(self._cursor.taken_since(start), around)
                return Group(self._cursor.since(start))
            case "VALUES":
                skip_values(self._cursor)
                return Group(self._cursor.since(start))
            case _:
                raise NotFollowedError(UNKNOWN)

    def _block(self, around: Around) -> Group:
        """The triples of one subject, each a pattern of its own."""
        found = [replace(each, graph=around.graph, marker=around.marker) for each in self._triples.read()]
        self.patterns += found
        return Group(" ".join(each.text for each in found), frozenset(_bound(found)))

    def _union(self, around: Around) -> Group:
        branches = [self._marked(around)]
        while self._cursor.accept_word("UNION"):
            branches.append(self._marked(around))
        certain = reduce(frozenset.intersection, (branch.certain for branch in branches))
        return Group(" UNION ".join(branch.text for branch in branches), certain)

    def _marked(self, around: Around) -> Group:
        """A group that ends in a mark of its own."""
        marker = self._names.new()
        group = self.read(Around(around.graph, marker, around.depth + 1))
        if not any(pattern.marker == marker for pattern in self.patterns):
            return group
        return Group(f"{group.text[:-1]} BIND(1 AS {marker}) }}", group.certain)

    def _graph(self, around: Around) -> Group:
        token = self._cursor.take()
        if token.kind not in ("variable", "iri", "name"):
            raise NotFollowedError(UNKNOWN)
        name = f"?{token.text[1:]}" if token.kind == "variable" else token.text
        group = self.read(Around(name, around.marker, around.depth + 1))
        named = {name} if is_variable(name) else NOTHING
        return Group(f"GRAPH {name} {group.text}", group.certain | named)

    def _filter(self, start: int, around: Around) -> Group:
        while self._cursor.token.text not in ("(", "{"):
            self._cursor.take()
        self._cursor.skip_brackets()
        self.note_tests(self._cursor.taken_since(start), around)
        return Group(self._cursor.since(start))

    def note_tests(self, found: list[Token], around: Around = TOP) -> None:
        """Note each EXISTS among the tokens of an expression; what is in it is not followed."""
        place = 0
        while place < len(found):
            if found[place].is_word("EXISTS"):
                is_negated = place > 0 and found[place - 1].is_word("NOT")
                end = _end_of_group(found, place)
                self._note(found[place - is_negated : end], TESTED, around)
                place = end
            else:
                place += 1

    def _opaque(self, start: int, because: str, around: Around) -> Group:
        self._note(self._cursor.taken_since(start), because, around)
        return Group(self._cursor.since(start))

    def _note(self, found: list[Token], because: str, around: Around) -> None:
        self.patterns.append(Pattern(shown(found), graph=around.graph, marker=around.marker, because=because))


def skip_values(cursor: Cursor) -> None:
    """Leave the variables and the data of VALUES behind."""
    if cursor.token.text == "(":
        cursor.skip_brackets()
    else:
        cursor.take()
    cursor.skip_brackets()


def _bound(patterns: list[Pattern]) -> set[str]:
    """The variables that the patterns bind, whether they can be followed or not."""
    return {term for pattern in patterns for term in pattern.ends if is_variable(term)}


def _end_of_group(found: list[Token], place: int) -> int:
    """The number of the token behind the group that begins after a place."""
    depth = 0
    for number in range(place, len(found)):
        if found[number].text == "{":
            depth += 1
        elif found[number].text == "}":
            depth -= 1
            if depth == 0:
                return number + 1
    raise NotFollowedError(UNKNOWN)
