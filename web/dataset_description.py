"""The dataset for programs: who may use it, where it is had, what is in it and how much, what it links to.

The numbers are those of the default graph, where the facts are; they were kept with the snapshot.
Specs: https://www.w3.org/TR/void/, https://www.w3.org/TR/vocab-dcat-3/
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from graph.view_cache import View
from ontology.namespaces import DCAT, DCTERMS, ID, PREFIXES, RDF, VOID, WD, XSD, Namespace
from web.structured import DESCRIPTION, LICENCE, NAME

PATH: Final = "/.well-known/void"
FOAF: Final = Namespace("http://xmlns.com/foaf/0.1/")
FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
PROTOCOL: Final = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
WIKIDATA: Final = NamedNode("https://www.wikidata.org/")
WIKIDATA_ENDPOINT: Final = NamedNode("https://query.wikidata.org/sparql")
KEYWORDS: Final = ("security assistance", "Official Security Assistance", "military aid", "arms transfers")
LANGUAGES: Final = ("en", "ja")
SERIALIZED: Final = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")
# The things that are worth looking at first, where they are there.
EXAMPLES: Final = (
    ID.osa,
    ID.japan,
    ID.philippines,
    ID.iri("project/osa-fy2023-fiji"),
    ID.iri("budget/osa-fy2026"),
)


@dataclass(frozen=True)
class Numbers:
    """How many facts there are: by property; things by class; subjects, ours and all; links by property."""

    properties: Mapping[str, int]
    classes: Mapping[str, int]
    entities: int
    subjects: int
    linked: Mapping[str, int]

    @property
    def triples(self) -> int:
        """How many facts there are in all."""
        return sum(self.properties.values())


@dataclass(frozen=True)
class Described:
    """A dataset to describe.

    `address` is that of the site; `home`, `endpoint` and `path` those of the dataset, a view of it or the
    whole, and of its description, within the site. `view` is empty for the whole; `modified` is an
    `xsd:dateTime`. `perspectives` are the names of views and what they are.
    """

    address: str
    home: str
    endpoint: str
    path: str
    number: int
    modified: str
    numbers: Numbers
    examples: tuple[NamedNode, ...] = ()
    view: str = ""
    report_url: str | None = None
    perspectives: Mapping[str, str] | None = None

    def node(self, name: str) -> NamedNode:
        """A node of the description."""
        return NamedNode(f"{self.address}{self.path}#{name}")

    @property
    def dataset(self) -> NamedNode:
        """The dataset itself, as the pages call it."""
        return NamedNode(f"{self.address}{self.home}#dataset")


def parameters_of(view: View | None) -> str:
    """What addresses of a view have behind their path; nothing for the whole dataset."""
    if view is None:
        return ""
    chosen = {"as-of": view.choice.as_of, "perspective": view.choice.perspective}
    return f"?{urlencode({name: value for name, value in chosen.items() if value})}"


def description(described: Described, media_type: str) -> bytes:
    """The description in an RDF media type.

    Raises ValueError for a media type that is none of RDF.
    """
    format = RdfFormat.from_media_type(media_type)
    if format is None:
        raise ValueError(f"{media_type} is no RDF media type")
    used = ("dcat", "dcterms", "osa", "id", "rdf", "rdfs", "skos", "owl", "void", "xsd", "wd")
    prefixes = {**{name: PREFIXES[name] for name in used}, "foaf": str(FOAF), "formats": str(FORMATS)}
    return serialize(_together(description_triples(described)), format=format, prefixes=prefixes) or b""


def description_triples(described: Described) -> Iterator[Triple]:
    """All that is told of a dataset."""
    yield from _document(described)
    yield from _dataset(described)
    yield from _access(described)
    yield from _statistics(described)
    yield from _linksets(described)
    yield from _views(described)


def _together(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The triples, those of one subject after each other: so they are easier to read."""
    found: dict[object, list[Triple]] = defaultdict(list)
    for triple in triples:
        found[triple.subject].append(triple)
    return chain.from_iterable(found.values())


