"""The loader of RDF files: claims go to the graph of their source, all other triples to a graph of their own.

The file is parsed by a killable child (see `loaders/rdf_parse.py`); only its N-Quads are read here.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from graph.bundle import CARRIER_CLASSES, Bundle, Node, Place, whole_of
from graph.claims import Claim, merge_claims, read_claims
from graph.errors import MalformedSourceError, SourceError
from graph.projection import PART_PREDICATES
from graph.rights import SOURCE_ID, USER_GRAPHS
from graph.sources import Source, read_source, source_id
from graph.terms import Term, is_date
from loaders.cells import MAX_QUOTE_WORDS
from loaders.loader import LoadContext, UserGraph
from loaders.names import slug
from loaders.rdf_parse import FORMATS, parse_to_nquads
from loaders.wikidata_json import looks_like_entities
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS, SCHEMA, SKOS, WDT
from ontology.vocabulary import Vocabulary

CLAIM_CLASSES = frozenset(
    {OSA.Claim, OSA.QuantityClaim, OSA.RelationClaim, OSA.StatementClaim, OSA.FramingClaim}
)
DIGITS = range(1, 101)
# What else Wikidata states of an individual: no fact depends on it.
NAMES = frozenset({RDFS.label, SKOS.altLabel, SCHEMA.description})


class RdfLoader:
    """Reads Turtle, TriG, N-Triples, N-Quads, RDF/XML and JSON-LD, gzipped or not."""

    name = "rdf"

    def accepts(self, path: Path) -> bool:
        """Whether the file's ending is that of an RDF format, and it is no entity JSON of Wikidata."""
        name = path.name.removesuffix(".gz")
        suffix = Path(name).suffix
        return suffix in FORMATS and not (suffix == ".json" and looks_like_entities(path))

    def read(self, paths: Sequence[Path], context: LoadContext) -> Iterator[Bundle | UserGraph]:
        """For each file a user graph of what is no claim, and for each source one bundle from all files.

        Raises SourceError with line and column where a file is not RDF or a claim is not complete.
        """
        bundles: dict[NamedNode, Bundle] = {}
        for path in paths:
            folder = Path(tempfile.mkdtemp(dir=context.scratch))
            quads = folder / "parsed.nq"
            parse_to_nquads(path, quads, base_iri=user_graph(path).value, keep_graphs=context.keep_graphs)
            for part in _Document(path, quads, context, bundles).parts(folder / "rest.nq"):
                if isinstance(part, UserGraph):
                    yield part
                else:
                    iri = part.source.iri
                    bundles[iri] = _united(bundles[iri], part) if iri in bundles else part
        yield from bundles.values()


def user_graph(path: Path) -> NamedNode:
    """The graph name for the triples of a file that are no claims: by the file's name."""
    stem = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    return NamedNode(USER_GRAPHS + slug(stem))


