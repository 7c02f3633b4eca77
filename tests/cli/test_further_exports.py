"""`osagraph export --format`: what is written for FollowTheMoney and Wikidata, what is said of the rest."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.unit.graph.quickstatement_reader import read_csv, read_v1

Run = Callable[..., Result]


def test_entities_are_written_with_a_report(run: Run, built: Path, tmp_path: Path) -> None:
    target, report = tmp_path / "all.ftm.json.gz", tmp_path / "report.json"
    result = run("export", target, "--data", built, "--format", "ftm", "--report", report)
    assert result.exit_code == 0, result.output
    entities = [json.loads(line) for line in gzip.decompress(target.read_bytes()).splitlines()]
    told = json.loads(report.read_text("utf-8"))
    assert sum(told["written"].values()) == len(entities)
    assert told["leftOut"]["things"]["BudgetLine"] == 21
    assert "No place for: 21 BudgetLine" in result.stderr


def test_only_what_is_around_a_thing_is_written(run: Run, built: Path) -> None:
    result = run("export", "-", "--data", built, "--format", "ftm", "--iri", "id:fiji", "--quiet")
    ids = {json.loads(line)["id"] for line in result.stdout.splitlines()}
    assert {"osa.fiji", "osa.project.osa-fy2023-fiji", "osa.osa", "osa.japan"} <= ids
    assert "osa.project.osa-fy2023-bangladesh" not in ids


def test_statements_come_in_two_formats_with_refusals(run: Run, built: Path, tmp_path: Path) -> None:
    refusals = tmp_path / "refusals.csv"
    options = ("--data", built, "--retrieved", "2026-11-20", "--report", refusals, "--quiet")
    lines = run("export", "-", "--format", "quickstatements", *options).stdout
    table = run("export", "-", "--format", "quickstatements-csv", *options).stdout
    commands = list(read_v1(lines))
    assert len(commands) == 3
    assert commands == list(read_csv(list(csv.reader(table.splitlines()))))
    assert {("P813", ("time", "+2026-11-20T00:00:00Z", 11)) in each.references[0] for each in commands} == {
        True
    }
    rows = list(csv.DictReader(refusals.read_text("utf-8").splitlines()))
    assert {row["predicate"].rsplit("#")[-1] for row in rows} >= {"iso3166Alpha2", "constrainedBy"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--iri", "id:fiji"), 2, "go with --format"),
        (("--format", "ftm", "--graph", "default"), 4, "leave one of them out"),
        (("--format", "ftm", "--iri", "fiji"), 4, "a prefixed name such as id:osa"),
        (("--format", "quickstatements", "--retrieved", "2026-11"), 4, "a day of the calendar"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_written(
    run: Run, built: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    target = tmp_path / "out"
    result = run("export", target, "--data", built, *arguments)
    assert (result.exit_code, said in result.output) == (code, True)
    assert not target.exists()
