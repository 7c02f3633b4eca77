"""Choosing a loader: the one wanted, else the first that knows the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import SourceUnavailableError
from loaders.loader import Loader, choose_loader
from loaders.tables import TableLoader

TABLES = TableLoader()
LOADERS: dict[str, Loader] = {"tables": TABLES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("budgets.csv", "ships.csv"):
        (tmp_path / name).write_text("")
    return tmp_path


def test_the_name_of_a_file_chooses_its_loader(folder: Path) -> None:
    assert choose_loader(folder / "budgets.csv", LOADERS) is TABLES


def test_a_loader_may_be_wanted_for_any_name(folder: Path) -> None:
    assert choose_loader(folder / "ships.csv", LOADERS, "tables") is TABLES


@pytest.mark.parametrize(
    ("name", "wanted", "message"),
    [
        ("none.csv", None, "none.csv: no such file. Check the path."),
        (".", None, "this is a directory. Name the files in it."),
        ("budgets.csv", "xml", "no loader 'xml'. Use one of: tables."),
        (
            "ships.csv",
            None,
            "ships.csv: no loader knows a file of this name. Name one with --loader: tables.",
        ),
    ],
)
def test_a_file_that_nobody_can_load_is_refused(
    folder: Path, name: str, wanted: str | None, message: str
) -> None:
    with pytest.raises(SourceUnavailableError) as caught:
        choose_loader(folder / name, LOADERS, wanted)
    assert str(caught.value).endswith(message)
