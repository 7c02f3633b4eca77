"""A command that is killed at a random moment leaves the dataset as it was before, or as it is after."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.projection import META
from server import main

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "loaders" / "data"
EXAMPLE = "example-2026-11-01"
COMMANDS = ("load", "remove", "build")
ROUNDS = 4
SEED = 20261101


class Dataset(NamedTuple):
    """A data directory before a command; digests of its quads before, after, and with the example loaded."""

    folder: Path
    before: str
    after: str
    loaded: str
    seconds: float


def arguments(command: str) -> Sequence[str]:
    return {
        "load": ("load", str(TABLES / "source-template.toml")),
        "remove": ("remove", EXAMPLE),
        "build": ("build", "--workers", "1"),
    }[command]


def process(command: str, data: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "server", *arguments(command), "--data", str(data), "--quiet"]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def invoke(command: str, data: Path) -> None:
    result = CliRunner().invoke(main, [*arguments(command), "--data", str(data), "--quiet"])
    assert result.exit_code == 0, result.output


def digest_of(data: Path) -> str:
    """A digest of the current dataset, load records left out: two are equal if the quads are."""
    output = io.BytesIO()
    EmbeddedStore(DataDirectory(data).current().store, read_only=True).dump(output, RdfFormat.N_QUADS)
    records = f" {META} .".encode()
    lines = sorted(line for line in output.getvalue().split(b"\n") if not line.endswith(records))
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


@pytest.fixture(scope="module")
def datasets(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Dataset]:
    """For each command the dataset before it, what it makes of it, and how long that takes."""
    folder = tmp_path_factory.mktemp("kill")
    empty, full = built, shutil.copytree(built, folder / "full")
    invoke("load", full)
    known = {
        "load": (empty, digest_of(empty), digest_of(full)),
        "remove": (full, digest_of(full), digest_of(empty)),
        # A rebuild makes the same again.
        "build": (full, digest_of(full), digest_of(full)),
    }

    def dataset(command: str) -> Dataset:
        start, before, after = known[command]
        trial = shutil.copytree(start, folder / f"trial-{command}")
        begun = time.monotonic()
        assert process(command, trial).wait() == 0
        return Dataset(start, before, after, known["load"][2], time.monotonic() - begun)

    return dataset


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_killed_command_leaves_the_old_dataset_or_the_new_one(
    command: str, datasets: Callable[[str], Dataset], tmp_path: Path
) -> None:
    dataset = datasets(command)
    moments = random.Random(f"{SEED} {command}")
    for number in range(ROUNDS):
        data = shutil.copytree(dataset.folder, tmp_path / str(number))
        delay = moments.uniform(0.02, 1.0) * dataset.seconds
        with process(command, data) as running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(timeout=delay)
            running.kill()
        found = digest_of(data)
        assert found in (dataset.before, dataset.after), (command, number, delay)
        # The next command needs no help, whether or not the killed one had come to its end.
        invoke("load", data)
        assert not (data / "staging").exists()
        assert digest_of(data) == dataset.loaded, (command, number, delay)
        shutil.rmtree(data)
