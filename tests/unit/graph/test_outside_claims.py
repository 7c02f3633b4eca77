"""What claims of Wikidata need of the graph: their details, a graph that nobody writes, loads of any size."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from graph import embedded
from graph.bundle import is_reference, outside_graph
from graph.claims import PQ, WIKIBASE, Claim, claim_triples, merge_claims, read_claims
from graph.embedded import EmbeddedStore
from graph.errors import ComputedGraphError
from graph.rights import ADMIN, GraphKind, graph_kind, require_write
from graph.sources import Source, read_source, source_iri, source_triples
from ontology.namespaces import DCTERMS, ID, OSA, PROV, WD, WDT

SOURCE = source_iri("wikidata")
RANK = (WIKIBASE.rank, WIKIBASE.NormalRank)
REFERENCES = [NamedNode(f"http://www.wikidata.org/reference/{letter * 40}") for letter in "ab"]


def claim(*details: tuple[NamedNode, NamedNode]) -> Claim:
    return Claim(SOURCE, ID.japan, OSA.Asserted, WDT.P36, WD.Q1490, details=details)


def test_details_are_no_part_of_what_a_claim_is_called_and_are_united() -> None:
    one, other = (claim(RANK, (PROV.wasDerivedFrom, each)) for each in REFERENCES)
    assert one.iri == other.iri == claim().iri
    (merged,) = merge_claims([one, other])
    assert merged.details == (RANK, *((PROV.wasDerivedFrom, each) for each in REFERENCES))
    assert list(read_claims(claim_triples(merged))) == [merged]


def test_a_detail_or_a_qualifier_that_is_no_plain_term_is_passed_over() -> None:
    plain = claim(RANK)
    quoted = Triple(ID.japan, WDT.P36, WD.Q1490)
    extra = [Triple(plain.iri, predicate, quoted) for predicate in (PQ.P585, DCTERMS.source)]
    assert list(read_claims([*claim_triples(plain), *extra])) == [plain]


def test_references_are_told_by_their_address() -> None:
    assert [is_reference(node) for node in (REFERENCES[0], WD.Q1, Literal("x"))] == [True, False, False]


def test_a_source_has_a_licence() -> None:
    licence = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
    source = Source(SOURCE, Literal("Wikidata", language="en"), OSA.Aggregator, license=licence)
    assert Triple(SOURCE, DCTERMS.license, licence) in set(source_triples(source))
    assert read_source(SOURCE, source_triples(source)) == source


def test_nobody_writes_what_is_said_of_things_that_are_none_of_ours() -> None:
    name = outside_graph("wikidata").value
    assert graph_kind(name) is GraphKind.COMPUTED
    with pytest.raises(ComputedGraphError, match="none of ours"):
        require_write([ADMIN], name, raw=False)


def test_a_large_file_is_loaded_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PART_BYTES", 100)
    path = tmp_path / "quads.nq"
    path.write_text("".join(f'<http://e.example/{n}> <http://e.example/p> "日本 {n}" .\n' for n in range(50)))
    store = EmbeddedStore(tmp_path / "store")
    store.load_lines(path)
    assert store.quad_count() == 50


def test_a_large_graph_is_taken_away_as_a_small_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddedStore(tmp_path / "store")
    names = [outside_graph(name) for name in ("a", "b")]
    for name in names:
        store.insert(Quad(WD[f"Q{n}"], WDT.P31, WD.Q5, name) for n in range(1, 30))
    monkeypatch.setattr(embedded, "MOST_AT_ONCE", 10)
    store.drop_graph(names[0])
    assert [store.graph_size(name) for name in names] == [0, 29]
    assert [store.has_graph(name) for name in names] == [False, True]


def test_blank_nodes_are_the_same_in_all_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PART_BYTES", 100)
    path = tmp_path / "quads.nq"
    path.write_text("".join(f"_:a <http://e.example/p> <http://e.example/{n}> .\n" for n in range(20)))
    store = EmbeddedStore(tmp_path / "store")
    store.load_lines(path)
    assert len({quad.subject for quad in store.quads()}) == 1
