"""What a dataset costs once it is there: disk, start, memory, classes of queries, one more source, a backup.

    python tests/bench/growth_queries.py DIR… [--parts disk start queries load backup] [--json FILE]
                                         [--builds FILE…] [--page web/deployment/growth.md]

Each data directory is copied first, its snapshots by hard links, and stays as it is. What building it cost is
measured by `growth.py`. Numbers of different runs compare only where the machine was quiet in both.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from graph.datadir import DataDirectory
from graph.named_query import read_query
from tests.bench.contenders import Contender, Server, ours, running
from tests.bench.processes import run
from tests.bench.report_tables import table
from tests.bench.soak import copy_of
from tests.bench.soak_requests import FREE, RESULTS, Things, things_in
from tests.bench.soak_watch import disk_bytes, look, own_bytes
from tests.bench.steps import write_one_source

ROOT: Final = Path(__file__).resolve().parents[2]
MEGABYTE: Final = 1e6
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
PATIENCE: Final = 900
# What a query costs is asked here, not whether an operator would let it go on for so long (--deadline: 10 s).
UNHURRIED: Final = ("--deadline", "600", "--total", "900")
PARTS: Final = ("disk", "start", "queries", "load", "backup")
# A query that has no subject of its own is asked as often, with a number in a comment against the cache.
ROUNDS: Final = 15
JSON: Final = "application/json"
SCAN: Final = "SELECT (COUNT(*) AS ?n) {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }} #{0}"
RECEIPTS: Final = "SELECT ?o WHERE {{ <{0}> <https://w3id.org/osagraph/ontology#amount> ?o }} LIMIT 1"
Figures = dict[str, float]


class Ask(NamedTuple):
    """One request."""

    path: str
    accept: str = RESULTS


class QueryClass(NamedTuple):
    """A class of queries, and how it is asked about different things."""

    name: str
    asks: Sequence[Ask]


def classes_of(things: Things, words: Sequence[str], seed: int = 1) -> list[QueryClass]:
    """The classes, each with different subjects, drawn by the seed."""
    chance = random.Random(seed)

    def texts(name: str, *kinds: str) -> list[Ask]:
        query = read_query(FREE / f"{name}.rq")
        drawn = ({"thing": things.draw(chance, *kinds)} if kinds else {} for _ in range(ROUNDS))
        bound = (query.bind(values) for values in drawn)
        return [_sparql(f"{each}\n#{number}") for number, each in enumerate(bound)]

    def pages(form: str, *kinds: str) -> list[Ask]:
        drawn = chance.sample(list(itertools.chain(*(things.by_kind[kind] for kind in kinds))), ROUNDS)
        names = (iri.partition("/id/")[2] for iri in drawn)
        return [Ask(form.format(quote(name, safe="/"), quote(f"id:{name}")), "text/html") for name in names]

    def named(name: str, parameter: str, kind: str) -> list[Ask]:
        values = (urlencode({parameter: things.draw(chance, kind)}) for _ in range(ROUNDS))
        return [Ask(f"/queries/{name}?{each}") for each in values]

    labels = chance.sample(list(words), ROUNDS)
    budgets = [things.draw(chance, "budget", "project") for _ in range(ROUNDS)]
    return [
        QueryClass("look-up by IRI", texts("about-a-thing", "project", "event", "body")),
        QueryClass("page of a project", pages("/page/{0}", "project")),
        QueryClass("page of a budget line or event", pages("/page/{0}", "budget", "event")),
        QueryClass(
            "named query: projects of a recipient", named("projects-by-recipient", "recipient", "state")
        ),
        QueryClass("named query: claims of a source", named("claims-of-a-source", "source", "source")),
        QueryClass("join: projects of a state", texts("projects-of-a-state", "state")),
        QueryClass("claims about a thing", texts("claims-about-a-thing", "project", "budget")),
        QueryClass("aggregate over a class", texts("amounts-by-year")),
        QueryClass("aggregate over all claims", texts("claims-by-kind-of-publisher")[:4]),
        QueryClass("count of all quads", [_sparql(SCAN.format(n)) for n in range(3)]),
        QueryClass("search by name", [Ask(f"/api/search?q={quote(word)}", JSON) for word in labels]),
        QueryClass("contradictions, first page", [Ask("/contradictions", "text/html")]),
        QueryClass("sources, first page", [Ask("/sources", "text/html")]),
        QueryClass("reconcile one name", [_reconciled(word) for word in labels]),
        QueryClass("receipts of one row", [_with_receipts(iri) for iri in budgets]),
    ]


def _sparql(text: str) -> Ask:
    return Ask(f"/sparql?query={quote(text)}")


def _reconciled(word: str) -> Ask:
    return Ask(f"/reconcile?{urlencode({'queries': json.dumps({'q': {'query': word}})})}", JSON)


def _with_receipts(iri: str) -> Ask:
    return Ask(f"/sparql?{urlencode({'query': RECEIPTS.format(iri), 'receipts': 1})}")


def measure(folder: Path, options: argparse.Namespace) -> Figures:
    """All figures of one data directory."""
    with tempfile.TemporaryDirectory(dir=options.folder or folder.resolve().parent) as scratch:
        place = Path(scratch)
        copy_of(folder.resolve(), place / "data")
        data = DataDirectory(place / "data")
        counts = data.current().counts
        figures: Figures = {name: float(counts[name]) for name in ("claims", "sources", "facts", "quads")}
        if "disk" in options.parts:
            figures |= disk_figures(data)
        if "start" in options.parts or "queries" in options.parts:
            figures |= served_figures(data, options)
        if "load" in options.parts:
            figures |= load_figures(data, place)
        if "backup" in options.parts:
            figures |= backup_figures(data, place)
    return figures


def disk_figures(data: DataDirectory) -> Figures:
    """Bytes of the snapshot's quads, of the names, and of what was loaded."""
    snapshot = data.current()
    return {
        "store bytes": disk_bytes(snapshot.store),
        "label bytes": disk_bytes(data.root / "labels"),
        "all bytes": disk_bytes(data.root),
        "store bytes a quad": disk_bytes(snapshot.store) / snapshot.counts["quads"],
        "store bytes a claim": disk_bytes(snapshot.store) / snapshot.counts["claims"],
    }


