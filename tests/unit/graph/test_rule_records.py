"""The records of rules follow the counts, and a dataset in which nothing follows has none."""

from __future__ import annotations

from pyoxigraph import Literal, Quad

from graph.embedded import EmbeddedStore
from graph.projection import META
from graph.rule_records import count_more, is_rule_record, rule_iri, rule_quads
from graph.rules import read_rules
from ontology.namespaces import ID, OSA, RDF, RDFS, XSD


def count_of(store: EmbeddedStore, name: str) -> Literal:
    (quad,) = store.quads(rule_iri(name), OSA.inferredCount, None, META)
    assert isinstance(quad.object, Literal)
    return quad.object


def test_every_rule_is_recorded_with_its_name_and_its_count() -> None:
    quads = set(rule_quads({"cax-sco": 5}))
    assert {quad.subject for quad in quads} == {rule_iri(rule.name) for rule in read_rules()}
    assert Quad(rule_iri("cax-sco"), RDF.type, OSA.Rule, META) in quads
    assert Quad(rule_iri("cax-sco"), RDFS.label, Literal("cax-sco", language="en"), META) in quads
    counts = {str(quad.object.value) for quad in quads if quad.predicate == OSA.inferredCount}  # type: ignore[union-attr]
    assert counts == {"0", "5"}
    assert all(map(is_rule_record, quads))
    assert not is_rule_record(Quad(ID.iri("load/1"), RDF.type, OSA.Load, META))


def test_where_nothing_follows_nothing_is_recorded() -> None:
    assert list(rule_quads({})) == list(rule_quads({"cax-sco": 0})) == []


def test_counts_go_up_and_down_and_the_records_with_them() -> None:
    store = EmbeddedStore()
    assert count_more(store, {"cax-sco": 2, "prp-dom": 1}) == store.quad_count() == 4 * len(read_rules())
    assert count_more(store, {"cax-sco": -1, "prp-dom": 3}) == 0
    assert count_of(store, "cax-sco") == Literal("1", datatype=XSD.integer)
    assert count_of(store, "prp-dom") == Literal("4", datatype=XSD.integer)
    assert count_more(store, {"cax-sco": 0}) == 0
    assert count_more(store, {"cax-sco": -1, "prp-dom": -4}) == -4 * len(read_rules())
    assert store.quad_count() == 0
