"""A soak: many clients with a mixed load, writes beside them, some mischief; every answer is judged.

    python tests/bench/soak.py --data DIR --minutes 15 --clients 50

serves a copy of a data directory (its snapshots shared by hard links) and asks it for pages (70 % of the
requests), named queries (20 %) and SPARQL (10 %); every hundredth request is mischief. An answer is judged
by its status, by coming to its end, by being well-formed, by being the same as before where its ETag is,
and, for queries as JSON, by the same rows that the engine finds in that snapshot. Exit status 1 where an
answer was wrong or a 5xx other than 503 or 504 (a query that took too long and was ended) came.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from graph.datadir import DataDirectory
from tests.bench.contenders import ours, running
from tests.bench.own_client import percentile
from tests.bench.report_tables import table
from tests.bench.soak_crowd import Crowd, Effort
from tests.bench.soak_watch import KINDS, Look, disk_bytes, look

MEGABYTE = 1e6
LOOK_SECONDS = 5
CLASSES = ("page", "named", "free")
CLASS_HEAD = (
    "class",
    "requests",
    "whole",
    "304",
    "refused",
    "ended",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "slowest ms",
)
MEMORY_HEAD = (
    "minute",
    *(f"{kind} MB" for kind in KINDS),
    "all RSS MB",
    "all PSS MB",
    "processes",
    "open files",
)
TYPE_HEAD = ("type", "answers", "p50 ms", "p95 ms")
LEGEND = """\
ms        from sending the request to the last byte of the answer, by the client; without refusals
whole     answers with a body; 304: revalidated by ETag; refused: 429 or 503; ended: 504
MB        proportional memory (PSS: pages that processes share count once); RSS counts them in each"""


def copy_of(data: Path, target: Path) -> None:
    """A copy of a data directory; what never changes is shared."""

    def take(source: str, place: str) -> None:
        if "/snapshots/" in source:
            os.link(source, place)
        else:
            shutil.copy2(source, place)

    ignored = shutil.ignore_patterns("*.sock", "*.lock", "audit.jsonl", "trash", "staging")
    shutil.copytree(data, target, copy_function=take, ignore=ignored)


def soak(data: Path, options: argparse.Namespace) -> tuple[Crowd, list[Look], list[tuple[float, int]]]:
    """Run it; the looks at the server, and the disk's bytes by second."""
    with running([ours(data)]) as (server,):
        began = time.monotonic()
        effort = Effort(server.port, data, options.clients, options.think, options.write, options.seed)
        looks, disk = [look(server.process.pid, began)], [(0.0, disk_bytes(data))]
        with Crowd(effort) as crowd:
            until = began + 60 * options.minutes
            while (now := time.monotonic()) < until and server.process.poll() is None:
                time.sleep(min(LOOK_SECONDS, max(0.0, until - now)))
                looks.append(look(server.process.pid, began))
                disk.append((looks[-1].seconds, disk_bytes(data)))
                if options.verbose:
                    print(crowd.line(), file=sys.stderr, flush=True)
            if server.process.poll() is not None:
                crowd.tally.wrong.append("the server has ended")
        # A dead child is waited for a moment later; what stays dead is a fault.
        time.sleep(2)
        last = look(server.process.pid, began)
    if last.dead:
        crowd.tally.wrong.append(f"{last.dead} dead children at the end")
    return crowd, [*looks, last], [*disk, (last.seconds, disk_bytes(data))]


def report(crowd: Crowd, looks: Sequence[Look], disk: Sequence[tuple[float, int]], minutes: float) -> str:
    """All figures as Markdown."""
    tally = crowd.tally
    parts = [
        f"## Requests\n\n{table(CLASS_HEAD, [_class_cells(crowd, kind) for kind in (*CLASSES, 'write')])}",
        f"## Memory\n\n{table(MEMORY_HEAD, _memory_rows(looks, minutes))}",
        f"dead children at most {max(each.dead for each in looks)}, at the end {looks[-1].dead}",
        "## Disk\n\n"
        + ", ".join(
            f"minute {second / 60:.1f}: {size / MEGABYTE:,.1f} MB" for second, size in _marks(disk, minutes)
        ),
        f"## Pages by type, slowest p95 first\n\n{table(TYPE_HEAD, _type_rows(crowd))}",
        "## Mischief\n\n"
        + (", ".join(f"{n} {count}" for n, count in sorted(tally.mischief.items())) or "none"),
        f"## Judged\n\n{crowd.judged()}",
        "## Wrong\n\n" + ("\n".join(f"- {each}" for each in tally.wrong[:100]) or "nothing"),
        LEGEND,
    ]
    if len(tally.wrong) > 100:
        parts.insert(-1, f"and {len(tally.wrong) - 100} more")
    return "\n\n".join(parts)


