"""The SERVICE clauses of a query: where they stand, whom they ask, and what may stand in them.

Spec: https://www.w3.org/TR/sparql11-federated-query/#grammar
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from graph.errors import QuerySyntaxError
from graph.query_guard import require_no_federation
from graph.sparql_tokens import Token, is_twofold, place, tokens
from ontology.namespaces import PREFIXES

WIKIDATA: Final = "https://query.wikidata.org/sparql"
# Short names of services, for people who type them.
SERVICES: Final[Mapping[str, str]] = MappingProxyType({"wikidata": WIKIDATA})
# These stand for functions of the service itself (labels, distances), and for no other server.
FUNCTIONS: Final = ("http://wikiba.se/ontology#", "http://www.bigdata.com/")
MOST_CLAUSES: Final = 10
QUERY_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_GRAMMAR: Final = "SERVICE is followed by an IRI in full and by a group: SERVICE <https://…> { … }."
_FUNCTION: Final = (
    "SERVICE wikibase:label and its like are Wikidata's own: write them inside of SERVICE <{}> {{ … }}."
)


@dataclass(frozen=True)
class Clause:
    """`SERVICE <iri> { … }` in a query: where it stands, and its group with the braces.

    `names` are where SERVICE and the name of a service stand, for this clause and for those in its group.
    """

    service: str
    is_silent: bool
    start: int
    end: int
    group: str
    names: tuple[tuple[int, int], ...]


def short_name(service: str) -> str:
    """What to type for a service."""
    return next((name for name, iri in SERVICES.items() if iri == service), service)


def clauses_of(text: str, allowed: Collection[str]) -> list[Clause]:
    """The outermost SERVICE clauses, in order, after a look at all of the query.

    Raises QuerySyntaxError for a service that is not allowed, or not named by its IRI, for a clause inside of
    a clause whose service is neither allowed nor a function of the service that gets it, and for too many.
    """
    clauses = _clauses(text)
    require_no_federation(blanked(text, [(clause.start, clause.end) for clause in clauses]))
    for clause in clauses:
        if clause.service not in allowed:
            remedy = f"Whoever runs this allows it with: --service {short_name(clause.service)}"
            what = f"SERVICE <{clause.service}> is not allowed. {remedy}"
            raise QuerySyntaxError(what, *place(text, clause.start))
    inner = [_with_inner(text, clause, allowed) for clause in clauses]
    require_no_federation(blanked(text, [names for clause in inner for names in clause.names]))
    return inner


def blanked(text: str, parts: Sequence[tuple[int, int]]) -> str:
    """The text with blanks in the place of these parts, so that all else stands where it stood."""
    pieces, done = [], 0
    for start, end in sorted(parts):
        pieces += [text[done:start], "".join(sign if sign in "\r\n" else " " for sign in text[start:end])]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def _clauses(text: str) -> list[Clause]:
    if "service" not in text.lower():
        return []
    found = [token for token in tokens(text) if token.kind not in ("space", "comment")]
    for token in found:
        if token.kind == "iri" and is_twofold(token.text):
            raise QuerySyntaxError(
                "Put blanks around '<', or write the IRI in full.", *place(text, token.start)
            )
    clauses: list[Clause] = []
    for number, token in enumerate(found):
        if token.is_word("SERVICE") and (not clauses or token.start >= clauses[-1].end):
            if len(clauses) == MOST_CLAUSES:
                what = f"Too many SERVICE clauses: at most {MOST_CLAUSES} are asked."
                raise QuerySyntaxError(what, *place(text, token.start))
            clauses.append(_clause(text, found, number))
    return clauses


def _clause(text: str, found: Sequence[Token], number: int) -> Clause:
    name, is_silent = _name(found, number)
    group = found[number + 2 + is_silent :]
    if name.kind != "iri" or not group or group[0].text != "{":
        is_function = _expanded(name, declared_prefixes(text)).startswith(FUNCTIONS)
        what = _FUNCTION.format(WIKIDATA) if is_function else _GRAMMAR
        raise QuerySyntaxError(what, *place(text, found[number].start))
    start, end = group[0].start, _end(text, group)
    names = ((found[number].start, name.end),)
    return Clause(name.text[1:-1], is_silent, found[number].start, end, text[start:end], names)


def _name(found: Sequence[Token], number: int) -> tuple[Token, bool]:
    """The token of a service's name behind SERVICE, or the last one; and whether SILENT is there."""
    is_silent = number + 1 < len(found) and found[number + 1].is_word("SILENT")
    return found[min(number + 1 + is_silent, len(found) - 1)], is_silent


def _with_inner(text: str, clause: Clause, allowed: Collection[str]) -> Clause:
    offset = clause.end - len(clause.group)
    found = [token for token in tokens(text, offset, clause.end) if token.kind not in ("space", "comment")]
    prefixes = declared_prefixes(text)
    names = [*clause.names]
    for number, token in enumerate(found):
        if token.is_word("SERVICE"):
            name, _ = _name(found, number)
            service = _expanded(name, prefixes)
            if not service.startswith(FUNCTIONS) and service not in allowed:
                what = "Inside of SERVICE, the service that gets the clause would ask another one. "
                remedy = "Write the clauses beside each other."
                raise QuerySyntaxError(what + remedy, *place(text, token.start))
            names.append((token.start, name.end))
    return Clause(clause.service, clause.is_silent, clause.start, clause.end, clause.group, tuple(names))


def _expanded(name: Token, prefixes: Mapping[str, str]) -> str:
    """The IRI of a service; nothing for a variable, for an escape, and for an unknown prefix."""
    if name.kind == "iri":
        return "" if "\\" in name.text else name.text[1:-1]
    prefix, colon, local = name.text.partition(":")
    is_known = name.kind == "name" and colon and "\\" not in name.text
    return prefixes.get(prefix, "") + local if is_known and prefix in prefixes else ""


def declared_prefixes(text: str) -> Mapping[str, str]:
    """The prefixes of a query with their namespaces: its own, and ours where it does not declare them."""
    prefixes = dict(PREFIXES)
    before: list[Token] = []
    for token in prologue_tokens(text):
        if token.kind in ("space", "comment"):
            continue
        if token.kind == "iri" and len(before) > 1 and before[-2].is_word("PREFIX"):
            prefixes[before[-1].text.removesuffix(":")] = token.text[1:-1]
        before.append(token)
    return prefixes


def prologue_tokens(text: str) -> Iterator[Token]:
    """The tokens before the form of the query."""
    for token in tokens(text):
        if token.is_word(*QUERY_FORMS):
            return
        yield token


def _end(text: str, group: Sequence[Token]) -> int:
    """The position behind the bracket that closes the first token's."""
    depth = 0
    for token in group:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0:
            return token.end
    raise QuerySyntaxError("This bracket is never closed.", *place(text, group[0].start))
