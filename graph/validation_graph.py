"""The triples of one validation, as rdflib and pySHACL ask for them.

Many sources are validated in one go, and each as if it were alone: a node stands in the batch under a name of
its own for each group of triples that describes it. What is known of nodes that a group only mentions stands
around the batch: it is looked up and never validated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from pyshacl.consts import RDF_type, RDFS_subClassOf

from graph.store import AnyTerm
from ontology.namespaces import RDF, RDFS, XSD

Term = rdflib.term.Node
# Subject, predicate, object; a triple of pyoxigraph makes them anew each time it is asked.
Parts = tuple[NamedNode | BlankNode, NamedNode, AnyTerm]
# Between an IRI and the number of the group that describes it; no IRI has it.
MARK: Final = "\0"


class Terms:
    """Terms of pyoxigraph as terms of rdflib, exactly as they are written; equal ones are one object."""

    def __init__(self, known: Mapping[AnyTerm, Any] | None = None) -> None:
        # The objects that pySHACL asks with: rdflib is slow to compare two that are not the same.
        self._known: dict[AnyTerm, Any] = dict(known or {})
        self._known |= {RDF.type: RDF_type, RDFS.subClassOf: RDFS_subClassOf}

    def __call__(self, term: AnyTerm) -> Any:
        """The term in rdflib."""
        found = self._known.get(term)
        if found is None:
            found = self._known[term] = _converted(term)
        return found

    def copy(self) -> Terms:
        """The same terms, to which others can be added for a while."""
        return Terms(self._known)


def _converted(term: AnyTerm) -> Term:
    match term:
        case NamedNode():
            return iri_node(term.value)
        case Literal():
            if term.language is not None:
                return rdflib.Literal(term.value, lang=term.language, normalize=False)
            datatype = None if term.datatype == XSD.string else iri_node(term.datatype.value)
            return rdflib.Literal(term.value, datatype=datatype, normalize=False)
        case BlankNode():
            return rdflib.BNode(term.value)
    # rdflib has no triple terms; like a blank node, one is neither an IRI nor a literal.
    return rdflib.BNode(str(term))


def iri_node(iri: str) -> rdflib.URIRef:
    """The IRI as a node of rdflib; it was checked when it was parsed, and is not checked again."""
    return str.__new__(rdflib.URIRef, iri)


def plain_iri(node: str) -> str:
    """The IRI of a node of a batch, without the mark of its group."""
    return node.partition(MARK)[0]


class Index:
    """Triples by subject and predicate, and the other way round where somebody asks."""

    def __init__(self, triples: Iterable[tuple[Any, Any, Any]] = ()) -> None:
        self.spo: dict[Any, dict[Any, list[Any]]] = {}
        self._by_value: dict[Any, dict[Any, list[Any]]] = {}
        for triple in triples:
            self.add(*triple)

    def add(self, subject: Any, predicate: Any, value: Any) -> None:
        """Add one triple; nobody has asked yet."""
        values = self.spo.setdefault(subject, {})
        if predicate in values:
            values[predicate].append(value)
        else:
            values[predicate] = [value]

    def objects(self, subject: Any, predicate: Any) -> list[Any]:
        """The values that a subject has of a predicate."""
        return self.spo.get(subject, {}).get(predicate, [])

    def by_value(self, predicate: Any) -> Mapping[Any, list[Any]]:
        """The subjects that have a predicate, by its values."""
        found = self._by_value.get(predicate)
        if found is None:
            found = self._by_value[predicate] = {}
            for subject, values in self.spo.items():
                for value in values.get(predicate, ()):
                    found.setdefault(value, []).append(subject)
        return found


class BatchGraph(rdflib.Graph):
    """What is validated at once; `schema` and `around` are looked up only.

    pySHACL asks for objects and subjects a few dozen times for each node, so that rdflib's general store
    would take most of the time.
    """

    def __init__(self, terms: Terms, schema: Index, around: Index) -> None:
        super().__init__(bind_namespaces="none")
        self.size = 0
        self._terms = terms.copy()
        self._index = Index()
        self._schema = schema
        self._around = around
        self._groups: list[str | None] = []

    def put(self, triples: Collection[Parts], name: str | None = None) -> None:
        """Add one group: a named graph, or facts (no name)."""
        terms, add, mark = self._terms, self._index.add, f"{MARK}{len(self._groups)}"
        self._groups.append(name)
        names: dict[AnyTerm, rdflib.URIRef] = {}
        for subject, _, _ in triples:
            if subject not in names:
                names[subject] = iri_node(subject.value + mark)
        for subject, predicate, value in triples:
            add(names[subject], terms(predicate), names.get(value) or terms(value))
        self.size += len(triples)

    def forget(self) -> None:
        """Let go of the triples: a graph of rdflib is in a circle, and would keep them for a while."""
        self._index, self._terms = Index(), Terms()

    def has(self, predicate: Any, value: Any = None) -> bool:
        """Whether any node has the predicate, with this value if one is given."""
        values = self._index.by_value(predicate)
        return bool(values) if value is None else value in values

    def group_of(self, node: str) -> str | None:
        """The named graph that describes a node; None where facts do, or nothing does."""
        _, mark, number = node.partition(MARK)
        return self._groups[int(number)] if mark else None

    def objects(  # type: ignore[override]
        self, subject: Any = None, predicate: Any = None, unique: bool | None = False
    ) -> Iterable[Any]:
        """See `rdflib.Graph.objects`."""
        values = self._index.spo.get(subject)
        if values is not None and (predicate in values or predicate is not RDF_type):
            return values.get(predicate, ())
        plain = iri_node(plain_iri(str(subject)))
        return self._schema.objects(plain, predicate) or self._around.objects(plain, predicate)

    def subjects(  # type: ignore[override]
        self, predicate: Any = None, object: Any = None, unique: bool | None = False
    ) -> Iterable[Any]:
        """See `rdflib.Graph.subjects`."""
        index = self._schema if predicate is RDFS_subClassOf else self._index
        return index.by_value(predicate).get(object, ())

    def subject_objects(  # type: ignore[override]
        self, predicate: Any = None, unique: bool | None = False
    ) -> Iterator[tuple[Any, Any]]:
        """See `rdflib.Graph.subject_objects`."""
        for value, subjects in self._index.by_value(predicate).items():
            for subject in subjects:
                yield subject, value

    def triples(self, triple: Any) -> Iterator[Any]:  # type: ignore[override]
        """See `rdflib.Graph.triples`."""
        subject, predicate, value = triple
        for each in self._index.spo if subject is None else [subject]:
            for name, values in self._index.spo.get(each, {}).items():
                if predicate in (None, name):
                    yield from ((each, name, other) for other in values if value in (None, other))
