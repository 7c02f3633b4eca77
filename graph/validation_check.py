"""Files of N-Quads put to the shapes, in batches of several graphs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from graph.store import GraphName
from graph.validation import MOST_LISTED, Findings, Job
from graph.validation_graph import BatchGraph, Index, Parts
from graph.validation_shapes import Shapes, read_shapes
from graph.violations import Violation
from ontology.namespaces import ID, RDF

# Larger batches are hardly faster, and take about 1 kB of memory for each triple.
BATCH_TRIPLES: Final = 20_000
# A description of a source is not longer, and comes first.
LONGEST_LEAD: Final = 100
_SOURCES: Final = f"{ID}source/"


class OwnChecker:
    """Validates in this process; the shapes are read with the first file."""

    def __init__(self) -> None:
        # A literal that is none of its datatype is a violation, and no news besides.
        logging.getLogger("rdflib").setLevel(logging.ERROR)
        self._shapes: Shapes | None = None
        self._around: tuple[str | None, Index] = (None, Index())
        self._found = Findings()

    def submit(self, job: Job) -> None:
        """Validate a file now."""
        self._found.add(self.check(job))

    def findings(self) -> Findings:
        """What was found since the last call."""
        found, self._found = self._found, Findings()
        return found

    def check(self, job: Job) -> Findings:
        """What is wrong in one file."""
        started = time.process_time()
        self._shapes = shapes = self._shapes or read_shapes()
        # Many files of one operation have the same around them.
        if self._around[0] != job.around:
            self._around = (job.around, _types(Path(job.around), shapes) if job.around else Index())
        found = Findings()
        for batch in _batches(Path(job.quads), job.facts, shapes, self._around[1]):
            found.add(_findings(shapes.violations(batch), batch.size))
            batch.forget()
        if job.forget:
            Path(job.quads).unlink()
        found.seconds = time.process_time() - started
        return found


def _types(path: Path, shapes: Shapes) -> Index:
    """The classes that a file gives to nodes."""
    terms = shapes.terms.copy()
    triples = (quad.triple for quad in parse(path=str(path), format=RdfFormat.N_QUADS))
    return Index((terms(s), terms(p), terms(o)) for s, p, o in triples if p == RDF.type)


def _batches(path: Path, facts: bool, shapes: Shapes, around: Index) -> Iterator[BatchGraph]:
    batch = BatchGraph(shapes.terms, shapes.schema, around)
    for name, triples in groups(path, facts):
        batch.put(triples, name)
        if batch.size >= BATCH_TRIPLES:
            yield batch
            batch = BatchGraph(shapes.terms, shapes.schema, around)
    if batch.size:
        yield batch


def groups(path: Path, facts: bool) -> Iterator[tuple[str | None, list[Parts]]]:
    """The triples of each named graph in a file, under its name, and the facts, under None.

    The triples of one graph, and in it those of one node, stand together in the file. A graph that is too
    large for one batch comes in parts, each with the description of its source, which comes first.
    """
    name: GraphName = DefaultGraph()
    default: list[Parts] = []
    group: list[Parts] = []
    lead: list[Parts] = []
    for subject, predicate, value, graph in parse(path=str(path), format=RdfFormat.N_QUADS):
        if isinstance(graph, DefaultGraph):
            if facts:
                default.append((subject, predicate, value))
            continue
        if graph != name:
            yield _named(name), group
            name, group, lead = graph, [], []
        elif len(group) >= BATCH_TRIPLES and subject != group[-1][0]:
            yield _named(name), group
            group = list(lead)
        group.append((subject, predicate, value))
        if len(group) <= LONGEST_LEAD and subject.value.startswith(_SOURCES):
            lead.append(group[-1])
    yield _named(name), group
    yield None, default


def _named(name: GraphName) -> str | None:
    return name.value if isinstance(name, NamedNode) else None


def _findings(violations: Iterable[Violation], triples: int) -> Findings:
    found = Findings(triples=triples)
    for violation in violations:
        found.count += 1
        if found.count <= MOST_LISTED:
            found.violations.append(violation)
    return found
