"""Perspectives side by side on the programme's purpose, budget and equipment, from one command."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from loaders.operations import COUNTED
from server import main

EXPECTED = Path(__file__).parent / "beliefs" / "held-of-osa-side-by-side.csv"
PERSPECTIVES = ("japan-government", "china-state")


class Build(NamedTuple):
    """The finished build of the shipped tables, as the fixture of the folder above makes it."""

    folder: Path


@pytest.fixture(scope="module")
def published(shipped_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped dataset."""
    data = DataDirectory(tmp_path_factory.mktemp("compared") / "data")
    with data.writer():
        stage = data.stage()
        EmbeddedStore(shipped_build.folder, read_only=True).backup(stage / "store")
        data.publish(stage, dict.fromkeys(COUNTED, 0), "build")
    return data.root


def test_two_governments_tell_the_programme_each_in_their_way(published: Path) -> None:
    options = [part for name in PERSPECTIVES for part in ("--perspective", name)]
    arguments = ["query", "held-of-osa", *options, "--format", "json", "--data", str(published)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["views"] == list(PERSPECTIVES)
    found = []
    for row, held in zip(document["results"]["bindings"], document["held_in"], strict=True):
        cells = [row.get(name, {}).get("value", "") for name in ("topic", "fiscalYear", "value")]
        found.append([*("x" if each else "" for each in held), *cells])
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        header, *expected = csv.reader(file)
    assert header == [*PERSPECTIVES, "topic", "fiscalYear", "value"]
    assert found == expected