def _document(described: Described) -> Iterator[Triple]:
    document = NamedNode(f"{described.address}{described.path}")
    yield Triple(document, RDF.type, VOID.DatasetDescription)
    yield Triple(document, DCTERMS.title, _english("Description of osagraph"))
    yield Triple(document, FOAF.primaryTopic, described.dataset)
    catalogue = NamedNode(f"{described.address}/about#catalogue")
    yield Triple(catalogue, RDF.type, DCAT.Catalog)
    yield Triple(catalogue, DCTERMS.title, _english("osagraph"))
    yield Triple(catalogue, DCTERMS.description, _english("What is served at this site."))
    yield Triple(catalogue, DCTERMS.publisher, _publisher(described))
    yield Triple(catalogue, DCTERMS.license, NamedNode(LICENCE))
    yield Triple(catalogue, DCAT.dataset, described.dataset)
    yield Triple(catalogue, DCAT.service, described.node("sparql"))


def _publisher(described: Described) -> NamedNode:
    return NamedNode(f"{described.address}/#publisher")


def _dataset(described: Described) -> Iterator[Triple]:
    dataset = described.dataset
    for kind in (VOID.Dataset, DCAT.Dataset):
        yield Triple(dataset, RDF.type, kind)
    name = f"{NAME} ({described.view})" if described.view else NAME
    yield Triple(dataset, DCTERMS.title, _english(name))
    yield Triple(dataset, DCTERMS.description, _english(DESCRIPTION))
    yield Triple(dataset, DCTERMS.license, NamedNode(LICENCE))
    yield Triple(dataset, DCTERMS.publisher, _publisher(described))
    yield Triple(_publisher(described), RDF.type, FOAF.Organization)
    yield Triple(_publisher(described), FOAF.name, Literal("osagraph"))
    if described.modified:
        yield Triple(dataset, DCTERMS.modified, Literal(described.modified, datatype=XSD.dateTime))
    yield Triple(dataset, DCAT.version, Literal(str(described.number)))
    for language in LANGUAGES:
        yield Triple(dataset, DCTERMS.language, Literal(language))
    for keyword in KEYWORDS:
        yield Triple(dataset, DCAT.keyword, _english(keyword))
    for predicate in (FOAF.homepage, DCAT.landingPage):
        yield Triple(dataset, predicate, NamedNode(f"{described.address}{described.home}"))
    if described.report_url:
        yield Triple(dataset, FOAF.page, NamedNode(described.report_url))


def _access(described: Described) -> Iterator[Triple]:
    dataset, service = described.dataset, described.node("sparql")
    endpoint = NamedNode(f"{described.address}{described.endpoint}")
    yield Triple(dataset, VOID.sparqlEndpoint, endpoint)
    yield Triple(dataset, VOID.uriSpace, Literal(str(ID)))
    for format in SERIALIZED:
        yield Triple(dataset, VOID.feature, FORMATS[format])
    for example in described.examples:
        yield Triple(dataset, VOID.exampleResource, example)
    yield Triple(service, RDF.type, DCAT.DataService)
    yield Triple(service, DCTERMS.title, _english("SPARQL 1.1 endpoint"))
    yield Triple(service, DCAT.endpointURL, endpoint)
    yield Triple(service, DCAT.endpointDescription, endpoint)
    yield Triple(service, DCTERMS.conformsTo, PROTOCOL)
    yield Triple(service, DCTERMS.license, NamedNode(LICENCE))
    yield Triple(service, DCAT.servesDataset, dataset)
    if not described.view:
        yield from _file(described, "facts", "All facts", "/store?default")
        yield Triple(dataset, VOID.dataDump, NamedNode(f"{described.address}/store?default"))
    yield from _file(described, "ontology", "The ontology", "/ontology.ttl")


