"""`osagraph query --receipts`: the claims and sources behind each row, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_receipts_are_a_second_table(run: Run, built: Path) -> None:
    result = run("query", "cq-11-list-export-categories", "--receipts", "--data", built)
    assert result.exit_code == 0, result.output
    answer, receipts = result.stdout.split("\n\n")
    assert answer.splitlines()[0].split() == ["row", "?category", "?abolishedBy", "?abolishedOn"]
    heading, _, first, *_ = receipts.splitlines()
    assert heading.split("  ")[0] == "row"
    assert first.startswith("1 ")
    assert "osa:limitsExportsTo" in first
    assert "Accepted." in first
    assert "as in row 1" in receipts


def test_what_is_not_traced_is_listed_below(run: Run, built: Path) -> None:
    text = "SELECT ?a { VALUES ?a { 1 } OPTIONAL { ?a osa:programme* ?b } }"
    result = run("query", text, "--receipts", "--data", built)
    assert result.exit_code == 0, result.output
    assert "Not traced:\n  ?a osa:programme* ?b: a property path of any length" in result.stdout


def test_receipts_as_json_are_those_of_the_endpoint(run: Run, built: Path) -> None:
    result = run("query", "budget-by-year", "--receipts", "--format", "json", "--data", built)
    document = json.loads(result.stdout)
    assert document["receipts"]["covered"]
    assert len(document["receipts"]["rows"]) == len(document["results"]["bindings"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["budget-by-year", "--format", "csv"], "Receipts cannot be written as csv."),
        (["ASK {}"], "Receipts are given for SELECT queries."),
    ],
)
def test_what_has_no_receipts_ends_with_a_sentence(
    run: Run, built: Path, arguments: list[str], sentence: str
) -> None:
    result = run("query", *arguments, "--receipts", "--data", built)
    assert result.exit_code != 0
    assert sentence in result.stderr
