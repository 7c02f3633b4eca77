"""What an operation is about to commit, put to the shapes before anybody can see it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, QuerySolutions

from graph.asserted import describes
from graph.bundle import Bundle, Place, bundle_triples, in_graph, mentions, source_graph
from graph.errors import ShapeViolationError
from graph.projection import ASSESSMENTS
from graph.store import AnyTerm, ReadableStore
from graph.validation import MOST_LISTED, Checker, CheckerFactory, Findings, Job
from graph.violations import Violation
from ontology.namespaces import ID, OSA, RDF
from ontology.vocabulary import FOLDER

Places = Callable[[set[str]], Mapping[str, Place]]
DEFAULT = DefaultGraph()
BROADER_CYCLE = FOLDER / "hygiene" / "broader-cycle.rq"


@contextmanager
def validating(checkers: CheckerFactory | None, folder: Path, most: int = 1) -> Iterator[Validation | None]:
    """A validation in up to so many processes that ends with the context; None where nothing is validated."""
    if checkers is None:
        yield None
        return
    with checkers(most) as checker:
        yield Validation(checker, folder)


class Validation:
    """Hands files and bundles to a checker while the operation goes on; `folder` is for files in between."""

    def __init__(self, checker: Checker, folder: Path) -> None:
        self._checker = checker
        self._folder = folder
        self._numbers = itertools.count()
        self._base: Path | None = None
        self.found = Findings()

    def submit_base(self, quads: Path) -> None:
        """Validate a file of N-Quads that also says what the nodes are that later files mention."""
        self._base = self._path()
        os.link(quads, self._base)
        self._checker.submit(Job(str(self._base)))

    def submit_file(self, quads: Path, facts: bool = False) -> None:
        """Validate a file of N-Quads, which may be removed meanwhile, but not changed."""
        link = self._path()
        os.link(quads, link)
        around = str(self._base) if self._base is not None else None
        self._checker.submit(Job(str(link), facts, around, forget=True))

    def submit(self, quads: Iterable[Quad], store: ReadableStore, facts: bool = False) -> None:
        """Validate quads; what they mention is looked up in a store."""
        path, around = self._path(), self._path()
        mentioned: set[AnyTerm] = set()
        subjects: set[AnyTerm] = set()
        with path.open("w", encoding="utf-8") as file:
            for quad in quads:
                subjects.add(quad.subject)
                if quad.object in ID:
                    mentioned.add(quad.object)
                file.write(f"{quad} .\n")
        with around.open("w", encoding="utf-8") as file:
            for node in mentioned - subjects:
                file.writelines(f"{quad} .\n" for quad in given_types(store, node))
        self._checker.submit(Job(str(path), facts, str(around), forget=True))

    def submit_bundle(self, bundle: Bundle, store: ReadableStore) -> None:
        """Validate what the graph of a source will hold."""
        self.submit(in_graph(bundle_triples(bundle), source_graph(bundle.source.iri)), store)

    def submit_facts(self, nodes: Iterable[AnyTerm], store: ReadableStore) -> None:
        """Validate the facts about some nodes, and how they were decided."""
        self.submit((quad for node in nodes for quad in facts_about(node, store)), store, facts=True)

    def finish(self, places: Places, whole: ReadableStore | None = None) -> Findings:
        """Wait for everything that was handed over; what was found, with the rows that it came from.

        `whole` is a store whose facts are looked at together, for what no single source shows.
        """
        found = self._checker.findings()
        if whole is not None:
            found.add(circles(whole))
        if found.violations:
            known = places({violation.focus for violation in found.violations})
            found.violations = [
                replace(each, **known[each.focus]._asdict()) if each.focus in known else each
                for each in found.violations
            ]
        self.found.add(found)
        return found

    def require(self, places: Places, whole: ReadableStore | None = None) -> None:
        """Wait for everything that was handed over, as `finish` does.

        Raises ShapeViolationError, with the rows that violations came from, unless everything conforms.
        """
        found = self.finish(places, whole)
        if found.count:
            times = "once" if found.count == 1 else f"{found.count:,} times"
            raise ShapeViolationError(
                f"the shapes of the ontology are broken {times}",
                violations=found.violations,
                remedy="Correct it, or load what you trust with --no-validate.",
            )

    def _path(self) -> Path:
        return self._folder / f"validated-{next(self._numbers)}.nq"


def circles(store: ReadableStore) -> Findings:
    """What is broader than itself, by way of others that different sources may have stated."""
    solutions = store.query(BROADER_CYCLE.read_text(encoding="utf-8"))
    assert isinstance(solutions, QuerySolutions)
    nodes = sorted(solution["offender"].value for solution in solutions)
    message = "Nothing is broader than itself."
    listed = [Violation("BroaderCycle", node, "skos:broader+", f"<{node}>", message) for node in nodes]
    return Findings(listed[:MOST_LISTED], len(nodes))


def facts_about(node: AnyTerm, store: ReadableStore) -> Iterator[Quad]:
    """The facts of a node, without classes that only follow, and the resolutions of its slots."""
    for quad in store.quads(node, graph=DEFAULT):
        if quad.predicate != RDF.type or is_given(quad, store):
            yield quad
    for about in store.quads(None, OSA.subject, node, ASSESSMENTS):
        yield from store.quads(about.subject, graph=ASSESSMENTS)


def is_given(quad: Quad, store: ReadableStore) -> bool:
    """Whether a source or a reference table says so, too: then it is stated and not inferred."""
    return any(map(describes, store.quads(quad.subject, quad.predicate, quad.object)))


def given_types(store: ReadableStore, node: AnyTerm) -> Iterator[Quad]:
    """What the sources and the reference tables say that a node is."""
    return filter(describes, store.quads(node, RDF.type))


def places_in(bundles: Iterable[Bundle], iris: Collection[str]) -> dict[str, Place]:
    """Where individuals were read that the bundles describe."""
    return _first((bundle.places for bundle in bundles), iris)


def mentions_in(bundles: Iterable[Bundle], iris: Collection[str]) -> dict[str, Place]:
    """Where individuals were named that the bundles speak of."""
    return _first(map(mentions, bundles), iris)


def _first(known: Iterable[Mapping[str, Place]], iris: Collection[str]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for places in known:
        for iri in places.keys() & iris:
            found.setdefault(iri, places[iri])
    return found
