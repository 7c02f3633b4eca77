"""Whoever makes a view may be killed at any moment: the view is there whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.view_cache import ViewCache
from graph.views import read_choice
from server import main

ROOT = Path(__file__).parents[2]
CHOICE = read_choice("2024-12-31", None)
ROUNDS = 5
SEED = 20261122
COMMAND = ("query", "budget-by-year", "--as-of", "2024-12-31", "--format", "csv")


class Build(NamedTuple):
    """The finished build of the shipped tables, as the fixture of the folder above makes it."""

    folder: Path


@pytest.fixture
def data(shipped_build: Build, tmp_path: Path) -> DataDirectory:
    """A data directory with the shipped dataset."""
    data = DataDirectory(tmp_path / "data")
    with data.writer():
        stage = data.stage()
        EmbeddedStore(shipped_build.folder, read_only=True).backup(stage / "store")
        data.publish(stage, {"claims": 3120}, "build")
    return data


def asked(data: DataDirectory) -> str:
    result = CliRunner().invoke(main, [*COMMAND, "--data", str(data.root)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.slow
def test_a_command_that_is_killed_leaves_a_whole_view_or_none(data: DataDirectory) -> None:
    started = time.monotonic()
    expected = asked(data)
    seconds = time.monotonic() - started
    shutil.rmtree(data.root / "views")
    chance = random.Random(SEED)
    cache = ViewCache(data)
    rounded = cache.rounded(data.current(), CHOICE)
    for _ in range(ROUNDS):
        line = [sys.executable, "-m", "server", *COMMAND, "--data", str(data.root)]
        with subprocess.Popen(
            line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.2, 1.2) * seconds)
            process.kill()
        found = cache.find(1, rounded)
        if found is not None:
            assert EmbeddedStore(found.snapshot.store, read_only=True).quad_count() > 10_000
    assert asked(data) == expected
    assert not (data.root / "views" / "staging").exists()


@pytest.mark.slow
def test_a_child_ends_with_its_server_and_the_next_server_makes_the_view(
    data: DataDirectory, serving: Callable[..., AbstractContextManager[Any]]
) -> None:
    with serving(data.root) as server, nothing_is_made(data.root):
        assert status(server, "/as-of/2024-12-31/sparql") == 503
        (child,) = view_children(data.root)
        handle = os.pidfd_open(child)
        server.process.kill()
        assert select.select([handle], [], [], 60)[0], "the child goes on without its server"
        os.close(handle)
    with serving(data.root) as server:
        statuses = {status(server, "/as-of/2024-12-31/sparql") for _ in range(60)}
        assert statuses <= {503, 200} and 200 in statuses


def status(server: Any, path: str) -> int:
    """The status of a simple question."""
    return int(server.client().get(path, query_string={"query": "ASK {}"}).status_code)


@contextlib.contextmanager
def nothing_is_made(data: Path) -> Iterator[None]:
    """Whoever wants to make a view has to wait."""
    (data / "views").mkdir(exist_ok=True)
    with (data / "views" / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def view_children(data: Path) -> list[int]:
    """The processes that make views of a data directory."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            text = line.read_bytes()
            if b"graph.view_child" in text and str(data).encode() in text:
                found.append(int(line.parent.name))
    return found
