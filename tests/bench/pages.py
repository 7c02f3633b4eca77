"""What pages cost: every type of page after a new snapshot and later, and entity pages by degree and crowd.

`make bench`, or `pages.py --factors 1 100`; `pages.py --data DIR` measures a dataset that is there.
Numbers of different runs do not compare; those of one run do, with /healthz among them.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import NamedNode

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from ontology.namespaces import ID, OSA, RDF
from tests.bench.contenders import ours, running
from tests.bench.generate import write_tables
from tests.bench.growth import SHIPPED, step
from tests.bench.own_client import percentile
from tests.bench.page_visits import Crowd, Visitor, crowd, visiting
from tests.bench.report_tables import table

GOAL_MS = 300
VISITS = 50
CONNECTIONS = (1, 32)
DEGREES = (10, 100, 1000)
SAMPLE = 4000
PARTS = ("pages", "degrees", "crowds")
HEALTH = "/healthz"
PAGES = (
    "/", "/about", "/page/project/osa-fy2023-fiji", "/page/osa", "/page/japan", "/browse",
    "/browse/AssistanceProject", "/browse/AssistanceProject?page=2",
    "/browse/AssistanceProject?osa:programme=id:osa&osa:fiscalYear=2025", "/browse/Source", "/ontology",
    "/ontology/AssistanceProject", "/ontology/amount", "/ontology/statedIn", "/sources", "/sources?page=5",
    "/sources?kind=osa:Newspaper", "/sources?kind=osa:Newspaper&country=id:japan", "/sources/seed-002-news",
    "/contradictions", "/contradictions?kind=osa:DefinitionMismatch", "/contradictions?subject=id:malaysia",
    "/contradictions?publisher=osa:StateMedia", "/contradictions?year=2025", "/perspectives", "/snapshots",
    "/snapshots/{snapshot}", "/queries", "/query", "/search?q=japan", "/search?q=oficial+securty",
    "/explore?iri=id:philippines", "/path?from=id:fiji&to=id:malaysia", "/timeline", "/map",
    "/fragments", "/fragments?predicate=osa:programme", "/fragments?object=id:japan&page=2",
    "/export/graph.gexf?iri=id:osa", "/export/graph.rdf12.ttl?iri=id:osa",
    "/page/nothing-of-that-name", "/sitemap.xml", "/sitemap/Source-1.xml", "/changes.atom",
)  # fmt: skip
PAGE_HEAD = (
    "page",
    "kB",
    "first ms",
    "p50 ms",
    "p95 ms",
    "304 ms",
    "first cpu ms",
    "p95 by /healthz",
    "verdict",
)
CROWD_HEAD = (
    "factor",
    "entity pages",
    "connections",
    "visits",
    "p50 ms",
    "p95 ms",
    "cpu ms each",
    "failures",
)
DEGREE_HEAD = ("factor", "degree", "quads", "first ms", "cpu ms", "again ms")
LEGEND = f"""\
first     the first visit after a new snapshot: median of the rounds; cpu: processor time of the server in it
p50, p95  of {VISITS} visits after it, nothing of the page kept by the visitor; 304: for one who has the page
verdict   whether the first visit and p95 take less than {GOAL_MS} ms
cold      another entity with each visit, after a new snapshot; warm: one entity, remembered; 304: who has it
degree    the entities that are nearest to it; quads: so many name them, in all graphs, as subject or value"""


class Page(NamedTuple):
    """What one page showed: bytes over the wire, milliseconds; `cpu_ms` of the first visit."""

    path: str
    size: int
    first_ms: float
    p50_ms: float
    p95_ms: float
    same_ms: float
    cpu_ms: float
    status: int

    @property
    def is_quick(self) -> bool:
        """Whether it meets the goal."""
        return max(self.first_ms, self.p95_ms) < GOAL_MS


class Degree(NamedTuple):
    """What the page of an entity of some degree showed."""

    wanted: int
    found: int
    first_ms: float
    cpu_ms: float
    again_ms: float


class Measured(NamedTuple):
    """All of one dataset: `health_ms` is the median of /healthz."""

    name: str
    health_ms: float
    pages: list[Page]
    crowds: list[tuple[str, int, Crowd]]
    degrees: list[Degree]


def measure(name: str, data: DataDirectory, options: argparse.Namespace) -> Measured:
    """Serve a dataset and visit it."""
    entities = sample_entities(data)
    pages, degrees, crowds = [], [], []
    with running([ours(data.root)]) as (server,), visiting(server, data) as visitor:
        health = [visitor.visit(HEALTH).seconds for _ in range(VISITS)]
        if "pages" in options.parts:
            pages = [one_page(visitor, path, options.rounds, data) for path in PAGES]
        if "degrees" in options.parts:
            degrees = [one_degree(visitor, data, wanted, entities, options.rounds) for wanted in DEGREES]
        if "crowds" in options.parts:
            paths = [page_path(iri) for iri in entities]
            crowds = list(crowds_of(visitor, server.port, paths, options.seconds))
    return Measured(name, statistics.median(health) * 1000, pages, crowds, degrees)


def sample_entities(data: DataDirectory) -> list[str]:
    """Some things with pages of their own, at random but the same each time."""
    store = EmbeddedStore(data.current().store, read_only=True)
    with_pages = (
        OSA.AssistanceProject,
        OSA.PolicyEvent,
        OSA.Person,
        OSA.State,
        OSA.BudgetLine,
        OSA.Instrument,
    )
    found = {
        quad.subject.value
        for kind in with_pages
        for quad in itertools.islice(store.quads(None, RDF.type, kind), SAMPLE)
        if isinstance(quad.subject, NamedNode) and quad.subject in ID
    }
    return random.Random(1).sample(sorted(found), min(SAMPLE, len(found)))


def page_path(iri: str) -> str:
    """Where an entity has its page."""
    return f"/page/{quote(iri.removeprefix(str(ID)), safe='/')}"


def one_page(visitor: Visitor, path: str, rounds: int, data: DataDirectory) -> Page:
    """Visit a page after new snapshots, then again and again."""
    first, cpu = [], []
    for _ in range(rounds):
        visitor.renew()
        path_now = path.format(snapshot=data.current_number())
        before = visitor.cpu_seconds()
        first.append(visitor.visit(path_now).seconds * 1000)
        cpu.append((visitor.cpu_seconds() - before) * 1000)
    visits = [visitor.visit(path_now) for _ in range(VISITS)]
    times = [visit.seconds * 1000 for visit in visits]
    last = visits[-1]
    same = visitor.visit(path_now, last.tag).seconds * 1000 if last.tag else 0.0
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    return Page(
        path, last.size, statistics.median(first), p50, p95, same, statistics.median(cpu), last.status
    )


def one_degree(
    visitor: Visitor, data: DataDirectory, wanted: int, entities: Sequence[str], rounds: int
) -> Degree:
    """Visit the pages of the entities whose degree is nearest to one, each after a new snapshot."""
    store = EmbeddedStore(data.current().store, read_only=True)
    degrees = {iri: degree(store, iri, 2 * wanted) for iri in entities[: SAMPLE // 4]}
    nearest = sorted(degrees, key=lambda iri: abs(degrees[iri] - wanted))[:rounds]
    first, cpu, again = [], [], []
    for iri in nearest:
        visitor.renew()
        before = visitor.cpu_seconds()
        first.append(visitor.visit(page_path(iri)).seconds * 1000)
        cpu.append((visitor.cpu_seconds() - before) * 1000)
        again.append(visitor.visit(page_path(iri)).seconds * 1000)
    middle = statistics.median_low([degrees[iri] for iri in nearest])
    return Degree(wanted, middle, *map(statistics.median, (first, cpu, again)))


def degree(store: EmbeddedStore, iri: str, most: int) -> int:
    """How many quads name an entity, counted up to `most` in each direction."""
    node = NamedNode(iri)
    quads = (store.quads(node), store.quads(None, None, node))
    return sum(1 for found in quads for _ in itertools.islice(found, most))


def crowds_of(
    visitor: Visitor, port: int, paths: Sequence[str], seconds: float
) -> Iterator[tuple[str, int, Crowd]]:
    """Entity pages over one and over many connections: each another one, always the same, and known ones."""
    for connections in CONNECTIONS:
        visitor.renew()
        yield "cold", connections, crowd(visitor, port, paths, connections, seconds)
        one = paths[:1]
        tag = visitor.visit(one[0]).tag
        yield "warm", connections, crowd(visitor, port, one, connections, seconds)
        yield "304", connections, crowd(visitor, port, one, connections, seconds, [tag])


def report(found: Sequence[Measured]) -> str:
    """All figures as Markdown."""
    parts: list[str] = []
    for each in found:
        if each.pages:
            rows = [_page_cells(page, each.health_ms) for page in each.pages]
            slow = [page.path for page in each.pages if not page.is_quick]
            verdict = f"{len(each.pages) - len(slow)} of {len(each.pages)} pages in time"
            title = f"## Pages, {each.name}\n\n/healthz {each.health_ms:.2f} ms; {verdict}"
            parts.append(f"{title}\n\n{table(PAGE_HEAD, rows)}")
    crowds = [
        (
            each.name,
            kind,
            f"{connections}",
            f"{c.visits:,}",
            *_ms(c.p50_ms, c.p95_ms, c.cpu_ms),
            f"{c.errors}",
        )
        for each in found
        for kind, connections, c in each.crowds
    ]
    degrees = [
        [each.name, f"{d.wanted:,}", f"{d.found:,}", *_ms(d.first_ms, d.cpu_ms, d.again_ms)]
        for each in found
        for d in each.degrees
    ]
    for title, head, lines in (("crowd", CROWD_HEAD, crowds), ("degree", DEGREE_HEAD, degrees)):
        if lines:
            parts.append(f"## Entity pages by {title}\n\n{table(head, lines)}")
    return "\n\n".join([*parts, LEGEND])


def _page_cells(page: Page, health_ms: float) -> list[str]:
    verdict = "met" if page.is_quick else "missed"
    times = _ms(page.first_ms, page.p50_ms, page.p95_ms, page.same_ms, page.cpu_ms)
    status = "" if page.status == 200 else f" ({page.status})"
    ratio = f"{page.p95_ms / health_ms:.0f}"
    return [f"{page.path}{status}", f"{page.size / 1000:.1f}", *times, ratio, verdict]


def _ms(*values: float) -> list[str]:
    return [f"{value:,.0f}" if value >= 10 else f"{value:.1f}" for value in values]


def made(factor: int, folder: Path) -> DataDirectory:
    """The dataset of so many copies of the shipped tables, in a folder."""
    tables, data = folder / "tables", folder / "data"
    tables.mkdir(parents=True)
    write_tables(SHIPPED, tables, factor)
    step("build", tables, data)
    return DataDirectory(data)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factors", type=int, nargs="*", default=[1, 100])
    parser.add_argument("--data", type=Path, nargs="+", help="datasets that are there, instead of factors")
    parser.add_argument("--rounds", type=int, default=5, help="new snapshots for each page")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a turn of a crowd")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path, help="keep scratch files here")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        if options.data:
            found = [measure(path.name, DataDirectory(path), options) for path in options.data]
        else:
            folders = ((factor, Path(scratch) / str(factor)) for factor in options.factors)
            found = [measure(f"factor {number}", made(number, folder), options) for number, folder in folders]
    print(f"{os.cpu_count()} processors, load average {busy:.1f} before, Python {sys.version.split()[0]}\n")
    print(report(found))


if __name__ == "__main__":
    main()
