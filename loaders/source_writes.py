"""Writes to the graph of one source: through the RDF loader and the resolution, as a load does it.

What comes in says what the source states; which facts follow is computed before anybody can see it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from graph.bundle import Place, bundle_triples, outside_graph, source_graph
from graph.curation import NO_CURATION, Curation
from graph.curation_quads import graphs_of
from graph.embedded import EmbeddedStore
from graph.errors import ForbiddenError, MalformedSourceError, SourceError, UnknownResourceError
from graph.revision import Change, Revision
from graph.sources import source_iri
from graph.validation import CheckerFactory
from graph.write_protocol import Document
from loaders.documents import format_of
from loaders.loader import LoadContext
from loaders.plain_writes import Touch
from loaders.rdf_parse import parse_to_nquads
from loaders.source_graph import read_source_graph, without_file
from loaders.validated import validating
from ontology.namespaces import GRAPH


class SourceWrite(NamedTuple):
    """What a write to a source's graph did; `content` is a file with all that the graph holds now."""

    created: bool
    change: Change
    content: Path | None


class SourceWriter:
    """Writes the graphs of sources in a store that nobody reads yet."""

    def __init__(
        self,
        store: EmbeddedStore,
        context: LoadContext,
        folder: Path,
        checkers: CheckerFactory | None = None,
        curation: Curation = NO_CURATION,
    ) -> None:
        self._store = store
        self._context = context
        self._folder = folder
        self._checkers = checkers
        self._curation = curation

    def put(
        self, identifier: str, triples: Collection[Triple], may_describe: bool, touch: Touch
    ) -> SourceWrite:
        """Make the triples all that the source's graph holds, and resolve what they claim.

        `touch` is called before the store is changed. Raises MalformedSourceError where they are not all
        about that source, ForbiddenError where they describe it anew and that is not allowed, and
        ShapeViolationError where they or the facts that follow break a shape.
        """
        iri = source_iri(identifier)
        graph = source_graph(iri)
        old = {quad.triple for quad in self._store.quads(graph=graph)}
        bundle = read_source_graph(self._write(identifier, triples), iri, self._context, old)
        new = set(bundle_triples(bundle))
        if not may_describe and _about(iri, new) != _about(iri, old):
            raise ForbiddenError(
                f"The description of source {identifier} decides what its voice counts: "
                "making or changing it needs a token with the scope admin."
            )
        with validating(self._checkers, self._folder) as validation:
            if validation is not None:
                validation.submit_bundle(bundle, self._store)
                validation.require(_no_places)
            touch()
            revision = Revision(self._store, self._context.vocabulary, self._curation)
            revision.replace(bundle)
            change = revision.finish()
            if validation is not None:
                validation.submit_facts(revision.nodes, self._store)
                validation.require(_no_places, self._store)
        held = (quad.triple for quad in self._store.quads(graph=graph))
        return SourceWrite(not old, change, self._write(identifier, held, ".nt"))

    def remove(self, identifier: str, may_describe: bool, touch: Touch) -> SourceWrite:
        """Take the source away, and what it says of things that are none of ours.

        Raises UnknownResourceError where there is none, and ForbiddenError where that is not allowed.
        """
        iri = source_iri(identifier)
        if next(self._store.quads(graph=source_graph(iri)), None) is None:
            raise UnknownResourceError(f"There is no source {identifier}.")
        if not may_describe:
            raise ForbiddenError(f"Removing source {identifier} needs a token with the scope admin.")
        touch()
        revision = Revision(self._store, self._context.vocabulary, self._curation)
        revision.remove(iri)
        change = revision.finish()
        change.quads -= self._store.graph_size(outside_graph(identifier))
        for graph in graphs_of(iri):
            # One that is empty by now would still be there to whoever asks for it.
            self._store.drop_graph(graph)
        return SourceWrite(False, change, None)

    def parsed(self, identifier: str, documents: Sequence[Document]) -> set[Triple]:
        """The triples of documents that are about one source; blank nodes have become IRIs.

        Raises SourceError where a document is malformed, or names another graph.
        """
        graph = GRAPH.iri(f"source/{identifier}")
        triples: set[Triple] = set()
        for number, document in enumerate(documents):
            target = self._folder / f"{number}.nq"
            try:
                found = parse_to_nquads(
                    Path(document.path),
                    target,
                    format=format_of(document.media_type),
                    base_iri=document.base_iri or graph.value,
                    keep_graphs=True,
                )
            except SourceError as error:
                raise without_file(error) from error
            other = set(found.graphs) - {graph.value}
            if other:
                raise MalformedSourceError(
                    "the document names another graph", value=min(other), remedy="Send one graph at a time."
                )
            triples |= {quad.triple for quad in parse(path=str(target), format=RdfFormat.N_QUADS)}
        return triples

    def _write(self, identifier: str, triples: Iterable[Triple], ending: str = ".new.nt") -> Path:
        path = self._folder / f"{identifier}{ending}"
        lines = sorted(f"{triple} .\n" for triple in triples)
        path.write_text("".join(lines), encoding="utf-8")
        return path


def _no_places(_iris: set[str]) -> dict[str, Place]:
    """A document over HTTP has no lines that its sender could look up: its blank nodes became IRIs."""
    return {}


def _about(source: NamedNode, triples: Collection[Triple]) -> set[Triple]:
    return {triple for triple in triples if triple.subject == source}
