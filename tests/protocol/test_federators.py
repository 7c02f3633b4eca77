"""What engines send that join us with others: probes and blocks of bindings, each with a predictable answer.

FedX and RDF4J probe every pattern with ASK and send bindings with a row index; Blazegraph (Wikidata's
service) puts VALUES behind the query, QLever in front; Comunica counts patterns first; old FedX sends unions.
"""

from __future__ import annotations

import contextlib
import http.client
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
TSV: Final = "text/tab-separated-values"
DIRECT: Final = "application/sparql-query"
BLAZEGRAPH: Final = f"application/x-binary-rdf-results-table, {XML};q=0.8, {JSON};q=0.2, */*;q=0.1"
LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
STATE: Final = "<https://w3id.org/osagraph/ontology#State>"
NOWHERE: Final = "<http://example.org/nobody/{}>"
RESULT: Final = "{http://www.w3.org/2005/sparql-results#}"
BINDINGS: Final = 500
Row = tuple[str, ...]


def rows(client: Any, query: str) -> list[dict[str, str]]:
    """The solutions of a query as texts, in their order."""
    reply = client.post("/sparql", data={"query": query}, headers={"Accept": JSON})
    assert reply.status_code == 200, reply.text
    return [{name: term["value"] for name, term in row.items()} for row in reply.json["results"]["bindings"]]


def asked(client: Any, query: str, *names: str) -> Counter[Row]:
    """The solutions with their numbers, as a bag of the values of some variables."""
    return Counter(tuple(row.get(name, "") for name in names) for row in rows(client, query))


@pytest.fixture(scope="module")
def labels(client: Any) -> list[tuple[str, str]]:
    """Things and their labels, each thing once."""
    found = rows(client, f"SELECT ?s (MIN(STR(?o)) AS ?first) {{ ?s {LABEL} ?o }} GROUP BY ?s ORDER BY ?s")
    return [(row["s"], row["first"]) for row in found if row["s"].startswith("http")]


