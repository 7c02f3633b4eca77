"""`osagraph explain`: why the graph says so, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pyoxigraph import RdfFormat, parse

Run = Callable[..., Result]
ASKED = ("id:philippines", "osa:recipientOf", "id:osa")


def test_an_inferred_fact_is_explained_as_text_json_and_turtle(run: Run, built: Path) -> None:
    text = run("explain", *ASKED, "--data", built)
    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("Philippines → recipient of → Official Security Assistance\n")
    assert "Inferred by prp-spo2-3" in text.stdout
    document = json.loads(run("explain", *ASKED, "--data", built, "--json").stdout)
    assert document["ways"][0]["rule"]["name"] == "prp-spo2-3"
    turtle = run("explain", *ASKED, "--data", built, "--turtle").stdout
    assert len(list(parse(turtle.encode(), format=RdfFormat.TURTLE))) > 100


def test_an_absent_fact_is_explained_too(run: Run, built: Path) -> None:
    result = run("explain", "id:osa", "osa:amount", '"1"^^xsd:decimal', "--data", built)
    assert result.exit_code == 0
    assert "Is not among the facts." in result.stdout


@pytest.mark.parametrize("terms", [("japan", *ASKED[1:]), (*ASKED[:2], "8"), (*ASKED[:2], '"8')])
def test_a_malformed_term_ends_with_a_sentence_and_the_code_for_wrong_usage(
    run: Run, built: Path, terms: tuple[str, str, str]
) -> None:
    result = run("explain", *terms, "--data", built)
    assert result.exit_code == 2
    assert "expected" in result.stderr


def test_without_a_dataset_there_is_nothing_to_explain(run: Run, tmp_path: Path) -> None:
    assert run("explain", *ASKED, "--data", tmp_path / "none").exit_code == 3
