"""Puts RDF terms in the place of variables of a query, token by token.

pyoxigraph can substitute variables when it runs a query, the SPARQL protocol cannot. So the terms are
written into the text, in N-Triples syntax as pyoxigraph serialises them, and one text serves every store.
No text of a user goes in as it is: what is not a term by then was refused before.

A variable in a SELECT clause becomes `(term AS ?variable)`, one in GROUP BY and ORDER BY `(term)`, one after
LIMIT or OFFSET the digits of its number. Inside of sub-queries the column gets another name, which the outer
query does not see as the same variable. `SELECT *` does not list substituted variables.

A list of terms goes into a block of its own, `VALUES ?variable { UNDEF }`, in place of UNDEF. The variable
stays one, so it may be selected; as it stands, the query answers for every value.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import Triple

from graph.errors import OntologyError
from graph.query_parameters import ParameterTerm
from graph.sparql_tokens import Token, tokens

# A query in a file is bound to other values many times; a longer text has lists in it already.
LONGEST_KNOWN: Final = 4000


class _Reader:
    """Where in the query we are: clause by depth of brackets, and the last token that counted."""

    def __init__(self) -> None:
        self._clauses = [""]
        self._last = ""

    def advance(self, token: Token) -> None:
        if token.kind in ("space", "comment"):
            return
        word = token.text.upper() if token.kind == "word" else token.text
        if token.kind == "open":
            self._open(token.text)
        elif token.kind == "close" and len(self._clauses) > 1:
            self._clauses.pop()
        elif word in ("SELECT", "GROUP", "ORDER", "VALUES", "LIMIT", "OFFSET"):
            self._clauses[-1] = word
        elif word in ("WHERE", "FROM", "HAVING"):
            self._clauses[-1] = ""
        self._last = word

    def _open(self, bracket: str) -> None:
        keeps = bracket == "(" and self._clauses[-1] == "VALUES"
        if bracket == "{":
            self._clauses[-1] = ""
        inner = "BOUND" if self._last == "BOUND" else "VALUES" if keeps else ""
        self._clauses.append(inner)

    @property
    def clause(self) -> str:
        return "AS" if self._last == "AS" else self._clauses[-1]

    @property
    def is_nested(self) -> bool:
        return len(self._clauses) > 1


def substitute(text: str, terms: Mapping[str, ParameterTerm | Triple]) -> str:
    """The query with each variable that `terms` names replaced by its term.

    >>> from pyoxigraph import Literal
    >>> substitute("SELECT ?y { ?s ?p ?y }", {"y": Literal("a")})
    'SELECT ("a" AS ?y) { ?s ?p "a" }'
    """
    return "".join(_pieces(text, terms)) if terms else text


def _pieces(text: str, terms: Mapping[str, ParameterTerm | Triple]) -> Iterator[str]:
    reader = _Reader()
    for token in _tokens(text):
        term = terms.get(token.text[1:]) if token.kind == "variable" else None
        yield token.text if term is None else _written(token.text[1:], term, reader)
        reader.advance(token)


def _written(name: str, term: ParameterTerm | Triple, reader: _Reader) -> str:
    written = f"<<( {term} )>>" if isinstance(term, Triple) else str(term)
    match reader.clause:
        case "SELECT":
            return f"({written} AS ?{name}{'_given' if reader.is_nested else ''})"
        case "GROUP" | "ORDER":
            return f"({written})"
        case "LIMIT" | "OFFSET" if not isinstance(term, Triple):
            return term.value
        case _:
            return written


def require_substitutable(text: str, names: Collection[str]) -> None:
    """Nothing, where each of the variables stands only where a term may stand.

    Raises OntologyError for one after AS, in VALUES or in BOUND, and for one that never occurs.
    """
    reader = _Reader()
    unseen = set(names)
    for token in tokens(text):
        if token.kind == "variable" and token.text[1:] in names:
            unseen.discard(token.text[1:])
            if reader.clause in ("AS", "VALUES", "BOUND"):
                raise OntologyError(f"The parameter {token.text} cannot stand in {reader.clause}.")
        reader.advance(token)
    if unseen:
        raise OntologyError(f"The query never uses its parameter {min(unseen)}.")


def fill_lists(text: str, lists: Mapping[str, Iterable[ParameterTerm]]) -> str:
    """The query with the terms of each list in its block.

    >>> from pyoxigraph import NamedNode
    >>> fill_lists("ASK { VALUES ?x { UNDEF } }", {"x": [NamedNode("a:b"), NamedNode("a:c")]})
    'ASK { VALUES ?x { <a:b> <a:c> } }'
    """
    if not lists:
        return text
    return "".join(
        token.text if name not in lists else " ".join(map(str, lists[name]))
        for name, token in _with_lists(text)
    )


def require_lists(text: str, names: Collection[str]) -> None:
    """Nothing, where each of the variables has one block for its list.

    Raises OntologyError.
    """
    found = [name for name, _ in _with_lists(text) if name]
    for name in names:
        if found.count(name) != 1:
            raise OntologyError(f"The list ?{name} needs one block: VALUES ?{name} {{ UNDEF }}.")


def _with_lists(text: str) -> Iterator[tuple[str, Token]]:
    """Every token; the UNDEF of a block comes with the name of its variable, all else with none."""
    before: deque[str] = deque(maxlen=3)
    for token in _tokens(text):
        if token.kind in ("space", "comment"):
            yield "", token
            continue
        is_block = token.is_word("UNDEF") and before[0].upper() == "VALUES" and before[2] == "{"
        yield before[1][1:] if is_block else "", token
        before.append(token.text)


def _tokens(text: str) -> Iterable[Token]:
    return _known_tokens(text) if len(text) <= LONGEST_KNOWN else tokens(text)


@functools.lru_cache(maxsize=128)
def _known_tokens(text: str) -> tuple[Token, ...]:
    return tuple(tokens(text))
