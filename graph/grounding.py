"""The rules applied to the ontology's axioms: what is left of them speaks of facts only.

`?p rdfs:domain ?c . ?x ?p ?y` becomes one step for each domain in the ontology, such as
`?x osa:recipient ?y` → `?x a osa:AssistanceProject`. Axioms come from the ontology alone: whatever a source
states, it does not change what the rules conclude.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Triple, Variable

from graph.bundle import in_graph
from graph.embedded import EmbeddedStore
from graph.errors import OntologyError
from graph.joins import solutions
from graph.projection import SHORT_CUTS
from graph.rules import Bindings, Pattern, PatternTerm, Rule, instantiate, read_rules
from ontology.namespaces import OWL, RDF, RDFS, XSD
from ontology.vocabulary import ontology_triples

_LISTS: Final = (RDF.first, RDF.rest)
_DATATYPES: Final = (RDFS.Literal, RDF.langString, RDF.PlainLiteral)

Key = tuple[PatternTerm | Triple, PatternTerm | Triple | None]


class Step(NamedTuple):
    """A rule with its axioms filled in: where all of `body` is a fact, `head` is one."""

    rule: str
    head: Pattern
    body: tuple[Pattern, ...]


@dataclass(frozen=True)
class Grounding:
    """What the rules come to: axioms that follow from the ontology's, and the steps on facts, in order."""

    axioms: frozenset[Triple]
    steps: tuple[Step, ...]


@functools.lru_cache(maxsize=1)
def read_grounding() -> Grounding:
    """The rules of the house applied to its ontology.

    Raises OntologyError where a rule or a file of the ontology is wrong.
    """
    try:
        return ground(read_rules(), ontology_triples())
    except ValueError as error:
        raise OntologyError(str(error)) from error


def ground(rules: Iterable[Rule], ontology: Iterable[Triple]) -> Grounding:
    """Rules applied to the axioms among the triples of an ontology.

    Raises OntologyError where a rule would have to look at every fact.
    """
    given = {triple for triple in ontology if is_axiom(triple)}
    store = EmbeddedStore()
    store.insert(in_graph(given, DefaultGraph()))
    listed = list(rules)
    axioms = _close(store, [rule for rule in listed if all(map(is_axiom, rule.body))])
    on_facts = [rule for rule in listed if not all(map(is_axiom, rule.body))]
    steps = dict.fromkeys(step for rule in on_facts for step in _steps(store, rule) if _is_of_use(step))
    return Grounding(frozenset(axioms - given), tuple(steps))


def is_axiom(terms: Pattern | Triple) -> bool:
    """Whether a triple, or what matches a pattern, is part of an axiom and states no fact."""
    _, predicate, value = terms
    if predicate == RDF.type:
        return value in OWL
    return predicate in RDFS or predicate in OWL or predicate in _LISTS


def key_of(terms: Pattern | Triple) -> Key:
    """What tells triples apart that different steps look at: their predicate, or their class."""
    _, predicate, value = terms
    return (predicate, value) if predicate == RDF.type else (predicate, None)


def _close(store: EmbeddedStore, rules: Sequence[Rule]) -> set[Triple]:
    """All axioms in the store, those that follow from others by rule included."""
    while True:
        known = {quad.triple for quad in store.quads()}
        found = {
            triple
            for rule in rules
            for bindings in solutions(store, rule.body, {})
            if (triple := instantiate(rule.head, bindings)) is not None
        }
        if found <= known:
            return known
        store.insert(in_graph(found - known, DefaultGraph()))


def _steps(axioms: EmbeddedStore, rule: Rule) -> Iterator[Step]:
    facts = [pattern for pattern in rule.body if not is_axiom(pattern)]
    for bindings in solutions(axioms, [pattern for pattern in rule.body if is_axiom(pattern)], {}):
        body = tuple(_filled(pattern, bindings) for pattern in facts)
        if any(isinstance(term, Variable) for pattern in body for term in key_of(pattern)):
            raise OntologyError(f"{rule.name}.rq looks at every fact.")
        yield Step(rule.name, _filled(rule.head, bindings), body)


def _is_of_use(step: Step) -> bool:
    """Whether a step can give a triple that is not among its premises, without looking at claims.

    Nothing is a member of a class without a name, and no literal is a subject.
    """
    terms = [term for pattern in (step.head, *step.body) for term in pattern]
    is_datatype = step.head[2] in XSD or step.head[2] in _DATATYPES
    about_claims = any(pattern[1] in SHORT_CUTS for pattern in step.body)
    has_blank = any(isinstance(term, BlankNode) for term in terms)
    return not (step.head in step.body or is_datatype or about_claims or has_blank)


def _filled(pattern: Pattern, bindings: Bindings) -> Pattern:
    subject, predicate, value = (_value(term, bindings) for term in pattern)
    return subject, predicate, value


def _value(term: PatternTerm, bindings: Bindings) -> PatternTerm:
    if not isinstance(term, Variable):
        return term
    value = bindings.get(term, term)
    assert not isinstance(value, Triple)
    return value
