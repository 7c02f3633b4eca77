"""The same data and queries against our server, Oxigraph's own and rdflib-endpoint, in turns.

Servers take turns of a second, so that a busy minute hurts all of them.
Numbers of different runs do not compare.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.bulk_loads import load_once, timed, write_plain
from tests.bench.contenders import (
    NATIVE,
    OURS,
    Contender,
    Server,
    native,
    ours,
    oxigraph,
    rdflib_endpoint,
    rdflib_python,
    running,
)
from tests.bench.downloads import Download, download
from tests.bench.generate import write_tables
from tests.bench.rates import Effort, measure_rates, read_query, say
from tests.bench.report_tables import markdown
from tests.bench.results_json import as_json
from tests.bench.scorecard import Downloads, Loads, Rates, Results

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "loaders" / "data"
MILLION = "million-claim-pairs"
FORMATS = {"JSON": "application/sparql-results+json", "CSV": "text/csv"}
PARTS = ("rates", "downloads", "loads")
LEGEND = """\
Medians of the rounds; a ratio is the median of each round's own ratio. Columns of three: osagraph, oxigraph,
rdflib-endpoint. lookup-cold asks for another subject in each request; all queries but lookup-cached carry a
number in a comment, so that no text comes twice. aggregate-claims: one answer at a time. A turn without any
answer counts as one with an answer at its end. rdflib-endpoint is asked over 8 connections at most."""


class Workbench(NamedTuple):
    """The dataset that all servers hold: as quads in a file, and ready for each of them."""

    folder: Path
    quads: Path
    contenders: Sequence[Contender]


def main() -> None:
    """Measure, print and, where asked, write the figures."""
    options = _options()
    started, busy = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        bench = prepare(Path(scratch), options.factor, options.rdflib_venv)
        results = measure(bench, options)
    client = "wrk" if shutil.which("wrk") else "a client of our own, for there is no wrk"
    machine = (
        f"{os.cpu_count()} processors, load average {busy:.1f} before; Python {sys.version.split()[0]}; "
        f"{options.factor} times the shipped tables; {client}; {time.monotonic() - started:.0f} s in all"
    )
    print("\n\n".join([machine, markdown(results), LEGEND]))
    if options.json:
        options.json.write_text(as_json(results, machine, options.factor), encoding="utf-8")


def measure(bench: Workbench, options: argparse.Namespace) -> Results:
    """All parts that are wanted."""
    rates: Rates = {}
    downloads: Downloads = {}
    loads: Loads = []
    with running(bench.contenders) as servers:
        if "rates" in options.parts:
            effort = Effort(options.rounds, options.connections, options.seconds)
            rates = measure_rates(bench.folder, servers, effort)
        if "downloads" in options.parts:
            downloads = measure_downloads(servers, options.long_rounds)
    if "loads" in options.parts:
        loads = measure_loads(bench, options.long_rounds)
    return Results(rates, downloads, loads)


def prepare(folder: Path, factor: int, rdflib_venv: Path | None) -> Workbench:
    """Make the dataset and bring it to every contender."""
    tables, data, quads, store = (folder / name for name in ("tables", "data", "all.nq", "native"))
    tables.mkdir()
    write_tables(SHIPPED, tables, factor)
    run_ours("build", "--tables", str(tables), "--data", str(data), "--quiet")
    run_ours("export", "--data", str(data), "--quiet", str(quads))
    run([oxigraph(), "load", "--location", str(store), "--file", str(quads)])
    contenders = [ours(data), native(store)]
    if rdflib_venv is None:
        say("rdflib-endpoint is left out: name a folder for its environment with --rdflib-venv.")
        return Workbench(folder, quads, contenders)
    try:
        python = rdflib_python(rdflib_venv)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"rdflib-endpoint is left out, for it cannot be installed: {error}")
        return Workbench(folder, quads, contenders)
    shutil.copytree(store, folder / "rdflib")
    return Workbench(folder, quads, [*contenders, rdflib_endpoint(python, folder / "rdflib")])


def measure_downloads(servers: Sequence[Server], rounds: int) -> Downloads:
    """A million rows from our server and Oxigraph's in turn; rdflib-endpoint would hold all in memory."""
    text = read_query(MILLION)
    found: dict[str, dict[str, list[Download]]] = {form: {OURS: [], NATIVE: []} for form in FORMATS}
    compared = [server for server in servers if server.contender.name in (OURS, NATIVE)]
    for number in range(rounds):
        for form, accept in FORMATS.items():
            try:
                taken = {each.contender.name: download(each, f"{text}#{number}", accept) for each in compared}
            except (RuntimeError, OSError, http.client.HTTPException) as error:
                say(f"a million rows as {form}: {error!r}; this round does not count")
                continue
            for name, turn in taken.items():
                found[form][name].append(turn)
        say(f"a million rows, round {number + 1} of {rounds}")
    return found


def measure_loads(bench: Workbench, rounds: int) -> Loads:
    """A large file of quads that are no claims, loaded in turn."""
    plain, found = bench.folder / "plain.nq", []
    say(f"{write_plain(bench.quads, plain) / 1e6:.0f} MB of plain N-Quads")
    for number in range(rounds):
        try:
            found.append(load_once(plain, bench.folder / f"load-{number}"))
        except subprocess.CalledProcessError as error:
            say(f"{error} This round does not count.")
    return found


def run_ours(*arguments: str) -> None:
    run([sys.executable, "-m", "server", *arguments])


def run(command: Sequence[str]) -> None:
    """Run a command of the preparations; how long that takes is no figure."""
    say(" ".join([Path(command[0]).name, *command[1:4]]))
    timed(command)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=int, default=10, help="copies of the shipped tables in the dataset")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of turns on small answers")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a turn; wrk rounds it")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--long-rounds", type=int, default=1, help="rounds of a million rows and of the load")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument(
        "--rdflib-venv", type=Path, help="a virtual environment for rdflib-endpoint, made where it is missing"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--folder", type=Path, help="keep scratch files here instead of the system's own place"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
