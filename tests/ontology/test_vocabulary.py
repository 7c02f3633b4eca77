"""namespaces.py and vocabulary.py give the other rooms what the Turtle files say."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ontology import vocabulary
from ontology.errors import OntologyFileError
from ontology.namespaces import (
    ID,
    OSA,
    PREFIXES,
    RDF,
    RDFS,
    Namespace,
    prefixed_name,
    read_prefixes,
    sparql_prefixes,
)
from ontology.vocabulary import ontology_files, ontology_triples, read_vocabulary

REQUIRED = """osa id graph rdf rdfs owl xsd skos dcterms prov schema time qudt unit oa dcat void org sh wd wdt
    p ps pq pr wikibase"""


def test_the_list_has_the_prefixes_that_the_project_uses() -> None:
    assert set(REQUIRED.split()) - set(PREFIXES) == set()


def test_the_namespaces_of_the_project_are_fixed() -> None:
    assert PREFIXES["osa"] == "https://w3id.org/osagraph/ontology#"
    assert PREFIXES["id"] == "https://w3id.org/osagraph/id/"
    assert PREFIXES["graph"] == "https://w3id.org/osagraph/graph/"


def test_the_prefixes_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError):
        PREFIXES["osa"] = "http://example.org/"  # type: ignore[index]


def test_a_term_is_an_attribute_an_item_or_a_path() -> None:
    expected = NamedNode("https://w3id.org/osagraph/id/fy2026")
    assert ID.fy2026 == expected
    assert ID["fy2026"] == expected
    assert ID.iri("fy2026") == expected


def test_a_namespace_knows_its_own_terms() -> None:
    assert OSA.amount in OSA
    assert OSA.amount not in ID
    assert "https://w3id.org/osagraph/ontology#amount" not in OSA
    assert str(OSA) == PREFIXES["osa"]
    assert repr(Namespace("http://a/")) == "Namespace('http://a/')"


def test_a_namespace_does_not_pretend_to_have_the_methods_of_protocols() -> None:
    assert not hasattr(OSA, "__iter__")
    assert str(copy.copy(OSA)) == str(OSA)
    assert str(pickle.loads(pickle.dumps(OSA))) == str(OSA)


def test_the_prefix_lines_open_a_query() -> None:
    lines = sparql_prefixes().splitlines()
    assert len(lines) == len(PREFIXES)
    assert f"PREFIX rdf: <{RDF}>" in lines
    turtle = sparql_prefixes() + "osa:a osa:b osa:c ."
    assert [q.triple for q in parse(input=turtle, format=RdfFormat.TURTLE)] == [Triple(OSA.a, OSA.b, OSA.c)]


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://w3id.org/osagraph/id/japan", "id:japan"),
        ("https://w3id.org/osagraph/id/budget/osa-fy2026", None),
        ("http://www.wikidata.org/prop/direct/P31", "wdt:P31"),
        ("http://example.org/x", None),
        ("https://schema.org/", None),
    ],
)
def test_an_iri_becomes_a_prefixed_name_where_it_needs_no_escape(iri: str, expected: str | None) -> None:
    assert prefixed_name(iri) == expected


def test_a_declaration_without_its_namespace_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prefixes.ttl"
    path.write_text(
        '@prefix sh: <http://www.w3.org/ns/shacl#> .\n<http://a/> sh:prefix "a" .\n', encoding="utf-8"
    )
    with pytest.raises(
        ValueError, match=r"prefixes\.ttl: <http://a/> needs one sh:prefix and one sh:namespace"
    ):
        read_prefixes(path)


def test_concepts_are_found_by_scheme_and_notation_and_back() -> None:
    found = read_vocabulary()
    assert found.concepts["Status", "signed"] == OSA.Signed
    assert found.concepts["PublisherKind", "blog"] == OSA.Blog
    assert found.concepts["ClaimantKind", "blog"] == OSA.BlogClaimant
    assert found.notations[OSA.CabinetApproved] == "cabinet_approved"


def test_framing_and_qualifiers_are_marked() -> None:
    found = read_vocabulary()
    framing = {OSA.hasPurpose, OSA.hasJustification, OSA.concernedAbout, OSA.lethality}
    framing |= {OSA.alternativeTo, OSA.alignedWith}
    assert found.framing == framing
    assert found.qualifiers == {
        OSA.fiscalYear,
        OSA.asOf,
        OSA.stage,
        OSA.currency,
        OSA.countingRule,
        OSA.reportedEvent,
    }


def test_labels_are_english() -> None:
    labels = read_vocabulary().labels
    assert labels[OSA.AssistanceProject] == "assistance project"
    assert labels[ID.iri("equipment/patrol-boat")] == "patrol boat"


def test_the_vocabulary_cannot_be_changed() -> None:
    found = read_vocabulary()
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.framing = frozenset()  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.ranks[OSA.Open] = 1  # type: ignore[index]


def test_the_triples_are_the_same_on_every_read() -> None:
    assert tuple(triple for _, triple in ontology_files()) == ontology_triples()
    assert Triple(OSA.Status, RDFS.label, OSA.Status) not in ontology_triples()


def test_a_syntax_error_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("@prefix osa: <http://a/> .\nosa:a osa:b\n", encoding="utf-8")
    monkeypatch.setattr(vocabulary, "FILES", (path,))
    with pytest.raises(OntologyFileError, match=r"^broken\.ttl, line 3: "):
        read_vocabulary()
