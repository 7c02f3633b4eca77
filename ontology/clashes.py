"""Which axioms and facts clash: for people, once a reasoner has found that something does.

Five kinds of contradiction are looked for, named as in OWL 2 RL, by following subclasses, subproperties,
domains and ranges. What only chains, inverses or counting bring about is not found here.
Spec: https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from ontology.namespaces import prefixed_name

Axiom = tuple[Node, Node, Node]
Proof = tuple[Axiom, ...]

# The datatypes that our ranges name, with those below them.
_BELOW: Mapping[rdflib.URIRef, frozenset[rdflib.URIRef | None]] = {
    XSD.decimal: frozenset({XSD.decimal, XSD.integer}),
    XSD.integer: frozenset({XSD.integer}),
    XSD.boolean: frozenset({XSD.boolean}),
    XSD.string: frozenset({XSD.string, None}),
}


@dataclass(frozen=True)
class Clash:
    """Triples that cannot all hold, and the rule of OWL 2 RL that says so."""

    rule: str
    why: str
    axioms: Proof

    def __str__(self) -> str:
        lines = [f"{self.why} ({self.rule}):"]
        lines += [f"  {' '.join(map(term_text, axiom))}" for axiom in self.axioms]
        return "\n".join(lines)


def describe(clashes: Iterable[Clash], limit: int = 5) -> str:
    """The clashes in words, those of the fewest axioms first, at most `limit`."""
    known = sorted(clashes, key=lambda clash: (len(clash.axioms), str(clash)))
    if not known:
        return "No kind of clash that is looked for explains it."
    rest = [f"... and {len(known) - limit} more"] if len(known) > limit else []
    return "\n".join([*map(str, known[:limit]), *rest])


def find_clashes(graph: rdflib.Graph) -> Iterator[Clash]:
    """Each clash in a graph of axioms and facts, with one shortest proof of each class that is involved."""
    yield from _in_disjoint_classes(graph)
    yield from _with_two_values(graph)
    yield from _against_direction(graph)
    yield from _of_another_datatype(graph)


def term_text(term: Node) -> str:
    """A term as in Turtle, by its prefix where it has one."""
    if isinstance(term, rdflib.URIRef):
        return "a" if term == RDF.type else prefixed_name(term) or f"<{term}>"
    if isinstance(term, rdflib.Literal) and term.datatype is not None:
        return f"{rdflib.Literal(str(term)).n3()}^^{term_text(term.datatype)}"
    return term.n3() if isinstance(term, rdflib.Literal) else f"_:{term}"


def _in_disjoint_classes(graph: rdflib.Graph) -> Iterator[Clash]:
    apart = dict(_disjoint(graph))
    above: dict[Node, Mapping[Node, Proof]] = {}
    for thing, direct in _direct_classes(graph).items():
        proofs: dict[Node, Proof] = {}
        for cls, proof in direct.items():
            if cls not in above:
                above[cls] = _upwards(graph, cls, RDFS.subClassOf)
            for broader, steps in above[cls].items():
                if broader not in proofs or len(proofs[broader]) > len(proof) + len(steps):
                    proofs[broader] = (*proof, *steps)
        for one, other in combinations(sorted(proofs, key=str), 2):
            if (axiom := apart.get(frozenset((one, other)))) is not None:
                rule = "cax-dw" if axiom[0][1] == OWL.disjointWith else "cax-adc"
                axioms = tuple(dict.fromkeys((*proofs[one], *proofs[other], *axiom)))
                yield Clash(rule, f"{term_text(thing)} is in two disjoint classes", axioms)


def _disjoint(graph: rdflib.Graph) -> Iterator[tuple[frozenset[Node], Proof]]:
    """Each pair of disjoint classes with the axiom that says so."""
    for one, other in graph.subject_objects(OWL.disjointWith):
        yield frozenset((one, other)), ((one, OWL.disjointWith, other),)
    for axiom in graph.subjects(RDF.type, OWL.AllDisjointClasses):
        for members in graph.objects(axiom, OWL.members):
            for one, other in combinations(Collection(graph, members), 2):
                yield frozenset((one, other)), ((one, OWL.AllDisjointClasses, other),)


def _direct_classes(graph: rdflib.Graph) -> dict[Node, dict[Node, Proof]]:
    """For each individual its classes, stated or by a domain or range, each with its proof."""
    found: dict[Node, dict[Node, Proof]] = {}

    def note(thing: Node, cls: Node, proof: Proof) -> None:
        known = found.setdefault(thing, {})
        if cls not in known or len(known[cls]) > len(proof):
            known[cls] = proof

    broader = {p: _upwards(graph, p, RDFS.subPropertyOf) for p in set(graph.predicates())}
    limits = {
        (p, side): [(c, (*up, (q, side, c))) for q, up in above.items() for c in graph.objects(q, side)]
        for p, above in broader.items()
        for side in (RDFS.domain, RDFS.range)
    }
    for fact in graph:
        thing, relation, value = fact
        if relation == RDF.type:
            note(thing, value, (fact,))
        for cls, steps in limits[relation, RDFS.domain]:
            note(thing, cls, (fact, *steps))
        for cls, steps in limits[relation, RDFS.range] if not isinstance(value, rdflib.Literal) else ():
            note(value, cls, (fact, *steps))
    return found


def _upwards(graph: rdflib.Graph, start: Node, relation: rdflib.URIRef) -> dict[Node, Proof]:
    """What is above a class or property, itself included, each with the shortest way up."""
    found: dict[Node, Proof] = {start: ()}
    waiting = deque([start])
    while waiting:
        below = waiting.popleft()
        for above in graph.objects(below, relation):
            if above not in found:
                found[above] = (*found[below], (below, relation, above))
                waiting.append(above)
    return found


def _with_two_values(graph: rdflib.Graph) -> Iterator[Clash]:
    for relation, axiom in _of_kind(graph, OWL.FunctionalProperty):
        for thing in sorted(set(graph.subjects(relation, None)), key=str):
            for one, other in combinations(sorted(graph.objects(thing, relation), key=str), 2):
                if _differ(one, other):
                    facts = ((thing, relation, one), (thing, relation, other))
                    yield Clash("prp-fp", f"{term_text(thing)} has two values of one", (*facts, axiom))


def _differ(one: Node, other: Node) -> bool:
    """Whether two values are two things: each IRI is its own, numbers are compared as numbers."""
    if isinstance(one, rdflib.Literal) and isinstance(other, rdflib.Literal):
        return _meaning(one) != _meaning(other)
    return isinstance(one, rdflib.URIRef) and isinstance(other, rdflib.URIRef)


def _meaning(literal: rdflib.Literal) -> tuple[str | None, object]:
    return literal.language, str(literal) if literal.value is None else literal.value


def _against_direction(graph: rdflib.Graph) -> Iterator[Clash]:
    for relation, axiom in _of_kind(graph, OWL.IrreflexiveProperty):
        for thing, value in sorted(graph.subject_objects(relation), key=str):
            if thing == value:
                fact = (thing, relation, value)
                yield Clash("prp-irp", f"{term_text(thing)} relates to itself", (fact, axiom))
    for relation, axiom in _of_kind(graph, OWL.AsymmetricProperty):
        for thing, value in sorted(graph.subject_objects(relation), key=str):
            if str(thing) < str(value) and (value, relation, thing) in graph:
                facts = ((thing, relation, value), (value, relation, thing))
                yield Clash("prp-asyp", f"{term_text(thing)} relates both ways", (*facts, axiom))


def _of_another_datatype(graph: rdflib.Graph) -> Iterator[Clash]:
    ranges = [(p, d) for p, d in graph.subject_objects(RDFS.range) if isinstance(d, rdflib.URIRef)]
    for relation, datatype in sorted(ranges, key=str):
        below = _BELOW.get(datatype, frozenset())
        for thing, value in sorted(graph.subject_objects(relation), key=str) if below else ():
            if not isinstance(value, rdflib.Literal) or value.datatype not in below or value.ill_typed:
                axioms = ((thing, relation, value), (relation, RDFS.range, datatype))
                yield Clash("dt-not-type", f"{term_text(thing)} has a value of another datatype", axioms)


def _of_kind(graph: rdflib.Graph, kind: rdflib.URIRef) -> Iterator[tuple[Node, Axiom]]:
    """Each property of a kind with the axiom that says so, by name."""
    for relation in sorted(graph.subjects(RDF.type, kind), key=str):
        yield relation, (relation, RDF.type, kind)
