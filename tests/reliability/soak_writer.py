"""Kills the writer and its hand again and again while clients count, and looks whether a count was lost.

Run by hand: `python tests/reliability/soak_writer.py --rounds 200`. Prints what was killed, how many writes
were acknowledged and what was lost; exit status 1 where anything was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.reliability.writing import Writing, losses, run_counters, writing

LONGEST_DELAY = 0.3
PATIENCE_SECONDS = 60


@dataclass
class Report:
    """What came of the rounds."""

    killed: Tally[str] = field(default_factory=Tally)
    acknowledged: int = 0
    refusals: Tally[str] = field(default_factory=Tally)
    losses: Sequence[str] = ()


def killing(made: Writing, clients: int, rounds: int, seed: int) -> Report:
    """Lets clients count while in each round the hand or the writer is killed at a random moment."""
    report, over = Report(), threading.Event()
    killer = threading.Thread(target=_kill, args=(made, rounds, random.Random(seed), report, over))
    killer.start()
    counters = run_counters(made, clients, over.is_set)
    killer.join()
    report.acknowledged = sum(counter.acknowledged for counter in counters)
    report.refusals.update(text.partition(":")[0] for counter in counters for text in counter.refusals)
    report.losses = losses(made, counters)
    return report


def _kill(made: Writing, rounds: int, moments: random.Random, report: Report, over: threading.Event) -> None:
    for number in range(rounds):
        _await_progress(made)
        over.wait(moments.uniform(0, LONGEST_DELAY))
        # Every third time the writer, which takes its hand along.
        what = "writer" if number % 3 == 2 else "hand"
        made.kill(made.process.process_id if what == "writer" else made.hand_id())
        report.killed[what] += 1
    over.set()


def _await_progress(made: Writing) -> None:
    """Return as soon as one more snapshot is made."""
    pause, end = threading.Event(), time.monotonic() + PATIENCE_SECONDS
    number = made.data.current_number()
    while made.data.current_number() == number and time.monotonic() < end:
        pause.wait(0.005)


def main() -> int:
    """The exit status after so many rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder, writing(Path(folder) / "data") as made:
        report = killing(made, options.clients, options.rounds, options.seed)
        print(f"killed: {dict(report.killed)}; snapshots made: {made.data.current().number}")
    print(f"acknowledged: {report.acknowledged}; refused: {dict(report.refusals)}")
    print(f"lost or half there: {len(report.losses)}")
    for loss in report.losses:
        print(f"  {loss}")
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