@pytest.fixture(scope="module")
def block(labels: list[tuple[str, str]]) -> list[str]:
    """Hundreds of things, a tenth of them unknown here."""
    known = [f"<{thing}>" for thing, _ in labels[:: max(1, len(labels) // BINDINGS)]][:BINDINGS]
    return [NOWHERE.format(n) if n % 10 == 0 else thing for n, thing in enumerate(known)]


def numbered(block: Sequence[str]) -> str:
    return " ".join(f'({thing} "{number}")' for number, thing in enumerate(block))


@pytest.fixture(scope="module")
def expected(client: Any, block: list[str]) -> Counter[Row]:
    """Thing, index and label, joined here."""
    by_thing: dict[str, list[str]] = {}
    for row in rows(client, f"SELECT ?s ?o {{ ?s {LABEL} ?o }}"):
        by_thing.setdefault(f"<{row['s']}>", []).append(row["o"])
    return Counter(
        (thing[1:-1], str(number), label)
        for number, thing in enumerate(block)
        for label in by_thing.get(thing, ())
    )


BOUND: Final = (
    "SELECT ?s ?__rowIdx ?o WHERE {{ ?s {label} ?o }} VALUES (?s ?__rowIdx) {{ {values} }}",
    "SELECT ?s ?__rowIdx ?o WHERE {{ {{ ?s {label} ?o . }} }} VALUES (?s ?__rowIdx) {{ {values} }}",
    "SELECT ?s ?__rowIdx ?o WHERE {{ VALUES (?s ?__rowIdx) {{ {values} }} ?s {label} ?o }}",
    "SELECT ?s ?__rowIdx ?o WHERE {{ ?s {label} ?o VALUES (?s ?__rowIdx) {{ {values} }} }}",
    "SELECT * WHERE {{ VALUES (?s ?__rowIdx) {{ {values} }} {{ SELECT ?s ?o WHERE {{ ?s {label} ?o }} }} }}",
)


@pytest.mark.parametrize("query", BOUND, ids=["behind", "behind-a-group", "in-front", "within", "subselect"])
def test_hundreds_of_bindings_are_joined_wherever_they_stand(
    client: Any, query: str, block: list[str], expected: Counter[Row]
) -> None:
    text = query.format(label=LABEL, values=numbered(block))
    assert asked(client, text, "s", "__rowIdx", "o") == expected
    assert len(block) == BINDINGS and len(expected) > BINDINGS // 2


@pytest.mark.parametrize("index", ["__rowIdx", "__index", "__idx__", "_n0", "rowIdx_1"])
def test_the_names_that_federators_give_to_an_index_are_variables(client: Any, index: str) -> None:
    text = f'SELECT ?{index} ?o {{ ?s {LABEL} ?o }} VALUES (?s ?{index}) {{ (id:fiji "0") }}'
    assert {row[index] for row in rows(client, text)} == {"0"}


def test_as_many_bindings_as_a_query_may_be_long_are_joined_and_more_are_refused(
    client: Any, labels: list[tuple[str, str]]
) -> None:
    known = [f"<{thing}>" for thing, _ in labels[:100]]
    values = " ".join([*(NOWHERE.format(n) for n in range(2_500)), *known])
    text = f"SELECT ?s {{ VALUES ?s {{ {values} }} ?s {LABEL} ?o }}"
    assert 80_000 < len(text) < 100_000
    assert {f"<{s}>" for (s,) in asked(client, text, "s")} == set(known)
    reply = client.post("/sparql", data={"query": text + " " * 20_000}, headers={"Accept": JSON})
    assert (reply.status_code, "at most 100000" in reply.json["detail"]) == (400, True)


def test_a_binding_that_comes_twice_counts_twice_and_undef_joins_with_all(client: Any) -> None:
    twice = f"SELECT ?s ?o {{ ?s {LABEL} ?o }} VALUES ?s {{ id:fiji id:fiji }}"
    once = asked(client, twice.replace("id:fiji id:fiji", "id:fiji"), "s", "o")
    assert once and asked(client, twice, "s", "o") == once + once
    free = f'SELECT ?s ?n {{ ?s {TYPE} {STATE} }} VALUES (?s ?n) {{ (id:fiji "0") (UNDEF "1") }}'
    found = asked(client, free, "n")
    states = len(rows(client, f"SELECT ?s {{ ?s {TYPE} {STATE} }}"))
    assert found == {("0",): 1, ("1",): states}


@pytest.mark.parametrize(
    "values", ["VALUES ?s { }", "VALUES (?s ?n) { }", "VALUES ?s { <http://example.org/x> }"]
)
def test_no_binding_gives_no_solution_and_no_error(client: Any, values: str) -> None:
    assert rows(client, f"SELECT * {{ ?s {LABEL} ?o }} {values}") == []
    assert rows(client, f"SELECT * {{ {values} ?s {LABEL} ?o }}") == []


def test_literals_keep_their_language_and_datatype_in_a_block(client: Any) -> None:
    text = f'SELECT ?o {{ id:fiji {LABEL} ?o }} VALUES ?o {{ "Fiji"@en "Fiji" "Fiji"@ja }}'
    reply = client.post("/sparql", data={"query": text}, headers={"Accept": JSON})
    [row] = reply.json["results"]["bindings"]
    assert row == {"o": {"type": "literal", "value": "Fiji", "xml:lang": "en"}}


PROBES: Final = (
    ("?s ?p ?o", True),
    (f"?s {LABEL} ?o", True),
    (f"?s {TYPE} {STATE}", True),
    ("?s <http://example.org/none> ?o", False),
    (f"?s {TYPE} <http://example.org/None>", False),
    (f"<https://w3id.org/osagraph/id/fiji> {TYPE} {STATE}", True),
    (f"<https://w3id.org/osagraph/id/osa> {TYPE} {STATE}", False),
    (f"?s {LABEL} ?__o . ?s {TYPE} {STATE}", True),
    ("<http://example.org/nobody> ?p ?o", False),
    ("?s ?p <http://www.wikidata.org/entity/Q712>", True),
)


@pytest.mark.parametrize(("pattern", "is_there"), PROBES)
def test_a_probe_is_answered_alike_however_it_is_sent(client: Any, pattern: str, is_there: bool) -> None:
    text = f"ASK {{ {pattern} }}"
    replies = [
        client.get("/sparql", query_string={"query": text}, headers={"Accept": JSON}),
        client.post("/sparql", data={"query": text}, headers={"Accept": JSON}),
        client.post("/sparql", data=text, content_type=DIRECT, headers={"Accept": JSON}),
        client.post("/sparql", data=text, content_type=f"{DIRECT}; charset=UTF-8"),
    ]
    assert [reply.json["boolean"] for reply in replies] == [is_there] * len(replies)
    found = ElementTree.fromstring(client.post("/sparql", data={"query": text}, headers={"Accept": XML}).data)
    assert found.findtext(f"{RESULT}boolean") == str(is_there).lower()
    # FedX may ask for a first solution instead, Comunica for the number of all.
    assert bool(rows(client, f"SELECT * {{ {pattern} }} LIMIT 1")) is is_there
    [counted] = rows(client, f"SELECT (COUNT(*) AS ?count) {{ {pattern} }}")
    assert (int(counted["count"]) > 0) is is_there


def test_a_union_of_renamed_variables_tells_the_bindings_apart(client: Any, labels: Any) -> None:
    # As FedX does where VALUES is switched off: 25 bindings at a time.
    things = [thing for thing, _ in labels[:25]]
    parts = " UNION ".join(f"{{ <{thing}> {LABEL} ?o_{n} }}" for n, thing in enumerate(things))
    found = rows(client, f"SELECT * {{ {parts} }}")
    assert {name for row in found for name in row} == {f"o_{n}" for n in range(25)}
    assert all(len(row) == 1 for row in found)


def test_filters_and_limits_go_along_with_a_block(client: Any) -> None:
    text = f"SELECT ?s ?o {{ ?s {LABEL} ?o FILTER(LANG(?o) = 'en') }} ORDER BY ?o LIMIT 1"
    assert asked(client, f"{text} VALUES ?s {{ id:fiji id:tonga }}", "s") == {
        ("https://w3id.org/osagraph/id/fiji",): 1
    }


def raw(client: Any, lines: Iterable[tuple[str, str]], body: bytes) -> tuple[int, str, bytes]:
    """A request with just these header lines, which may come more than once."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)) as connection:
        connection.putrequest("POST", "/sparql", skip_accept_encoding=True)
        for name, value in (*lines, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.headers["content-type"], response.read()


def test_rdf4j_repeats_its_lines_of_accept_and_sends_parameters_of_its_own(client: Any, block: Any) -> None:
    text = f"SELECT ?__rowIdx ?o {{ ?s {LABEL} ?o }} VALUES (?s ?__rowIdx) {{ {numbered(block)} }}"
    form = urlencode({"query": text, "queryLn": "SPARQL", "infer": "true", "timeout": "30"}).encode()
    accepted = ("application/x-binary-rdf-results-table", f"{JSON};q=0.8", f"{XML};q=0.9", f"{TSV};q=0.7")
    lines = [
        ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
        *(("Accept", value) for value in accepted),
    ]
    status, content_type, body = raw(client, lines, form)
    assert (status, content_type) == (200, XML)
    assert {each.text for each in ElementTree.fromstring(body).iter(f"{RESULT}literal")}


def test_blazegraph_posts_a_form_and_gets_xml(client: Any) -> None:
    fiji = "<https://w3id.org/osagraph/id/fiji>"
    text = f"SELECT ?s ?o WHERE {{ ?s {LABEL} ?o . }} VALUES ( ?s ) {{ ( {fiji} ) }}"
    form = {"query": text, "queryId": "5b1e", "timestamp": "0"}
    reply = client.post("/sparql", data=form, headers={"Accept": BLAZEGRAPH})
    assert (reply.status_code, reply.content_type) == (200, XML)
    found = ElementTree.fromstring(reply.data)
    assert [each.attrib["name"] for each in found.iter(f"{RESULT}variable")] == ["s", "o"]
    assert len(list(found.iter(f"{RESULT}result"))) > 0


@pytest.mark.parametrize("accept", [TSV, JSON, f"{JSON}, {TSV};q=0.9"])
def test_qlever_sends_bindings_in_front_and_reads_json_or_tsv(client: Any, accept: str) -> None:
    text = f"SELECT ?s ?o {{ VALUES (?s) {{ (id:fiji) (id:tonga) }} ?s {LABEL} ?o }}"
    reply = client.post("/sparql", data=text, content_type=DIRECT, headers={"Accept": accept})
    assert reply.content_type.partition(";")[0] == accept.partition(",")[0]
    lines = reply.text.splitlines() if accept == TSV else reply.json["results"]["bindings"]
    assert len(lines) - (accept == TSV) == len(rows(client, text))


def test_the_same_request_gets_the_same_answer_byte_by_byte(client: Any, block: list[str]) -> None:
    text = BOUND[0].format(label=LABEL, values=numbered(block))
    first, second = (client.post("/sparql", data={"query": text}).data for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?s {{ ?s {LABEL} ?o }} VALUES (?s ?o) {{ (id:fiji) }}",
        f"SELECT ?s {{ ?s {LABEL} ?o }} VALUES ?s {{ ?x }}",
        f"SELECT ?s {{ ?s {LABEL} ?o }} VALUES ?s {{ _:b }}",
    ],
)
def test_a_block_that_is_malformed_is_told_with_its_place(client: Any, text: str) -> None:
    reply = client.post("/sparql", data={"query": text}, headers={"Accept": JSON})
    assert reply.status_code == 400
    assert reply.json["line"] == 1 and reply.json["column"] > text.index("VALUES")