class _Document:
    """A parsed file while its claims are told from the rest; `earlier` are the bundles of other files."""

    def __init__(
        self, path: Path, quads: Path, context: LoadContext, earlier: Mapping[NamedNode, Bundle]
    ) -> None:
        self.path = path
        self.quads = quads
        self.context = context
        self.earlier = earlier
        self.claims: set[Term] = set()
        self.sources: set[Term] = set()
        self.carriers: set[Term] = set()

    def parts(self, rest: Path) -> Iterator[Bundle | UserGraph]:
        self._find_nodes()
        described = self.claims | self.sources | self.carriers
        kept: list[Triple] = []
        # A file whose other triples are gone leaves its graph empty.
        names = set() if self.context.keep_graphs else {user_graph(self.path)}
        with rest.open("w", encoding="utf-8") as file:
            for quad in self._quads():
                if quad.subject in described:
                    kept.append(quad.triple)
                    continue
                name = self._name(quad)
                names.add(name)
                file.write(f"{Quad(quad.subject, quad.predicate, quad.object, name)} .\n")
        yield from self._bundles(kept)
        if names:
            yield UserGraph(source_origin(self.path), tuple(sorted(names, key=str)), rest)

    def _quads(self) -> Iterator[Quad]:
        return iter(parse(path=str(self.quads), format=RdfFormat.N_QUADS))

    def _find_nodes(self) -> None:
        for quad in self._quads():
            if quad.predicate != RDF.type:
                continue
            if quad.object in CLAIM_CLASSES:
                self.claims.add(quad.subject)  # type: ignore[arg-type]
            elif quad.object == OSA.Source:
                self.sources.add(quad.subject)  # type: ignore[arg-type]
            elif quad.object in CARRIER_CLASSES:
                self.carriers.add(quad.subject)  # type: ignore[arg-type]
        if self.carriers:
            # What no claim speaks of is no business of a source, and stays with the other triples.
            self.carriers &= {quad.object for quad in self._quads() if self._is_spoken_of(quad)}

    def _is_spoken_of(self, quad: Quad) -> bool:
        return quad.predicate in (OSA.subject, OSA.object) and quad.subject in self.claims

    def _name(self, quad: Quad) -> NamedNode:
        """The graph in which a triple stays: its own, or the file's.

        Raises MalformedSourceError where it is a graph that osagraph computes.
        """
        name = quad.graph_name
        if isinstance(name, DefaultGraph):
            return user_graph(self.path)
        if not isinstance(name, NamedNode) or (name in GRAPH and not name.value.startswith(USER_GRAPHS)):
            raise MalformedSourceError(
                "a graph that osagraph computes cannot be loaded",
                file=self.path,
                value=str(name),
                remedy=f"Rename the graph, for example to {USER_GRAPHS}…",
            )
        return name

    def _bundles(self, triples: list[Triple]) -> Iterator[Bundle]:
        by_subject: dict[Term, list[Triple]] = defaultdict(list)
        for triple in triples:
            by_subject[triple.subject].append(triple)  # type: ignore[index]
        by_source: dict[NamedNode, list[Claim]] = {}
        for subject in sorted(self.claims, key=str):
            try:
                claim = self._claim(by_subject[subject])
            except SourceError as error:
                self.context.refuse(error)
                continue
            by_source.setdefault(claim.source, []).append(claim)
        described = {node for node in self.sources if isinstance(node, NamedNode)}
        for iri in sorted(by_source.keys() | described, key=str):
            try:
                source = self._source(iri, by_subject.get(iri, []))
            except SourceError as error:
                self.context.refuse(error)
                continue
            claims = merge_claims(by_source.get(iri, []))
            nodes = tuple(self._nodes(claims, by_subject))
            named = [iri, *(claim.iri for claim in claims), *(node.iri for node in nodes)]
            places = {node.value: Place(self.path.name) for node in named}
            yield Bundle(source, tuple(claims), nodes, places=places)

    def _claim(self, triples: list[Triple]) -> Claim:
        """The claim of one node; its IRI is derived anew, whatever the file called it."""
        try:
            given = [t for t in triples if t.predicate != RDF.type or t.object != OSA.Claim]
            claim = next(read_claims([*given, Triple(triples[0].subject, RDF.type, OSA.Claim)]))
        except SourceError as error:
            raise MalformedSourceError(error.what, file=self.path, value=error.value) from error
        misfit = _misfit(claim)
        if misfit is not None:
            raise MalformedSourceError(misfit, file=self.path, value=str(triples[0].subject))
        for quote in claim.quotes:
            if len(quote.value.split()) > MAX_QUOTE_WORDS:
                raise MalformedSourceError(
                    f"a quote of {len(quote.value.split())} words",
                    file=self.path,
                    value=quote.value,
                    remedy="Cut it to at most eight words.",
                )
        self._check_value(claim)
        return claim

    def _check_value(self, claim: Claim) -> None:
        """Raises MalformedSourceError where the predicate is not ours, or its value is not of its kind."""
        known, predicate = self.context.vocabulary, claim.predicate
        if predicate is None or predicate in WDT or predicate in NAMES:
            return
        if predicate not in (*known.resolution, *known.framing):
            raise MalformedSourceError(
                "a claim with a predicate that the ontology does not know",
                file=self.path,
                value=predicate.value,
                remedy="Use a property of the ontology, or state a proposition.",
            )
        if not _is_in_range(claim.value, predicate, known):
            datatype = known.ranges.get(predicate)
            wanted = "an IRI" if predicate in known.relations else datatype.value if datatype else "a date"
            raise MalformedSourceError(
                f"a value of the wrong kind for {predicate.value}",
                file=self.path,
                value=str(claim.value),
                remedy=f"Write {wanted}.",
            )

    def _source(self, iri: NamedNode, triples: list[Triple]) -> Source:
        base = f"{ID}source/"
        if not iri.value.startswith(base) or not SOURCE_ID.fullmatch(iri.value.removeprefix(base)):
            raise MalformedSourceError(
                "the IRI of a source is wrong",
                file=self.path,
                value=iri.value,
                remedy=f"Use {base} and letters, digits, hyphens, points and underscores.",
            )
        if any(triple.predicate == RDF.type for triple in triples):
            try:
                return read_source(iri, triples)
            except SourceError as error:
                raise MalformedSourceError(error.what, file=self.path, remedy=error.remedy) from error
        earlier = self.earlier.get(iri)
        known = earlier.source if earlier is not None else self.context.described(iri)
        if known is None:
            raise MalformedSourceError(
                "claims are stated in a source that nobody describes",
                file=self.path,
                value=source_id(iri),
                remedy="Describe it in the same file: osa:Source, dcterms:title, osa:publisherKind.",
            )
        return known

    def _nodes(self, claims: Iterable[Claim], by_subject: dict[Term, list[Triple]]) -> Iterator[Node]:
        """The projects, budget lines and so on that the claims speak of, where the file describes them."""
        subjects: set[Term | None] = set()
        for claim in claims:
            subjects |= {claim.subject, claim.value}
        for node in sorted(subjects & self.carriers, key=str):
            if isinstance(node, NamedNode):
                yield Node(node, tuple(by_subject[node]), carrier=True, root=whole_of(node))


