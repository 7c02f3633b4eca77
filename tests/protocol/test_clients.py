"""What clients in use send, as it was seen on the wire, and what they need to get back."""

from __future__ import annotations

import contextlib
import http.client
from typing import Any
from urllib.parse import urlencode

import pytest

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
TURTLE = "text/turtle; charset=utf-8"
NTRIPLES = "application/n-triples"
RDF_XML = "application/rdf+xml"
JSON_LD = "application/ld+json"
CSV = "text/csv; charset=utf-8"
TSV = "text/tab-separated-values; charset=utf-8"
SELECT = "SELECT * { ?s ?p ?o } LIMIT 1"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"
# The lists of Accept by client, and what SELECT, ASK and CONSTRUCT are answered with; None is 406.
ACCEPTED = [
    ("rdflib-store", f"{RDF_XML}, {XML}", XML, XML, RDF_XML),
    ("rdflib-service", JSON, JSON, JSON, None),
    (
        "rdflib-parse",
        f"{RDF_XML}, text/n3, text/turtle, {NTRIPLES}, {JSON_LD}, application/n-quads, application/trix, "
        "application/trig",
        None,
        None,
        TURTLE,
    ),
    ("pyoxigraph-service", f"{JSON}, {XML}", JSON, JSON, None),
    ("comunica-select", f"{JSON};q=1.0,{XML};q=0.7", JSON, JSON, None),
    ("comunica-construct", "text/turtle", None, None, TURTLE),
    (
        "comunica-description",
        f"application/n-quads,application/trig;q=0.95,{JSON_LD};q=0.9,{NTRIPLES};q=0.8,*/*;q=0.1",
        JSON,
        JSON,
        "application/n-quads",
    ),
    ("yasgui-select", f"{JSON},*/*;q=0.9", JSON, JSON, TURTLE),
    ("yasgui-construct", f"{NTRIPLES},*/*;q=0.9", JSON, JSON, NTRIPLES),
    ("sparnatural", f"{JSON}, application/json, */*;q=0.01", JSON, JSON, JSON_LD),
    (
        "sparqlwrapper-json",
        f"{JSON},application/json,text/javascript,application/javascript",
        JSON,
        JSON,
        JSON_LD,
    ),
    ("sparqlwrapper-xml", XML, XML, XML, None),
    ("sparqlwrapper-turtle", "application/turtle,text/turtle", None, None, TURTLE),
    (
        "sparqlwrapper-n3",
        f"text/rdf+n3,{NTRIPLES},application/turtle,application/n3,text/n3",
        None,
        None,
        TURTLE,
    ),
    ("sparqlwrapper-json-ld", f"{JSON_LD},application/x-json+ld", None, None, JSON_LD),
    ("sparqlwrapper-csv", "text/csv", CSV, CSV, None),
    ("sparqlwrapper-tsv", "text/tab-separated-values", TSV, TSV, None),
    (
        "protege",
        f"{RDF_XML}, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09",
        XML,
        XML,
        RDF_XML,
    ),
    ("java", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", JSON, JSON, TURTLE),
    (
        "blazegraph",
        f"application/x-binary-rdf-results-table, {XML};q=0.8, {JSON};q=0.2, */*;q=0.1",
        XML,
        XML,
        TURTLE,
    ),
    ("pandas", None, JSON, JSON, TURTLE),
    ("curl", "*/*", JSON, JSON, TURTLE),
    ("xml", "application/xml", XML, XML, RDF_XML),
    ("text-xml", "text/xml", XML, XML, RDF_XML),
    ("binary-only", "application/x-binary-rdf-results-table", None, None, None),
]


@pytest.mark.parametrize(("accept", "select", "ask", "construct"), [row[1:] for row in ACCEPTED],
                         ids=[row[0] for row in ACCEPTED])  # fmt: skip
def test_a_client_is_answered_in_a_format_that_it_reads(
    client: Any, accept: str | None, select: str | None, ask: str | None, construct: str | None
) -> None:
    for text, expected in ((SELECT, select), ("ASK {}", ask), (CONSTRUCT, construct)):
        headers = {"Accept": accept} if accept else {}
        reply = client.get("/sparql", query_string={"query": text}, headers=headers)
        assert reply.status_code == (406 if expected is None else 200)
        if expected is not None:
            assert reply.content_type == expected


def test_a_refusal_names_the_formats_that_there_are(client: Any) -> None:
    for text, named in ((SELECT, (JSON, XML, "text/csv")), (CONSTRUCT, ("text/turtle", RDF_XML, JSON_LD))):
        reply = client.get("/sparql", query_string={"query": text}, headers={"Accept": "image/png"})
        assert (reply.status_code, reply.content_type) == (406, "text/plain; charset=utf-8")
        assert [name for name in named if name not in reply.text] == []


@pytest.mark.parametrize(
    ("query", "format", "accept", "content_type"),
    [
        (SELECT, "csv", None, CSV),
        (SELECT, "tsv", "*/*", TSV),
        (SELECT, "xml", None, XML),
        (SELECT, "json", "*/*", JSON),
        (CONSTRUCT, "ttl", None, TURTLE),
        (CONSTRUCT, "nt", None, NTRIPLES),
        (CONSTRUCT, "rdf", None, RDF_XML),
        (CONSTRUCT, "jsonld", None, JSON_LD),
        (CONSTRUCT, "xml", None, RDF_XML),
        (CONSTRUCT, "json", None, JSON_LD),
        (SELECT, "csv", JSON, JSON),
        (CONSTRUCT, "json-ld", JSON_LD, JSON_LD),
        (CONSTRUCT, "turtle", "application/turtle,text/turtle", TURTLE),
        (CONSTRUCT, "xml", RDF_XML, RDF_XML),
    ],
)
def test_a_short_name_of_a_format_is_for_those_who_ask_for_none(
    client: Any, query: str, format: str, accept: str | None, content_type: str
) -> None:
    # SPARQLWrapper and sparql-dataframe say it three times.
    fields = {"query": query, "format": format, "output": format, "results": format}
    headers = {"Accept": accept} if accept else {}
    got = client.get("/sparql", query_string=fields, headers=headers)
    posted = client.post("/sparql", data=fields, headers=headers)
    for reply in (got, posted):
        assert (reply.status_code, reply.content_type) == (200, content_type)


@pytest.mark.parametrize("url", ["/sparql?", "/sparql/", "/sparql/?", "/sparql"])
def test_the_address_may_end_as_clients_end_it(client: Any, url: str) -> None:
    reply = client.post(url, data="ASK {}", content_type="application/sparql-query; charset=UTF-8")
    assert (reply.status_code, reply.json["boolean"]) == (200, True)
    joined = url if url.endswith("?") else f"{url}?"
    assert client.get(f"{joined}query=ASK%7B%7D").json["boolean"] is True
    described = client.get(url, headers={"Accept": "application/n-quads,*/*;q=0.1"})
    assert (described.status_code, described.content_type) == (200, "application/n-quads")


def test_many_prefixes_and_unknown_parameters_do_no_harm(client: Any) -> None:
    prefixes = "".join(f"PREFIX p{number}: <http://example.org/ns/{number}#>\n" for number in range(29))
    query = f"{prefixes}ASK {{}} # {'x' * 12_000}"
    reply = client.get("/sparql", query_string={"query": query, "debug": "on", "timeout": "0", "": "x"})
    assert (reply.status_code, reply.json["boolean"]) == (200, True)


def test_repeated_lines_of_accept_are_joined(client: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    with contextlib.closing(connection):
        connection.putrequest("GET", f"/sparql?{urlencode({'query': SELECT})}")
        for line in ("application/x-binary-rdf-results-table", f"{JSON};q=0.8", f"{XML};q=0.9"):
            connection.putheader("Accept", line)
        connection.endheaders()
        response = connection.getresponse()
        assert (response.status, response.headers["content-type"]) == (200, XML)
        response.read()
