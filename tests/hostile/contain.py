"""Attacks a server that it starts itself, and tells whether the attacks were contained. Exit code 1 if not.

Example: python tests/hostile/contain.py data --slice 300 --json contained.json
The data directory is copied first, and everything stays on the loopback interface.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.hostile.attack import Attack, slice_of
from tests.hostile.client import Listener, post
from tests.hostile.corpus import corpus
from tests.hostile.loads import HarmlessLoad, crowd, harmless_side, read_slowly, seconds_until_idle
from tests.hostile.neighbours import Latency, Neighbours, neighbours
from tests.hostile.nesting import GRAPH
from tests.hostile.report import Report
from tests.hostile.server_process import COMMAND, ServerProcess, admin_token, copy_of
from tests.hostile.verdicts import Limits, attack_all

IDLE_SECONDS: Final = 2.0
GROWTH: Final = 1.20
SLOWER: Final = 2.0
FEW: Final = 30
DEAR, MANY, CROWD = "harmless, dear", "harmless, many", "harmless, crowd"
TIDYING: Final = f"DROP SILENT GRAPH {GRAPH}"


class Run:
    """One run against one server: its phases in order, each adding to the report."""

    def __init__(self, options: argparse.Namespace, server: ServerProcess, report: Report) -> None:
        self.options = options
        self.server = server
        self.report = report
        self.limits = Limits(options.deadline, options.total, options.update_limit)
        self.side = harmless_side(server.port, 0.3 * options.deadline)
        self.lanes = 2 * options.readers + 1

    def baselines(self, beside: Neighbours) -> None:
        """What neighbours see beside one harmless client, with dear queries or many, and beside a crowd."""
        for phase, side, lanes in ((DEAR, self.side, 1), (MANY, 1, 1), (CROWD, self.side, self.lanes)):
            beside.enter(phase)
            self.work(side, lanes, self.options.baseline_seconds)

    def work(self, side: int, lanes: int, seconds: float) -> None:
        with HarmlessLoad(self.server.port, side, lanes):
            time.sleep(seconds)

    def memory(self) -> float:
        """What the server's processes hold when all readers have been used, and are at rest."""
        self.work(self.side, self.lanes, 2)
        # A reader whose last query timed out is gone; small ones bring all of them back.
        self.work(64, self.lanes, 1)
        seconds_until_idle(self.server.cpu_seconds, at_most=IDLE_SECONDS)
        return self.server.resident_bytes()

    def attack(
        self, beside: Neighbours, attacks: Sequence[Attack], listener: Listener, token: str | None
    ) -> None:
        for family, members in itertools.groupby(attacks, lambda attack: attack.family):
            beside.enter(family)
            print(f"... {family}", file=sys.stderr, flush=True)
            attacking = attack_all(
                self.server.port, list(members), self.limits, token=token, calls=lambda: listener.calls
            )
            for result in attacking:
                self.report.results.append(result)
                if self.options.verbose or result.violations:
                    print(result, flush=True)
                if not self.server.is_running:
                    raise RuntimeError(f"the server ended at {result.name}")

    def crowd(self, beside: Neighbours, attacks: Sequence[Attack]) -> None:
        beside.enter("crowd")
        heavy = [attack for attack in attacks if attack.is_heavy and attack.operation == "query"]
        chosen = random.Random(self.options.seed).sample(heavy, min(self.lanes, len(heavy)))
        if chosen:
            self.report.results += crowd(self.server.port, chosen, self.limits, rounds=3)

    def read_slowly(self, beside: Neighbours) -> None:
        beside.enter("slow readers")
        clients = self.options.readers + 1
        read = list(read_slowly(self.server.port, clients, self.options.slow_seconds))
        self.report.measures["bytes read by slow readers"] = sum(read)

    def settle(self, memory_before: float) -> None:
        """Idle processors and memory given back."""
        idle = seconds_until_idle(self.server.cpu_seconds, at_most=IDLE_SECONDS)
        self.report.measures["seconds until idle"] = idle
        if idle is None:
            self.report.violations.append(f"not idle within {IDLE_SECONDS:g} s")
        memory_after = self.memory()
        self.report.measures["memory before, MiB"] = round(memory_before / (1 << 20), 1)
        self.report.measures["memory after, MiB"] = round(memory_after / (1 << 20), 1)
        self.report.measures["of which the first process, MiB"] = self.server.own_bytes() >> 20
        if memory_after > GROWTH * memory_before:
            self.report.violations.append(f"memory grew by {memory_after / memory_before - 1:.0%}")

    def compare(self) -> None:
        """Hold the neighbours' latencies against those beside a harmless load of the same kind."""
        found = self.report.latencies
        alone = max(found[DEAR], found[MANY], key=lambda latency: latency.p95)
        for phase, latency in found.items():
            if phase not in (DEAR, MANY, CROWD):
                base = found[CROWD] if phase == "crowd" else alone
                self.report.violations += slowness(phase, latency, base, self.options.floor_ms)


