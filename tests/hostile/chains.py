"""Long texts rather than deep ones: chains of every operator, big VALUES, tokens of a million characters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from tests.hostile.attack import Attack, chained

LENGTHS = (100, 1_000, 10_000, 100_000)
SIZES = (10_000, 90_000, 1_000_000)
P = "<http://example.org/p>"


class Chain(NamedTuple):
    """Head, link (`#` becomes its number), what joins links, tail."""

    head: str
    link: str
    joint: str
    tail: str


CHAINS = {
    "union": Chain("ASK { ", "{ ?a ?b # }", " UNION ", " }"),
    "or": Chain("ASK { FILTER(", "false", "||", ") }"),
    "and": Chain("ASK { FILTER(", "true", "&&", ") }"),
    "plus": Chain("ASK { FILTER(", "1", "+", ") }"),
    "minus-signs": Chain("ASK { FILTER(", "1", "-", ") }"),
    "times": Chain("ASK { FILTER(", "1", "*", ") }"),
    "signed-numbers": Chain("ASK { FILTER(1", "+1", "", ") }"),
    "equals": Chain("ASK { FILTER(", "1", "=", ") }"),
    "path-sequence": Chain("ASK { ?s ", P, "/", " ?o }"),
    "path-choice": Chain("ASK { ?s ", P, "|", " ?o }"),
    "path-inverse-choice": Chain("ASK { ?s ", f"^{P}", "|", " ?o }"),
    "path-negated-set": Chain("ASK { ?s !(", f"<http://example.org/#>|^{P}", "|", ") ?o }"),
    "path-signs": Chain(f"ASK {{ ?s {P}", "*", "", " ?o }"),
    "filters": Chain("ASK { ?s ?p ?o ", "FILTER(?o != #)", " ", " }"),
    "filter-exists": Chain("ASK { ?s ?p ?o ", "FILTER EXISTS { ?s ?p # }", " ", " }"),
    "binds": Chain("ASK { ", "BIND(# AS ?x#)", " ", " }"),
    "optionals": Chain("ASK { ", "OPTIONAL { ?s ?p ?o# }", " ", " }"),
    "minuses": Chain("ASK { ?s ?p ?o ", "MINUS { ?s ?p # }", " ", " }"),
    "groups": Chain("ASK { ", "{ ?s ?p # }", " ", " }"),
    "graphs": Chain("ASK { ", "GRAPH <http://example.org/#> { ?s ?p ?o }", " ", " }"),
    "subselects": Chain("ASK { ", "{ SELECT ?s { ?s ?p # } }", " ", " }"),
    "prefixes": Chain("", "PREFIX p#: <http://example.org/#>", " ", " ASK {}"),
    "bases": Chain("", "BASE <http://example.org/#/>", " ", " ASK {}"),
    "from": Chain("ASK ", "FROM <http://example.org/#>", " ", " { ?s ?p ?o }"),
    "from-named": Chain("ASK ", "FROM NAMED <http://example.org/#>", " ", " { GRAPH ?g { ?s ?p ?o } }"),
    "predicates": Chain("ASK { ?s ", f"{P} #", " ; ", " }"),
    "objects": Chain(f"ASK {{ ?s {P} ", "#", " , ", " }"),
    "semicolons": Chain(f"ASK {{ ?s {P} 1 ", ";", "", " }"),
    "collection": Chain(f"ASK {{ ?s {P} (", "#", " ", ") }"),
    "blank-nodes": Chain("ASK { ", "[ ?p# ?o# ]", " . ", " }"),
    "triple-terms": Chain("ASK { ", f"?s {P} <<( ?s {P} # )>>", " . ", " }"),
    "projection": Chain("SELECT ", "(# AS ?v#)", " ", " {}"),
    "aggregates": Chain("SELECT ", "(COUNT(?v#) AS ?n#)", " ", " { ?s ?p ?o }"),
    "group-keys": Chain("SELECT (1 AS ?n) { ?s ?p ?o } GROUP BY ", "(STRLEN(?o) + # AS ?k#)", " ", ""),
    "order-keys": Chain("SELECT * { ?s ?p ?o } ORDER BY ", "DESC(?o + #)", " ", " LIMIT 1"),
    "in-list": Chain("ASK { ?s ?p ?o FILTER(?o IN (", "#", ",", ")) }"),
    "concat": Chain("ASK { FILTER(CONCAT(", "'#'", ",", ") = '') }"),
    "coalesce": Chain("ASK { FILTER(COALESCE(", "?u#", ",", ")) }"),
    "describe": Chain("DESCRIBE ", "<http://example.org/#>", " ", ""),
    "construct": Chain("CONSTRUCT { ", "?s ?p #", " . ", " } WHERE { ?s ?p ?o }"),
    "values-rows": Chain("SELECT * { VALUES ?x { ", "#", " ", " } }"),
    "values-joined": Chain("SELECT * { ?s ?p ?o VALUES (?s ?o) { ", "(UNDEF #)", " ", " } }"),
    "values-columns": Chain("SELECT * { VALUES (", "?x#", " ", ") {} }"),
    "comments": Chain("ASK {", "#\n", "", "}"),
}
TOKENS = {
    "iri": ("ASK { <http://example.org/", "x", "> ?p ?o }"),
    "iri-escapes": ("ASK { <http://example.org/", "\\u0041", "> ?p ?o }"),
    "literal": ("ASK { ?s ?p '", "x", "' }"),
    "literal-never-ends": ("ASK { ?s ?p '", "x", " }"),
    "long-literal": ("ASK { ?s ?p '''", "x\n", "''' }"),
    "long-literal-quotes": ("ASK { ?s ?p '''", "''x", "''' }"),
    "escapes": ("ASK { ?s ?p '", "\\n", "' }"),
    "variable": ("ASK { ?", "x", " ?p ?o }"),
    "comment": ("ASK {} #", "x", ""),
    "comment-in-front": ("#", "x", "\nASK {}"),
    "language-tag": ("ASK { ?s ?p 'x'@en-", "x", " }"),
    "language-subtags": ("ASK { ?s ?p 'x'@en", "-abcdefgh", " }"),
    "prefix": ("PREFIX ", "x", ": <http://example.org/> ASK {}"),
    "local-name": ("PREFIX : <http://example.org/> ASK { :", "x", " ?p ?o }"),
    "local-name-percent": ("PREFIX : <http://example.org/> ASK { :", "%41", " ?p ?o }"),
    "local-name-dots": ("PREFIX : <http://example.org/> ASK { :", "..a", " ?p ?o }"),
    "blank-node-label": ("ASK { _:", "x", " ?p ?o }"),
    "integer": ("ASK { FILTER(1 = ", "9", ") }"),
    "decimal": ("ASK { FILTER(1 = 0.", "9", ") }"),
    "exponent": ("ASK { FILTER(1 = 1e", "9", ") }"),
    "blanks": ("ASK ", " ", "{}"),
    "lines": ("ASK ", "\n", "{ ?s ?p }"),
    "carriage-returns": ("ASK ", "\r", "{}"),
    "word": ("", "SELECT", ""),
    "less-than": ("ASK { FILTER(1 ", "<", " 2) }"),
    "less-than-pairs": ("ASK { FILTER(1 ", "<a", " 2) }"),
    "nul": ("ASK {", "\0", "}"),
    "astral": ("ASK { ?s ?p '", "\U0001f4a5", "' }"),
    "combining": ("ASK { ?", "\u0301", " ?p ?o }"),
}


def chains() -> Iterator[Attack]:
    for name, chain in CHAINS.items():
        for length in LENGTHS:
            yield Attack(f"chain-{name}-{length}", "chains", partial(chained, *chain, length))


def long_tokens() -> Iterator[Attack]:
    for name, (head, unit, tail) in TOKENS.items():
        for size in SIZES:
            yield Attack(f"token-{name}-{size}", "tokens", partial(_long, head, unit, tail, size))


def _long(head: str, unit: str, tail: str, size: int) -> str:
    return f"{head}{unit * (size // len(unit))}{tail}"
