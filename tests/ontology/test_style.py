"""The files of the ontology follow STYLE.md, as far as no rule of ontology/hygiene looks after it."""

from __future__ import annotations

import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ontology.namespaces import ID, OSA, OWL, PREFIX_FILE, PREFIXES, RDF, RDFS, SKOS, XSD
from ontology.vocabulary import FILES, ontology_files, ontology_triples, read_vocabulary

TRIPLES = ontology_triples()
PROPERTY_KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
DATES = {OSA.date, OSA.asOf, OSA.signedOn, OSA.deliveredOn, OSA.adoptedOn}

FACTS = {
    "single": """programme provider recipient fiscalYear amount currency percentOfGdp signedOn deliveredOn
        count equipmentClass ordinal role recipientCount date adoptedOn line""",
    "set": """beneficiary equipment item actor eventType instrument issuedBy supersededBy basedOn
        constrainedBy alignedWith partOf supersedes amends distinctFrom administeredBy approvedBy hasPurpose
        hasJustification holdsOffice affiliatedWith authorOf fundsCapability limitsExportsTo abolishesLimit
        benchmarkFor concernedAbout complements alternativeTo moreThanDoubleOf lethality""",
    "progress": "status stage",
}


def is_ours(node: object) -> bool:
    return node in OSA or node in ID


def values(subject: object, predicate: NamedNode) -> list[object]:
    return [
        triple.object for triple in TRIPLES if triple.subject == subject and triple.predicate == predicate
    ]


def own_terms() -> Iterator[NamedNode]:
    for triple in TRIPLES:
        if triple.predicate == RDF.type and isinstance(triple.subject, NamedNode) and is_ours(triple.subject):
            yield triple.subject


def declared_kinds() -> dict[object, set[object]]:
    kinds: dict[object, set[object]] = defaultdict(set)
    for triple in TRIPLES:
        if triple.predicate == RDF.type:
            kinds[triple.subject].add(triple.object)
    return kinds


def test_blank_nodes_stand_only_for_lists_restrictions_and_axioms_on_many_classes() -> None:
    about = defaultdict(set)
    for triple in TRIPLES:
        if isinstance(triple.subject, BlankNode):
            about[triple.subject].add(triple.predicate)
    parts = (
        {RDF.first, RDF.rest},
        {OWL.onProperty, OWL.hasSelf},
        {OWL.onProperty, OWL.hasValue},
        {OWL.members},
    )
    assert [node for node, used in about.items() if used - {RDF.type, RDFS.subClassOf} not in parts] == []


def test_blank_nodes_are_numbered_by_file_so_that_a_reload_adds_nothing() -> None:
    nodes = {triple.subject.value for triple in TRIPLES if isinstance(triple.subject, BlankNode)}
    assert nodes == {f"core{number}" for number in range(1, len(nodes) + 1)}
    assert {triple for _, triple in ontology_files()} == set(TRIPLES)


def test_no_triple_is_stated_twice() -> None:
    assert [triple for triple, count in Counter(TRIPLES).items() if count > 1] == []


def test_every_own_term_that_is_mentioned_is_declared() -> None:
    declared = set(own_terms())
    mentioned = {
        node
        for triple in TRIPLES
        for node in (triple.subject, triple.predicate, triple.object)
        if isinstance(node, NamedNode) and is_ours(node)
    }
    # Programmes are individuals that the loaders describe.
    assert mentioned - declared == {ID.osa, ID.oda}


def test_every_predicate_in_use_is_declared_for_the_reasoner() -> None:
    builtin = (str(RDF), str(RDFS), str(OWL))
    used = {triple.predicate for triple in TRIPLES if not triple.predicate.value.startswith(builtin)}
    kinds = declared_kinds()
    assert [node.value for node in used if not kinds[node] & PROPERTY_KINDS] == []


def test_no_term_is_two_kinds_of_property() -> None:
    assert [node for node, kinds in declared_kinds().items() if len(kinds & PROPERTY_KINDS) > 1] == []


@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_predicate_has_its_resolution(kind: str) -> None:
    expected = {OSA[name] for name in FACTS[kind].split()}
    if kind == "single":
        expected.add(SKOS.broader)
    assert {node for node, value in read_vocabulary().resolution.items() if value == kind} == expected


