"""What the ontology says about its own terms, in the form that the other rooms ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from ontology.errors import OntologyFileError
from ontology.namespaces import OSA, OWL, RDF, RDFS, SKOS, XSD

FOLDER: Final = Path(__file__).parent
FILES: Final = (
    *(FOLDER / name for name in ("core.ttl", "schemes.ttl", "equipment.ttl", "outside.ttl")),
    *sorted((FOLDER / "alignments").glob("*.ttl")),
)


# How sources that name other values of a property than each other are to be read.
MARKS: Final = (OSA.isClosedList, OSA.isUsuallyOne, OSA.isAttribution, OSA.mayRecur)

_Term = TypeVar("_Term")


@dataclass(frozen=True)
class Vocabulary:
    """The declarations that loaders, resolution and pages depend on.

    `resolution` gives "single", "set" or "progress" for each fact predicate; `concepts` is keyed by the
    scheme's name without "Scheme" and the notation, as in ("Status", "signed"); `labels` are English.
    `relations` are the object properties; `ranges` gives the datatype of the others, dates excepted, whose
    precision varies. `marks` are the fact predicates with a mark that is true, such as `OSA.isClosedList`;
    `compared` gives the property of the subject by which values of a predicate are compared, `together` the
    predicate that another is assessed with; `opposites` are the concepts that exclude each other, `plans` the
    rules that planned counts will be counted by.
    """

    resolution: Mapping[NamedNode, str]
    framing: frozenset[NamedNode]
    qualifiers: frozenset[NamedNode]
    concepts: Mapping[tuple[str, str], NamedNode]
    ranks: Mapping[NamedNode, int]
    labels: Mapping[NamedNode, str]
    relations: frozenset[NamedNode]
    ranges: Mapping[NamedNode, NamedNode]
    marks: Mapping[NamedNode, frozenset[NamedNode]]
    compared: Mapping[NamedNode, NamedNode]
    together: Mapping[NamedNode, NamedNode]
    opposites: Mapping[NamedNode, NamedNode]
    plans: Mapping[NamedNode, NamedNode]

    @cached_property
    def notations(self) -> Mapping[NamedNode, str]:
        """The notation of each concept: the value that the tables use for it."""
        return MappingProxyType({node: notation for (_, notation), node in self.concepts.items()})


def ontology_triples() -> Sequence[Triple]:
    """All triples of the ontology, for the default graph; read once in a process.

    Raises OntologyFileError that names file and line where a file is not Turtle.
    """
    return _triples(FILES)


# Every commit asks for the vocabulary; reading it took longer than most commits.
@lru_cache(maxsize=1)
def _triples(files: tuple[Path, ...]) -> tuple[Triple, ...]:
    return tuple(triple for path in files for triple in _read(path))


def ontology_files() -> Iterator[tuple[str, Triple]]:
    """Each triple of the ontology with the file that it stands in, named from the ontology's folder.

    Raises OntologyFileError that names file and line where a file is not Turtle.
    """
    for path in FILES:
        for triple in _read(path):
            yield path.relative_to(FOLDER).as_posix(), triple


def read_vocabulary() -> Vocabulary:
    """The declarations found in the ontology's own files; read once in a process.

    Raises OntologyFileError that names file and line where a file is not Turtle.
    """
    return _vocabulary(FILES)


@lru_cache(maxsize=1)
def _vocabulary(files: tuple[Path, ...]) -> Vocabulary:
    triples = _triples(files)
    return Vocabulary(
        resolution=MappingProxyType({s: o.value for s, o in _literals(triples, OSA.resolution)}),
        framing=_marked(triples, OSA.isFraming),
        qualifiers=_marked(triples, OSA.isQualifier),
        concepts=_concepts(triples),
        ranks=MappingProxyType({s: int(o.value) for s, o in _literals(triples, OSA.rank)}),
        labels=_english(triples),
        relations=frozenset(s for s, p, o in triples if p == RDF.type and o == OWL.ObjectProperty),
        ranges=MappingProxyType({s: o for s, p, o in triples if p == RDFS.range and o in XSD}),
        marks=MappingProxyType({mark: _marked(triples, mark) for mark in MARKS}),
        compared=_pairs(triples, OSA.comparedBy),
        together=_pairs(triples, OSA.assessedWith),
        opposites=_pairs(triples, OSA.opposite),
        plans=_pairs(triples, OSA.planFor),
    )


def _read(path: Path) -> Iterator[Triple]:
    """The triples of a file; its blank nodes are numbered, so that a second reading gives the same ones."""
    numbered: dict[BlankNode, BlankNode] = {}

    def stable(term: _Term) -> _Term | BlankNode:
        if not isinstance(term, BlankNode):
            return term
        return numbered.setdefault(term, BlankNode(f"{path.stem}{len(numbered) + 1}"))

    try:
        for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE):
            yield Triple(stable(quad.subject), quad.predicate, stable(quad.object))
    except SyntaxError as error:
        raise OntologyFileError(f"{path.name}, line {error.lineno}: {error.msg}") from error


def _literals(triples: Sequence[Triple], predicate: NamedNode) -> Iterator[tuple[NamedNode, Literal]]:
    for subject, found, value in triples:
        if found == predicate and isinstance(subject, NamedNode) and isinstance(value, Literal):
            yield subject, value


def _marked(triples: Sequence[Triple], predicate: NamedNode) -> frozenset[NamedNode]:
    return frozenset(subject for subject, value in _literals(triples, predicate) if value.value == "true")


def _pairs(triples: Sequence[Triple], predicate: NamedNode) -> Mapping[NamedNode, NamedNode]:
    return MappingProxyType({s: o for s, p, o in triples if p == predicate})


def _english(triples: Sequence[Triple]) -> Mapping[NamedNode, str]:
    labels = _literals(triples, RDFS.label)
    return MappingProxyType({subject: label.value for subject, label in labels if label.language == "en"})


def _concepts(triples: Sequence[Triple]) -> Mapping[tuple[str, str], NamedNode]:
    notations = {subject: value.value for subject, value in _literals(triples, SKOS.notation)}
    concepts: dict[tuple[str, str], NamedNode] = {}
    for subject, predicate, scheme in triples:
        if predicate == SKOS.inScheme and isinstance(subject, NamedNode) and subject in notations:
            name = str(scheme.value).rpartition("#")[2].removesuffix("Scheme")
            concepts[name, notations[subject]] = subject
    return MappingProxyType(concepts)
