"""A small slice of the hostile corpus against a live server; `contain.py` runs all of it and measures."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile.attack import Attack, slice_of
from tests.hostile.client import ATTACKER, SLOW, Listener, Outcome
from tests.hostile.contain import slowness
from tests.hostile.corpus import corpus
from tests.hostile.loads import read_slowly
from tests.hostile.neighbours import Latency
from tests.hostile.report import Report
from tests.hostile.server_process import ServerProcess, admin_token
from tests.hostile.verdicts import Limits, Result, attack_once, recovery, verdict, wrongs

SEED = 20261101
# How punctual it is, is for contain.py to measure: here other tests run at the same time.
LIMITS = Limits(deadline=1, total=2, update=60, recovery=10, grace=5)
FLAGS = ("--deadline=1", "--total=2", "--readers=2", "--memory=512")
# These alone keep a reader busy until its deadline, so that few of them must do here.
SLOW_FAMILIES = ("products", "paths", "strings", "planner")


@pytest.fixture(scope="module")
def data(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(built, tmp_path_factory.mktemp("hostile") / "data")


@pytest.fixture(scope="module")
def token(data: Path) -> str | None:
    return admin_token(data, (sys.executable, "-m", "server"))


@pytest.fixture(scope="module")
def live_server(data: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(data, FLAGS)
    if server.missing:
        server.stop()
        pytest.skip(f"this server cannot be given {' '.join(server.missing)}")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with closing(Listener()) as listener:
        yield listener


def chosen(listener: str) -> list[Attack]:
    """40 attacks: some of each family, and no update that writes until it is stopped."""
    attacks = [attack for attack in corpus(listener) if attack.operation == "query" or not attack.is_heavy]
    slow = [attack for attack in attacks if attack.family in SLOW_FAMILIES]
    quick = [attack for attack in attacks if attack.family not in SLOW_FAMILIES]
    return [*slice_of(slow, 8, SEED), *slice_of(quick, 32, SEED)]


def test_attacks_are_contained_and_nobody_else_is_called(
    live_server: ServerProcess, listener: Listener, token: str | None
) -> None:
    def strike(numbered: tuple[int, Attack]) -> Result:
        source = (ATTACKER, SLOW)[numbered[0] % 2]
        return attack_once(live_server.port, numbered[1], LIMITS, source=source, token=token)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(strike, enumerate(chosen(listener.url))))
    assert [(result.name, result.violations) for result in results if result.violations] == []
    assert (len(results), live_server.is_running, listener.calls) == (40, True, 0)


def test_clients_that_hardly_read_keep_nobody_else_waiting(live_server: ServerProcess) -> None:
    read = list(read_slowly(live_server.port, clients=3, seconds=3))
    assert len(read) == 3
    assert recovery(live_server.port, ATTACKER, LIMITS.recovery) == ""


def test_the_corpus_is_large_named_and_the_same_each_time() -> None:
    attacks = corpus("http://127.0.0.1:9/", seed=SEED)
    families = Counter(attack.family for attack in attacks)
    assert len({attack.name for attack in attacks}) == len(attacks) == sum(families.values())
    assert (len(attacks) >= 300, min(families.values()) >= 9) == (True, True)
    assert [attack.name for attack in attacks] == [
        attack.name for attack in corpus("http://127.0.0.1:9/", seed=SEED)
    ]
    assert all(attack.is_destructive for attack in attacks[-9:])


ATTACK = Attack("attack", "family", str)
JSON = {"Content-Type": "application/sparql-results+json"}


@pytest.mark.parametrize(
    ("outcome", "size", "found", "wrong"),
    [
        (Outcome(200, "whole", 0.1, 2, b"{}", JSON), 9, "coped", []),
        (Outcome(200, "cut", 2.9, 2, b"{", JSON), 9, "cut", []),
        (Outcome(200, "cut", 3.1, 2, b"{", JSON), 9, "cut", ["took 3.1 s, limit 2 s"]),
        (Outcome(200, "whole", 0.1, 1, b"{", JSON), 9, "coped", ["a clean end of a broken answer: b'{'"]),
        (Outcome(204, "whole", 0.1), 9, "coped", []),
        (Outcome(400, "whole", 0.1), 9, "refused", []),
        (Outcome(400, "whole", 2.1), 9, "refused", ["took 2.1 s, limit 1 s"]),
        (Outcome(504, "whole", 1.9), 9, "ended", []),
        (Outcome(503, "whole", 0.1, headers={"Retry-After": "2"}), 9, "busy", []),
        (Outcome(503, "whole", 0.1), 9, "busy", ["busy without Retry-After"]),
        (Outcome(500, "whole", 0.1), 9, "500", ["status 500"]),
        (Outcome(None, "closed", 0.1), 9, "closed", ["closed without an answer"]),
        (Outcome(None, "closed", 0.1), 1 << 20, "closed", []),
        (Outcome(None, "hang", 7.0), 9, "hang", ["no end in time", "took 7.0 s, limit 1 s"]),
    ],
)
def test_each_end_of_an_attack_is_judged(outcome: Outcome, size: int, found: str, wrong: list[str]) -> None:
    assert verdict(outcome) == found
    assert list(wrongs(ATTACK, outcome, replace(LIMITS, grace=1), size)) == wrong


@pytest.mark.parametrize(
    ("latency", "wrong"),
    [
        (Latency.of([0.019] * 100, 0), 0),
        (Latency.of([0.021] * 100, 0), 1),
        (Latency.of([0.001] * 9 + [9.0], 0), 0),  # too few for a percentile
        (Latency.of([9.0], 0), 1),
        (Latency.of([0.001] * 100, 1), 1),
    ],
)
def test_neighbours_may_wait_twice_as_long_and_no_longer(latency: Latency, wrong: int) -> None:
    assert len(list(slowness("phase", latency, Latency.of([0.01] * 100, 0), floor_ms=5))) == wrong


def test_a_report_with_one_violation_is_not_good() -> None:
    report = Report({}, [Result("name", "family", "coped", 200, 0.1, 2)])
    assert report.is_good
    assert report.text().endswith("contained")
    report.results.append(Result("other", "family", "hang", None, 9, 0, ("no end in time",)))
    assert not report.is_good
    assert "VIOLATION other: no end in time" in report.text()
