"""What assessments cost as the dataset grows: the step that resolves and assesses, and its share of a build.

`make bench`, or `assessments.py --factors 1 10 100 1000`. The goal: 1,000 times the tables in at most
15 times the seconds of 100 times.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

from pyoxigraph import Quad

from graph.assessment import assess
from graph.bundle import Bundle, in_graph, source_graph
from graph.claims import claim_triples
from graph.embedded import EmbeddedStore
from graph.projection import REFERENCE
from graph.spool import BundleWriter, Tally, write_facts, write_rates
from graph.topics import matters_of
from graph.wholes import all_wholes
from loaders.csv_rows import read_rows
from loaders.loader import LoadContext
from loaders.mappings import TABLES
from loaders.names import read_names
from loaders.partition import bucket_count, bucket_rows, spread_rows
from loaders.reference import reference_quads
from loaders.tables import bundles, group_by_source, table_of
from ontology.namespaces import OSA
from ontology.vocabulary import read_vocabulary
from tests.bench.generate import write_tables
from tests.bench.growth import ROOT, SHIPPED, step
from tests.bench.processes import run

Figures = dict[str, float]
GOAL = 15
COLUMNS = (
    ("factor", "factor", "{:,.0f}"),
    ("claims", "claims", "{:,.0f}"),
    ("contradictions", "contradictions", "{:,.0f}"),
    ("corroborations", "corroborations", "{:,.0f}"),
    ("step s", "step_seconds", "{:,.2f}"),
    ("assess s", "assess_seconds", "{:,.2f}"),
    ("us/claim", "microseconds", "{:,.0f}"),
    ("peak MB", "peak_megabytes", "{:,.0f}"),
    ("build cpu s", "build_cpu_seconds", "{:,.2f}"),
    ("share", "share", "{:.2f}"),
    ("of assess", "assess_share", "{:.2f}"),
)
LEGEND = """\
step s       processor seconds from votes on disk to facts, resolutions, assessments and rates, in one process
assess s     those inside of graph.assessment.assess; us/claim: microseconds of the whole step for each claim
build cpu s  processor seconds of a whole build with all its workers; share: that of the step in them"""


class Timed:
    """A function that adds up the processor time of its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        started = time.process_time()
        try:
            return self._function(*arguments)
        finally:
            self.seconds += time.process_time() - started


def assess_step(tables: Path, scratch: Path) -> Figures:
    """Spread the votes of some tables over buckets, as a build does, then resolve and assess them."""
    context = LoadContext(read_names(tables), read_vocabulary())
    compared = [
        quad
        for quad in reference_quads(tables, context.names, context.vocabulary, lambda _: None)
        if quad.graph_name == REFERENCE
    ]
    known = EmbeddedStore()
    known.insert(quad for quad in compared if quad.predicate == OSA.comparedWithin)
    matters = matters_of((quad.triple for quad in compared), context.vocabulary)
    paths = [path for path in sorted(tables.glob("*.csv")) if path.stem in TABLES]
    votes = [scratch / f"votes-{number}" for number in range(bucket_count(paths))]
    with BundleWriter(Path(os.devnull), votes, context.vocabulary, matters=matters) as writer:
        for bundle in read_bundles(paths, scratch, context):
            writer.write(bundle)
            known.insert(part_claims(bundle))
    wholes = all_wholes(known)
    tally, timed, started = Tally(), Timed(assess), time.process_time()
    with mock.patch("graph.spool.assess", timed):
        for path in votes:
            facts = scratch / "facts.nq"
            tally.add(
                write_facts([path], facts, context.vocabulary, wholes=lambda body: wholes.get(body, ()))
            )
        write_rates(tally.pairs, facts)
    seconds = time.process_time() - started
    return {
        "claims": writer.tally.claims,
        "contradictions": tally.contradictions,
        "corroborations": tally.corroborations,
        "step_seconds": seconds,
        "assess_seconds": timed.seconds,
        "microseconds": 1e6 * seconds / writer.tally.claims,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


def read_bundles(paths: Sequence[Path], scratch: Path, context: LoadContext) -> Iterator[Bundle]:
    """The bundles of large tables, some sources at a time."""
    rows = [scratch / f"rows-{number}" for number in range(bucket_count(paths))]
    spread_rows((row for path in paths for row in read_rows(path, table_of(path))), rows, lambda _: None)
    for path in rows:
        yield from bundles(group_by_source(bucket_rows(path), context), context)
        path.unlink()


def part_claims(bundle: Bundle) -> Iterator[Quad]:
    """The claims on what is part of what: nothing else is looked up while values are assessed."""
    graph = source_graph(bundle.source.iri)
    for claim in bundle.claims:
        if claim.predicate == OSA.partOf:
            yield from in_graph(claim_triples(claim), graph)


def measure(factor: int, folder: Path, with_build: bool) -> Figures:
    """The figures of one factor, each step in a fresh process."""
    tables, data, scratch = folder / "tables", folder / "data", folder / "scratch"
    tables.mkdir(parents=True)
    scratch.mkdir()
    write_tables(SHIPPED, tables, factor)
    command = [sys.executable, "-m", "tests.bench.assessments", "--step", str(tables), str(scratch)]
    figures: Figures = {"factor": factor, **json.loads(run(command, ROOT).output)}
    if with_build:
        built = json.loads(step("build", tables, data).output)
        figures["build_cpu_seconds"] = built["cpu_seconds"]
        figures["share"] = figures["step_seconds"] / built["cpu_seconds"]
        figures["assess_share"] = figures["assess_seconds"] / built["cpu_seconds"]
    return figures


def table_lines(rows: Sequence[Figures]) -> list[str]:
    """The figures as aligned columns, "-" where nothing was measured."""
    cells = [[title for title, _, _ in COLUMNS]]
    cells += [[form.format(row[key]) if key in row else "-" for _, key, form in COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]


def ratio_lines(rows: Sequence[Figures]) -> list[str]:
    """How the time of the step grows from one factor to the next."""
    return [
        f"{after['factor']:,.0f} by {before['factor']:,.0f}: "
        f"step {after['step_seconds'] / before['step_seconds']:.1f} times, "
        f"assess {after['assess_seconds'] / before['assess_seconds']:.1f} times (goal for ten: {GOAL})"
        for before, after in pairwise(rows)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", nargs=2, type=Path, metavar=("TABLES", "SCRATCH"))
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--no-build", action="store_true", help="only the step, no share of a build")
    parser.add_argument("--folder", type=Path, help="keep scratch files here")
    options = parser.parse_args()
    if options.step:
        print(json.dumps(assess_step(*options.step)))
        return
    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        for factor in options.factors:
            rows.append(measure(factor, Path(scratch) / str(factor), not options.no_build))
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print("\n".join([*table_lines(rows), LEGEND, *ratio_lines(rows)]))


if __name__ == "__main__":
    main()
