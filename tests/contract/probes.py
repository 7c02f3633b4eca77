"""Small questions that show where engines differ, though all of them keep to the standards or nearly so.

`tests/bench/engine_differences.py` prints the answers; `web/deployment/engines.md` has them, and a test holds
that they are still so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples

from graph.embedded import EmbeddedStore
from graph.errors import KnowledgeGraphError
from tests.contract.engines import Embedded, Engine, Remote

JSON: Final = "application/sparql-results+json"
UPDATE: Final = "application/sparql-update"
XSD: Final = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
TEXT: Final = "text/plain, application/json"


class Probe(NamedTuple):
    """What is asked, after an update of an empty dataset; the answer is the values in their order."""

    title: str
    update: str
    query: str


PROBES: Final = (
    Probe("default graph is the union", "INSERT DATA { GRAPH <a:g> { <a:s> <a:p> 1 } }", "ASK { ?s ?p ?o }"),
    Probe(
        "triple terms (RDF 1.2)",
        "INSERT DATA { <a:r> <a:says> <<( <a:s> <a:p> 1 )>> }",
        "SELECT ?s { ?r <a:says> ?t BIND(SUBJECT(?t) AS ?s) }",
    ),
    Probe("stored decimal 12.0", "INSERT DATA { <a:s> <a:p> 12.0 }", "SELECT ?o { <a:s> <a:p> ?o }"),
    Probe("stored integer 007", "INSERT DATA { <a:s> <a:p> 007 }", "SELECT ?o { <a:s> <a:p> ?o }"),
    Probe(
        "stored negativeInteger",
        XSD + 'INSERT DATA { <a:s> <a:p> "-3"^^xsd:negativeInteger }',
        "SELECT (STRAFTER(STR(DATATYPE(?o)), '#') AS ?t) { <a:s> <a:p> ?o }",
    ),
    Probe("computed 1.5 * 2", "", "SELECT (1.5 * 2 AS ?n) {}"),
    Probe("computed 1 / 3", "", "SELECT (1 / 3 AS ?n) {}"),
    Probe(
        "language tag EN-gb", "INSERT DATA { <a:s> <a:p> 'x'@EN-gb }", "SELECT (LANG(?o) AS ?l) { ?s ?p ?o }"
    ),
    Probe("empty graphs are kept", "CREATE GRAPH <a:g>", "ASK { GRAPH <a:g> {} }"),
    Probe(
        "failed second operation undoes the first",
        "INSERT DATA { <a:s> <a:p> 1 } ; LOAD <http://127.0.0.1:9/none>",
        "SELECT (IF(EXISTS { <a:s> <a:p> 1 }, 'no', 'yes') AS ?x) {}",
    ),
    Probe(
        "order of kinds",
        "",
        "SELECT ?x { VALUES ?x { 'b' UNDEF <a:i> 2 'a'@en true } } ORDER BY ?x",
    ),
    Probe(
        "order of 2025, 2024-12-31 and 2024",
        "",
        XSD
        + "SELECT * { VALUES ?x { '2025'^^xsd:gYear '2024-12-31'^^xsd:date '2024'^^xsd:gYear } } ORDER BY ?x",
    ),
    Probe(
        "one day minus another",
        "",
        XSD + "SELECT ('2025-01-03'^^xsd:date - '2025-01-01'^^xsd:date AS ?d) {}",
    ),
    Probe("LATERAL", "", "SELECT ?y { VALUES ?x { 1 2 } LATERAL { BIND(?x + 1 AS ?y) } } ORDER BY ?y"),
    Probe(
        "GROUP_CONCAT keeps a language",
        "INSERT DATA { <a:s> <a:p> 'x'@en }",
        "SELECT (IF(LANG(GROUP_CONCAT(?o)) = 'en', 'yes', 'no') AS ?l) { ?s ?p ?o }",
    ),
    Probe("path of length zero from what is not there", "", "SELECT ?x { <a:nowhere> <a:p>* ?x }"),
    Probe("REGEX with the flag q", "", "SELECT (REGEX('a.c', 'A.C', 'iq') AS ?r) {}"),
    Probe(
        "relative IRI",
        "",
        "SELECT (IF(STRENDS(STR(IRI('x')), '/x'), 'of the address', STR(IRI('x'))) AS ?i) {}",
    ),
    Probe(
        "DESCRIBE follows blank nodes",
        "INSERT DATA { <a:s> <a:p> [ <a:q> 1 ] }",
        "DESCRIBE <a:s>",
    ),
)


# TDB2 cannot take away again what this one puts in, not even by DROP ALL.
LAST: Final = Probe(
    'decimal "12" can be deleted',
    XSD + 'INSERT DATA { <a:s> <a:p> "12"^^xsd:decimal } ; DELETE WHERE { <a:s> <a:p> ?o }',
    "SELECT (IF(EXISTS { <a:s> <a:p> ?o }, 'no', 'yes') AS ?x) {}",
)


def answers(engine: Engine) -> Iterator[tuple[str, str]]:
    """The title of every probe but the last and what an engine answers; it is empty afterwards."""
    for probe in PROBES:
        engine.empty()
        yield probe.title, answer(engine, probe)
    engine.empty()


def answer(engine: Engine, probe: Probe) -> str:
    """What an engine that is empty answers, as one text."""
    if probe.update:
        try:
            _update(engine, probe.update)
        except KnowledgeGraphError:
            # One of the probes means to fail.
            if "LOAD" not in probe.update:
                return "refused"
    try:
        if probe.query.startswith("DESCRIBE"):
            described = engine.store.query(probe.query)
            assert isinstance(described, QueryTriples)
            return "yes" if len(list(described)) == 2 else "no"
        document = json.loads(_raw(engine, probe.query))
    except KnowledgeGraphError:
        return "refused"
    if "boolean" in document:
        return "yes" if document["boolean"] else "no"
    return ", ".join(_cell(row) for row in document["results"]["bindings"]) or "nothing"


def _update(engine: Engine, text: str) -> None:
    if isinstance(engine, Remote):
        engine.client.post(engine.addresses.update, text.encode(), UPDATE)
    else:
        assert isinstance(engine, Embedded)
        engine.store.update(text)


def _raw(engine: Engine, text: str) -> bytes:
    """The results as the engine writes them."""
    if isinstance(engine, Remote):
        return engine.client.post_form(engine.addresses.query, JSON, {"query": text}).file.read()
    store = engine.store
    assert isinstance(store, EmbeddedStore)
    results = store.query(text)
    assert isinstance(results, QuerySolutions | QueryBoolean)
    return results.serialize(format=QueryResultsFormat.JSON) or b""


def _cell(row: dict[str, Any]) -> str:
    """The only value of a row."""
    return next((str(term["value"]) for term in row.values()), "unbound")
