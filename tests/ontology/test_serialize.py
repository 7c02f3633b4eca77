"""The ontology opens in rdflib in three formats and in owlready2, the same in each."""

from __future__ import annotations

import io
import warnings

import owlready2
import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib.compare import isomorphic
from rdflib.namespace import XSD

from ontology.namespaces import OSA, OWL, RDF, SKOS
from ontology.serialize import FORMATS, serialized_ontology, to_graph, to_rdflib
from ontology.vocabulary import ontology_triples, read_vocabulary


@pytest.mark.parametrize("ending", FORMATS)
def test_rdflib_reads_the_same_from_each_format_without_a_warning(
    ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # rdflib's own reader of JSON-LD uses a class that rdflib has deprecated.
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        found = rdflib.Graph().parse(data=serialized_ontology(ending), format=FORMATS[ending])
    assert isomorphic(found, to_graph(ontology_triples()))
    assert caplog.records == []


def test_oxigraph_reads_the_rdf_xml() -> None:
    quads = list(parse(input=serialized_ontology("rdf"), format=RdfFormat.RDF_XML))
    assert len(quads) == len(ontology_triples())


def test_an_unknown_ending_is_refused() -> None:
    with pytest.raises(KeyError, match="obo"):
        serialized_ontology("obo")


def test_owlready_opens_the_rdf_xml_and_finds_every_class_and_property() -> None:
    world = owlready2.World()
    file = io.BytesIO(serialized_ontology("rdf"))
    world.get_ontology("https://w3id.org/osagraph/ontology").load(fileobj=file)
    declared = {t.subject for t in ontology_triples() if t.predicate == RDF.type and t.object == OWL.Class}
    assert {NamedNode(entity.iri) for entity in world.classes()} == declared
    properties = {entity.iri for entity in world.properties()}
    assert {node.value for node in read_vocabulary().resolution} - properties == set()
    (chain,) = world[OSA.suppliesKind.value].get_property_chain()
    assert [step.iri for step in chain.properties] == [OSA.suppliesKind.value, SKOS.broader.value]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (NamedNode("http://a/b"), rdflib.URIRef("http://a/b")),
        (BlankNode("core1"), rdflib.BNode("core1")),
        (Literal("x"), rdflib.Literal("x")),
        (Literal("x", language="ja"), rdflib.Literal("x", lang="ja")),
        (
            Literal("1.50", datatype=NamedNode(str(XSD.decimal))),
            rdflib.Literal("1.50", datatype=XSD.decimal, normalize=False),
        ),
    ],
)
def test_a_term_is_the_same_in_rdflib(
    term: NamedNode | BlankNode | Literal, expected: rdflib.URIRef | rdflib.BNode | rdflib.Literal
) -> None:
    found = to_rdflib(term)
    assert (found, found.n3()) == (expected, expected.n3())


def test_a_triple_as_a_term_is_refused() -> None:
    node = NamedNode("http://a/b")
    with pytest.raises(TypeError, match="rdflib knows no such term"):
        to_rdflib(Triple(node, node, node))
