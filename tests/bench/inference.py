"""What inference costs: our rules beside `reasonable`, and one more project in a large dataset.

Each measurement is a process of its own with a limit on its memory. `reasonable` is optional: pip install it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from graph.bundle import Bundle, Node, in_graph
from graph.claims import Claim
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.grounding import Grounding, read_grounding
from graph.inference import infer_all, infer_on_disk
from graph.revision import Revision
from graph.sources import Source, source_iri
from ontology.namespaces import ID, OSA, RDF, RDFS, SKOS, UNIT, XSD
from ontology.vocabulary import ontology_triples, read_vocabulary
from tests.bench.generate import write_tables
from tests.bench.growth import SHIPPED, step

Figures = dict[str, float]
SIZES = (10_000, 100_000, 1_000_000)
LIMIT_BYTES = 18 << 30
DEADLINE_SECONDS = 600
PROJECT_TRIPLES = 10
# About a million quads of shipped tables, copied.
FACTOR = 20
PROJECTS = 7


def facts(size: int) -> Iterator[Triple]:
    """About so many facts on projects, in the patterns that the rules look at and in some that none does."""
    pick = random.Random(size)
    states, programmes = names("state", 60), names("programme", 8)
    bodies, kinds = names("body", size // 200), names("kind", 200)
    statuses = (OSA.Planned, OSA.Selected, OSA.Signed, OSA.Delivered, OSA.Completed)
    for line, link in ((bodies, OSA.partOf), (kinds, SKOS.broader)):
        for number in range(1, len(line)):
            yield Triple(line[number], link, line[number // 5])
    for project in names("project", size // PROJECT_TRIPLES):
        yield Triple(project, RDF.type, OSA.AssistanceProject)
        yield Triple(project, RDFS.label, Literal(project.value, language="en"))
        yield Triple(project, OSA.recipient, pick.choice(states))
        yield Triple(project, OSA.programme, pick.choice(programmes))
        yield Triple(project, OSA.status, pick.choice(statuses))
        yield Triple(project, OSA.equipment, pick.choice(kinds))
        yield Triple(project, OSA.beneficiary, pick.choice(bodies))
        yield Triple(project, OSA.amount, Literal(str(pick.randrange(10**9)), datatype=XSD.decimal))
        yield Triple(project, OSA.fiscalYear, Literal(str(pick.randrange(2023, 2030)), datatype=XSD.integer))
        yield Triple(project, OSA.signedOn, Literal("2025-03-04", datatype=XSD.date))


def names(kind: str, count: int) -> list[NamedNode]:
    return [ID.iri(f"{kind}/{number}") for number in range(count)]


def disk_step(path: str) -> Figures:
    """Our rules over a file of facts, in a store on disk as in a build."""
    with tempfile.TemporaryDirectory() as folder:
        return infer(EmbeddedStore(Path(folder) / "store"), path, infer_on_disk)


def memory_step(path: str) -> Figures:
    """Our rules over a file of facts, in a store in memory."""
    return infer(EmbeddedStore(), path, infer_all)


def infer(store: EmbeddedStore, path: str, run: Callable[[EmbeddedStore, Grounding], object]) -> Figures:
    store.insert(in_graph(ontology_triples(), DefaultGraph()))
    store.bulk_load(Path(path), RdfFormat.N_TRIPLES)
    before, started = store.quad_count(), now()
    run(store, read_grounding())
    return figures(before, started, store.quad_count())


def reasonable_step(path: str) -> Figures:
    """The fastest packaged reasoner over the same file and the ontology."""
    reasoner = importlib.import_module("reasonable").PyReasoner()
    ontology = Path(path).with_suffix(".ontology.ttl")
    ontology.write_text("".join(f"{triple} .\n" for triple in ontology_triples()), encoding="utf-8")
    reasoner.load_file(str(ontology))
    reasoner.load_file(path)
    started = now()
    return figures(0, started, len(reasoner.reason()))


def now() -> tuple[float, float]:
    """Seconds on the clock and of the processor; other work on the machine hardly changes the latter."""
    return time.perf_counter(), time.process_time()


def figures(before: int, started: tuple[float, float], after: int) -> Figures:
    seconds, cpu_seconds = (end - start for start, end in zip(started, now(), strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "before": before,
        "after": after,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_megabytes": peak / 1e6,
    }


def project_step(data: str) -> Figures:
    """One more signed project in a copy of a dataset, several times over: seconds, and those of inference."""
    with tempfile.TemporaryDirectory() as folder:
        EmbeddedStore(DataDirectory(Path(data)).current().store, read_only=True).backup(
            Path(folder) / "store"
        )
        store, vocabulary = EmbeddedStore(Path(folder) / "store"), read_vocabulary()
        read_grounding()
        whole, share, added = [], [], []
        for number in range(PROJECTS):
            revision = Timed(store, vocabulary)
            started = time.perf_counter()
            revision.replace(one_project(number))
            added.append(revision.finish().inferred_added)
            whole.append(time.perf_counter() - started)
            share.append(revision.inference_seconds)
    return {
        "seconds": statistics.median(whole),
        "most_seconds": max(whole),
        "inference_seconds": statistics.median(share),
        "inferred": statistics.median(added),
    }


class Timed(Revision):
    """A revision that tells how long inference took."""

    inference_seconds = 0.0

    def _infer(self) -> None:
        started = time.perf_counter()
        super()._infer()
        self.inference_seconds = time.perf_counter() - started


def one_project(number: int) -> Bundle:
    """A source that reports one new signed project."""
    project, source = ID.iri(f"project/bench-{number}"), source_iri(f"bench-{number}")
    said = (
        (OSA.recipient, ID.philippines),
        (OSA.provider, ID.japan),
        (OSA.programme, ID.osa),
        (OSA.status, OSA.Signed),
        (OSA.equipment, ID.iri("equipment/coastal-radar")),
        (OSA.beneficiary, ID.iri("philippine-navy")),
    )
    claims = tuple(Claim(source, project, predicate=p, value=o, modality=OSA.Asserted) for p, o in said)
    described = (
        Triple(project, RDF.type, OSA.AssistanceProject),
        Triple(project, RDFS.label, Literal(f"Bench project {number}", language="en")),
        Triple(project, OSA.currency, UNIT.CCY_JPY),
        Triple(project, OSA.party, ID.japan),
    )
    title = Literal(f"Bench source {number}")
    return Bundle(Source(source, title, OSA.Government), claims, (Node(project, described, carrier=True),))


STEPS: Mapping[str, Callable[[str], Figures]] = {
    "memory": memory_step,
    "disk": disk_step,
    "reasonable": reasonable_step,
    "project": project_step,
}


def measure(name: str, argument: Path) -> Figures | str:
    """The figures of a step in a process of its own, or why there are none."""
    command = [sys.executable, "-m", "tests.bench.inference", "--step", name, str(argument)]
    try:
        done = subprocess.run(
            command, cwd=SHIPPED.parents[1], capture_output=True, text=True, timeout=DEADLINE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"not finished in {DEADLINE_SECONDS} s"
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        return f"stopped with {LIMIT_BYTES >> 30} GiB ({done.returncode}: {lines[-1][:80]})"
    found: Figures = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--step", nargs=2, metavar=("STEP", "ARGUMENT"), help="one measurement, in this process"
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--factor", type=int, default=FACTOR, help="copies of the tables; 0: no dataset")
    options = parser.parse_args()
    if options.step:
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
        print(json.dumps(STEPS[options.step[0]](options.step[1])))
        return
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.sizes:
            path = Path(scratch) / f"{size}.ttl"
            path.write_text("".join(f"{triple} .\n" for triple in facts(size)), encoding="utf-8")
            for name in ("memory", "disk", "reasonable"):
                print(f"{size:>9,} {name:<10}", measure(name, path), flush=True)
        if options.factor:
            tables, data = Path(scratch) / "tables", Path(scratch) / "data"
            tables.mkdir()
            write_tables(SHIPPED, tables, options.factor)
            print("dataset", json.loads(step("build", tables, data).output), flush=True)
            print("project", measure("project", data), flush=True)


if __name__ == "__main__":
    main()
