"""Rates: turns of small answers, one server after the other, over several numbers of connections."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.contenders import Server
from tests.bench.scorecard import CACHED, COLD, HEAVY, JOINS, Point, Rates
from tests.bench.traffic import ACCEPT, Load, Turn, take_turn

QUERIES = Path(__file__).with_name("queries")
SUBJECT = "urn:bench:subject"
PATIENCE_SECONDS = 5.0
# A question of the benchmark itself, before anything is measured.
PREPARING_SECONDS = 60.0
HEAVY_ANSWERS = 3
# Far more than a turn can use: the numbers of two turns never meet.
NUMBERS_PER_TURN = 10_000_000
# What a server of the last turn still has to do would slow down the next one.
SETTLING_SECONDS = 2.0
PAUSE_SECONDS = 0.1

Binding = dict[str, dict[str, str]]


class Effort(NamedTuple):
    """How much to measure: rounds, over so many connections each, in turns of so many seconds."""

    rounds: int
    connections: Sequence[int]
    seconds: float


class Question(NamedTuple):
    """What is asked again and again: its texts in turn, numbered unless the answer may come from a cache."""

    case: str
    texts: Sequence[str]
    numbered: bool = True

    def file(self, folder: Path, server: Server) -> Path:
        """The paths to ask one server for, one a line, in a file that is written once."""
        paths = folder / f"{server.contender.name}-{self.case}.txt"
        if not paths.exists():
            lines = [server.contender.request_path(text) for text in self.texts]
            paths.write_text("\n".join(lines) + "\n", encoding="ascii")
        return paths


def measure_rates(folder: Path, servers: Sequence[Server], effort: Effort) -> Rates:
    """Turns on all questions over all numbers of connections, as many rounds of it as wanted."""
    found: dict[Point, dict[str, list[Turn]]] = defaultdict(lambda: defaultdict(list))
    questions = all_questions(servers)
    slow = too_slow(questions, servers)
    numbers = iter(range(0, sys.maxsize, NUMBERS_PER_TURN))
    for done in range(effort.rounds):
        for question in questions:
            for connections in (1,) if question.case == HEAVY else effort.connections:
                first = next(numbers)
                for server in servers:
                    name = server.contender.name
                    if connections > server.contender.crowd:
                        continue
                    turn = slow.get((question.case, name))
                    if turn is None:
                        load = Load(question.file(folder, server), first, connections, effort.seconds)
                        turn = one_turn(server, question, load)
                    found[Point(question.case, connections)][name].append(turn)
        say(f"round {done + 1} of {effort.rounds}")
    return found


def one_turn(server: Server, question: Question, load: Load) -> Turn:
    """One turn of one question on one server, which is idle again afterwards."""
    if question.case == HEAVY:
        return answers_in_turn(server, question.texts[0], load.first or 0)
    turn = take_turn(server.port, load if question.numbered else load._replace(first=None))
    server.settle(SETTLING_SECONDS)
    time.sleep(PAUSE_SECONDS)
    return turn if turn.rate or turn.errors else slowest(load.seconds)


def slowest(seconds: float) -> Turn:
    """What counts for a server that gave no answer in so many seconds: that it gave one, just in time."""
    return Turn(1 / seconds, seconds * 1000, seconds * 1000)


def answers_in_turn(server: Server, text: str, first: int) -> Turn:
    """A few answers that take so long that a turn of a second would hold too few of them."""
    taken = []
    for number in range(first, first + HEAVY_ANSWERS):
        started = time.perf_counter()
        try:
            server.ask(f"{text}#{number}", ACCEPT, PATIENCE_SECONDS)
        except (RuntimeError, TimeoutError) as error:
            say(f"{server.contender.name} fails: {error}")
            server.settle(SETTLING_SECONDS)
            return Turn(0.0, 0.0, 0.0, errors=1)
        taken.append(time.perf_counter() - started)
    milliseconds = [1000 * seconds for seconds in taken]
    return Turn(len(taken) / sum(taken), statistics.median(milliseconds), max(milliseconds))


def all_questions(servers: Sequence[Server]) -> list[Question]:
    """The questions, with the subjects that there are."""
    lookup, found = read_query("lookup"), bindings(servers[0], read_query("subjects"))
    subjects = [row["subject"]["value"] for row in found]
    say(f"{len(subjects):,} subjects to look up")
    return [
        Question(COLD, [lookup.replace(SUBJECT, subject) for subject in subjects]),
        Question(CACHED, [lookup.replace(SUBJECT, subjects[len(subjects) // 2])], numbered=False),
        *(Question(case, [read_query(case)]) for case in (*JOINS, HEAVY)),
    ]


def too_slow(questions: Sequence[Question], servers: Sequence[Server]) -> dict[tuple[str, str], Turn]:
    """Turns to assume of servers that do not finish one answer in time; all others must have equal answers.

    Raises RuntimeError where they differ in the number of rows, or there are none.
    """
    slow = {}
    for question in questions:
        rows = {}
        for server in servers:
            name = server.contender.name
            try:
                rows[name] = len(bindings(server, question.texts[0]))
            except TimeoutError:
                say(f"{name} does not finish {question.case} in {PATIENCE_SECONDS:g} s; that is what counts")
                slow[question.case, name] = slowest(PATIENCE_SECONDS)
                server.restart()
        if len(set(rows.values())) > 1 or 0 in rows.values():
            raise RuntimeError(f"{question.case}: {rows} rows")
    return slow


def bindings(server: Server, text: str) -> list[Binding]:
    """The rows of an answer."""
    document = json.loads(server.ask(text, ACCEPT, PREPARING_SECONDS))
    rows: list[Binding] = document["results"]["bindings"]
    return rows


def read_query(name: str) -> str:
    """The text of a query without its header; it ends with a line end, so that a comment may follow."""
    lines = (QUERIES / f"{name}.rq").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#"))


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
