"""Answers the SERVICE clauses of a query beforehand, where its user allows the service.

The engine's own SERVICE reaches any address, knows no deadline and cannot be interrupted. So it is never
given one: each service is asked for the solutions of its clause, and a VALUES block with them takes the
clause's place. That is the same join. Only the command line does this; a server asks no other server.
Spec: https://www.w3.org/TR/sparql11-federated-query/#defn_service
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pyoxigraph import BlankNode, NamedNode, QuerySolutions

from graph.errors import QueryFailedError, QuerySyntaxError
from graph.query_guard import require_no_federation
from graph.sparql_tokens import Token, is_twofold, place, tokens
from ontology.namespaces import PREFIXES

WIKIDATA: Final = "https://query.wikidata.org/sparql"
# Short names of services, for people who type them.
SERVICES: Final[Mapping[str, str]] = MappingProxyType({"wikidata": WIKIDATA})

# The solutions of a query, from the service at an address. Raises QueryFailedError.
Asking = Callable[[str, str], QuerySolutions]


@dataclass(frozen=True)
class Clause:
    """`SERVICE <iri> { … }` in a query: where it stands, and its group with the braces."""

    service: str
    is_silent: bool
    start: int
    end: int
    group: str


def federated(text: str, allowed: Mapping[str, str], ask: Asking) -> str:
    """The query with solutions in the place of its SERVICE clauses; `allowed` gives the address of a service.

    A clause inside of another clause is left to the service that gets it. Raises QuerySyntaxError for a
    service that is not allowed or not named by its IRI, and QueryFailedError where one does not answer.
    """
    clauses = _clauses(text)
    require_no_federation("".join(_pieces(text, clauses, ["{}"] * len(clauses))))
    for clause in clauses:
        if clause.service not in allowed:
            remedy = f"Allow it with: --service {_short(clause.service)}"
            what = f"SERVICE <{clause.service}> is not allowed. {remedy}"
            raise QuerySyntaxError(what, *place(text, clause.start))
    answers = [_answer(text, clause, allowed[clause.service], ask) for clause in clauses]
    return "".join(_pieces(text, clauses, answers))


def _short(service: str) -> str:
    return next((name for name, iri in SERVICES.items() if iri == service), service)


def _pieces(text: str, clauses: Iterable[Clause], instead: Iterable[str]) -> Iterator[str]:
    done = 0
    for clause, replacement in zip(clauses, instead, strict=True):
        yield text[done : clause.start]
        yield replacement
        done = clause.end
    yield text[done:]


def _clauses(text: str) -> list[Clause]:
    """The outermost SERVICE clauses, in order."""
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
            clauses.append(_clause(text, found[number:]))
    return clauses


def _clause(text: str, found: Sequence[Token]) -> Clause:
    is_silent = len(found) > 1 and found[1].is_word("SILENT")
    service, *group = found[1 + is_silent :] or found[-1:]
    if service.kind != "iri" or not group or group[0].text != "{":
        raise QuerySyntaxError(
            "SERVICE is followed by an IRI in full and by a group: SERVICE <https://…> { … }.",
            *place(text, found[0].start),
        )
    start, end = group[0].start, _end(text, group)
    return Clause(service.text[1:-1], is_silent, found[0].start, end, text[start:end])


def _end(text: str, group: Sequence[Token]) -> int:
    """The position behind the bracket that closes the first token's."""
    depth = 0
    for token in group:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0:
            return token.end
    raise QuerySyntaxError("This bracket is never closed.", *place(text, group[0].start))


def _answer(text: str, clause: Clause, address: str, ask: Asking) -> str:
    try:
        solutions = ask(address, f"{_prologue(text, clause.group)}SELECT * WHERE {clause.group}")
        return _values(solutions, clause.service)
    except QueryFailedError:
        if clause.is_silent:
            return "{}"
        raise


def _prologue(text: str, group: str) -> str:
    """The declarations of the query, and before them those of our own prefixes that the group uses."""
    used = {token.text.partition(":")[0] for token in tokens(group) if token.kind == "name"}
    ours = [f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in sorted(used & PREFIXES.keys())]
    declared = []
    for token in tokens(text):
        if token.is_word("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
            break
        declared.append("\n" if token.kind == "comment" else token.text)
    return "".join([*ours, "".join(declared).strip(), "\n"])


def _values(solutions: QuerySolutions, service: str) -> str:
    """The solutions as a VALUES block: `VALUES (?a ?b) { (<x> "y") (<z> UNDEF) }`."""
    names = " ".join(f"?{variable.value}" for variable in solutions.variables)
    rows = ("(" + " ".join(_written(term, service) for term in solution) + ")" for solution in solutions)
    try:
        return "\n".join([f"{{ VALUES ({names}) {{", *rows, "} }"])
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        raise QueryFailedError(f"What {service} answered cannot be read: {error}.") from error


def _written(term: object, service: str) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, BlankNode):
        # It cannot stand in VALUES. A name that nobody else uses joins with as little as it does.
        term = NamedNode(f"{service}/.well-known/genid/{term.value}")
    return str(term)
