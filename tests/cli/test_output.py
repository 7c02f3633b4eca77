"""What commands print: tables with gaps, N-Quads on standard output, words about an RDF load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from pyoxigraph import Quad, RdfFormat, parse

Run = Callable[..., Result]


def test_a_table_shows_names_by_their_prefixes_and_gaps_as_blanks(run: Run, built: Path) -> None:
    text = "SELECT ?p ?none ?x { VALUES ?p { id:osa <http://e.example/p> } OPTIONAL { ?p osa:amount ?none } }"
    lines = run("query", text, "--data", built).stdout.splitlines()
    assert lines[0].split() == ["?p", "?none", "?x"]
    assert sorted(lines[2:]) == ["<http://e.example/p>", "id:osa"]


def test_an_export_may_go_to_standard_output(
    run: Run, built: Path, quads_of: Callable[[Path], set[Quad]]
) -> None:
    result = run("export", "-", "--data", built)
    quads = set(parse(result.stdout_bytes, format=RdfFormat.N_QUADS))
    assert quads >= quads_of(built)
    assert result.stderr == ""


def test_a_load_of_rdf_names_its_graph_and_the_second_time_says_that_nothing_was_changed(
    run: Run, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "my notes.nt").write_text(
        "<http://e.example/s> <http://e.example/p> 'x' .\n".replace("'", '"')
    )
    first = run("load", tmp_path / "my notes.nt", "--data", data).output
    assert "User graph: https://w3id.org/osagraph/graph/user/my-notes\n" in first
    assert "Snapshot 2 is current" in first
    again = run("load", tmp_path / "my notes.nt", "--data", data).output
    assert "Nothing was changed" in again and "User graph" not in again
    assert run("remove", "user/my-notes", "--data", data, "--quiet").output == ""
