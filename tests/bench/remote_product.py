"""What it costs that the dataset is in another engine: the product over its own store, and before engines.

`python tests/bench/remote_product.py [--data DIR] [--rounds 20]`: a server over DIR (else the shipped tables,
which are built then), one before oxigraph, one before Fuseki. Each round asks all of them the same, one after
another, for something that was not asked before, so that nothing comes from a memory.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.named_query import read_query
from graph.publish_command import publish_command
from loaders.commands import build_command
from ontology.namespaces import ID, OSA, RDF
from tests.bench.own_client import percentile
from tests.bench.report_tables import table
from tests.conftest import Client, running
from tests.contract.engines import fuseki, oxigraph

QUERIES = Path(__file__).parents[2] / "queries"
NAMED = ("budget-by-year", "projects-by-recipient", "contested-facts", "who-says-so", "contradictions")
PATIENT = ("--deadline", "120", "--total", "240")
HEAD = ("what", "server", "p50 ms", "p95 ms", "of embedded")
Ask = Callable[[Client, int], int]


def asks(data: DataDirectory) -> Iterator[tuple[str, Ask]]:
    """What is asked, by name; the number makes it something new."""
    store = EmbeddedStore(data.current().store, read_only=True)
    for kind in (OSA.AssistanceProject, OSA.State, OSA.BudgetLine, OSA.PolicyEvent):
        found = sorted(str(quad.subject)[1:-1] for quad in store.quads(None, RDF.type, kind))
        paths = [f"/page/{iri.removeprefix(str(ID))}" for iri in found if iri.startswith(str(ID))]
        random.Random(1).shuffle(paths)
        yield f"page of {kind.value.rpartition('#')[2]}", _visiting(paths)
    sources = sorted(str(quad.subject)[1:-1] for quad in store.quads(None, RDF.type, OSA.Source))
    yield "page of Source", _visiting([f"/sources/{iri.rpartition('/')[2]}" for iri in sources])
    for name in NAMED:
        yield name, _querying(read_query(QUERIES / f"{name}.rq").bind({}), {})
    budgets = "SELECT ?b ?a { ?b osa:programme id:osa ; osa:amount ?a ; a osa:BudgetLine }"
    yield "with receipts", _querying(budgets, {"receipts": "1"})
    yield "reconcile ten names", _reconciling


def _visiting(paths: list[str]) -> Ask:
    return lambda client, number: client.get(paths[number % len(paths)]).status_code


def _querying(text: str, fields: Mapping[str, str]) -> Ask:
    def ask(client: Client, number: int) -> int:
        return client.post("/sparql", data={"query": f"# {number}\n{text}", **fields}).status_code

    return ask


def _reconciling(client: Client, number: int) -> int:
    names = [
        "Fiji",
        "Tonga",
        "Malaysia",
        "Philippines",
        "Mongolia",
        "Japan",
        "Palau",
        "Kenya",
        "China",
        "Samoa",
    ]
    queries = {f"q{place}": {"query": f"{name} {number}"} for place, name in enumerate(names)}
    return client.get("/reconcile", query_string={"queries": json.dumps(queries)}).status_code


def measure(clients: Mapping[str, Client], data: DataDirectory, rounds: int) -> Iterator[tuple[str, ...]]:
    """The rows of the table."""
    for what, ask in asks(data):
        times: dict[str, list[float]] = {name: [] for name in clients}
        for number, (name, client) in itertools.product(range(rounds + 1), clients.items()):
            began = time.perf_counter()
            status = ask(client, number)
            seconds = time.perf_counter() - began
            assert status == 200, (what, name, status)
            # The first of each kind warms up.
            if number:
                times[name].append(seconds * 1000)
        own = statistics.median(times["embedded"])
        for name, found in times.items():
            p50 = statistics.median(found)
            yield what, name, f"{p50:.0f}", f"{percentile(found, 0.95):.0f}", f"{p50 / own:.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a dataset that is there")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = options.data or scratch / "data"
        if not options.data:
            assert CliRunner().invoke(build_command, ["--data", str(folder), "--quiet"]).exit_code == 0
        clients = {"embedded": stack.enter_context(running(folder, *PATIENT)).client()}
        for name, start in (("oxigraph", oxigraph), ("fuseki", fuseki)):
            (scratch / name).mkdir()
            try:
                engine = stack.enter_context(start(scratch / name))
            except pytest.skip.Exception as error:
                print(f"{name} is left out: {error}")
                continue
            base = engine.addresses.query.removesuffix("/query")
            sent = CliRunner().invoke(publish_command, ["--to", base, "--data", str(folder), "--quiet"])
            assert sent.exit_code == 0, sent.output
            mirror = running(scratch / f"{name}-mirror", "--store", base, *PATIENT)
            clients[name] = stack.enter_context(mirror).client()
        rows = list(measure(clients, DataDirectory(folder), options.rounds))
    print(f"{os.cpu_count()} processors, load average {busy:.1f} before, Python {sys.version.split()[0]}\n")
    print(table(HEAD, rows))


if __name__ == "__main__":
    main()
