"""Triple pattern fragments: what a pattern is, that pages have every triple once, and which controls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
import rdflib
import rdflib.compare
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import InvalidParameterError
from graph.named_query import Catalogue
from graph.reader_protocol import ReadRequest
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS, VOID, XSD
from tests.unit.web.test_entity_pages import QUERIES, Answered, StoreReaders, client_of
from web.app import build_app
from web.fragment_controls import HYDRA
from web.fragment_pattern import Pattern, read_pattern, read_term, written
from web.fragment_reading import SIZE, Fragment
from web.settings import Settings
from web.site import Site

BASE = "https://example.org/fragments"
NQUADS = {"Accept": "application/n-quads"}
TRIG = {"Accept": "application/trig"}
THINGS = [NamedNode(f"http://example.org/{name}") for name in ("a", "b", "c", "d?e=f&g", "日本")]
TEXTS: list[NamedNode | Literal] = [
    Literal("a"),
    Literal("a", language="en"),
    Literal('say "a"\n\\n {?x}'),
    Literal("5", datatype=XSD.integer),
    Literal("<b>&amp;</b>", datatype=THINGS[0]),
]
NAMES = THINGS[:3]


def invented() -> list[Quad]:
    """Every name with every thing and text, a long list of labels, and a graph besides."""
    quads = [
        Quad(subject, predicate, value, DefaultGraph())
        for subject in THINGS
        for predicate in NAMES
        for value in (*THINGS, *TEXTS)
    ]
    quads += [
        Quad(ID.iri(f"n{place}"), RDFS.label, Literal(str(place)), DefaultGraph()) for place in range(250)
    ]
    quads += [Quad(BlankNode(f"b{place}"), RDF.type, OSA.Thing, DefaultGraph()) for place in range(3)]
    return [
        *quads,
        Quad(THINGS[0], NAMES[0], TEXTS[0], GRAPH.one),
        Quad(THINGS[1], NAMES[0], TEXTS[3], GRAPH.one),
    ]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    made = EmbeddedStore()
    made.insert(invented())
    return made


@pytest.fixture(scope="module")
def client(store: EmbeddedStore) -> FlaskClient:
    return client_of(StoreReaders(store))


def read(client: FlaskClient, address: str) -> tuple[list[Triple], dict[str, Any]]:
    """The triples of a page, and what its controls say of it."""
    response = client.get(address.removeprefix("https://example.org"), headers=NQUADS)
    assert response.status_code == 200, response.text
    quads = list(parse(response.data, format=RdfFormat.N_QUADS))
    said = {
        quad.predicate.value.removeprefix(str(HYDRA)): getattr(quad.object, "value", None)
        for quad in quads
        if quad.graph_name != DefaultGraph() and quad.predicate in HYDRA
    }
    return [quad.triple for quad in quads if quad.graph_name == DefaultGraph()], said


def walk(client: FlaskClient, address: str) -> tuple[list[Triple], set[int]]:
    """All triples on the way from page to page, and every number of them that a page tells."""
    triples, told = [], set()
    while True:
        found, said = read(client, address)
        triples += found
        told.add(int(said["totalItems"]))
        if "next" not in said:
            return triples, told
        address = said["next"]


@pytest.mark.parametrize("fields", [{}, {"predicate": str(RDFS.label.value)}, {"graph": GRAPH.one.value}])
def test_every_triple_is_reached_once_by_following_next(
    client: FlaskClient, store: EmbeddedStore, fields: dict[str, str]
) -> None:
    graph = GRAPH.one if "graph" in fields else DefaultGraph()
    predicate = RDFS.label if "predicate" in fields else None
    expected = [quad.triple for quad in store.quads(None, predicate, None, graph)]
    triples, told = walk(client, f"{BASE}?{urlencode(fields)}")
    assert len(triples) == len(expected) and set(triples) == set(expected)
    assert told == {len(expected)}


OPTIONAL_THING = st.none() | st.sampled_from(THINGS)


@given(
    st.builds(
        Pattern,
        OPTIONAL_THING | st.sampled_from(TEXTS),
        OPTIONAL_THING | st.just(RDFS.label),
        OPTIONAL_THING | st.sampled_from([*TEXTS, Literal("7"), Literal("a", language="ja")]),
        st.none() | st.just(GRAPH.one) | st.just(THINGS[0]),
    )
)
def test_a_fragment_has_what_the_pattern_matches_and_says_how_many(
    client: FlaskClient, store: EmbeddedStore, pattern: Pattern
) -> None:
    graph = pattern.graph or DefaultGraph()
    terms = [pattern.subject, pattern.predicate, pattern.object]
    expected = {
        quad.triple
        for quad in store.quads(graph=graph)
        if all(term in (None, found) for term, found in zip(terms, quad.triple, strict=True))
    }
    triples, told = walk(client, f"{BASE}?{urlencode(pattern.fields)}")
    assert set(triples) == expected and len(triples) == len(expected)
    assert told == {len(expected)}


@given(st.text(), st.sampled_from([None, "en", "zh-Hant"]))
def test_a_text_is_read_as_it_was_written(text: str, language: str | None) -> None:
    term = Literal(text, language=language) if language else Literal(text)
    if "\0" in text or len(text) > 1900:
        return
    assert read_term("object", written(term)) == term


@given(st.text(alphabet='"@^<>_:?ax \\\n', max_size=12))
def test_whatever_stands_in_a_parameter_is_a_term_or_an_error(text: str) -> None:
    try:
        term = read_term("object", text)
    except InvalidParameterError:
        return
    assert term is None or read_term("object", written(term)) == term


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("", None),
        ("?", None),
        ("?o", None),
        ("http://example.org/a", THINGS[0]),
        ("<http://example.org/a>", THINGS[0]),
        ("<osa:amount>", NamedNode("osa:amount")),
        ("osa:amount", OSA.amount),
        ('"text"', Literal("text")),
        ('"text"@en', Literal("text", language="en")),
        ('"5"^^http://www.w3.org/2001/XMLSchema#integer', Literal("5", datatype=XSD.integer)),
        ('"5"^^<http://www.w3.org/2001/XMLSchema#integer>', Literal("5", datatype=XSD.integer)),
        ('"5"^^xsd:integer', Literal("5", datatype=XSD.integer)),
        ('"a"b"', Literal('a"b')),
        (r'"a\n"', Literal(r"a\n")),
    ],
)
def test_terms_stand_in_parameters_as_the_specification_has_them(text: str, term: object) -> None:
    assert read_term("object", text) == term


@pytest.mark.parametrize(
    "text", ["a b", '"a', '"a"@', '"a"^^b', "_:b", "<a b>", "nothing", '"a\0"', "x" * 2001]
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="expected nothing, an IRI"):
        read_pattern({"object": text})


def test_a_variable_that_stands_twice_is_no_pattern_of_fragments() -> None:
    with pytest.raises(InvalidParameterError, match="a variable that stands once"):
        read_pattern({"subject": "?x", "object": "?x"})
    assert read_pattern({"subject": "?x", "object": "?y"}) == Pattern()


def test_the_controls_of_a_page_are_exactly_these(client: FlaskClient) -> None:
    asked = "/fragments?predicate=http://www.w3.org/2000/01/rdf-schema%23label&page=2"
    response = client.get(asked, headers=TRIG)
    assert response.content_type == "application/trig"
    quads = list(parse(response.data, format=RdfFormat.TRIG))
    page, whole = f"https://example.org{asked}", f"{BASE}?{urlencode({'predicate': RDFS.label.value})}"
    mapping = "hydra:IriTemplateMapping"
    said = [quad.triple for quad in quads if quad.graph_name == NamedNode(f"{page}#metadata")]
    controls = rdflib.Graph().parse(data=serialize(said, format=RdfFormat.N_TRIPLES), format="nt")
    expected = rdflib.Graph().parse(
        data=f"""
        @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
        @prefix void: <http://rdfs.org/ns/void#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        <{page}#metadata> <http://xmlns.com/foaf/0.1/primaryTopic> <{page}> .
        <{BASE}#dataset> a void:Dataset, hydra:Collection ; void:subset <{whole}>, <{page}> ;
            hydra:search [ a hydra:IriTemplate ; hydra:template "{BASE}{{?subject,predicate,object}}" ;
                hydra:variableRepresentation hydra:ExplicitRepresentation ;
                hydra:mapping
                    [ a {mapping} ; hydra:variable "subject" ; hydra:property rdf:subject ],
                    [ a {mapping} ; hydra:variable "predicate" ; hydra:property rdf:predicate ],
                    [ a {mapping} ; hydra:variable "object" ; hydra:property rdf:object ] ] .
        <{whole}> void:subset <{page}> .
        <{page}> a hydra:PartialCollectionView ; <http://purl.org/dc/terms/source> <{BASE}#dataset> ;
            void:triples 250 ; hydra:totalItems 250 ; hydra:itemsPerPage {SIZE} ;
            hydra:first <{whole}&page=1&snapshot=3> ; hydra:previous <{whole}&page=1&snapshot=3> ;
            hydra:next <{whole}&page=3&snapshot=3> ; hydra:last <{whole}&page=3&snapshot=3> .
        """,
        format="turtle",
    )
    assert rdflib.compare.isomorphic(controls, expected)
    assert len(quads) - len(said) == sum(quad.graph_name == DefaultGraph() for quad in quads) == SIZE


def test_fragments_of_a_graph_have_a_template_of_their_own(client: FlaskClient) -> None:
    _, said = read(client, f"{BASE}?graph=graph:one")
    assert said["template"] == f"{BASE}?graph={quote(GRAPH.one.value, safe='')}{{&subject,predicate,object}}"
    assert read(client, said["template"].partition("{")[0])[1]["totalItems"] == "2"


@pytest.mark.parametrize("name", ["turtle", "n-triples"])
def test_formats_without_graphs_hold_all_of_it_together(client: FlaskClient, name: str) -> None:
    media_type = f"{'text' if name == 'turtle' else 'application'}/{name}"
    response = client.get("/fragments?graph=graph:one", headers={"Accept": media_type})
    rdf_format = RdfFormat.from_media_type(media_type)
    assert rdf_format is not None
    predicates = {quad.predicate for quad in parse(response.data, format=rdf_format)}
    assert {NAMES[0], HYDRA.search, VOID.triples} <= predicates


def test_json_ld_keeps_the_controls_in_a_graph(client: FlaskClient) -> None:
    response = client.get("/fragments?graph=graph:one", headers={"Accept": "application/ld+json"})
    assert response.content_type == "application/ld+json" and json.loads(response.text)
    quads = list(parse(response.data, format=RdfFormat.JSON_LD))
    assert sum(quad.graph_name == DefaultGraph() for quad in quads) == 2


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("object=_:b", 400, "expected nothing, an IRI"),
        ("page=0", 400, "1 or more"),
        ("page=99", 404, "There is no page 99"),
        ("snapshot=2", 410, "Snapshot 2 is not kept any more"),
        ("foo=1", 400, "expected one of: subject, predicate, object"),
        ("graph=%22a%22", 400, "the IRI of a graph"),
        ("format=png", 406, "A fragment can be had as application/trig"),
    ],
)
def test_what_cannot_be_had_is_told_in_a_sentence(
    client: FlaskClient, query: str, status: int, sentence: str
) -> None:
    response = client.get(f"/fragments?{query}")
    assert (response.status_code, sentence in response.text) == (status, True)


def test_a_page_of_more_than_is_counted_does_not_say_where_the_end_is() -> None:
    fragment = Fragment(Pattern(), 7, (), 2_000_001, False, True)
    assert fragment.steps == {"first": 1, "previous": 6, "next": 8}


def test_the_page_for_people_has_a_form_and_leads_on(client: FlaskClient) -> None:
    page = client.get("/fragments?predicate=rdfs:label", headers={"Accept": "text/html"})
    assert page.status_code == 200 and 'value="http://www.w3.org/2000/01/rdf-schema#label"' in page.text
    assert "1–100 of 250 triples" in page.text
    following = f"/fragments?{urlencode({'predicate': RDFS.label.value, 'page': 2, 'snapshot': 3})}"
    assert following.replace("&", "&amp;") in page.text
    assert dict(parse_qsl(urlsplit(following).query))["page"] == "2"


def test_a_page_has_a_tag(client: FlaskClient) -> None:
    first = client.get("/fragments", headers=TRIG)
    again = client.get("/fragments", headers={**TRIG, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Access-Control-Allow-Origin"] == "*"


def test_pages_lead_on_within_the_snapshot_that_they_began_in(store: EmbeddedStore) -> None:
    asked: list[int] = []

    class Watched(StoreReaders):
        def query(self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None) -> Answered:
            asked.append(snapshot.number if snapshot else 0)
            return super().query(request, client, snapshot)

    before, now = Snapshot(2, Path("2"), {"made": "m"}), Snapshot(3, Path("3"), {"made": "m"})
    site = Site(
        Settings(Path(), public_url="https://example.org"),
        Watched(store),  # type: ignore[arg-type]
        Catalogue({}),
        Catalogue.read(QUERIES / "pages"),
        lambda: now,
        lambda: [before, now],
    )
    app = build_app(site)
    client = app.test_client()
    _, said = read(client, f"{BASE}?page=2&snapshot=2")
    assert set(asked) == {2} and said["next"].endswith("page=3&snapshot=2")
    response = client.get("/fragments?page=2&snapshot=2", headers=TRIG)
    assert response.headers["X-Osagraph-Snapshot"] == "2"
    asked.clear()
    assert read(client, BASE)[1]["next"].endswith("page=2&snapshot=3") and set(asked) == {3}
