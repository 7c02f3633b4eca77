"""A decision that is killed at a random moment was recorded with all that follows from it, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat

from graph.curation import read_acts
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.projection import META
from ontology.namespaces import ID
from server import main

ROOT = Path(__file__).parents[2]
ROUNDS = 6
SEED = 20261101
RETRACT = ("retract", "seed-000-pla-ams", "--because", "It is so.", "--by", "Mori")
# When it was decided differs from one try to the next.
APART = (f" {META} .", f"<{ID}curation/")


def digest_of(data: Path) -> str:
    """A digest of the current dataset, load records and acts left out."""
    output = io.BytesIO()
    EmbeddedStore(DataDirectory(data).current().store, read_only=True).dump(output, RdfFormat.N_QUADS)
    lines = output.getvalue().decode().splitlines()
    kept = sorted(line for line in lines if not line.endswith(APART[0]) and not line.startswith(APART[1]))
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def invoke(data: Path, *command: str) -> None:
    result = CliRunner().invoke(main, [*command, "--data", str(data), "--quiet"])
    assert result.exit_code == 0, result.output


def started(data: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "server", *RETRACT, "--data", str(data), "--quiet"]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_a_killed_decision_is_there_whole_or_not_at_all(built: Path, tmp_path: Path) -> None:
    begun, trial = built, shutil.copytree(built, tmp_path / "trial")
    before, moment = digest_of(begun), time.monotonic()
    assert started(trial).wait() == 0
    seconds, after = time.monotonic() - moment, digest_of(trial)
    moments = random.Random(SEED)
    for number in range(ROUNDS):
        data = shutil.copytree(begun, tmp_path / str(number))
        with started(data) as running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(timeout=moments.uniform(0.2, 1.0) * seconds)
            running.kill()
        made = len(read_acts(DataDirectory(data).current().folder))
        assert (made, digest_of(data)) in ((0, before), (1, after)), number
        # The next command needs no help.
        invoke(data, *(("undo", "--by", "Mori") if made else RETRACT))
        assert digest_of(data) == (before if made else after), number
        shutil.rmtree(data)
