"""The Python that README.md shows runs on the shipped dataset, and says what it is meant to say."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from graph import reading
from graph.datadir import DataDirectory

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(shipped_data: Callable[[], DataDirectory]) -> Path:
    """A folder with the dataset in `data/`."""
    return shipped_data().root.parent


@pytest.mark.parametrize("code", BLOCK.findall(README.read_text("utf-8")))
def test_an_example_of_the_readme_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    monkeypatch.chdir(folder)
    exec(compile(code, "README.md", "exec", dont_inherit=True), {"__name__": "example"})
    assert capsys.readouterr().out.splitlines()


def test_the_example_of_the_module_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reading.__doc__
    shown = [line for line in reading.__doc__.splitlines() if line.startswith("    ")]
    code = textwrap.dedent("\n".join(shown))
    monkeypatch.chdir(folder)
    exec(compile(code, "graph/reading.py", "exec", dont_inherit=True), {"__name__": "example"})
    assert capsys.readouterr().out.splitlines()[-1] == "2026 18100000000"