def _file(described: Described, name: str, title: str, path: str) -> Iterator[Triple]:
    node, address = described.node(name), NamedNode(f"{described.address}{path}")
    yield Triple(described.dataset, DCAT.distribution, node)
    yield Triple(node, RDF.type, DCAT.Distribution)
    yield Triple(node, DCTERMS.title, _english(title))
    yield Triple(node, DCTERMS.license, NamedNode(LICENCE))
    yield Triple(node, DCAT.accessURL, address)
    yield Triple(node, DCAT.downloadURL, address)
    turtle = "https://www.iana.org/assignments/media-types/text/turtle"
    yield Triple(node, DCAT.mediaType, NamedNode(turtle))


def _statistics(described: Described) -> Iterator[Triple]:
    dataset, numbers = described.dataset, described.numbers
    yield Triple(dataset, VOID.triples, _integer(numbers.triples))
    yield Triple(dataset, VOID.entities, _integer(numbers.entities))
    yield Triple(dataset, VOID.distinctSubjects, _integer(numbers.subjects))
    yield Triple(dataset, VOID.classes, _integer(len(numbers.classes)))
    yield Triple(dataset, VOID.properties, _integer(len(numbers.properties)))
    for base in sorted(_vocabularies(numbers)):
        yield Triple(dataset, VOID.vocabulary, NamedNode(base))
    for iri, number in sorted(numbers.classes.items()):
        yield from _part(dataset, VOID.classPartition, VOID["class"], iri, VOID.entities, number)
    for iri, number in sorted(numbers.properties.items()):
        yield from _part(dataset, VOID.propertyPartition, VOID.property, iri, VOID.triples, number)


def _part(
    dataset: NamedNode, partition: NamedNode, by: NamedNode, iri: str, counted: NamedNode, number: int
) -> Iterator[Triple]:
    part = BlankNode()
    yield Triple(dataset, partition, part)
    yield Triple(part, RDF.type, VOID.Dataset)
    yield Triple(part, by, NamedNode(iri))
    yield Triple(part, counted, _integer(number))


def _vocabularies(numbers: Numbers) -> set[str]:
    """The namespaces of the classes and properties, as far as they have a prefix."""
    used = [*numbers.classes, *numbers.properties]
    return {base for base in PREFIXES.values() if any(iri.startswith(base) for iri in used)}


def _linksets(described: Described) -> Iterator[Triple]:
    wikidata = described.node("wikidata")
    yield Triple(wikidata, RDF.type, VOID.Dataset)
    yield Triple(wikidata, DCTERMS.title, _english("Wikidata"))
    yield Triple(wikidata, FOAF.homepage, WIKIDATA)
    yield Triple(wikidata, VOID.uriSpace, Literal(str(WD)))
    yield Triple(wikidata, VOID.sparqlEndpoint, WIKIDATA_ENDPOINT)
    for predicate, number in sorted(described.numbers.linked.items()):
        linkset = described.node(f"wikidata-by-{predicate.rpartition('#')[2]}")
        yield Triple(described.dataset, VOID.subset, linkset)
        yield Triple(linkset, RDF.type, VOID.Linkset)
        yield Triple(linkset, VOID.linkPredicate, NamedNode(predicate))
        yield Triple(linkset, VOID.subjectsTarget, described.dataset)
        yield Triple(linkset, VOID.objectsTarget, wikidata)
        yield Triple(linkset, VOID.triples, _integer(number))


def _views(described: Described) -> Iterator[Triple]:
    for name, summary in (described.perspectives or {}).items():
        view = NamedNode(f"{described.address}/?perspective={name}#dataset")
        yield Triple(described.dataset, VOID.subset, view)
        yield Triple(view, RDF.type, VOID.Dataset)
        yield Triple(view, DCTERMS.title, _english(f"osagraph, perspective {name}"))
        yield Triple(view, DCTERMS.description, _english(summary))
        endpoint = NamedNode(f"{described.address}/perspective/{name}/sparql")
        yield Triple(view, VOID.sparqlEndpoint, endpoint)


def _english(text: str) -> Literal:
    return Literal(text, language="en")


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)