def _misfit(claim: Claim) -> str | None:
    """What is of another kind than claims are made of, which nothing behind this loader expects."""
    texts = [claim.proposition, claim.topic, *claim.quotes, *claim.verbatim, *claim.notes]
    nodes = [claim.stance, claim.framing_kind, claim.claimant_kind, claim.hedge, *claim.attributed_to]
    if not all(isinstance(text, Literal | None) for text in texts):
        return "a claim with a text that is no literal"
    if not all(isinstance(node, NamedNode | None) for node in nodes):
        return "a claim with a name that is no IRI"
    if not isinstance(claim.value, NamedNode | Literal | None):
        return "a claim with an object that is neither an IRI nor a literal"
    if claim.predicate in PART_PREDICATES and not isinstance(claim.value, NamedNode):
        return "a claim with a part that is no IRI"
    if claim.significant_digits is not None and claim.significant_digits not in DIGITS:
        return "a claim with an impossible number of digits"
    return None


def _united(one: Bundle, other: Bundle) -> Bundle:
    """What two files of one load say in the name of one source."""
    claims = merge_claims([*one.claims, *other.claims])
    nodes = tuple(dict.fromkeys(one.nodes + other.nodes))
    return replace(other, claims=tuple(claims), nodes=nodes, places={**other.places, **one.places})


def source_origin(path: Path) -> str:
    """The name under which a file's user graph is removed: `user/` and the file's name."""
    return user_graph(path).value.removeprefix(str(GRAPH))


def _is_in_range(value: Term | None, predicate: NamedNode, vocabulary: Vocabulary) -> bool:
    """Whether a value is an IRI, a number or a date, as its property asks."""
    if predicate in vocabulary.relations:
        return isinstance(value, NamedNode)
    datatype = vocabulary.ranges.get(predicate)
    if datatype is None:
        return is_date(value)
    return isinstance(value, Literal) and value.datatype == datatype
