"""The ontology as pages tell it: terms by kind, what is above and below them, axioms and shapes in words.

Nothing here does I/O but reading the ontology's own files, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ontology.namespaces import DCTERMS, OSA, OWL, RDF, RDFS, SH, SKOS
from web.terms import short_iri

Term = NamedNode | BlankNode | Literal | Triple
# The kinds of terms, in the order of the page, and what declares them.
KINDS: Final = (
    ("Classes", OWL.Class),
    ("Relations between things", OWL.ObjectProperty),
    ("Values of things", OWL.DatatypeProperty),
    ("Marks on terms", OWL.AnnotationProperty),
    ("Lists of values", SKOS.ConceptScheme),
)
CHARACTERISTICS: Final = {
    OWL.FunctionalProperty: "has one value at most",
    OWL.InverseFunctionalProperty: "a value belongs to one thing at most",
    OWL.TransitiveProperty: "is passed on along a chain (transitive)",
    OWL.SymmetricProperty: "holds in both directions (symmetric)",
    OWL.AsymmetricProperty: "never holds in both directions (asymmetric)",
    OWL.IrreflexiveProperty: "never holds between a thing and itself (irreflexive)",
}
# How a shape says what it is about, and how deep its own shapes are looked into.
TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.path)
NESTED: Final = 2
RESOLUTIONS: Final = {
    "single": "values compete for one place",
    "set": "each value stands for itself",
    "progress": "the furthest value stands, earlier ones are history",
}


class Said(NamedTuple):
    """One sentence about a term: words and terms in turn."""

    parts: tuple[str | NamedNode, ...]


class Ontology:
    """All that the ontology's files and shapes say, by subject and predicate."""

    def __init__(self, triples: Iterable[Triple], shapes: Iterable[Triple]) -> None:
        self._said: dict[object, dict[object, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._below: dict[object, list[NamedNode]] = defaultdict(list)
        self._concepts: dict[object, list[NamedNode]] = defaultdict(list)
        self._shapes: dict[object, dict[object, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value in triples:
            self._said[subject][predicate].append(value)
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode):
                if predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
                    self._below[value].append(subject)
                if predicate == SKOS.inScheme:
                    self._concepts[value].append(subject)
        for subject, predicate, value in shapes:
            self._shapes[subject][predicate].append(value)
        self.terms = {node.value: node for node in self._said if isinstance(node, NamedNode) and node in OSA}

    def values(self, term: object, predicate: NamedNode) -> list[Term]:
        """What is said of a term by one property."""
        return list(self._said[term][predicate]) if term in self._said else []

    def named(self, term: object, predicate: NamedNode) -> list[NamedNode]:
        """The terms among these, by name."""
        return sorted((each for each in self.values(term, predicate) if isinstance(each, NamedNode)), key=str)

    def texts(self, term: object, predicate: NamedNode) -> list[Literal]:
        """The texts among these, English first."""
        found = [each for each in self.values(term, predicate) if isinstance(each, Literal)]
        return sorted(found, key=lambda text: (text.language != "en", text.language or "", text.value))

    def label(self, term: NamedNode) -> str:
        """The English label, or the name."""
        return next((text.value for text in self.texts(term, RDFS.label)), short_iri(term.value))

    def of_kind(self, kind: NamedNode) -> list[NamedNode]:
        """The terms of one of KINDS, by label."""
        found = [term for term in self.terms.values() if kind in self.values(term, RDF.type)]
        return sorted(found, key=lambda term: self.label(term).lower())

    def roots(self, kind: NamedNode) -> list[NamedNode]:
        """Those of a kind that are below no other of ours."""
        return [term for term in self.of_kind(kind) if not any(above in OSA for above in self.above(term))]

    def above(self, term: NamedNode) -> list[NamedNode]:
        """The terms right above a term."""
        return self.named(term, RDFS.subClassOf) + self.named(term, RDFS.subPropertyOf)

    def below(self, term: NamedNode) -> list[NamedNode]:
        """The terms right below a term, by label."""
        return sorted((each for each in self._below[term] if each in OSA), key=self.label)

    def concepts(self, scheme: NamedNode) -> list[NamedNode]:
        """The values of a list, by label."""
        return sorted(self._concepts[scheme], key=self.label)

    def axioms(self, term: NamedNode) -> Iterator[Said]:
        """What the axioms say of a term beyond its place in the tree, in words."""
        for kind in self.named(term, RDF.type):
            if kind in CHARACTERISTICS:
                yield Said((CHARACTERISTICS[kind],))
        for text in self.texts(term, OSA.resolution):
            yield Said((f"{text.value}: {RESOLUTIONS.get(text.value, '')}",))
        for predicate, words in (
            (RDFS.subClassOf, "every one of them"),
            (OWL.equivalentClass, "the same as what"),
        ):
            for expression in self.values(term, predicate):
                if isinstance(expression, BlankNode):
                    yield Said((words, *self.in_words(expression)))
        for predicate, words in ((OWL.inverseOf, "is the inverse of"), (OWL.disjointWith, "never is a")):
            for other in self.named(term, predicate):
                yield Said((words, other))
        for chain in self.values(term, OWL.propertyChainAxiom):
            steps = [step for step in self._list(chain) if isinstance(step, NamedNode)]
            yield Said(("follows from", *self._joined(steps, "then")))

    def in_words(self, expression: object) -> tuple[str | NamedNode, ...]:
        """A class expression in words."""
        if isinstance(expression, NamedNode):
            return ("is a", expression)
        property = next(iter(self.named(expression, OWL.onProperty)), None)
        if property is not None:
            return self._restriction(expression, property)
        for predicate, word in ((OWL.intersectionOf, "and"), (OWL.unionOf, "or")):
            for members in self.values(expression, predicate):
                parts = [self.in_words(member) for member in self._list(members)]
                return tuple(
                    piece
                    for number, part in enumerate(parts)
                    for piece in ((word, *part) if number else part)
                )
        for members in self.values(expression, OWL.oneOf):
            named = [member for member in self._list(members) if isinstance(member, NamedNode)]
            return ("is one of", *self._joined(named, "or"))
        return ("fits an expression that the files spell out",)

    def _restriction(self, expression: object, property: NamedNode) -> tuple[str | NamedNode, ...]:
        for predicate, words in ((OWL.someValuesFrom, "that is a"), (OWL.allValuesFrom, "only ever a")):
            for value in self.values(expression, predicate):
                inner = (value,) if isinstance(value, NamedNode) else self.in_words(value)
                return ("has", property, words, *inner)
        for value in self.values(expression, OWL.hasValue):
            shown = value if isinstance(value, NamedNode) else str(getattr(value, "value", ""))
            return ("has", property, "with the value", shown)
        if self.values(expression, OWL.hasSelf):
            return ("has", property, "to itself")
        for predicate, words in (
            (OWL.minCardinality, "at least"),
            (OWL.maxCardinality, "at most"),
            (OWL.cardinality, "exactly"),
        ):
            for value in self.values(expression, predicate):
                return ("has", f"{words} {getattr(value, 'value', '')}", property)
        return ("has a condition on", property)

    def _joined(self, terms: Iterable[NamedNode], word: str) -> tuple[str | NamedNode, ...]:
        return tuple(
            piece for number, term in enumerate(terms) for piece in ((word, term) if number else (term,))
        )

    def _list(self, head: object) -> Iterator[Term]:
        """The members of an RDF list; one that runs in a circle ends where it began."""
        seen: set[object] = set()
        while head not in seen and head in self._said and self._said[head][RDF.first]:
            seen.add(head)
            yield self._said[head][RDF.first][0]
            head = next(iter(self._said[head][RDF.rest]), RDF.nil)

    def shapes(self, term: NamedNode) -> list[str]:
        """What the shapes demand of a class's members, or of a property's values, by their messages."""
        found: list[str] = []
        for node, said in list(self._shapes.items()):
            if any(term in said[target] for target in TARGETS):
                found += self._messages(node)
        return list(dict.fromkeys(found))

    def _messages(self, node: object, depth: int = 0) -> Iterator[str]:
        said = self._shapes[node]
        yield from (
            text.value for text in said[SH.message] if isinstance(text, Literal) and text.language != "ja"
        )
        if depth < NESTED:
            for inner in (*said[SH.property], *said[SH.sparql]):
                yield from self._messages(inner, depth + 1)

    def sources(self, term: NamedNode) -> list[Term]:
        """Where the definition comes from: texts and addresses."""
        return sorted(self.values(term, DCTERMS.source), key=str)
