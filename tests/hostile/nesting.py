"""Every construct of SPARQL that can hold itself, nested from ten to a million times."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from tests.hostile.attack import Attack, Operation, nested

DEPTHS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
GRAPH = "<https://w3id.org/osagraph/graph/user/hostile>"
P = "<http://example.org/p>"


class Construct(NamedTuple):
    """What stands before, opens, is inside, closes, and stands behind."""

    head: str
    opening: str
    core: str
    closing: str
    tail: str


def expression(opening: str, core: str, closing: str) -> Construct:
    return Construct("ASK { FILTER(", opening, core, closing, ") }")


def group(opening: str, closing: str = "}") -> Construct:
    return Construct("ASK { ", opening, "?s ?p ?o", closing, " }")


def term(opening: str, core: str, closing: str) -> Construct:
    return Construct(f"ASK {{ ?s {P} ", opening, core, closing, " }")


def path(opening: str, closing: str) -> Construct:
    return Construct("ASK { ?s ", opening, P, closing, " ?o }")


QUERIES = {
    "group": group("{"),
    "group-with-filter": group("{ FILTER(true) "),
    "group-with-values": group("{ VALUES ?x { 1 } "),
    "subselect": group("{ SELECT * { ", "} }"),
    "subselect-ordered": group("{ SELECT * { ", "} ORDER BY ?s }"),
    "subselect-counted": Construct("ASK { ", "{ SELECT (COUNT(*) AS ?n) { ", "?s ?p ?o", "} }", " }"),
    "optional": group("?a ?b ?c OPTIONAL { "),
    "optional-bare": group("OPTIONAL { "),
    "union-left": group("{ ", "} UNION { ?a ?b ?c }"),
    "union-right": group("{ ?a ?b ?c } UNION { "),
    "minus": group("?a ?b ?c MINUS { "),
    "graph": group("GRAPH ?g { "),
    "lateral": group("?a ?b ?c LATERAL { "),
    "filter-exists": group("?a ?b ?c FILTER EXISTS { "),
    "filter-not-exists": group("?a ?b ?c FILTER NOT EXISTS { "),
    "parentheses": expression("(", "1", ")"),
    "not": expression("!", "true", ""),
    "not-in-parentheses": expression("!(", "true", ")"),
    "minus-sign": expression("-", "1", ""),
    "minus-in-parentheses": expression("-(", "1", ")"),
    "plus-sign": expression("+", "1", ""),
    "plus-in-parentheses": expression("+(", "1", ")"),
    "sum-in-parentheses": expression("1+(", "1", ")"),
    "or-in-parentheses": expression("false||(", "true", ")"),
    "function": expression("STR(", "1", ")"),
    "function-of-iri": expression("<http://www.w3.org/2001/XMLSchema#string>(", "1", ")"),
    "if-condition": expression("IF(", "true", ",1,2)"),
    "if-else": expression("IF(true,1,", "2", ")"),
    "coalesce": expression("COALESCE(?u,", "1", ")"),
    "in-list": expression("1 IN (", "1", ")"),
    "not-in-list": expression("(1 NOT IN (", "1", "))"),
    "exists-in-expression": expression("EXISTS { FILTER(", "true", ") }"),
    "triple-function": expression(f"TRIPLE({P},{P},", "1", ")"),
    "aggregate": Construct("SELECT (", "COUNT(", "?s", ")", " AS ?n) { ?s ?p ?o }"),
    "having": Construct("SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(", "(", "1", ")", ")"),
    "order-by": Construct("SELECT ?s { ?s ?p ?o } ORDER BY (", "(", "?s", ")", ")"),
    "group-by": Construct("SELECT (1 AS ?n) { ?s ?p ?o } GROUP BY (", "(", "?s", ")", ")"),
    "bind": Construct("ASK { BIND(", "ABS(", "1", ")", " AS ?x) }"),
    "collection": term("(", "1", ")"),
    "collection-in-subject": Construct("ASK { ", "(", "1", ")", f" {P} 1 }}"),
    "blank-node": term(f"[ {P} ", "1", " ]"),
    "blank-node-bare": term("[", "", "]"),
    "triple-term": term(f"<<( ?s {P} ", "1", " )>>"),
    "reified-triple": Construct("ASK { ", "<< ", "?s", f" {P} 1 >>", f" {P} 1 }}"),
    "annotation": term("1 {| " + P + " ", "1", " |}"),
    "path-group": path("(", ")"),
    "path-star": path("(", ")*"),
    "path-mixed": path("((", ")+)?"),
    "path-inverse": path("^(", ")"),
    "path-inverse-sign": path("^", ""),
    "path-choice": path(f"({P}|", ")"),
    "path-negated": path("!(", ")"),
    "construct-template": Construct("CONSTRUCT { ?s ?p ", "(", "?o", ")", " } WHERE { ?s ?p ?o }"),
    "values-triple-term": Construct("ASK { VALUES ?x { ", f"<<( {P} {P} ", "1", " )>>", " } }"),
    "open-brackets": Construct("ASK { FILTER", "([{", "", "", ""),
    "closed-brackets": Construct("ASK ", "}", "", "", ""),
}
UPDATES = {
    "where-group": Construct("INSERT { } WHERE ", "{", "?s ?p ?o", "}", ""),
    "where-optional": Construct("DELETE { } WHERE { ", "?a ?b ?c OPTIONAL { ", "", "}", " }"),
    "data-collection": Construct(f"INSERT DATA {{ GRAPH {GRAPH} {{ {P} {P} ", "(", "1", ")", " } }"),
    "data-blank-node": Construct(f"INSERT DATA {{ GRAPH {GRAPH} {{ {P} {P} ", f"[{P} ", "1", "]", " } }"),
    "data-triple-term": Construct(
        f"INSERT DATA {{ GRAPH {GRAPH} {{ {P} {P} ", f"<<( {P} {P} ", "1", ")>>", " } }"
    ),
    "template-graph": Construct("INSERT { ", "GRAPH ?g { ", "?s ?p ?o", "}", " } WHERE { }"),
    "expression": Construct("INSERT { } WHERE { FILTER(", "(", "1", ")", ") }"),
    "delete-where": Construct("DELETE WHERE ", "{", "?s ?p ?o", "}", ""),
}


def nesting() -> Iterator[Attack]:
    """All constructs at all depths, queries first."""
    yield from _deepened(QUERIES, "query", "nesting")
    yield from _deepened(UPDATES, "update", "update-nesting")


def _deepened(constructs: dict[str, Construct], operation: Operation, family: str) -> Iterator[Attack]:
    for name, construct in constructs.items():
        for depth in DEPTHS:
            yield Attack(f"{family}-{name}-{depth}", family, partial(nested, *construct, depth), operation)