def test_every_resolution_is_single_set_or_progress() -> None:
    assert set(read_vocabulary().resolution.values()) == {"single", "set", "progress"}


def test_progress_properties_take_their_values_from_a_ranked_scheme() -> None:
    vocabulary = read_vocabulary()
    unranked = {
        notation
        for (scheme, notation), node in vocabulary.concepts.items()
        if scheme in {"Status", "Stage"} and node not in vocabulary.ranks
    }
    assert unranked == {"reported"}


def test_date_properties_have_no_range_and_say_why() -> None:
    assert {node: values(node, RDFS.range) for node in DATES} == {node: [] for node in DATES}
    assert all(values(node, SKOS.note) for node in DATES)


def test_ranges_stay_within_the_datatypes_of_owl() -> None:
    ranges = {triple.object for triple in TRIPLES if triple.predicate == RDFS.range}
    datatypes = {node for node in ranges if node in XSD}
    assert datatypes == {XSD.integer, XSD.decimal, XSD.string, XSD.boolean}


def test_properties_whose_value_has_no_fixed_kind_are_annotations_and_say_why() -> None:
    free = (OSA.object, OSA.accepted, OSA.candidate, OSA.predicate, OSA.value, OSA.valueA, OSA.withoutB)
    assert [declared_kinds()[node] for node in free] == [{OWL.AnnotationProperty}] * 7
    assert all(values(node, SKOS.note) for node in free)


def test_names_follow_the_style() -> None:
    kinds = declared_kinds()
    lower = {n for n in own_terms() if kinds[n] & PROPERTY_KINDS}
    local = {node: node.value.rpartition("#")[2] for node in own_terms() if node in OSA}
    upper_first = {node for node, name in local.items() if name[0].isupper()}
    assert upper_first == set(local) - lower


@pytest.mark.parametrize("path", [*FILES, PREFIX_FILE], ids=lambda path: path.name)
def test_rdflib_reads_each_file_without_a_warning(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph = rdflib.Graph().parse(path, format="turtle")
    assert len(graph) > 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_use_the_prefixes_of_the_one_list(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    declared = dict(re.findall(r"@prefix (\w+): <([^>]*)> \.", text))
    # The path below id/ is abbreviated in one file only, so it is no entry of the list.
    declared.pop("equipment", None)
    assert declared == {prefix: PREFIXES[prefix] for prefix in declared}


def test_the_version_of_the_ontology_is_in_its_version_iri() -> None:
    ontology = NamedNode("https://w3id.org/osagraph/ontology")
    assert values(ontology, OWL.versionIRI) == [NamedNode("https://w3id.org/osagraph/ontology/2.2.0")]
    assert Triple(ontology, OWL.versionInfo, Literal("2.2.0")) in TRIPLES


def test_only_the_properties_that_no_source_states_are_inferred() -> None:
    marked = {triple.subject for triple in TRIPLES if triple.predicate == OSA.isInferred}
    names = "receives isCommitted recipientOf suppliesKind within benefits"
    assert marked == {OSA[name] for name in names.split()}


def test_a_fact_property_gets_no_inferred_values_but_from_its_inverse() -> None:
    facts = read_vocabulary().resolution
    above = {t.object for t in TRIPLES if t.predicate == RDFS.subPropertyOf}
    chained = {t.subject for t in TRIPLES if t.predicate == OWL.propertyChainAxiom}
    wide = {t.subject for t in TRIPLES if t.object in (OWL.TransitiveProperty, OWL.SymmetricProperty)}
    inverse = {node for t in TRIPLES if t.predicate == OWL.inverseOf for node in (t.subject, t.object)}
    assert (above | chained | wide) & set(facts) == set()
    assert inverse & set(facts) == {OSA.recipient, OSA.supersedes, OSA.supersededBy}


def test_every_status_from_signed_on_makes_a_committed_project() -> None:
    vocabulary = read_vocabulary()
    restrictions = {t.subject for t in TRIPLES if t.object == OSA.CommittedProject}
    committing = {t.object for t in TRIPLES if t.subject in restrictions and t.predicate == OWL.hasValue}
    signed = vocabulary.ranks[OSA.Signed]
    statuses = {node for (scheme, _), node in vocabulary.concepts.items() if scheme == "Status"}
    assert committing == {node for node in statuses if vocabulary.ranks[node] >= signed}