def served_figures(data: DataDirectory, options: argparse.Namespace) -> Figures:
    """Seconds until it answers, milliseconds of each class, and memory after that."""
    things = things_in(data)
    names = [word for word in things.words if word.isascii()]
    figures: Figures = {}
    started = time.perf_counter()
    with running([_unhurried(data.root)]) as (server,):
        ask_once(server, _sparql("ASK {}"))
        figures["start, first answer s"] = time.perf_counter() - started
        ask_once(server, Ask("/page/osa", "text/html"))
        figures["start, first page s"] = time.perf_counter() - started
        if "queries" in options.parts:
            for each in classes_of(things, names):
                figures |= class_figures(server, each)
        figures |= memory_figures(server)
    return figures


def _unhurried(data: Path) -> Contender:
    contender = ours(data)
    return contender._replace(command=[*contender.command, *UNHURRIED])


def class_figures(server: Server, each: QueryClass) -> Figures:
    """The first of a class, and the median of the others; the same again where there is one only."""
    first, *others = each.asks
    cold = ask_once(server, first)
    times = [ask_once(server, ask) for ask in others] or [ask_once(server, first) for _ in range(ROUNDS)]
    return {f"{each.name}: first ms": cold, f"{each.name}: p50 ms": statistics.median(times)}


def ask_once(server: Server, ask: Ask) -> float:
    """Milliseconds to the end of an answer; over a new connection, as most come.

    A refusal because names are still being made is asked again; what else is no answer is told, and counts.
    """
    until = time.monotonic() + PATIENCE
    while True:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", ask.path, headers={"Accept": ask.accept})
            response = connection.getresponse()
            body = response.read()
        taken = (time.perf_counter() - started) * 1000
        if response.status == 503 and time.monotonic() < until:
            time.sleep(0.2)
            continue
        if response.status != 200:
            print(
                f"{response.status} after {taken:,.0f} ms: {ask.path[:150]} {body[:150]!r}", file=sys.stderr
            )
        return taken


