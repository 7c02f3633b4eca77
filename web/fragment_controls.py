"""A fragment as RDF: its triples, and in a graph of their own how many there are and where the others are.

Spec: https://linkeddatafragments.org/specification/triple-pattern-fragments/,
https://www.hydra-cg.com/spec/latest/core/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, serialize

from graph.errors import UnsupportedFormatError
from ontology.namespaces import DCTERMS, PREFIXES, RDF, VOID, Namespace
from web.fragment_pattern import POSITIONS
from web.fragment_reading import SIZE, Fragment

HYDRA: Final = Namespace("http://www.w3.org/ns/hydra/core#")
FOAF: Final = Namespace("http://xmlns.com/foaf/0.1/")
SHORT: Final[Mapping[str, str]] = {**PREFIXES, "hydra": str(HYDRA), "foaf": str(FOAF)}


@dataclass(frozen=True)
class Place:
    """Where a fragment is: `page` is the address that was asked for, `base` that of all fragments.

    `scope` are the parameters for the view and the graph; every address has them.
    """

    base: str
    page: str
    scope: Mapping[str, str]
    snapshot: int

    @property
    def dataset(self) -> str:
        """The IRI of what the fragments are of."""
        return f"{self._scoped}#dataset"

    @property
    def template(self) -> str:
        """The address with places for the terms of a pattern (RFC 6570)."""
        return f"{self._scoped}{{{'&' if self.scope else '?'}{','.join(POSITIONS)}}}"

    @property
    def _scoped(self) -> str:
        return f"{self.base}?{urlencode(self.scope)}" if self.scope else self.base

    def address(self, fragment: Fragment, number: int | None = None) -> str:
        """The address of the fragment, or of one of its pages within this snapshot."""
        fields = {**fragment.pattern.fields, **self.scope}
        if number is not None:
            fields |= {"page": str(number), "snapshot": str(self.snapshot)}
        return f"{self.base}?{urlencode(fields)}" if fields else self.base


def write_fragment(fragment: Fragment, place: Place, media_type: str) -> bytes:
    """The page in a format of RDF; where that has no graphs, all of it stands together.

    Raises UnsupportedFormatError where the triples cannot be written in it.
    """
    format = RdfFormat.from_media_type(media_type)
    assert format is not None
    quads = [Quad(s, p, o, DefaultGraph()) for s, p, o in fragment.triples]
    quads += _controls(fragment, place)
    text = str(quads)
    prefixes = {name: base for name, base in SHORT.items() if base in text}
    try:
        given = quads if format.supports_datasets else [quad.triple for quad in quads]
        return serialize(given, format=format, prefixes=prefixes) or b""
    except ValueError as error:
        raise UnsupportedFormatError(f"These triples cannot be written as {media_type}: {error}.") from error


def _controls(fragment: Fragment, place: Place) -> Iterator[Quad]:
    """What is said of the page, in the graph that has the page as its topic."""
    page, dataset = NamedNode(place.page), NamedNode(place.dataset)
    graph = NamedNode(f"{place.page.partition('#')[0]}#metadata")
    whole = NamedNode(place.address(fragment))
    said: list[tuple[NamedNode, NamedNode, NamedNode | BlankNode | Literal]] = [
        (graph, FOAF.primaryTopic, page),
        (dataset, RDF.type, VOID.Dataset),
        (dataset, RDF.type, HYDRA.Collection),
        (dataset, VOID.subset, whole),
        (dataset, VOID.subset, page),
        (dataset, HYDRA.search, BlankNode("search")),
        (whole, VOID.subset, page),
        (page, RDF.type, HYDRA.PartialCollectionView),
        (page, DCTERMS.source, dataset),
        (page, VOID.triples, Literal(fragment.total)),
        (page, HYDRA.totalItems, Literal(fragment.total)),
        (page, HYDRA.itemsPerPage, Literal(SIZE)),
        *(
            (page, HYDRA[name], NamedNode(place.address(fragment, number)))
            for name, number in fragment.steps.items()
        ),
    ]
    for subject, predicate, value in dict.fromkeys(said):
        yield Quad(subject, predicate, value, graph)
    yield from _search(place, graph)


def _search(place: Place, graph: NamedNode) -> Iterator[Quad]:
    """The form for other patterns."""
    search = BlankNode("search")
    yield Quad(search, RDF.type, HYDRA.IriTemplate, graph)
    yield Quad(search, HYDRA.template, Literal(place.template), graph)
    yield Quad(search, HYDRA.variableRepresentation, HYDRA.ExplicitRepresentation, graph)
    for name in POSITIONS:
        mapping = BlankNode(name)
        yield Quad(search, HYDRA.mapping, mapping, graph)
        yield Quad(mapping, RDF.type, HYDRA.IriTemplateMapping, graph)
        yield Quad(mapping, HYDRA.variable, Literal(name), graph)
        yield Quad(mapping, HYDRA.property, RDF[name], graph)
