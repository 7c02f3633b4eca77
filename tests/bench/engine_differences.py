"""Prints where engines differ: the probes of `tests/contract/probes.py`, asked of every engine that is here.

`python tests/bench/engine_differences.py`; the table is in `web/deployment/engines.md`.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.bench.report_tables import table
from tests.conftest import running
from tests.contract.engines import Embedded, Engine, fuseki, ours, oxigraph
from tests.contract.probes import LAST, answer, answers

STARTING: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
    "embedded": lambda _: contextlib.nullcontext(Embedded()),
    "osagraph": lambda folder: ours(folder, running),
    "oxigraph": oxigraph,
    "fuseki": fuseki,
}


def main() -> None:
    """Ask and print."""
    found: dict[str, dict[str, str]] = {}
    for name, start in STARTING.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                with start(Path(folder)) as engine:
                    found[name] = dict(answers(engine))
                    found[name][LAST.title] = answer(engine, LAST)
            except pytest.skip.Exception as error:
                print(f"{name} is left out: {error}")
    titles = next(iter(found.values()))
    print(table(["probe", *found], [[title, *(found[name][title] for name in found)] for title in titles]))


if __name__ == "__main__":
    main()
