"""Views on the command line: `osagraph query … --as-of DATE --perspective NAME`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
PILOTS = "recipients-of-a-programme"


def test_a_query_is_asked_of_a_view_which_is_made_once(run: Run, data: Path) -> None:
    for _ in range(2):
        result = run("query", PILOTS, "--as-of", "2023-12-31", "--format", "csv", "--data", data)
        assert result.exit_code == 0, result.output
        states = [line.split(",")[0].rsplit("/", 1)[-1] for line in result.stdout.splitlines()[1:]]
        assert states == ["bangladesh", "fiji", "malaysia", "philippines"]
        assert result.stderr.strip() == (
            "as-of=2023-12-24: 54 sources count, 289 do not, 114 of them without a date."
        )
    (view,) = (path for path in (data / "views").iterdir() if path.is_dir())
    assert view.name.startswith("000001-as-of-2023-12-24-")


def test_perspectives_stand_side_by_side(run: Run, data: Path) -> None:
    chosen = ("--perspective", "japan-government", "--perspective", "china-state")
    result = run("query", "budget-by-year", *chosen, "--data", data)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["japan-government", "china-state", "?fiscalYear"]
    assert any(line.startswith("✓ ") for line in lines[2:])
    document = json.loads(run("query", "budget-by-year", *chosen, "--format", "json", "--data", data).stdout)
    assert document["views"] == ["japan-government", "china-state"]
    amounts = [
        (row["fiscalYear"]["value"], row["amount"]["value"], held[0])
        for row, held in zip(document["results"]["bindings"], document["held_in"], strict=True)
    ]
    assert ("2025", "8100000000", True) in amounts and ("2026", "18100000000", True) in amounts
    assert sorted(amounts) == amounts


def test_one_command_shows_what_osa_is_for_what_it_costs_and_supplies_in_each_perspective(
    run: Run, data: Path
) -> None:
    chosen = ("--perspective", "japan-government", "--perspective", "china-state")
    result = run("query", "held-of-osa", *chosen, "--format", "json", "--data", data)
    document = json.loads(result.stdout)
    held = {
        (row["topic"]["value"], row["value"]["value"]): tuple(marks)
        for row, marks in zip(document["results"]["bindings"], document["held_in"], strict=True)
    }
    assert held["purpose", "deterrence of partner states"] == (True, False)
    assert held["purpose", "becoming a major military power"] == (False, True)
    assert held["equipment", "patrol boat"] == (True, False)
    assert held["budget", "2000000000"] == (True, True)
    assert held["budget", "8100000000"] == (True, False)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("--as-of", "2024-13-01"), 4, "expected a day of the calendar such as 2024-12-31"),
        (("--as-of", "2999-01-01"), 4, "it lies in the future"),
        (("--as-of", "2001-01-01"), 5, "No source was published by 2001-01-01. The first one is of 2014-"),
        (("--perspective", "nobody"), 5, "There are: china-state, international-press"),
        (("--perspective", "china-state", "--perspective", "nobody"), 5, "There is no perspective 'nobody'"),
    ],
)
def test_what_is_no_view_is_refused_with_the_reason(
    arguments: tuple[str, ...], code: int, complaint: str, run: Run, built: Path
) -> None:
    result = run("query", "ASK {}", *arguments, "--data", built)
    assert (result.exit_code, len(result.stderr.splitlines())) == (code, 1)
    assert complaint in result.stderr


@pytest.mark.parametrize(
    ("query", "form", "complaint"),
    [
        (PILOTS, "csv", "Several perspectives cannot be written as csv. Use table or json."),
        ("DESCRIBE id:osa", "table", "Graphs do not stand side by side. Ask a SELECT or an ASK."),
    ],
)
def test_what_cannot_stand_side_by_side_is_refused(
    query: str, form: str, complaint: str, run: Run, data: Path
) -> None:
    chosen = ("--perspective", "japan-government", "--perspective", "china-state")
    result = run("query", query, *chosen, "--format", form, "--data", data)
    assert result.exit_code == 4
    assert complaint in result.stderr
