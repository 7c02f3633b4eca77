"""One file per outside vocabulary: its terms are declared, and only a few axioms infer anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ontology.namespaces import DCTERMS, ID, ORG, OSA, OWL, PREFIXES, PROV, RDF, RDFS, SCHEMA, SKOS, WD, WDT
from ontology.vocabulary import FOLDER, ontology_triples

FILES = sorted((FOLDER / "alignments").glob("*.ttl"))
MATCHES = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
VOCABULARIES = {
    "cito-fabio": "cito fabio",
    "dcterms": "dcterms",
    "followthemoney": "ftm",
    "org": "org",
    "prov": "prov",
    "qudt": "qudt",
    "schema": "schema",
    "skos": "skos",
    "time": "time",
    "wikidata": "wd wdt",
}
# All that follows from outside terms; every other relation to them is a match.
AXIOMS = {
    (OSA.Actor, PROV.Agent),
    (OSA.Assessment, PROV.Entity),
    (OSA.Claim, PROV.Entity),
    (OSA.EquipmentClass, SKOS.Concept),
    (OSA.Law, SCHEMA.Legislation),
    (OSA.Load, PROV.Activity),
    (OSA.Organization, ORG.Organization),
    (OSA.Organization, PROV.Organization),
    (OSA.Person, PROV.Person),
    (OSA.Resolution, PROV.Entity),
    (OSA.Source, PROV.Entity),
    (OSA.partOf, DCTERMS.isPartOf),
    (OSA.supersededBy, DCTERMS.isReplacedBy),
    (OSA.supersedes, DCTERMS.replaces),
}


def read(path: Path) -> list[Triple]:
    return [quad.triple for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE)]


def test_every_vocabulary_has_its_file() -> None:
    assert {path.stem for path in FILES} == VOCABULARIES.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_relates_our_terms_to_its_own_vocabulary_only(path: Path) -> None:
    bases = tuple(PREFIXES[prefix] for prefix in VOCABULARIES[path.stem].split())
    declared = {t.subject for t in read(path) if t.predicate == RDF.type and t.object in KINDS}
    related = [t for t in read(path) if t.predicate != RDF.type and t.predicate != OWL.disjointWith]
    assert [t for t in related if t.subject not in OSA] == []
    named = [str(node).strip("<>") for node in (*declared, *(t.object for t in related))]
    assert [name for name in named if not name.startswith(bases)] == []


def test_every_outside_term_is_declared_but_for_the_items_of_wikidata() -> None:
    triples = ontology_triples()
    declared = {t.subject for t in triples if t.predicate == RDF.type and t.object in KINDS}
    relating = MATCHES | {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.disjointWith}
    outside = {
        t.object
        for t in triples
        if t.predicate in relating and isinstance(t.object, NamedNode)
        if not any(t.object in known for known in (OSA, ID, WD, WDT)) and "XMLSchema#" not in t.object.value
    }
    assert outside - declared == set()


def test_what_is_inferred_of_outside_terms_is_listed() -> None:
    axioms = {
        (t.subject, t.object)
        for path in FILES
        for t in read(path)
        if t.predicate not in MATCHES and t.predicate not in (RDF.type, OWL.disjointWith)
    }
    assert axioms == AXIOMS


def test_nothing_is_imported() -> None:
    assert [t for t in ontology_triples() if t.predicate == OWL.imports] == []
