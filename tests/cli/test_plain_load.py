"""`osagraph load --plain`: RDF as it is, into a dataset without claims."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]
QUADS = '<http://e/s> <http://e/p> "1" .\n<http://e/s> <http://e/p> "2" <http://e/g> .\n'


def test_quads_are_added_as_they_are(run: Run, tmp_path: Path) -> None:
    data, first, second = tmp_path / "data", tmp_path / "a.nq", tmp_path / "b.ttl"
    first.write_text(QUADS)
    second.write_text('<http://e/s> <http://e/p> "3" .')
    assert run("load", "--plain", first, "--data", data).exit_code == 0
    assert run("load", "--plain", second, "--data", data).exit_code == 0
    exported = run("export", "-", "--data", data).output
    assert sorted(exported.splitlines()) == sorted([*QUADS.splitlines(), '<http://e/s> <http://e/p> "3" .'])


def test_a_faulty_file_changes_nothing(run: Run, tmp_path: Path) -> None:
    data, good, bad = tmp_path / "data", tmp_path / "a.nq", tmp_path / "b.nq"
    good.write_text(QUADS)
    bad.write_text(QUADS + "oh\n")
    assert run("load", "--plain", good, "--data", data).exit_code == 0
    result = run("load", "--plain", bad, "--data", data)
    assert result.exit_code == 1
    assert result.output.startswith("Error: b.nq, line 3, column ")
    assert run("load", "--plain", tmp_path / "c.nq", "--data", data).exit_code == 1
    assert run("load", "--plain", tmp_path, "--data", data).exit_code == 1
    assert len(run("export", "-", "--data", data).output.splitlines()) == 2


def test_a_dataset_with_claims_is_not_for_it(run: Run, data: Path, tmp_path: Path) -> None:
    quads = tmp_path / "a.nq"
    quads.write_text(QUADS)
    result = run("load", "--plain", quads, "--data", data)
    assert result.exit_code == 3
    assert "has claims, from which its facts follow." in result.output
