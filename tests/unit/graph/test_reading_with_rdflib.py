"""Code that is written for rdflib runs on the dataset: `oxrdflib` reads the files of an opened snapshot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rdflib
from oxrdflib import OxigraphStore
from pyoxigraph import Store
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import RDF, RDFS

from graph.datadir import DataDirectory
from graph.reading import open_graph

OSA = rdflib.Namespace("https://w3id.org/osagraph/ontology#")
ID = rdflib.Namespace("https://w3id.org/osagraph/id/")
ASSESSMENTS = rdflib.URIRef("https://w3id.org/osagraph/graph/assessments")


# rdflib asks itself for what it calls deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_queries_and_patterns_of_rdflib_are_answered(shipped_data: Callable[[], DataDirectory]) -> None:
    with open_graph(shipped_data().root) as opened:
        store = OxigraphStore(store=Store.read_only(str(opened.snapshot.store)))
        dataset = rdflib.Dataset(store=store)
        rows = dataset.query("SELECT * { ?thing rdfs:label ?label }", initBindings={"thing": ID.fiji})
        assert {str(row[rdflib.Variable("label")]) for row in rows.bindings} == {"Fiji", "フィジー"}
        facts = rdflib.Graph(store=store, identifier=DATASET_DEFAULT_GRAPH_ID)
        assert {str(label) for label in facts.objects(ID.fiji, RDFS.label)} == {"Fiji", "フィジー"}
        assert str(facts.value(ID["budget/osa-fy2025"], OSA.amount)) == "8100000000"
        links = rdflib.Graph(store=store, identifier=ASSESSMENTS)
        counted = "SELECT (COUNT(*) AS ?n) { GRAPH graph:assessments { ?link a osa:Link } }"
        assert [sum(1 for _ in links.subjects(RDF.type, OSA.Link))] == opened.query(counted).column("n")
        with pytest.raises(RuntimeError):
            facts.add((ID.fiji, RDFS.label, rdflib.Literal("Fidji")))
