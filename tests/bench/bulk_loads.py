"""One large file of plain N-Quads: `osagraph load` against `oxigraph load`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from loaders.operations import publish_empty
from ontology.namespaces import GRAPH, OSA
from tests.bench.contenders import NATIVE, OURS, oxigraph
from tests.bench.steps import workshop

ROOT = Path(__file__).resolve().parents[2]
# In a graph that users may write, and with terms that are not ours: quads, and no claims to look after.
PLAIN_GRAPH = NamedNode(f"{GRAPH}user/plain")
PLAIN_TERMS = "https://example.org/plain/"


class TimedLoad(NamedTuple):
    """Seconds by the clock, and of the processor: those of the command and all its children."""

    seconds: float
    cpu_seconds: float


def write_plain(quads: Path, target: Path) -> int:
    """Write the quads of a dataset with terms that are not ours and in one graph; how many bytes that makes.

    The dataset is held in memory as text.
    """
    text = quads.read_text(encoding="utf-8").replace(f"<{OSA}", f"<{PLAIN_TERMS}")
    found = parse(text, format=RdfFormat.N_QUADS)
    plain = (Quad(quad.subject, quad.predicate, quad.object, PLAIN_GRAPH) for quad in found)
    serialize(plain, str(target), RdfFormat.N_QUADS)
    return target.stat().st_size


def load_once(quads: Path, folder: Path) -> dict[str, TimedLoad]:
    """Load a file into an empty dataset of ours and an empty store of Oxigraph's, one after the other."""
    data, store = folder / "data", folder / "store"
    publish_empty(workshop(str(ROOT / "loaders" / "data"), str(data)))
    ours = [
        sys.executable,
        "-m",
        "server",
        "load",
        "--plain",
        "--quiet",
        "--data",
        str(data),
        str(quads),
    ]
    theirs = [oxigraph(), "load", "--location", str(store), "--file", str(quads)]
    return {OURS: timed(ours), NATIVE: timed(theirs)}


def timed(command: Sequence[str]) -> TimedLoad:
    """Run a command to its end.

    Raises subprocess.CalledProcessError where it fails; what it had to say is in the error.
    """
    before, started = os.times(), time.perf_counter()
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds, after = time.perf_counter() - started, os.times()
    if result.returncode:
        print(result.stderr, file=sys.stderr)
        result.check_returncode()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return TimedLoad(seconds, used)
