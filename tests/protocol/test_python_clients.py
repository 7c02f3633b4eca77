"""Python programs of others, unchanged, against a running server."""

from __future__ import annotations

import urllib.request
from email.message import Message
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote
from urllib.response import addinfourl

import networkx
import owlready2
import pandas
import pytest
import rdflib
import sparql_dataframe
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

OSA: Final = rdflib.Namespace("https://w3id.org/osagraph/ontology#")
ID: Final = rdflib.Namespace("https://w3id.org/osagraph/id/")
# On lines of their own: rdflib takes the # of an IRI for a comment where the line goes on to SERVICE.
PREFIX: Final = f"PREFIX osa: <{OSA}>\nPREFIX id: <{ID}>\n"
BUDGETS: Final = "?b a osa:BudgetLine ; osa:programme id:osa ; osa:fiscalYear ?year ; osa:amount ?yen"
SELECT: Final = f"{PREFIX} SELECT ?year ?yen {{ {BUDGETS} }} ORDER BY ?year"
ASK: Final = f"{PREFIX} ASK {{ {BUDGETS} }}"
CONSTRUCT: Final = f"{PREFIX} CONSTRUCT {{ ?b osa:amount ?yen }} {{ {BUDGETS} }}"
# Yen by fiscal year, as the budget of the programme is in the shipped tables.
EXPECTED: Final = {2023: 2_000_000_000, 2024: 5_000_000_000, 2025: 8_100_000_000, 2026: 18_100_000_000}


@pytest.fixture
def origin(client: Any) -> str:
    """Where the server is, without a slash at the end."""
    return f"http://127.0.0.1:{client.port}"


@pytest.fixture
def endpoint(origin: str) -> str:
    return f"{origin}/sparql"


# SPARQLWrapper


def wrapper(endpoint: str, query: str, method: str, way: str, form: str) -> Any:
    client = Wrapper(endpoint)
    client.setQuery(query)
    client.setMethod(method)
    client.setRequestMethod(way)
    client.setReturnFormat(form)
    return client


WAYS: Final = ((GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY))


@pytest.mark.parametrize(("method", "way"), WAYS)
def test_sparqlwrapper_reads_every_result_format(endpoint: str, method: str, way: str) -> None:
    def asked(query: str, form: str) -> Any:
        return wrapper(endpoint, query, method, way, form).queryAndConvert()

    rows = asked(SELECT, JSON)["results"]["bindings"]
    assert {int(row["year"]["value"]): int(row["yen"]["value"]) for row in rows} == EXPECTED
    assert asked(ASK, JSON)["boolean"] is True
    years = asked(SELECT, XML).getElementsByTagName("binding")
    assert len(years) == 2 * len(EXPECTED)
    lines = asked(SELECT, CSV).decode().split()
    assert lines == ["year,yen", *(f"{year},{yen}" for year, yen in EXPECTED.items())]
    assert asked(SELECT, TSV).decode().splitlines()[0] == "?year\t?yen"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("form", [RDFXML, XML, JSONLD])
def test_sparqlwrapper_makes_graphs(endpoint: str, form: str) -> None:
    found = wrapper(endpoint, CONSTRUCT, GET, URLENCODED, form).queryAndConvert()
    assert {int(yen) for yen in found.objects(None, OSA.amount)} == set(EXPECTED.values())


@pytest.mark.parametrize("form", [TURTLE, N3])
def test_sparqlwrapper_hands_turtle_on(endpoint: str, form: str) -> None:
    body = wrapper(endpoint, CONSTRUCT, GET, URLENCODED, form).queryAndConvert()
    assert len(rdflib.Graph().parse(data=body, format="turtle")) == len(EXPECTED)


def test_sparqlwrapper_shows_what_was_wrong_and_where(endpoint: str) -> None:
    client = wrapper(endpoint, "SELECT * { ?s ?p }", GET, URLENCODED, JSON)
    with pytest.raises(QueryBadFormed, match='"line": 1, "column": 19'):
        client.query()


# rdflib


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_has_our_dataset_as_a_store(endpoint: str, method: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method))
    assert {row.year.toPython(): row.yen.toPython() for row in graph.query(SELECT)} == EXPECTED  # type: ignore[union-attr]
    assert bool(graph.query(ASK))
    assert len(graph.query(CONSTRUCT)) == len(EXPECTED)
    assert (ID.fiji, rdflib.RDF.type, OSA.State) in graph
    assert rdflib.Literal("Fiji", lang="en") in set(graph.objects(ID.fiji, rdflib.RDFS.label))
    bound = graph.query(f"{PREFIX} SELECT ?p {{ ?p osa:recipient ?who }}", initBindings={"who": ID.fiji})
    assert [row.p for row in bound] == [ID["project/osa-fy2023-fiji"]]  # type: ignore[union-attr]


