"""Validates what is there already, a dataset, or files as a load would read them. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from pyoxigraph import Quad

from graph.bundle import Bundle, source_graph
from graph.projection import ASSESSMENTS, META, REFERENCE
from graph.store import ReadableStore
from graph.validation import Findings
from loaders.build import Progress
from loaders.loader import LoadContext, Loader, UserGraph, choose_loader
from loaders.validated import DEFAULT, Validation, is_given, mentions_in, places_in
from ontology.namespaces import ID, OSA, RDF

# So many quads go to a process at once.
CHUNK_QUADS = 50_000


def validate_dataset(
    store: ReadableStore, validation: Validation, progress: Progress, total: int
) -> Findings:
    """What is wrong in the graphs of the sources, in the computed graphs and in the facts."""
    done = 0
    for quads, facts in chain(_sources(store), _computed(store), _facts(store)):
        validation.submit(quads, store, facts)
        done += len(quads)
        progress(done, max(done, total))
    return validation.finish(lambda _iris: {}, store)


def validate_files(
    paths: Sequence[Path],
    loaders: dict[str, Loader],
    context: LoadContext,
    store: ReadableStore,
    validation: Validation,
) -> Findings:
    """What is wrong in files: in what sources claim there, and in triples that are no claims.

    Raises SourceError where a file cannot be read.
    """
    taken: list[Bundle] = []
    chosen = [(choose_loader(path, loaders), path) for path in paths]
    for loader in dict.fromkeys(loader for loader, _ in chosen):
        for part in loader.read([path for each, path in chosen if each is loader], context):
            if isinstance(part, UserGraph):
                validation.submit_file(part.quads)
            else:
                validation.submit_bundle(part, store)
                taken.append(part)
    return validation.finish(lambda iris: {**mentions_in(taken, iris), **places_in(taken, iris)})


def _sources(store: ReadableStore) -> Iterator[tuple[list[Quad], bool]]:
    chunk: list[Quad] = []
    for found in store.quads(None, RDF.type, OSA.Source, DEFAULT):
        source, name = found.subject, source_graph(found.subject)  # type: ignore[arg-type]
        # The description first: a large graph is validated in parts that each have it.
        chunk += store.quads(source, graph=name)
        chunk += (quad for quad in store.quads(graph=name) if quad.subject != source)
        if len(chunk) >= CHUNK_QUADS:
            yield chunk, False
            chunk = []
    yield chunk, False


def _computed(store: ReadableStore) -> Iterator[tuple[list[Quad], bool]]:
    for name in (REFERENCE, ASSESSMENTS, META):
        for chunk in _by_subject(store.quads(graph=name)):
            yield chunk, False


def _facts(store: ReadableStore) -> Iterator[tuple[list[Quad], bool]]:
    """The facts about individuals, without the classes that only follow."""
    facts = (
        quad
        for quad in store.quads(graph=DEFAULT)
        if quad.subject in ID and (quad.predicate != RDF.type or is_given(quad, store))
    )
    for chunk in _by_subject(facts):
        yield chunk, True


def _by_subject(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    """The quads in parts; those of one subject, which stand together, stay together."""
    chunk: list[Quad] = []
    for quad in quads:
        if len(chunk) >= CHUNK_QUADS and quad.subject != chunk[-1].subject:
            yield chunk
            chunk = []
        chunk.append(quad)
    yield chunk
