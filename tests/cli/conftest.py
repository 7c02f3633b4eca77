"""The commands, and a copy of the built dataset to use them on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Quad, Store

from graph.datadir import DataDirectory
from loaders.commands import SHIPPED_TABLES
from server import main

Run = Callable[..., Result]


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    """A copy of the built data directory that a test may change."""
    return shutil.copytree(built, tmp_path / "data")


@pytest.fixture
def run() -> Run:
    """Runs the command line in this process; what it loads is trusted unless it says `--validate`."""

    def invoke(*arguments: str | Path) -> Result:
        given = [str(argument) for argument in arguments]
        # The process that validates takes a second to start; `test_validate.py` has it started.
        if given[:1] in (["build"], ["load"]) and "--validate" not in given:
            given.append("--no-validate")
        return CliRunner().invoke(main, given)

    return invoke


@pytest.fixture
def tables() -> Path:
    """The folder of shipped tables."""
    return SHIPPED_TABLES


@pytest.fixture
def quads_of() -> Callable[[Path], set[Quad]]:
    """Reads the current dataset, load records left out: they tell when, not what."""

    def read(data: Path) -> set[Quad]:
        store = Store.read_only(str(DataDirectory(data).current().store))
        return {quad for quad in store if not str(quad.graph_name).endswith("graph/meta>")}

    return read