def memory_figures(server: Server) -> Figures:
    """Proportional memory of the processes, in bytes; readers are all that there are, at work or spare."""
    found = look(server.process.pid, 0.0)
    return {f"memory {kind} bytes": float(size) for kind, size in found.pss.items()}


def load_figures(data: DataDirectory, place: Path) -> Figures:
    """One more source by the command: seconds, peak memory, and what the new snapshot takes of the disk."""
    seconds, peaks = [], []
    for number in range(3):
        files = write_one_source(place / f"source-{number}", number)
        done = run([*COMMAND, "load", "--data", str(data.root), "--quiet", *map(str, files)], ROOT)
        seconds.append(done.seconds)
        peaks.append(done.peak_bytes)
    return {
        "load s": statistics.median(seconds),
        "load peak bytes": max(peaks),
        "further snapshot bytes": own_bytes(data.current().folder),
    }


COMMAND: Final = (sys.executable, "-m", "server")


def backup_figures(data: DataDirectory, place: Path) -> Figures:
    """A backup as .tar and its restoring elsewhere."""
    target, restored = place / "backup.tar", place / "restored"
    backed = run([*COMMAND, "backup", "--data", str(data.root), "--quiet", str(target)], ROOT)
    back = run([*COMMAND, "restore", "--data", str(restored), "--quiet", str(target)], ROOT)
    figures = {"backup s": backed.seconds, "backup bytes": target.stat().st_size, "restore s": back.seconds}
    target.unlink()
    shutil.rmtree(restored)
    return figures


def rows_of(found: Mapping[str, Figures]) -> Iterator[list[str]]:
    """A line for each figure, a column for each dataset."""
    names = dict.fromkeys(name for figures in found.values() for name in figures)
    for name in names:
        yield [name, *(_cell(name, figures.get(name)) for figures in found.values())]


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name.endswith(" bytes"):
        return f"{value / MEGABYTE:,.1f} MB"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def main() -> None:
    """Measure, print and, where asked, write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="*")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--add", type=Path, help="columns measured before, as --json wrote them")
    parser.add_argument(
        "--builds", type=Path, nargs="+", default=[], help="JSON of `steps build`, with factor"
    )
    parser.add_argument("--page", type=Path, help="write the table into this page, between its two marks")
    parser.add_argument("--folder", type=Path, help="scratch files here, on the disk of the data")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    found: dict[str, Figures] = json.loads(options.add.read_text(encoding="utf-8")) if options.add else {}
    for folder in options.data:
        name = folder.name if folder.name != "data" else folder.resolve().parent.name
        found[name] = found.get(name, {}) | measure(folder, options)
        print(f"{name}: done", file=sys.stderr, flush=True)
        if options.json:
            options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for path in options.builds:
        made = json.loads(path.read_text(encoding="utf-8"))
        found[str(made["factor"])] = build_figures(made) | found.get(str(made["factor"]), {})
    text = table(("", *found), rows_of(found))
    print(
        f"{os.cpu_count()} processors, load average {busy:.1f} before, "
        f"Python {sys.version.split()[0]}\n\n{text}"
    )
    if options.page:
        page = options.page.read_text(encoding="utf-8")
        options.page.write_text(with_table(page, text), encoding="utf-8")


def build_figures(made: Figures) -> Figures:
    """What the build of a dataset cost."""
    return {
        "claims": made["claims"],
        "sources": made["sources"],
        "facts": made["facts"],
        "quads": made["quads"],
        "build s": made["seconds"],
        "build processor s": made["cpu_seconds"],
        "build processor ms a claim": 1000 * made["cpu_seconds"] / made["claims"],
        "build peak bytes": 1e6 * made["peak_megabytes"],
    }


def with_table(page: str, text: str) -> str:
    """The page with the table between its marks, in place of what was there."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{text}\n{END}{tail}"


if __name__ == "__main__":
    main()
