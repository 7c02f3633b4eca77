"""What a publication is made of: a difference, staged quads, TriX, and who we are to an engine."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from graph.embedded import EmbeddedStore
from graph.engine_access import EngineChoice, credentials, open_engine, trusted
from graph.errors import KnowledgeGraphError, RemoteAccessError, RemoteStoreError
from graph.publication import PUBLICATION
from graph.publishing_difference import difference
from graph.publishing_staging import staged_quad
from graph.publishing_trix import has_odd, trix
from ontology.namespaces import ID, OSA, RDF, XSD

HERE = DefaultGraph()
THERE = NamedNode("http://example.org/graph")
JAPAN = Quad(ID.japan, RDF.type, OSA.State, HERE)
FIJI = Quad(ID.fiji, RDF.type, OSA.State, THERE)
PALAU = Quad(ID.palau, RDF.type, OSA.State, THERE)


def store_of(*quads: Quad) -> EmbeddedStore:
    store = EmbeddedStore()
    store.insert(quads)
    return store


def test_a_difference_is_what_goes_and_what_comes() -> None:
    with difference(store_of(JAPAN, FIJI), store_of(JAPAN, PALAU)) as found:
        assert (list(found.removed_quads()), list(found.added_quads())) == ([FIJI], [PALAU])
        assert (found.removed_count, found.added_count, found.blank) == (1, 1, b"")


def test_the_marker_and_what_is_staged_are_no_part_of_a_difference() -> None:
    marker = Quad(ID.japan, RDF.type, OSA.Publication, PUBLICATION)
    staged = staged_quad(FIJI, "urn:osagraph:staged:0f:+")
    with difference(store_of(JAPAN, marker, staged), store_of(JAPAN)) as found:
        assert (found.removed_count, found.added_count) == (0, 0)


def test_blank_nodes_of_other_names_are_the_same() -> None:
    one, other = (Quad(BlankNode(name), RDF.type, OSA.State, THERE) for name in "ab")
    with difference(store_of(one), store_of(other)) as found:
        assert (found.blank, found.blank_graphs) == (b"", ())
    with difference(store_of(one), store_of(other, Quad(BlankNode(), RDF.type, OSA.Actor, HERE))) as found:
        assert found.blank.count(b"\n") == 2 and found.blank_graphs == (THERE,)
        assert found.is_exact


def test_nothing_differs_from_everything() -> None:
    with difference(None, store_of(JAPAN, FIJI)) as found:
        assert sorted(map(str, found.added_quads())) == sorted(map(str, (JAPAN, FIJI)))


def test_a_staged_quad_has_none_of_the_iris_that_it_had() -> None:
    text = Literal("1", datatype=XSD.integer)
    found = staged_quad(Quad(ID.japan, OSA.amount, text, THERE), "urn:osagraph:staged:0f:+")
    assert found.subject == NamedNode(f"urn:osagraph:staged:{ID.japan.value}")
    assert found.predicate == NamedNode(f"urn:osagraph:staged:{OSA.amount.value}")
    assert found.object == text
    assert found.graph_name == NamedNode(f"urn:osagraph:staged:0f:+:{THERE.value}")
    assert staged_quad(JAPAN, "urn:x").graph_name == NamedNode("urn:x")


@pytest.mark.parametrize("term", [BlankNode(), Triple(ID.japan, RDF.type, OSA.State)])
def test_what_cannot_be_staged_is_refused(term: BlankNode | Triple) -> None:
    with pytest.raises(RemoteStoreError, match="So large a publication cannot have"):
        staged_quad(Quad(ID.japan, RDF.type, term, THERE), "urn:x")


def test_trix_says_the_same_in_xml() -> None:
    odd = Literal('<&"\r\n]]>', language="ja")
    quads = [JAPAN, Quad(ID.japan, OSA.note, odd, THERE), Quad(ID.japan, OSA.amount, Literal(12), THERE)]
    lines = serialize(quads, format=RdfFormat.N_QUADS) or b""
    root = ElementTree.fromstring(b"".join(trix(iter([lines]))))
    space = "{http://www.w3.org/2004/03/trix/trix-1/}"
    assert [graph[0].tag for graph in root] == [f"{space}triple", f"{space}uri"]
    plain, typed = (triple[2] for triple in root[1][1:])
    assert (plain.text, plain.attrib) == (
        odd.value,
        {"{http://www.w3.org/XML/1998/namespace}lang": "ja"},
    )
    assert (typed.text, typed.attrib) == ("12", {"datatype": XSD.integer.value})


@pytest.mark.parametrize(
    ("term", "is_odd"),
    [
        (Literal("plain\n\ttext"), False),
        (Literal("日本", language="ja"), False),
        (Literal("bell \x07"), True),
        (Triple(ID.japan, RDF.type, OSA.State), True),
    ],
)
def test_what_xml_has_no_way_for_is_noticed(term: Literal | Triple, is_odd: bool) -> None:
    line = serialize([Quad(ID.japan, RDF.type, term, THERE)], format=RdfFormat.N_QUADS) or b""
    assert has_odd(line) is is_odd


def test_credentials_come_from_the_environment_alone() -> None:
    basic = credentials({"OSAGRAPH_STORE_USER": "alice", "OSAGRAPH_STORE_PASSWORD": "wonderland"})
    assert (basic.user, basic.password, basic.token) == ("alice", "wonderland", "")
    assert credentials({"OSAGRAPH_STORE_TOKEN": "abc"}).token == "abc"
    for unclear in (
        {"OSAGRAPH_STORE_PASSWORD": "wonderland"},
        {"OSAGRAPH_STORE_TOKEN": "abc", "OSAGRAPH_STORE_USER": "alice"},
    ):
        with pytest.raises(RemoteAccessError, match="OSAGRAPH_STORE"):
            credentials(unclear)


def test_a_file_of_authorities_that_is_none_is_named() -> None:
    with pytest.raises(RemoteAccessError, match="OSAGRAPH_STORE_CA names /nowhere/ca"):
        trusted({"OSAGRAPH_STORE_CA": "/nowhere/ca.pem"})


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("http://alice:wonderland@127.0.0.1/", "takes no password"),
        ("ftp://127.0.0.1/", "is no address of an engine"),
        ("127.0.0.1:3030", "is no address of an engine"),
        ("http://127.0.0.1/?a=b", "is no address of an engine"),
    ],
)
def test_an_address_that_is_none_is_refused(base: str, said: str) -> None:
    with pytest.raises(KnowledgeGraphError, match=said) as caught:
        open_engine(EngineChoice(base))
    assert "wonderland" not in str(caught.value)