def _class_cells(crowd: Crowd, kind: str) -> list[str]:
    done = [each for each in crowd.tally.done if each.kind == kind]
    times = [1000 * each.seconds for each in done if each.status not in (429, 503)]
    counts = [sum(each.status == status for each in done) for status in (304, 429, 503, 504)]
    whole = len(done) - sum(counts)
    shares = [f"{percentile(times, share):,.0f}" for share in (0.5, 0.95, 0.99, 1.0)]
    return [
        kind,
        f"{len(done):,}",
        f"{whole:,}",
        f"{counts[0]:,}",
        f"{counts[1] + counts[2]:,}",
        f"{counts[3]:,}",
        *shares,
    ]


def _memory_rows(looks: Sequence[Look], minutes: float) -> list[list[str]]:
    wanted = sorted({minute for minute in (0, 1, 3, 5, 10, 15) if minute <= minutes} | {minutes})
    rows = [_memory_cells(f"{minute:g}", _at(looks, 60 * minute)) for minute in wanted]
    most = max(looks, key=lambda each: sum(each.pss.values()))
    return [*rows, _memory_cells(f"most, at {most.seconds / 60:.1f}", most)]


def _memory_cells(name: str, each: Look) -> list[str]:
    megabytes = [f"{each.pss.get(kind, 0) / MEGABYTE:,.0f}" for kind in KINDS]
    sums = [f"{sum(sizes.values()) / MEGABYTE:,.0f}" for sizes in (each.rss, each.pss)]
    return [name, *megabytes, *sums, f"{each.processes}", f"{each.files:,}"]


def _at(looks: Sequence[Look], second: float) -> Look:
    return min(looks, key=lambda each: abs(each.seconds - second))


def _marks(disk: Sequence[tuple[float, int]], minutes: float) -> list[tuple[float, int]]:
    wanted = [0.0, *(60.0 * minute for minute in (1, 3) if minute < minutes)]
    return [*(min(disk, key=lambda each: abs(each[0] - second)) for second in wanted), disk[-1]]


def _type_rows(crowd: Crowd) -> list[list[str]]:
    by_type: dict[str, list[float]] = {}
    for each in crowd.tally.done:
        if each.kind == "page" and each.status not in (304, 429, 503):
            by_type.setdefault(each.type, []).append(1000 * each.seconds)
    ordered = sorted(by_type.items(), key=lambda item: -percentile(item[1], 0.95))
    return [
        [type_, f"{len(times):,}", f"{percentile(times, 0.5):,.0f}", f"{percentile(times, 0.95):,.0f}"]
        for type_, times in ordered
    ]


def main() -> None:
    """Soak, print, and say by the exit status whether all was right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="the dataset that is there; it is not changed"
    )
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument(
        "--think",
        type=float,
        nargs=2,
        default=(1.0, 3.0),
        help="seconds between an answer and the next request",
    )
    parser.add_argument("--write", type=float, default=30, help="seconds between writes; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep scratch files here, on the disk of the data")
    parser.add_argument("--verbose", action="store_true", help="a line every five seconds")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=options.folder or options.data.resolve().parent) as scratch:
        data = Path(scratch) / "data"
        copy_of(options.data.resolve(), data)
        counts = DataDirectory(data).current().counts
        crowd, looks, disk = soak(data, options)
    print(
        f"{os.cpu_count()} processors, load average {busy:.1f} before, Python {sys.version.split()[0]}; "
        f"{counts['quads']:,} quads; {options.clients} clients for {options.minutes:g} minutes, "
        f"{options.think[0]:g} to {options.think[1]:g} s between requests, seed {options.seed}\n"
    )
    print(report(crowd, looks, disk, options.minutes))
    sys.exit(bool(crowd.tally.wrong))


if __name__ == "__main__":
    main()