def slowness(phase: str, latency: Latency, base: Latency, floor_ms: float) -> Iterator[str]:
    """What is wrong with a phase; latencies under the floor are noise of the scheduler and never wrong."""
    # The 95th percentile of a handful is its worst, which says little: there the median must do.
    name, found = ("p95", latency.p95) if latency.answered >= FEW else ("p50", latency.p50)
    if found > max(SLOWER * base.p95, floor_ms):
        yield f"neighbours' {name} in {phase}: {found} ms, p95 beside a harmless load: {base.p95} ms"
    if latency.failed * max(1, base.answered) > base.failed * max(1, latency.answered):
        yield f"neighbours in {phase}: {latency.failed} of {latency.failed + latency.answered} not answered"


def run(options: argparse.Namespace, data: Path, listener: Listener) -> Report:
    """All phases against a server on the data directory."""
    limits = {"deadline": options.deadline, "total": options.total, "readers": options.readers}
    flags = [f"--{name}={value:g}" for name, value in limits.items()]
    flags += [f"--memory={options.memory}", *options.server_flag]
    command = shlex.split(options.command) if options.command else COMMAND
    token = admin_token(data, command)
    server = ServerProcess(data, flags, command=command, log=options.log)
    settings = {"seed": options.seed, "flags": flags, "unknown to this server": server.missing}
    report = Report({**settings, "has a token": token is not None})
    print(report.settings, flush=True)
    attacks = chosen_attacks(options, listener.url)
    try:
        this = Run(options, server, report)
        with neighbours(server.port) as beside:
            this.baselines(beside)
            # The process that writes starts with the first write.
            post(server.port, "update", TIDYING.encode(), timeout=options.update_limit, token=token)
            memory = this.memory()
            this.attack(beside, attacks, listener, token)
            this.crowd(beside, attacks)
            this.read_slowly(beside)
            report.latencies = beside.finish()
        post(server.port, "update", TIDYING.encode(), timeout=options.update_limit, token=token)
        this.settle(memory)
        this.compare()
    except RuntimeError as error:
        report.violations.append(str(error))
    finally:
        server.stop()
    report.measures["calls of the listener"] = listener.calls
    if listener.calls:
        report.violations.append(f"the listener was called {listener.calls} times")
    return report


def chosen_attacks(options: argparse.Namespace, listener: str) -> list[Attack]:
    """The attacks asked for, family by family, those that destroy data last."""
    attacks = [attack for attack in corpus(listener) if attack.family in (options.family or [attack.family])]
    if options.slice:
        attacks = slice_of(attacks, options.slice, options.seed)
    families = list(dict.fromkeys(attack.family for attack in attacks))
    return sorted(attacks, key=lambda attack: (attack.is_destructive, families.index(attack.family)))


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, help="a built data directory; it is copied")
    add("--deadline", type=float, default=2, help="seconds until a query's first byte")
    add("--total", type=float, default=4, help="seconds for all of a query")
    add("--update-limit", type=float, default=60, help="seconds that the server gives an update")
    add("--readers", type=int, default=2)
    add("--memory", type=int, default=512, help="MiB of address space of one query")
    add("--slice", type=int, help="only so many attacks, spread over the families")
    add("--family", action="append", help="only this family; may be repeated")
    add("--seed", type=int, default=20261101)
    add("--baseline-seconds", type=float, default=5)
    add("--slow-seconds", type=float, default=8)
    add("--floor-ms", type=float, default=5, help="a p95 below this is never too slow")
    add("--command", help="the server's command, in place of this checkout's server")
    add("--server-flag", action="append", default=[], metavar="--NAME=VALUE", help="for `serve`; repeatable")
    add("--log", type=Path, help="where the server's output goes")
    add("--json", type=Path, help="where the report goes as JSON")
    add("--verbose", action="store_true", help="print every attack")
    return parser.parse_args(arguments)


def main() -> int:
    options = read_options()
    with copy_of(options.data) as data, contextlib.closing(Listener()) as listener:
        report = run(options, data, listener)
    print(report.text())
    if options.json:
        report.write(options.json)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
