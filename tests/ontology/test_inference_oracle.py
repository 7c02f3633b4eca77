"""Our rules derive exactly what owlrl derives by all of OWL 2 RL, less the kinds of triples named here.

`cls-hsf` is outside OWL 2 RL: the oracle is given its conclusions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import owlrl  # type: ignore[import-untyped]
import pytest
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple
from rdflib.namespace import OWL as RDFLIB_OWL
from rdflib.namespace import RDF as RDFLIB_RDF
from rdflib.namespace import RDFS as RDFLIB_RDFS

from graph.bundle import in_graph
from graph.embedded import EmbeddedStore
from graph.grounding import read_grounding
from graph.inference import infer_all
from graph.store import AnyTerm
from ontology.namespaces import ID, OSA, OWL, SKOS, XSD
from ontology.vocabulary import ontology_triples

DEFAULT = DefaultGraph()
Node = rdflib.term.Node
Other = tuple[Node, Node, Node]

_SCHEMA = (RDFLIB_RDFS.subClassOf, RDFLIB_RDFS.subPropertyOf, RDFLIB_OWL.equivalentClass)
# Each with its reason. An exclusion that excludes nothing is out of date, and fails the test.
EXCLUDED: dict[str, Callable[[Other], bool]] = {
    # eq-ref: that a thing is itself is no news.
    "everything is itself": lambda t: t[1] == RDFLIB_OWL.sameAs and t[0] == t[2],
    # scm-cls and the types that come with it: true of everything, and so of no use in an answer.
    "everything is a thing": lambda t: RDFLIB_OWL.Thing in t or RDFLIB_OWL.Nothing in t,
    # scm-cls, scm-op, scm-dp: each class and property is below itself.
    "every term is below itself": lambda t: (
        t[1] in (*_SCHEMA, RDFLIB_OWL.equivalentProperty) and t[0] == t[2]
    ),
    # scm-dom1, scm-dom2, scm-rng1, scm-rng2: with cax-sco and prp-spo1 no member more follows from them,
    # and the domain that the ontology states stays the one that a reader sees.
    "domains and ranges that are not stated": lambda t: t[1] in (RDFLIB_RDFS.domain, RDFLIB_RDFS.range),
    # cls-hv2 and cax-sco: a class without a name means nothing to a reader; see cls-hv2.rq.
    "members of classes without a name": lambda t: t[1] == RDFLIB_RDF.type and isinstance(t[2], rdflib.BNode),
    # dt-type2: a literal is no subject in RDF.
    "literals of their datatypes": lambda t: isinstance(t[0], rdflib.Literal),
    # prp-ap, dt-type1: what kind of term the terms of RDFS and XML Schema are.
    "the terms of the standards": lambda t: (
        t[1] == RDFLIB_RDF.type and t[2] in (RDFLIB_OWL.AnnotationProperty, RDFLIB_RDFS.Datatype)
    ),
    # dt-diff and owlrl's own: which datatypes share no value.
    "datatypes without a common value": lambda t: (
        t[1] == RDFLIB_OWL.disjointWith and str(t[0]).startswith(str(XSD))
    ),
}


@pytest.mark.parametrize("size", [300, 1000])
def test_the_rules_derive_what_an_independent_reasoner_derives(size: int) -> None:
    given = {*schema(), *facts(size, random.Random(size))}
    ours, fired = closure(given)
    assert fired == {step.rule for step in read_grounding().steps}
    selves = {triple for triple in ours if triple.predicate == OSA.isCommitted}
    theirs = independent_closure(given | selves)
    start = set(map(other_triple, given | selves))
    left_out = {triple for triple in theirs - start if any(test(triple) for test in EXCLUDED.values())}
    assert set(map(other_triple, ours)) - start == theirs - start - left_out
    assert [name for name, test in EXCLUDED.items() if not any(map(test, left_out))] == []


def schema() -> Iterator[Triple]:
    """The ontology without what it says in words and numbers, from which nothing follows."""
    for triple in ontology_triples():
        if not isinstance(triple.object, Literal) or triple.predicate in OWL:
            yield triple


def facts(size: int, pick: random.Random) -> Iterator[Triple]:
    """About so many facts, in all the patterns that the rules look at."""
    states, programmes, statuses = (
        names("state", 12),
        names("programme", 4),
        (OSA.Planned, OSA.Selected, OSA.Signed, OSA.Delivered, OSA.Completed),
    )
    bodies, kinds = names("body", 20), names("kind", 20)
    for number in range(1, 20):
        yield Triple(bodies[number], OSA.partOf, bodies[pick.randrange(number)])
        yield Triple(kinds[number], SKOS.broader, kinds[pick.randrange(number)])
    # A circle of wholes.
    yield Triple(bodies[0], OSA.partOf, bodies[7])
    yield Triple(programmes[1], OSA.supersedes, programmes[0])
    yield Triple(programmes[1], OSA.supersededBy, programmes[2])
    for number, project in enumerate(names("project", size // 7)):
        yield Triple(project, OSA.recipient, pick.choice(states))
        yield Triple(project, OSA.programme, pick.choice(programmes))
        yield Triple(project, OSA.status, pick.choice(statuses))
        yield Triple(project, OSA.equipment, pick.choice(kinds))
        yield Triple(project, OSA.beneficiary, pick.choice(bodies))
        yield Triple(project, OSA.item, ID.iri(f"item/{number}"))
        yield Triple(project, OSA.amount, Literal(str(number), datatype=XSD.decimal))


def names(kind: str, count: int) -> list[NamedNode]:
    return [ID.iri(f"{kind}/{number}") for number in range(count)]


def closure(triples: Iterable[Triple]) -> tuple[set[Triple], set[str]]:
    """What our rules make of the triples, and which of them did something."""
    store = EmbeddedStore()
    store.insert(in_graph(triples, DEFAULT))
    counted = infer_all(store, read_grounding())
    return {quad.triple for quad in store.quads()}, {rule for rule, number in counted.items() if number}


def independent_closure(triples: Iterable[Triple]) -> set[Other]:
    graph = rdflib.Graph()
    for triple in triples:
        graph.add(other_triple(triple))
    reasoner = owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False)
    reasoner.expand(graph)
    return set(graph)


def other_triple(triple: Triple) -> Other:
    return other(triple.subject), other(triple.predicate), other(triple.object)


def other(term: AnyTerm) -> Node:
    if isinstance(term, Literal):
        datatype = None if term.language else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype)
    assert isinstance(term, NamedNode | BlankNode)
    return rdflib.BNode(term.value) if isinstance(term, BlankNode) else rdflib.URIRef(term.value)
