"""What each rule has inferred, kept in `graph/meta`: how many triples of the default graph follow by it.

A triple that follows by two rules, or that is asserted as well, counts for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Quad

from graph.projection import META
from graph.rules import Rule, read_rules
from graph.store import WritableStore
from ontology.namespaces import ID, OSA, RDF, RDFS, SKOS, XSD


def rule_iri(name: str) -> NamedNode:
    """The IRI of a rule."""
    return ID.iri(f"rule/{name}")


def is_rule_record(quad: Quad) -> bool:
    """Whether the quad belongs to the record of a rule."""
    return quad.graph_name == META and str(quad.subject).startswith(f"<{ID}rule/")


def rule_quads(counts: Mapping[str, int]) -> Iterator[Quad]:
    """The records of all rules, for `graph/meta`; none where nothing follows by any."""
    for rule in read_rules() if any(counts.values()) else ():
        yield from _described(rule)
        yield _counted(rule, counts.get(rule.name, 0))


def count_more(store: WritableStore, more: Mapping[str, int]) -> int:
    """Bring the records up to date: so many more triples follow by each rule. How many quads that added.

    A store without records gets them: it had no facts before, or was made before there were rules.
    """
    if not any(more.values()):
        return 0
    old = {quad for rule in read_rules() for quad in store.quads(rule_iri(rule.name), None, None, META)}
    counts = {rule.name: _count_in(old, rule) + more.get(rule.name, 0) for rule in read_rules()}
    new = set(rule_quads(counts))
    store.delete(old - new)
    store.insert(new - old)
    return len(new) - len(old)


def _count_in(quads: Iterable[Quad], rule: Rule) -> int:
    iri = rule_iri(rule.name)
    counts = [quad.object for quad in quads if quad.subject == iri and quad.predicate == OSA.inferredCount]
    return sum(int(count.value) for count in counts if isinstance(count, Literal))


def _described(rule: Rule) -> Iterator[Quad]:
    iri = rule_iri(rule.name)
    yield Quad(iri, RDF.type, OSA.Rule, META)
    yield Quad(iri, RDFS.label, Literal(rule.name, language="en"), META)
    yield Quad(iri, SKOS.definition, Literal(rule.title, language="en"), META)


def _counted(rule: Rule, count: int) -> Quad:
    return Quad(rule_iri(rule.name), OSA.inferredCount, Literal(str(count), datatype=XSD.integer), META)
