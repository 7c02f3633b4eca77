"""What exports to FollowTheMoney and Wikidata, and an opened graph, cost on a dataset: `DIR [--all]`.

python -m tests.bench.further_exports /tmp/data100
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.export_rows import Rows, store_rows
from graph.ftm import all_things, ftm_entities, things_around
from graph.ftm_entities import Report
from graph.quickstatements import linked_things, quickstatements
from graph.reading import open_graph
from ontology.namespaces import ID

THINGS = ("fiji", "osa", "japan")


def timed(what: str, work: Callable[[], int]) -> None:
    """Do it once and say how long it took, and how many came of it."""
    began = time.perf_counter()
    number = work()
    print(f"{what:<44} {number:>9,} {time.perf_counter() - began:>9.2f} s")


def statements(rows: Rows, things: list[str]) -> int:
    return len(quickstatements(rows, things, None).statements)


def entities(rows: Rows, things: Callable[[Report], list[str]]) -> int:
    report = Report()
    return sum(1 for _ in ftm_entities(rows, things(report), report))


def around(rows: Rows, name: str) -> Callable[[Report], list[str]]:
    return lambda report: things_around(rows, [ID.iri(name).value], report, 500)[:1000]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--all", action="store_true", help="write every entity there is, too")
    options = parser.parse_args()
    with DataDirectory(options.data).holding() as snapshot:
        rows = store_rows(EmbeddedStore(snapshot.store, read_only=True))
        linked = linked_things(rows)
        timed("statements about 1,000 linked things", lambda: statements(rows, linked[:1000]))
        for name in THINGS:
            timed(f"entities around {name}", lambda name=name: entities(rows, around(rows, name)))  # type: ignore[misc]
        if options.all:
            timed("all entities", lambda: entities(rows, lambda _: all_things(rows)))
    with open_graph(options.data) as graph:
        timed("facts about japan", lambda: len(graph.facts(ID.japan)))
        timed("facts with osa:signedOn", lambda: len(graph.facts(predicate="osa:signedOn")))
        timed("claims about japan", lambda: len(graph.claims(ID.japan)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")


if __name__ == "__main__":
    main()