def test_rdflib_joins_us_with_a_graph_of_its_own(endpoint: str) -> None:
    mine = rdflib.Graph()
    mine.add((ID.fiji, rdflib.RDFS.comment, rdflib.Literal("to visit")))
    inner = f"SERVICE <{endpoint}> {{ ?project osa:recipient ?state }}"
    found = mine.query(f"{PREFIX} SELECT ?project {{ ?state rdfs:comment ?why . {inner} }}")
    assert [row.project for row in found] == [ID["project/osa-fy2023-fiji"]]  # type: ignore[union-attr]


# Tables


@pytest.mark.parametrize("is_post", [False, True])
def test_sparql_dataframe_makes_a_table(endpoint: str, is_post: bool) -> None:
    table = sparql_dataframe.get(endpoint, SELECT, post=is_post)
    assert dict(zip(table.year, table.yen, strict=True)) == EXPECTED


def test_pandas_reads_csv_from_an_address(origin: str, endpoint: str) -> None:
    query = quote(SELECT)
    by_name = pandas.read_csv(f"{endpoint}?query={query}&format=csv")
    by_header = pandas.read_csv(f"{endpoint}?query={query}", storage_options={"Accept": "text/csv"})
    assert dict(zip(by_name.year, by_name.yen, strict=True)) == EXPECTED
    assert by_header.equals(by_name)
    assert len(pandas.read_csv(f"{origin}/queries/budget-by-year?programme=id:osa&format=csv")) >= len(
        EXPECTED
    )


# Graphs


@pytest.mark.parametrize(
    ("ending", "reader"), [("gexf", networkx.read_gexf), ("graphml", networkx.read_graphml)]
)
def test_networkx_reads_the_neighbourhood(origin: str, ending: str, reader: Any) -> None:
    with urllib.request.urlopen(f"{origin}/export/graph.{ending}?iri=id:fiji", timeout=60) as answer:
        graph = reader(answer)
    assert {graph.nodes[node]["iri"] for node in graph} >= {str(ID.fiji), str(ID["project/osa-fy2023-fiji"])}
    assert graph.number_of_edges() > 0


# By IRI: w3id.org sends on to wherever a server is


class Redirecting(urllib.request.HTTPSHandler):
    """What w3id.org does, in urllib's own place for it; both readers open addresses with urllib."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin
        self.asked: list[str] = []

    def https_open(self, request: urllib.request.Request) -> Any:
        assert request.host == "w3id.org", request.full_url
        self.asked.append(request.selector)
        headers = Message()
        headers["Location"] = f"{self.origin}{request.selector.removeprefix('/osagraph')}"
        answer: Any = addinfourl(BytesIO(), headers, request.full_url, 302)
        answer.msg = "Found"
        return answer


@pytest.fixture
def resolving(origin: str, monkeypatch: pytest.MonkeyPatch) -> Redirecting:
    """Lets https://w3id.org/osagraph/… lead to the server."""
    handler = Redirecting(origin)
    monkeypatch.setattr("urllib.request._opener", urllib.request.build_opener(handler))
    return handler


def test_owlready2_loads_the_ontology_by_its_iri(resolving: Redirecting) -> None:
    world = owlready2.World()
    ontology = world.get_ontology(str(OSA)).load()
    project = ontology.AssistanceProject
    assert (project.iri, project.label.en) == (str(OSA.AssistanceProject), ["assistance project"])
    assert ontology.CommittedProject in project.subclasses()
    assert resolving.asked == ["/osagraph/ontology"]


@pytest.mark.parametrize("iri", [str(OSA), str(OSA.Claim), str(OSA).rstrip("#")])
def test_rdflib_loads_the_ontology_by_its_iri(resolving: Redirecting, iri: str) -> None:
    graph = rdflib.Graph().parse(iri)
    assert (OSA.AssistanceProject, rdflib.RDF.type, rdflib.OWL.Class) in graph
    version = graph.value(rdflib.URIRef(str(OSA).rstrip("#")), rdflib.OWL.versionIRI)
    assert len(rdflib.Graph().parse(str(version))) == len(graph)
    assert resolving.asked == ["/osagraph/ontology", str(version).removeprefix("https://w3id.org")]


def test_rdflib_loads_a_thing_by_its_iri(resolving: Redirecting) -> None:
    graph = rdflib.Graph().parse(str(ID.fiji))
    assert (ID.fiji, rdflib.RDFS.label, rdflib.Literal("Fiji", lang="en")) in graph
