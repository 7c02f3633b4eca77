"""An endpoint's description of itself names what is true of it, and nothing else."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from ontology.namespaces import RDFS, SD
from web.service_description import KEPT_GRAPHS, Service, describe_service

URL = "http://example.org/sparql"


def objects(service: Service, predicate: NamedNode) -> set[object]:
    described = parse(describe_service(service, "text/turtle"), format=RdfFormat.TURTLE)
    return {quad.object for quad in described if quad.predicate == predicate}


def test_federation_is_a_feature_only_where_services_may_be_asked() -> None:
    assert objects(Service(URL), SD.feature) == {SD.EmptyGraphs}
    assert objects(Service(URL, federates=True), SD.feature) == {SD.EmptyGraphs, SD.BasicFederatedQuery}


def test_graphs_and_the_description_of_the_dataset_are_named_where_they_are_there() -> None:
    plain, ours = Service(URL), Service(URL, dataset="http://example.org/void", graphs=KEPT_GRAPHS)
    assert objects(plain, SD.name) == objects(plain, RDFS.seeAlso) == set()
    assert objects(ours, SD.name) == set(KEPT_GRAPHS)
    assert objects(ours, RDFS.seeAlso) == {NamedNode("http://example.org/void")}


def test_what_is_no_rdf_is_refused() -> None:
    with pytest.raises(ValueError, match="no RDF media type"):
        describe_service(Service(URL), "text/html")
